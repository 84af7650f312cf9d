import type Database from 'better-sqlite3';
import type {EpochRow} from './event-ledger.js';
import type {EpochKey, EventRun, EventWriter, NamedEpoch} from './event-writer.js';

/**
 * Plain prepared statements on the connection that holds the transaction: building a query per event
 * would cost several times the event.
 */
export class SqliteEventWriter implements EventWriter {
  readonly #connection: Database.Database;
  #prepared: ReturnType<typeof prepare> | undefined;

  constructor(connection: Database.Database) {
    this.#connection = connection;
  }

  lockEpochs(_tx: unknown, keys: readonly EpochKey[]): readonly NamedEpoch[] {
    const {epoch} = this.#statements();
    return keys.flatMap(({gateway, epoch: name}) => {
      const row = epoch.get(gateway, name) as EpochRow | undefined;
      return row ? [{gateway, epoch: name, row}] : [];
    });
  }

  saveEpochs(_tx: unknown, epochs: readonly NamedEpoch[]): void {
    const {saveEpoch} = this.#statements();
    for (const {gateway, row} of epochs) {
      const {known, knownHash, chained, beyond, gapSinceWall, gapAskedWall} = row;
      saveEpoch.run(known, knownHash, chained, beyond, gapSinceWall, gapAskedWall, gateway, row.no);
    }
  }

  insert(_tx: unknown, runs: readonly EventRun[], receivedWall: number): number {
    const {insert} = this.#statements();
    let count = 0;
    for (const {gateway, events} of runs) {
      for (const {epochNo, seq, kind, boot, mono, wall, clk, body, hash} of events) {
        count += insert.run(
          ...[gateway, epochNo, seq, kind, boot, mono, wall, clk, body, receivedWall, hash],
        ).changes;
      }
    }
    return count;
  }

  /** Prepared with the first use: the tables are there only after the migrations. */
  #statements() {
    this.#prepared ??= prepare(this.#connection);
    return this.#prepared;
  }
}

function prepare(connection: Database.Database) {
  return {
    epoch: connection.prepare(
      `SELECT no, known, known_h AS knownHash, chained, beyond, gap_since_wall AS gapSinceWall,
       gap_asked_wall AS gapAskedWall FROM epoch WHERE gw = ? AND epoch = ?`,
    ),
    saveEpoch: connection.prepare(
      `UPDATE epoch SET known = ?, known_h = ?, chained = ?, beyond = ?, gap_since_wall = ?,
       gap_asked_wall = ? WHERE gw = ? AND no = ?`,
    ),
    insert: connection.prepare(
      `INSERT OR IGNORE INTO ev (gw, epoch_no, seq, kind, boot, mono, wall, clk, body, received_wall, h)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  };
}
