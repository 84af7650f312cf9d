import type {CloudDatabase} from './cloud-database.js';

export interface EpochRow {
  readonly no: number;
  /** Highest sequence number without a gap below it. */
  readonly known: number;
  /** Chain hash after `known`; null when it cannot be known (rows before it are gone). */
  readonly knownHash: Uint8Array | null;
}

export interface LedgerEvent {
  readonly seq: number;
  readonly kind: string;
  readonly boot: string;
  readonly mono: number;
  readonly wall: number;
  readonly clk: string;
  /** JSON text as the gateway hashed it. */
  readonly body: string;
}

export interface StoredEvent extends LedgerEvent {
  readonly epochNo: number;
  /** Null for an early copy whose batch has not come yet. */
  readonly hash: Uint8Array | null;
}

export interface FeedEvent extends StoredEvent {
  readonly epoch: string;
  readonly receivedWall: number;
}

const COLUMNS = 'seq, kind, boot, mono, wall, clk, body';
const STORED = `epoch_no AS epochNo, ${COLUMNS}, h AS hash`;
const FEED = `e.epoch_no AS epochNo, e.seq, e.kind, e.boot, e.mono, e.wall, e.clk, e.body, e.h AS hash,
  p.epoch, e.received_wall AS receivedWall`;

/** Events as received, one chain per epoch of a gateway. Calls belong into one transaction. */
export class EventLedger {
  readonly #prepare;

  constructor(database: CloudDatabase) {
    const {connection} = database;
    this.#prepare = {
      epoch: connection.prepare(
        'SELECT no, known, known_h AS knownHash FROM epoch WHERE gw = ? AND epoch = ?',
      ),
      addEpoch: connection.prepare(
        `INSERT INTO epoch (gw, no, epoch, known, started_wall)
         SELECT ?, 1 + coalesce(max(no), 0), ?, ?, ? FROM epoch WHERE gw = ?`,
      ),
      setKnown: connection.prepare(
        'UPDATE epoch SET known = ?, known_h = ? WHERE gw = ? AND no = ?',
      ),
      add: connection.prepare(
        `INSERT OR IGNORE INTO ev (gw, epoch_no, h, received_wall, ${COLUMNS})
         VALUES (@gw, @epochNo, @hash, @receivedWall, @seq, @kind, @boot, @mono, @wall, @clk, @body)`,
      ),
      get: connection.prepare(`SELECT ${STORED} FROM ev WHERE gw = ? AND epoch_no = ? AND seq = ?`),
      replace: connection.prepare(
        `UPDATE ev SET kind = @kind, boot = @boot, mono = @mono, wall = @wall, clk = @clk,
         body = @body, h = @hash WHERE gw = @gw AND epoch_no = @epochNo AND seq = @seq`,
      ),
      addConflict: connection.prepare(
        `INSERT OR IGNORE INTO ev_conflict (gw, epoch_no, received_wall, ${COLUMNS})
         VALUES (@gw, @epochNo, @receivedWall, @seq, @kind, @boot, @mono, @wall, @clk, @body)`,
      ),
      addGap: connection.prepare(
        'INSERT OR REPLACE INTO gap (gw, epoch_no, from_seq, to_seq, why, marked_wall) VALUES (?, ?, ?, ?, ?, ?)',
      ),
      feed: connection.prepare(
        `SELECT ${FEED} FROM ev e JOIN epoch p ON p.gw = e.gw AND p.no = e.epoch_no
         WHERE e.gw = ? AND (e.epoch_no, e.seq) > (?, ?) AND e.seq <= p.known
         ORDER BY e.epoch_no, e.seq LIMIT ?`,
      ),
      conflicts: connection.prepare('SELECT count(*) AS n FROM ev_conflict WHERE gw = ?'),
      gaps: connection.prepare(
        `SELECT p.epoch, g.from_seq AS "from", g.to_seq AS "to", g.why FROM gap g
         JOIN epoch p ON p.gw = g.gw AND p.no = g.epoch_no WHERE g.gw = ?
         ORDER BY g.epoch_no, g.from_seq`,
      ),
    };
  }

  epoch(gateway: string, epoch: string): EpochRow | undefined {
    return this.#prepare.epoch.get(gateway, epoch) as EpochRow | undefined;
  }

  addEpoch(gateway: string, epoch: string, known: number, wallMs: number): void {
    this.#prepare.addEpoch.run(gateway, epoch, known, wallMs, gateway);
  }

  setKnown(gateway: string, epochNo: number, known: number, hash: Uint8Array | null): void {
    this.#prepare.setKnown.run(known, hash, gateway, epochNo);
  }

  /** False when the number is taken. */
  add(gateway: string, event: StoredEvent, receivedWall: number): boolean {
    return this.#prepare.add.run({...event, gw: gateway, receivedWall}).changes > 0;
  }

  get(gateway: string, epochNo: number, seq: number): StoredEvent | undefined {
    return this.#prepare.get.get(gateway, epochNo, seq) as StoredEvent | undefined;
  }

  replace(gateway: string, event: StoredEvent): void {
    this.#prepare.replace.run({...event, gw: gateway});
  }

  /** Keep what claims a number that another event holds. */
  addConflict(gateway: string, event: StoredEvent, receivedWall: number): void {
    this.#prepare.addConflict.run({...event, gw: gateway, receivedWall});
  }

  addGap(
    gateway: string,
    epochNo: number,
    gap: {readonly from: number; readonly to: number; readonly why: string},
    wallMs: number,
  ): void {
    this.#prepare.addGap.run(gateway, epochNo, gap.from, gap.to, gap.why, wallMs);
  }

  /** Events after the cursor, in order, none that an earlier one could still come before. */
  feed(gateway: string, afterEpochNo: number, afterSeq: number, limit: number): FeedEvent[] {
    return this.#prepare.feed.all(gateway, afterEpochNo, afterSeq, limit) as FeedEvent[];
  }

  conflicts(gateway: string): number {
    return (this.#prepare.conflicts.get(gateway) as {n: number}).n;
  }

  gaps(gateway: string): readonly {epoch: string; from: number; to: number; why: string}[] {
    return this.#prepare.gaps.all(gateway) as {
      epoch: string;
      from: number;
      to: number;
      why: string;
    }[];
  }
}
