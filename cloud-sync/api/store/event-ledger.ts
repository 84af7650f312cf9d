import {createHash} from 'node:crypto';
import {sql} from 'kysely';
import type {CloudReader, CloudTransaction} from './cloud-schema.js';

export interface EpochRow {
  readonly no: number;
  /** Highest sequence number without a gap below it. */
  readonly known: number;
  /** Chain hash after `known`; null when it cannot be known (rows before it are gone). */
  readonly knownHash: Uint8Array | null;
  /** Highest number of a chained event here; a gap is open while it is beyond `known`. */
  readonly chained: number;
  /** Lowest number stored beyond `known`, chained or early; null when there is none. */
  readonly beyond: number | null;
  readonly gapSinceWall: number | null;
  readonly gapAskedWall: number | null;
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

export interface MarkedGap {
  readonly epoch: string;
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

export interface CarriedPlace {
  readonly seq: number;
  readonly first: {readonly epoch: string; readonly seq: number; readonly h: Uint8Array};
}

export interface CarriedEarlier {
  readonly epoch: string;
  readonly seq: number;
  readonly body: string;
  readonly firstSeq: number;
  readonly firstHash: Uint8Array;
}

const EVENT = ['seq', 'kind', 'boot', 'mono', 'wall', 'clk', 'body'] as const;
const STORED = ['epoch_no as epochNo', 'h as hash', ...EVENT] as const;
const EPOCH = [
  'no',
  'known',
  'known_h as knownHash',
  'chained',
  'beyond',
  'gap_since_wall as gapSinceWall',
  'gap_asked_wall as gapAskedWall',
] as const;

/** Events as received, one chain per epoch of a gateway. */
export class EventLedger {
  epoch(db: CloudReader, gateway: string, epoch: string): Promise<EpochRow | undefined> {
    const query = db.selectFrom('epoch').select(EPOCH).where('gw', '=', gateway);
    return query.where('epoch', '=', epoch).executeTakeFirst();
  }

  /** Begin an epoch, unless another worker has. */
  async addEpoch(
    tx: CloudTransaction,
    gateway: string,
    start: {
      readonly epoch: string;
      readonly known: number;
      readonly knownHash: Uint8Array | null;
      readonly wallMs: number;
    },
  ): Promise<void> {
    const {epoch, known, knownHash: known_h, wallMs: started_wall} = start;
    const last = await tx
      .selectFrom('epoch')
      .select(({fn}) => fn.max('no').as('no'))
      .where('gw', '=', gateway)
      .executeTakeFirst();
    const counters = {known, known_h, chained: known, started_wall};
    await tx
      .insertInto('epoch')
      .values({gw: gateway, no: (last?.no ?? 0) + 1, epoch, ...counters})
      .onConflict(clash => clash.doNothing())
      .execute();
  }

  get(
    db: CloudReader,
    gateway: string,
    epochNo: number,
    seq: number,
  ): Promise<StoredEvent | undefined> {
    const query = db.selectFrom('ev').select(STORED).where('gw', '=', gateway);
    return query.where('epoch_no', '=', epochNo).where('seq', '=', seq).executeTakeFirst();
  }

  /** Events `from` to `to`, in order. */
  range(
    db: CloudReader,
    range: {
      readonly gateway: string;
      readonly epochNo: number;
      readonly from: number;
      readonly to: number;
    },
    limit: number,
  ): Promise<readonly StoredEvent[]> {
    return db
      .selectFrom('ev')
      .select(STORED)
      .where('gw', '=', range.gateway)
      .where('epoch_no', '=', range.epochNo)
      .where('seq', '>=', range.from)
      .where('seq', '<=', range.to)
      .orderBy('seq')
      .limit(limit)
      .execute();
  }

