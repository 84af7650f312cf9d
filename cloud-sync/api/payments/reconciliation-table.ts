import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {DifferenceKind} from './settlement-rules.js';

export interface DayKey {
  readonly tenant: string;
  readonly provider: string;
  /** `YYYY-MM-DD` */
  readonly day: string;
}

export interface ReconciliationRow extends DayKey {
  readonly state: 'balanced' | 'differs';
  readonly oursFen: number;
  readonly theirsFen: number;
  readonly matched: number;
  readonly ver: number;
  readonly by: string;
  readonly atWall: number;
}

export interface ReconciliationItem extends DayKey {
  readonly subject: string;
  readonly kind: DifferenceKind;
  readonly oursFen: number;
  readonly theirsFen: number;
  /** What went from clearing to suspense for it. */
  readonly suspenseFen: number;
  /** What of that a person has put where it belongs. */
  readonly settledFen: number;
  readonly state: 'open' | 'gone' | 'settled';
  readonly reason: string | null;
  readonly ver: number;
}

const RUN = [
  ...['tenant', 'provider', 'day', 'state', 'ours_fen as oursFen', 'theirs_fen as theirsFen'],
  ...['matched', 'ver', 'by_whom as by', 'at_wall as atWall'],
] as const;
const ITEM = [
  ...['tenant', 'provider', 'day', 'subject', 'kind', 'ours_fen as oursFen'],
  ...['theirs_fen as theirsFen', 'suspense_fen as suspenseFen', 'settled_fen as settledFen'],
  ...['state', 'reason', 'ver'],
] as const;

/** Days of providers beside our books, and what differs. */
export class ReconciliationTable {
  /** The day, locked and there: one reconciliation of it comes after the other. */
  async lock(tx: CloudTransaction, key: DayKey, wallMs: number): Promise<ReconciliationRow> {
    const row = await tx
      .insertInto('reconciliation')
      .values({
        ...{...key, state: 'differs', ours_fen: 0, theirs_fen: 0, matched: 0, ver: 0},
        ...{by_whom: '', at_wall: wallMs},
      })
      .onConflict(clash =>
        clash
          .columns(['tenant', 'provider', 'day'])
          .doUpdateSet(({ref}) => ({ver: ref('reconciliation.ver')})),
      )
      .returning(RUN)
      .executeTakeFirstOrThrow();
    return row as ReconciliationRow;
  }

  async save(tx: CloudTransaction, row: ReconciliationRow): Promise<void> {
    const {state, matched, ver} = row;
    await tx
      .updateTable('reconciliation')
      .set({
        ...{state, matched, ver, ours_fen: row.oursFen, theirs_fen: row.theirsFen},
        ...{by_whom: row.by, at_wall: row.atWall},
      })
      .where('tenant', '=', row.tenant)
      .where('provider', '=', row.provider)
      .where('day', '=', row.day)
      .execute();
  }

  async get(db: CloudReader, key: DayKey): Promise<ReconciliationRow | undefined> {
    const row = await db
      .selectFrom('reconciliation')
      .select(RUN)
      .where('tenant', '=', key.tenant)
      .where('provider', '=', key.provider)
      .where('day', '=', key.day)
      .executeTakeFirst();
    return row as ReconciliationRow | undefined;
  }

  /** The latest day first; `before` is the last day that was seen. */
  async list(
    db: CloudReader,
    tenant: string,
    {before, limit}: {readonly before: string; readonly limit: number},
  ): Promise<readonly ReconciliationRow[]> {
    const rows = await db
      .selectFrom('reconciliation')
      .select(RUN)
      .where('tenant', '=', tenant)
      .where('day', '<', before)
      .orderBy('day', 'desc')
      .orderBy('provider')
      .limit(limit)
      .execute();
    return rows as unknown as readonly ReconciliationRow[];
  }

  async items(db: CloudReader, key: DayKey): Promise<readonly ReconciliationItem[]> {
    const rows = await db
      .selectFrom('reconciliation_item')
      .select(ITEM)
      .where('tenant', '=', key.tenant)
      .where('provider', '=', key.provider)
      .where('day', '=', key.day)
      .orderBy('subject')
      .execute();
    return rows as unknown as readonly ReconciliationItem[];
  }

  async openItems(db: CloudReader, tenant: string): Promise<readonly ReconciliationItem[]> {
    const rows = await db
      .selectFrom('reconciliation_item')
      .select(ITEM)
      .where('tenant', '=', tenant)
      .where('state', '=', 'open')
      .orderBy('day')
      .orderBy('subject')
      .limit(1000)
      .execute();
    return rows as unknown as readonly ReconciliationItem[];
  }

  async putItem(tx: CloudTransaction, item: ReconciliationItem): Promise<void> {
    const {tenant, provider, day, subject, kind, state, reason, ver} = item;
    const fen = {
      ours_fen: item.oursFen,
      theirs_fen: item.theirsFen,
      suspense_fen: item.suspenseFen,
      settled_fen: item.settledFen,
    };
    const row = {kind, state, reason, ver, ...fen};
    await tx
      .insertInto('reconciliation_item')
      .values({tenant, provider, day, subject, ...row})
      .onConflict(clash => clash.columns(['tenant', 'provider', 'day', 'subject']).doUpdateSet(row))
      .execute();
  }
}
