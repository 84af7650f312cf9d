import {sql} from 'kysely';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import {LATE_GRACE_MS} from '../../../protocols/site/stay-rules.js';
import {type EndProof, PRESUMED} from '../orders/open-stay.js';
import {UNSETTLED} from '../places/calendar.js';
import type {Offer} from '../places/listing-table.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

/** A stay that goes on as far as its gateway told, and yet has ended. */
export interface EndedStay {
  readonly gateway: string;
  readonly session: string;
  readonly order: string;
  /** Of the last that was told of it. */
  readonly epochNo: number;
  readonly seq: number;
  /** It ended by then. */
  readonly endWall: number;
  readonly proof: EndProof;
}

/** A bay that is not free for who is due there. */
export interface TakenBay {
  readonly tenant: string;
  readonly site: string;
  readonly point: string;
  readonly why: 'OVERSTAY' | 'WRONG_BAY' | 'INTRUDER';
  /** Whose stay it is; null: nobody's who has a right. */
  readonly order: string | null;
}

/** An order whose time is over and whose money is held still. */
export interface WaitingOrder {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly site: string;
  readonly point: string;
  readonly holder: string;
  readonly untilWall: number;
  /** JSON text. */
  readonly data: string;
  /** As its gateway told last; null: never. */
  readonly occupancy: string | null;
}

const OPEN_PHASES = ['open_wait_car', 'parked', 'away', 'overtime', 'leaving', 'relocking'];
/** Alarms that say that a car stands where nobody was let in. */
export const STRANGERS = ['WRONG_BAY', 'INTRUDER'] as const;
/** What proves an end must have stood so long: the word of the end itself may be on its way. */
const PROOF_RESTS_MS = 10 * MINUTE_MS;
const AT_ONCE = 200;

