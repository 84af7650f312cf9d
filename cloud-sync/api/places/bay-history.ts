import {sql} from 'kysely';
import {bayBodySchema} from '../site-event-schemas.js';
import type {CloudReader} from '../store/cloud-schema.js';

/** What a bay was from an instant on. */
export interface BayMoment {
  readonly gateway: string;
  readonly epochNo: number;
  readonly seq: number;
  readonly arm: string;
  readonly occupancy: string;
  readonly online: boolean;
  readonly saleable: boolean;
  readonly wall: number;
  /** How far the gateway's clock is to be trusted. */
  readonly clk: string;
}

/** Events before this one come next: epoch and number. */
export type HistoryPlace = readonly [epochNo: number, seq: number];

export interface HistoryPage {
  readonly moments: readonly BayMoment[];
  /** Where to go on; undefined: that was all. */
  readonly next: HistoryPlace | undefined;
}

/** Events that one request looks at; a bay that seldom changes takes several. */
const LOOKED_AT = 5000;

/** What became of a bay, the newest first, out of its gateway's events. @see requirements P25 */
export class BayHistory {
  async page(
    db: CloudReader,
    {gateway, bay}: {readonly gateway: string; readonly bay: string},
    {before, limit}: {readonly before: HistoryPlace | undefined; readonly limit: number},
  ): Promise<HistoryPage> {
    const [epochNo, seq] = before ?? [Number.MAX_SAFE_INTEGER, 0];
    const rows = await db
      .selectFrom('ev as e')
      .leftJoin('ev_copy as c', join =>
        join
          .onRef('c.gw', '=', 'e.gw')
          .onRef('c.epoch_no', '=', 'e.epoch_no')
          .onRef('c.seq', '=', 'e.seq'),
      )
      .select(['e.epoch_no as epochNo', 'e.seq', 'e.wall', 'e.clk', 'c.seq as copySeq'])
      .select(sql<string | null>`case when e.kind = 'bay' then e.body end`.as('body'))
      .where('e.gw', '=', gateway)
      .where(sql<boolean>`(e.epoch_no, e.seq) < (${epochNo}, ${seq})`)
      .orderBy('e.epoch_no', 'desc')
      .orderBy('e.seq', 'desc')
      .limit(LOOKED_AT)
      .execute();
    const moments: BayMoment[] = [];
    for (const row of rows) {
      const moment = momentOf(gateway, bay, row);
      if (moment) moments.push(moment);
      if (moments.length === limit) return {moments, next: [row.epochNo, row.seq]};
    }
    const last = rows.at(-1);
    const isAll = rows.length < LOOKED_AT || !last;
    return {moments, next: isAll ? undefined : [last.epochNo, last.seq]};
  }
}

interface Row {
  readonly epochNo: number;
  readonly seq: number;
  readonly wall: number;
  readonly clk: string;
  readonly body: string | null;
  /** Set: it says again what is shown elsewhere. */
  readonly copySeq: number | null;
}

function momentOf(gateway: string, bay: string, row: Row): BayMoment | undefined {
  const {body: text, copySeq, ...rest} = row;
  if (text === null || copySeq !== null || !text.includes(JSON.stringify(bay).slice(1, -1)))
    return undefined;
  const body = bayBodySchema.safeParse(parsed(text));
  if (!body.success || body.data.bay !== bay) return undefined;
  const {arm, occupancy, online, saleable} = body.data;
  return {gateway, ...rest, arm, occupancy, online, saleable};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
