import {sql} from 'kysely';
import {storedRun} from '../event-chain.js';
import type {CloudTransaction} from './cloud-schema.js';
import type {EpochRow, StoredEvent} from './event-ledger.js';
import type {
  ChainedRun,
  EpochKey,
  EventRun,
  EventWriter,
  GatewayId,
  NamedEpoch,
} from './event-writer.js';
import type {PlacedBay} from './site-view.js';

/** One statement per tick, whatever it brings: a question each would cost a round trip each. */
export class PostgresEventWriter implements EventWriter {
  async lockEpochs(
    tx: CloudTransaction,
    keys: readonly EpochKey[],
  ): Promise<readonly NamedEpoch[]> {
    if (keys.length === 0) return [];
    const gateways = keys.map(key => key.gateway);
    const epochs = keys.map(key => key.epoch);
    const {rows} = await sql<EpochKey & EpochRow>`
      SELECT gw AS gateway, epoch, no, known, known_h AS "knownHash", chained, beyond,
        gap_since_wall AS "gapSinceWall", gap_asked_wall AS "gapAskedWall"
      FROM epoch WHERE (gw, epoch) IN (SELECT * FROM unnest(${gateways}::text[], ${epochs}::text[]))
      ORDER BY gw, epoch FOR UPDATE`.execute(tx);
    return rows.map(({gateway, epoch, ...row}) => ({gateway, epoch, row}));
  }

  async saveEpochs(tx: CloudTransaction, epochs: readonly NamedEpoch[]): Promise<void> {
    if (epochs.length === 0) return;
    const column = <Value>(of: (row: EpochRow) => Value) => epochs.map(({row}) => of(row));
    await sql`
      UPDATE epoch SET known = v.known, known_h = v.known_h, chained = v.chained, beyond = v.beyond,
        gap_since_wall = v.gap_since_wall, gap_asked_wall = v.gap_asked_wall
      FROM unnest(${epochs.map(epoch => epoch.gateway)}::text[], ${column(row => row.no)}::bigint[],
        ${column(row => row.known)}::bigint[], ${column(row => row.knownHash)}::bytea[],
        ${column(row => row.chained)}::bigint[], ${column(row => row.beyond)}::bigint[],
        ${column(row => row.gapSinceWall)}::bigint[], ${column(row => row.gapAskedWall)}::bigint[])
        AS v (gw, no, known, known_h, chained, beyond, gap_since_wall, gap_asked_wall)
      WHERE epoch.gw = v.gw AND epoch.no = v.no`.execute(tx);
  }

  append(tx: CloudTransaction, runs: readonly ChainedRun[], receivedWall: number): Promise<number> {
    const stored = runs.map(run => ({gateway: run.gateway, events: storedRun(run)}));
    return this.insert(tx, stored, receivedWall);
  }

  async insert(
    tx: CloudTransaction,
    runs: readonly EventRun[],
    receivedWall: number,
  ): Promise<number> {
    const events = runs.flatMap(run => run.events);
    if (events.length === 0) return 0;
    const column = <Value>(of: (event: StoredEvent) => Value) => events.map(of);
    const gateways = runs.flatMap(run => run.events.map(() => run.gateway));
    const {numAffectedRows} = await sql`
      INSERT INTO ev (gw, epoch_no, seq, kind, boot, mono, wall, clk, body, h, received_wall)
      SELECT v.*, ${receivedWall}::bigint FROM unnest(${gateways}::text[],
        ${column(event => event.epochNo)}::bigint[], ${column(event => event.seq)}::bigint[],
        ${column(event => event.kind)}::text[], ${column(event => event.boot)}::text[],
        ${column(event => event.mono)}::float8[], ${column(event => event.wall)}::bigint[],
        ${column(event => event.clk)}::text[], ${column(event => event.body)}::text[],
        ${column(event => event.hash)}::bytea[]) AS v
      ON CONFLICT DO NOTHING`.execute(tx);
    return Number(numAffectedRows ?? 0n);
  }

  async putBays(tx: CloudTransaction, bays: readonly PlacedBay[]): Promise<readonly PlacedBay[]> {
    if (bays.length === 0) return [];
    const column = <Value>(of: (bay: PlacedBay) => Value) => bays.map(of);
    const {rows} = await sql<{readonly n: number}>`
      WITH said AS (
        SELECT * FROM unnest(${column(({place}) => place.gateway)}::text[],
          ${column(({body}) => body.bay)}::text[], ${column(({body}) => body.arm)}::text[],
          ${column(({body}) => body.occupancy)}::text[],
          ${column(({body}) => (body.online ? 1 : 0))}::bigint[],
          ${column(({body}) => (body.saleable ? 1 : 0))}::bigint[],
          ${column(({place}) => place.wall)}::bigint[], ${column(({place}) => place.epochNo)}::bigint[],
          ${column(({place}) => place.seq)}::bigint[])
        WITH ORDINALITY AS v (gw, bay, arm, occupancy, online, saleable, wall, epoch_no, seq, n)
      ), put AS (
        INSERT INTO bay (gw, bay, arm, occupancy, online, saleable, changed_wall, epoch_no, seq)
        SELECT gw, bay, arm, occupancy, online, saleable, wall, epoch_no, seq FROM said ORDER BY n
        ON CONFLICT (gw, bay) DO UPDATE SET arm = excluded.arm, occupancy = excluded.occupancy,
          online = excluded.online, saleable = excluded.saleable,
          changed_wall = excluded.changed_wall, epoch_no = excluded.epoch_no, seq = excluded.seq
        WHERE (excluded.epoch_no, excluded.seq) > (bay.epoch_no, bay.seq)
        RETURNING gw, bay
      )
      SELECT n FROM said JOIN put USING (gw, bay) ORDER BY n`.execute(tx);
    return rows.map(({n}) => bays[n - 1] as PlacedBay);
  }

  async revokedAt(
    tx: CloudTransaction,
    ids: readonly GatewayId[],
  ): Promise<readonly (number | undefined)[]> {
    if (ids.length === 0) return [];
    const {rows} = await sql<{readonly n: number; readonly wall: number}>`
      SELECT v.n, r.wall FROM ${asked(ids)} JOIN revocation r ON r.gw = v.gw AND r.id = v.id`.execute(
      tx,
    );
    const walls = new Map(rows.map(({n, wall}) => [n, wall]));
    return ids.map((_, index) => walls.get(index + 1));
  }

  async ordersOf(
    tx: CloudTransaction,
    grants: readonly GatewayId[],
  ): Promise<readonly (string | undefined)[]> {
    if (grants.length === 0) return [];
    const {rows} = await sql<{readonly n: number; readonly order: string}>`
      SELECT v.n, o.order_id AS "order"
      FROM ${asked(grants)} JOIN order_grant o ON o.gw = v.gw AND o.grant_id = v.id`.execute(tx);
    const orders = new Map(rows.map(({n, order}) => [n, order]));
    return grants.map((_, index) => orders.get(index + 1));
  }
}

/** The ids as a table with their places, from 1. */
function asked(ids: readonly GatewayId[]) {
  const gateways = ids.map(({gateway}) => gateway);
  const names = ids.map(({id}) => id);
  return sql`unnest(${gateways}::text[], ${names}::text[]) WITH ORDINALITY AS v (gw, id, n)`;
}