  /** The next event that knew the time, if it is of the same boot. */
  async nextSure(
    db: CloudReader,
    gateway: string,
    {epochNo, seq, boot}: Pick<StoredEvent, 'epochNo' | 'seq' | 'boot'>,
  ): Promise<StoredEvent | undefined> {
    const found = await db
      .selectFrom('ev')
      .select(STORED)
      .where('gw', '=', gateway)
      .where('epoch_no', '=', epochNo)
      .where('seq', '>', seq)
      .where('clk', '!=', 'floor')
      .orderBy('seq')
      .limit(1)
      .executeTakeFirst();
    return found?.boot === boot ? found : undefined;
  }

  /** Chain hashes of those that are here. */
  async hashes(
    db: CloudReader,
    gateway: string,
    epochNo: number,
    seqs: readonly number[],
  ): Promise<ReadonlyMap<number, Uint8Array | null>> {
    const rows = await db
      .selectFrom('ev')
      .select(['seq', 'h'])
      .where('gw', '=', gateway)
      .where('epoch_no', '=', epochNo)
      .where('seq', 'in', seqs)
      .execute();
    return new Map(rows.map(({seq, h}) => [seq, h]));
  }

  async replace(tx: CloudTransaction, gateway: string, event: StoredEvent): Promise<void> {
    const {kind, boot, mono, wall, clk, body, hash: h} = event;
    await tx
      .updateTable('ev')
      .set({kind, boot, mono, wall, clk, body, h})
      .where('gw', '=', gateway)
      .where('epoch_no', '=', event.epochNo)
      .where('seq', '=', event.seq)
      .execute();
  }

  /** Keep what claims a number that another event holds. */
  async addConflict(
    tx: CloudTransaction,
    gateway: string,
    event: StoredEvent,
    receivedWall: number,
  ): Promise<void> {
    const {kind, boot, mono, wall, clk, body} = event;
    const said = JSON.stringify([kind, boot, mono, wall, clk, body]);
    const claim = createHash('sha256').update(said).digest('hex');
    await tx
      .insertInto('ev_conflict')
      .values({...columnsOf(gateway, event), claim, received_wall: receivedWall})
      .onConflict(clash => clash.doNothing())
      .execute();
  }

  /** These say again, under a later epoch, what is here under an earlier one. */
  async addCopies(
    tx: CloudTransaction,
    gateway: string,
    epochNo: number,
    seqs: readonly number[],
  ): Promise<void> {
    if (seqs.length === 0) return;
    await tx
      .insertInto('ev_copy')
      .values(seqs.map(seq => ({gw: gateway, epoch_no: epochNo, seq})))
      .onConflict(clash => clash.doNothing())
      .execute();
  }

  /** These were carried over to where they are. */
  async addOrigins(
    tx: CloudTransaction,
    gateway: string,
    epochNo: number,
    carried: readonly CarriedPlace[],
  ): Promise<void> {
    if (carried.length === 0) return;
    const rows = carried.map(({seq, first: {epoch: first_epoch, seq: first_seq, h: first_h}}) => ({
      ...{gw: gateway, epoch_no: epochNo, seq},
      ...{first_epoch, first_seq, first_h},
    }));
    await tx
      .insertInto('ev_origin')
      .values(rows)
      .onConflict(clash => clash.doNothing())
      .execute();
  }

  /** Events that are here under an epoch before `epochNo`, and stood in `firstEpoch` first. */
  carriedFrom(
    db: CloudReader,
    gateway: string,
    epochNo: number,
    {epoch, seqs}: {readonly epoch: string; readonly seqs: readonly number[]},
  ): Promise<readonly CarriedEarlier[]> {
    return db
      .selectFrom('ev_origin as o')
      .innerJoin('ev as e', join =>
        join
          .onRef('e.gw', '=', 'o.gw')
          .onRef('e.epoch_no', '=', 'o.epoch_no')
          .onRef('e.seq', '=', 'o.seq'),
      )
      .innerJoin('epoch as p', join =>
        join.onRef('p.gw', '=', 'o.gw').onRef('p.no', '=', 'o.epoch_no'),
      )
      .select(['p.epoch', 'e.seq', 'e.body', 'o.first_seq as firstSeq', 'o.first_h as firstHash'])
      .where('o.gw', '=', gateway)
      .where('o.first_epoch', '=', epoch)
      .where('o.first_seq', 'in', seqs)
      .where('o.epoch_no', '<', epochNo)
      .execute();
  }