/** What gateways told of stays, set against what orders wait for. */
export class StayTable {
  /** Stays of orders that wait for an end which something later shows to be past. */
  async ended(db: CloudReader, nowWall: number): Promise<readonly EndedStay[]> {
    return [...(await this.#byBay(db, nowWall)), ...(await this.#byNextStay(db, nowWall))];
  }

  /** Its order has heard of the end. False when its gateway told something of it meanwhile. */
  async presume(tx: CloudTransaction, stay: EndedStay): Promise<boolean> {
    const {numUpdatedRows} = await tx
      .updateTable('order_use')
      .set({phase: 'closed', close_cause: PRESUMED})
      .where('gw', '=', stay.gateway)
      .where('session', '=', stay.session)
      .where('epoch_no', '=', stay.epochNo)
      .where('seq', '=', stay.seq)
      .where('phase', '<>', 'closed')
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  /** The same for all stays of an order that staff have ended. */
  async presumeAll(tx: CloudTransaction, order: string): Promise<void> {
    await tx
      .updateTable('order_use')
      .set({phase: 'closed', close_cause: PRESUMED})
      .where('order_id', '=', order)
      .where('phase', 'in', OPEN_PHASES)
      .execute();
  }

  /** Bays in which somebody is beyond his time, or without a right. */
  async taken(db: CloudReader, nowWall: number): Promise<readonly TakenBay[]> {
    const kept = await db
      .selectFrom('order_use as u')
      .innerJoin('order_row as o', 'o.id', 'u.order_id')
      .innerJoin('bay_slot as s', 's.order_id', 'u.order_id')
      .select(['o.tenant', 's.site', 's.point', 'o.id as order'])
      .distinct()
      .where('u.phase', 'in', ['parked', 'overtime'])
      .where('o.state', 'in', UNSETTLED)
      .where('s.until_wall', '<=', nowWall)
      .whereRef('s.point', '=', 'u.point')
      .limit(AT_ONCE)
      .execute();
    const strangers = await db
      .selectFrom('alarm as a')
      .innerJoin('bay as b', join => join.onRef('b.gw', '=', 'a.gw').onRef('b.bay', '=', 'a.bay'))
      .innerJoin('site_gateway as g', 'g.gw', 'a.gw')
      .select(['g.tenant', 'g.site', 'b.bay as point', 'a.kind as why'])
      .distinct()
      .where('a.kind', 'in', STRANGERS)
      .where('a.state', '<>', 'closed')
      .where('b.occupancy', '=', 'occupied')
      // Nobody may have closed the alarm since, and somebody with a right be there by now.
      .where(({not, exists, selectFrom}) =>
        not(
          exists(
            selectFrom('order_use as u')
              .select('u.session')
              .whereRef('u.gw', '=', 'a.gw')
              .whereRef('u.point', '=', 'a.bay')
              .where('u.phase', 'in', ['parked', 'overtime']),
          ),
        ),
      )
      .limit(AT_ONCE)
      .execute();
    return [
      ...kept.map(bay => ({...bay, why: 'OVERSTAY'}) as const),
      ...strangers.map(bay => ({...bay, why: bay.why as TakenBay['why'], order: null})),
    ];
  }

  /** Orders that have a bay from before `beforeWall` on, and longer than `nowWall`; the first first. */
  async dueAt(
    db: CloudReader,
    {site, point}: Pick<TakenBay, 'site' | 'point'>,
    {nowWall, beforeWall}: {readonly nowWall: number; readonly beforeWall: number},
  ): Promise<readonly string[]> {
    const rows = await db
      .selectFrom('bay_slot as s')
      .innerJoin('order_row as o', 'o.id', 's.order_id')
      .select('o.id')
      .where('s.site', '=', site)
      .where('s.point', '=', point)
      .where('s.from_wall', '<=', beforeWall)
      .where('s.until_wall', '>', nowWall)
      .where('o.state', 'in', UNSETTLED)
      .orderBy('s.from_wall')
      .limit(AT_ONCE)
      .execute();
    return rows.map(({id}) => id);
  }

  /** Orders for a bay that are not over, the first first. */
  ordersAt(
    db: CloudReader,
    {site, point, offer}: {readonly site: string; readonly point: string; readonly offer?: Offer},
    nowWall: number,
  ): Promise<readonly {readonly id: string; readonly untilWall: number}[]> {
    let rows = db
      .selectFrom('bay_slot as s')
      .innerJoin('order_row as o', 'o.id', 's.order_id')
      .select(['o.id', 's.until_wall as untilWall'])
      .where('s.site', '=', site)
      .where('s.point', '=', point)
      .where('o.state', 'in', UNSETTLED)
      .where(({or, eb}) => or([eb('s.until_wall', '>', nowWall), eb('o.state', '<>', 'paid')]));
    if (offer) rows = rows.where('o.type', '=', offer === 'lease' ? 'lease' : 'booking');
    return rows.orderBy('s.from_wall').limit(AT_ONCE).execute();
  }

  /** Bays of a site into which somebody could drive now. */
  async vacant(db: CloudReader, site: string): Promise<ReadonlySet<string>> {
    const rows = await db
      .selectFrom('site_gateway as g')
      .innerJoin('bay as b', 'b.gw', 'g.gw')
      .select('b.bay')
      .where('g.site', '=', site)
      .where('b.occupancy', '=', 'vacant')
      .where('b.online', '=', 1)
      .where('b.saleable', '=', 1)
      .execute();
    return new Set(rows.map(({bay}) => bay));
  }

  /** Orders whose time was over before `beforeWall` and that are not settled, the oldest first. */
  waiting(
    db: CloudReader,
    query: {
      readonly tenant: string;
      readonly sites?: readonly string[] | undefined;
      readonly beforeWall: number;
      readonly after: string;
      readonly limit: number;
    },
  ): Promise<readonly WaitingOrder[]> {
    const {tenant, sites, beforeWall, after, limit} = query;
    let rows = db
      .selectFrom('order_row as o')
      .innerJoin('bay_slot as s', 's.order_id', 'o.id')
      .innerJoin('point as p', join =>
        join.onRef('p.site', '=', 's.site').onRef('p.id', '=', 's.point'),
      )
      .leftJoin('bay as b', join => join.onRef('b.gw', '=', 'p.gw').onRef('b.bay', '=', 'p.id'))
      .select(['o.id', 'o.type', 'o.state', 'o.site', 's.point', 'o.holder', 'o.data'])
      .select(['s.until_wall as untilWall', 'b.occupancy'])
      .where('o.tenant', '=', tenant)
      .where('o.state', 'in', UNSETTLED)
      .where('o.id', '>', after)
      .where('s.until_wall', '<', beforeWall);
    if (sites !== undefined) rows = rows.where('o.site', 'in', sites);
    return rows.orderBy('o.id').limit(limit).execute();
  }

  async #byBay(db: CloudReader, nowWall: number): Promise<readonly EndedStay[]> {
    const rows = await openUses(db)
      .innerJoin('bay as b', join => join.onRef('b.gw', '=', 'u.gw').onRef('b.bay', '=', 'u.point'))
      .innerJoin('epoch as e', join =>
        join.onRef('e.gw', '=', 'b.gw').onRef('e.no', '=', 'b.epoch_no'),
      )
      .leftJoin('bay_slot as s', 's.order_id', 'u.order_id')
      .select(['b.changed_wall as endWall', 'b.arm'])
      .where(sql<boolean>`(b.epoch_no, b.seq) > (u.epoch_no, u.seq)`)
      // Whatever came before it is here too, or will never be.
      .whereRef('e.known', '>=', 'b.seq')
      .where('b.online', '=', 1)
      .where('b.occupancy', '=', 'vacant')
      .where('b.changed_wall', '<=', nowWall - PROOF_RESTS_MS)
      .where(({or, eb}) =>
        or([eb('b.arm', '=', 'up'), eb('s.until_wall', '<=', nowWall - LATE_GRACE_MS)]),
      )
      .limit(AT_ONCE)
      .execute();
    return rows.map(({arm, ...stay}) => ({
      ...stay,
      proof: arm === 'up' ? 'BARRED_AGAIN' : 'TIME_OVER_AND_VACANT',
    }));
  }

  async #byNextStay(db: CloudReader, nowWall: number): Promise<readonly EndedStay[]> {
    const rows = await openUses(db)
      .innerJoin('order_use as n', join =>
        join.onRef('n.gw', '=', 'u.gw').onRef('n.point', '=', 'u.point'),
      )
      .innerJoin('epoch as e', join =>
        join.onRef('e.gw', '=', 'n.gw').onRef('e.no', '=', 'n.epoch_no'),
      )
      .select(({ref}) => sql<number>`${ref('n.at_wall')} - ${ref('n.duration_ms')}`.as('endWall'))
      .whereRef('n.session', '<>', 'u.session')
      .where(sql<boolean>`(n.epoch_no, n.seq) > (u.epoch_no, u.seq)`)
      .whereRef('e.known', '>=', 'n.seq')
      .where('n.at_wall', '<=', nowWall - PROOF_RESTS_MS)
      .limit(AT_ONCE)
      .execute();
    const first = new Map<string, EndedStay>();
    for (const row of rows) {
      const stay = {...row, endWall: Math.round(Number(row.endWall)), proof: 'NEXT_STAY'} as const;
      const key = `${stay.gateway} ${stay.session}`;
      const held = first.get(key);
      if (!held || stay.endWall < held.endWall) first.set(key, stay);
    }
    return [...first.values()];
  }
}

/** Stays of unsettled orders that go on, as far as their orders were told. */
function openUses(db: CloudReader) {
  return db
    .selectFrom('order_use as u')
    .innerJoin('order_row as o', 'o.id', 'u.order_id')
    .select(['u.gw as gateway', 'u.session', 'u.order_id as order'])
    .select(['u.epoch_no as epochNo', 'u.seq'])
    .where('u.phase', 'in', OPEN_PHASES)
    .where('u.pending', '=', 0)
    .where('o.state', 'in', UNSETTLED);
}
