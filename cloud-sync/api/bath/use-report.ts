import {sql} from 'kysely';
import type {CloudReader} from '../store/cloud-schema.js';

export interface ReportAsked {
  readonly tenant: string;
  readonly site: string;
  readonly zone: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Showers of one account at one stall on one day of the site; sums of ml and fen. */
export interface UseRow extends UseSums {
  /** `2026-03-03`, by the site's zone. */
  readonly day: string;
  readonly stall: string;
  /** Null: staff, or nobody's account. */
  readonly account: string | null;
}

export interface UseSums {
  readonly showers: number;
  readonly meteredMl: number;
  readonly billedMl: number;
  readonly rinseMl: number;
  readonly freeMl: number;
  readonly usedFen: number;
  readonly owedFen: number;
  /** Of the showers: some of their water was not measured. */
  readonly estimated: number;
  /** Of the showers: their end was not told yet. */
  readonly unsettled: number;
}

/** Events that a gateway never told, between two that it did. */
export interface UseGap {
  readonly gateway: string;
  readonly fromSeq: number;
  /** Null: up to what comes next. */
  readonly toSeq: number | null;
  readonly why: string;
  /** When the last event before it happened; null: there is none. */
  readonly afterMs: number | null;
  readonly beforeMs: number | null;
}

export interface UseReport {
  readonly rows: readonly UseRow[];
  readonly totals: UseSums;
  readonly gaps: readonly UseGap[];
}

const NOTHING: UseSums = {
  ...{showers: 0, meteredMl: 0, billedMl: 0, rinseMl: 0, freeMl: 0},
  ...{usedFen: 0, owedFen: 0, estimated: 0, unsettled: 0},
};

/** Use by account, stall and day, with what is missing of it. @see requirements B18 */
export async function useReport(db: CloudReader, asked: ReportAsked): Promise<UseReport> {
  const {tenant, site, zone, fromMs, untilMs} = asked;
  const bound = db.selectFrom('site_gateway').select('gw').where('tenant', '=', tenant);
  const gateways = (await bound.where('site', '=', site).execute()).map(({gw}) => gw);
  if (gateways.length === 0) return {rows: [], totals: NOTHING, gaps: []};
  const atWall = sql<number>`coalesce(opened_wall, received_wall)`;
  const showers = await db
    .selectFrom('bath_shower')
    .leftJoin('order_row', 'order_row.id', 'bath_shower.order_id')
    .select(['order_row.holder as account', 'stall', 'phase', 'quality', atWall.as('atWall')])
    .select(['metered_ml', 'billed_ml', 'rinse_ml', 'free_ml', 'used_fen', 'owed_fen'])
    .where('gw', 'in', gateways)
    .where(atWall, '>=', fromMs)
    .where(atWall, '<', untilMs)
    .execute();
  const dayOf = dayOfZone(zone);
  const rows = new Map<string, UseRow>();
  let totals = NOTHING;
  for (const one of showers) {
    const {account, stall} = one;
    const day = dayOf(Number(one.atWall));
    const use: UseSums = {
      ...{showers: 1, meteredMl: one.metered_ml, billedMl: one.billed_ml, rinseMl: one.rinse_ml},
      ...{freeMl: one.free_ml, usedFen: one.used_fen, owedFen: one.owed_fen},
      estimated: one.quality === 'estimated' ? 1 : 0,
      unsettled: one.phase === 'settled' ? 0 : 1,
    };
    const key = JSON.stringify([day, stall, account]);
    rows.set(key, {day, stall, account, ...sum(rows.get(key) ?? NOTHING, use)});
    totals = sum(totals, use);
  }
  const gaps = await gapsOf(db, gateways, {fromMs, untilMs});
  const sorted = [...rows.entries()].sort(([one], [other]) => (one < other ? -1 : 1));
  return {rows: sorted.map(([, row]) => row), totals, gaps};
}

function sum(one: UseSums, other: UseSums): UseSums {
  const names = Object.keys(NOTHING) as (keyof UseSums)[];
  return Object.fromEntries(
    names.map(name => [name, one[name] + other[name]]),
  ) as unknown as UseSums;
}

/** Those that may hide something of this time. */
async function gapsOf(
  db: CloudReader,
  gateways: readonly string[],
  {fromMs, untilMs}: {readonly fromMs: number; readonly untilMs: number},
): Promise<readonly UseGap[]> {
  const marked = await db
    .selectFrom('gap')
    .select([
      'gw as gateway',
      'epoch_no as epochNo',
      'from_seq as fromSeq',
      'to_seq as toSeq',
      'why',
    ])
    .where('gw', 'in', gateways)
    .orderBy('gw')
    .orderBy('epoch_no')
    .orderBy('from_seq')
    .limit(1000)
    .execute();
  const open = await db
    .selectFrom('epoch')
    .select(['gw as gateway', 'no as epochNo', 'known'])
    .where('gw', 'in', gateways)
    .where('gap_since_wall', 'is not', null)
    .execute();
  const all = [
    ...marked,
    ...open.map(({gateway, epochNo, known}) => ({
      ...{gateway, epochNo, fromSeq: known + 1, toSeq: null, why: 'missing'},
    })),
  ];
  const found: UseGap[] = [];
  for (const {epochNo, ...gap} of all) {
    const events = db.selectFrom('ev').select('wall').where('gw', '=', gap.gateway);
    const near = events.where('epoch_no', '=', epochNo);
    const before = await near
      .where('seq', '<', gap.fromSeq)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    const after = await near
      .where('seq', '>', gap.toSeq ?? gap.fromSeq)
      .orderBy('seq')
      .limit(1)
      .executeTakeFirst();
    const afterMs = before?.wall ?? null;
    const beforeMs = after?.wall ?? null;
    const isOutside = (afterMs ?? fromMs) >= untilMs || (beforeMs ?? fromMs) < fromMs;
    if (!isOutside) found.push({...gap, afterMs, beforeMs});
  }
  return found;
}

function dayOfZone(timeZone: string): (wallMs: number) => string {
  const parts = {year: 'numeric', month: '2-digit', day: '2-digit'} as const;
  const format = new Intl.DateTimeFormat('en-CA', {timeZone, ...parts});
  return wallMs => format.format(wallMs);
}