  /** What the gateway says it holds no more. */
  async addGap(
    tx: CloudTransaction,
    gateway: string,
    epochNo: number,
    gap: {readonly from: number; readonly to: number; readonly why: string},
    wallMs: number,
  ): Promise<void> {
    const mark = {to_seq: gap.to, why: gap.why, marked_wall: wallMs};
    await tx
      .insertInto('gap')
      .values({gw: gateway, epoch_no: epochNo, from_seq: gap.from, ...mark})
      .onConflict(clash => clash.columns(['gw', 'epoch_no', 'from_seq']).doUpdateSet(mark))
      .execute();
  }

  /** Gaps that are open since `wallMs` or longer. */
  gapsSince(
    db: CloudReader,
    gateways: readonly string[],
    wallMs: number,
  ): Promise<readonly {readonly gateway: string; readonly from: number}[]> {
    return db
      .selectFrom('epoch')
      .select(['gw as gateway', ({eb}) => eb('known', '+', 1).as('from')])
      .where('gw', 'in', gateways)
      .where('gap_since_wall', '<=', wallMs)
      .execute();
  }

  /** Events after the cursor, in order, none that an earlier one could still come before. */
  async feed(
    db: CloudReader,
    gateway: string,
    afterEpochNo: number,
    afterSeq: number,
    limit: number,
  ): Promise<readonly FeedEvent[]> {
    const page = await db
      .selectFrom('ev as e')
      .innerJoin('epoch as p', join =>
        join.onRef('p.gw', '=', 'e.gw').onRef('p.no', '=', 'e.epoch_no'),
      )
      .select(['e.epoch_no as epochNo', 'e.h as hash', 'p.epoch'])
      .select(['e.seq', 'e.kind', 'e.boot', 'e.mono', 'e.wall', 'e.clk', 'e.body'])
      .select('e.received_wall as receivedWall')
      .where('e.gw', '=', gateway)
      .where(sql<boolean>`(e.epoch_no, e.seq) > (${afterEpochNo}, ${afterSeq})`)
      .whereRef('e.seq', '<=', 'p.known')
      .where(({not, exists, selectFrom}) =>
        not(
          exists(
            selectFrom('ev_copy as c')
              .select('c.seq')
              .whereRef('c.gw', '=', 'e.gw')
              .whereRef('c.epoch_no', '=', 'e.epoch_no')
              .whereRef('c.seq', '=', 'e.seq'),
          ),
        ),
      )
      .orderBy('e.epoch_no')
      .orderBy('e.seq')
      .limit(limit)
      .execute();
    return page;
  }

  async conflicts(db: CloudReader, gateway: string): Promise<number> {
    const query = db.selectFrom('ev_conflict').select(({fn}) => fn.countAll<number>().as('n'));
    return (await query.where('gw', '=', gateway).executeTakeFirstOrThrow()).n;
  }

  gaps(db: CloudReader, gateway: string): Promise<readonly MarkedGap[]> {
    return db
      .selectFrom('gap as g')
      .innerJoin('epoch as p', join =>
        join.onRef('p.gw', '=', 'g.gw').onRef('p.no', '=', 'g.epoch_no'),
      )
      .select(['p.epoch', 'g.from_seq as from', 'g.to_seq as to', 'g.why'])
      .where('g.gw', '=', gateway)
      .orderBy('g.epoch_no')
      .orderBy('g.from_seq')
      .execute();
  }
}

function columnsOf(gateway: string, event: StoredEvent) {
  const {epochNo, seq, kind, boot, mono, wall, clk, body} = event;
  return {gw: gateway, epoch_no: epochNo, seq, kind, boot, mono, wall, clk, body};
}
