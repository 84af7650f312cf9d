import {sql} from 'kysely';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CallStand, CallState} from './call-machine.js';
import type {SiteCallRow} from './calls-schema.js';

/** Words of a gateway that one alarm goes through. */
export type CallWordUp = 'raised' | 'notified' | 'acked' | 'onsite' | 'closed';

export interface CallRow {
  readonly id: string;
  readonly tenant: string;
  readonly site: string;
  readonly gateway: string;
  readonly alarm: string;
  readonly kind: string;
  readonly bay: string | null;
  readonly collector: string | null;
  readonly count: number;
  readonly receivedWall: number;
  readonly stand: CallStand;
  readonly ackedBy: string | null;
  readonly ackedMember: string | null;
  readonly isAckPending: boolean;
  readonly endedBy: string | null;
  readonly word: CallWordUp;
  readonly wordPerson: string | null;
  readonly wordWall: number | null;
  /** Its site sells nothing because of it. */
  readonly hasStoppedSales: boolean;
}

/** The newest that a gateway told of one alarm. */
export interface CallReport {
  readonly gateway: string;
  readonly alarm: string;
  readonly kind: string;
  readonly bay: string | null;
  readonly collector: string | null;
  readonly count: number;
  readonly word: CallWordUp;
  readonly person: string | null;
  /** Of the first word of it that came now; null: the clock was lost. */
  readonly firstWall: number | null;
  readonly wordWall: number | null;
  readonly epochNo: number;
  readonly seq: number;
}

export interface CallQuery {
  readonly tenant: string;
  readonly site?: string | undefined;
  readonly state?: CallState | undefined;
  /** The only sites that the caller may see; undefined: all. */
  readonly sites?: readonly string[] | undefined;
  /** Only those with a smaller id. */
  readonly before: string;
  readonly limit: number;
}

/** What changes of a call beside its stand. */
export interface CallNote {
  readonly ackedBy?: string | null;
  readonly ackedMember?: string | null;
  readonly isAckPending?: boolean;
  readonly endedBy?: string | null;
  readonly hasStoppedSales?: boolean;
}

/** Calls at sites. */
export class CallTable {
  async get(db: CloudReader, id: string): Promise<CallRow | undefined> {
    const query = db.selectFrom('site_call').selectAll().where('id', '=', id);
    const row = await query.executeTakeFirst();
    return row && callOf(row);
  }

  /** The call, which no other transaction changes before the end of this one. */
  async lock(tx: CloudTransaction, id: string): Promise<CallRow | undefined> {
    const query = tx.updateTable('site_call').set(({ref}) => ({count: ref('count')}));
    const row = await query.where('id', '=', id).returningAll().executeTakeFirst();
    return row && callOf(row);
  }

  /** A word of its gateway; an older one than is held changes only the time at which it began. */
  async note(
    tx: CloudTransaction,
    report: CallReport,
    made: {
      readonly id: string;
      readonly tenant: string;
      readonly site: string;
      readonly wall: number;
    },
  ): Promise<void> {
    const {gateway: gw, alarm, kind, bay, collector, count, word, person, wordWall} = report;
    const {wall: received_wall, ...own} = made;
    // A clock that goes ahead makes no call begin after it was heard of.
    const at_wall = Math.min(report.firstWall ?? received_wall, received_wall);
    const said = {
      ...{count, word, word_person: person, word_wall: wordWall},
      ...{epoch_no: report.epochNo, seq: report.seq},
    };
    await tx
      .insertInto('site_call')
      .values({
        ...{...own, gw, alarm, kind, bay, collector, ...said, at_wall, received_wall},
        ...{state: 'open', told_ms: -1, repeats: 0, unanswered: 0, silent_wall: null},
        ...{acked_wall: null, acked_by: null, acked_member: null, ack_pending: 0, reminders: 0},
        ...{ended_wall: null, ended_by: null, due_wall: null, pending: 1},
      })
      .onConflict(clash =>
        clash
          .columns(['gw', 'alarm'])
          .doUpdateSet(({ref}) => ({
            ...{count: ref('excluded.count'), word: ref('excluded.word'), pending: 1},
            ...{word_person: ref('excluded.word_person'), word_wall: ref('excluded.word_wall')},
            ...{epoch_no: ref('excluded.epoch_no'), seq: ref('excluded.seq')},
          }))
          .where(
            sql<boolean>`(excluded.epoch_no, excluded.seq) > (site_call.epoch_no, site_call.seq)`,
          ),
      )
      .execute();
  }

  /** Those of which a gateway said something that was not followed yet. */
  async fresh(db: CloudReader, limit: number): Promise<readonly string[]> {
    const query = db.selectFrom('site_call').select('id').where('pending', '=', 1);
    return (await query.orderBy('id').limit(limit).execute()).map(({id}) => id);
  }

  /** False when it was followed before, or when something newer was said since. */
  async follow(tx: CloudTransaction, id: string): Promise<boolean> {
    const query = tx.updateTable('site_call').set({pending: 0}).where('id', '=', id);
    const {numUpdatedRows} = await query.where('pending', '=', 1).executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async due(db: CloudReader, wallMs: number, limit: number): Promise<readonly string[]> {
    const query = db.selectFrom('site_call').select('id').where('due_wall', '<=', wallMs);
    return (await query.orderBy('due_wall').limit(limit).execute()).map(({id}) => id);
  }

  async nextDue(db: CloudReader): Promise<number | undefined> {
    const query = db.selectFrom('site_call').select(({fn}) => fn.min('due_wall').as('next'));
    return (await query.executeTakeFirst())?.next ?? undefined;
  }

  /** Calls of a gateway that nobody has ended. */
  async openOf(db: CloudReader, gateway: string): Promise<readonly string[]> {
    const query = db.selectFrom('site_call').select('id').where('gw', '=', gateway);
    return (await query.where('state', '<>', 'ended').orderBy('id').execute()).map(({id}) => id);
  }

  /** Taken from afar, and their gateways do not know yet. */
  async untold(db: CloudReader, sinceWall: number, limit: number): Promise<readonly CallRow[]> {
    const query = db.selectFrom('site_call').selectAll().where('ack_pending', '=', 1);
    const open = query.where('state', '=', 'acknowledged').where('acked_wall', '>', sinceWall);
    return (await open.orderBy('id').limit(limit).execute()).map(callOf);
  }

  async save(tx: CloudTransaction, id: string, stand: CallStand, note: CallNote): Promise<void> {
    const {ackedBy, ackedMember, isAckPending, endedBy, hasStoppedSales} = note;
    await tx
      .updateTable('site_call')
      .set({
        ...{state: stand.state, at_wall: stand.atWall, told_ms: stand.toldMs},
        ...{repeats: stand.repeats, unanswered: stand.isUnanswered ? 1 : 0},
        ...{silent_wall: stand.silentWall, acked_wall: stand.ackedWall},
        ...{reminders: stand.reminders, ended_wall: stand.endedWall, due_wall: stand.dueWall},
        ...(ackedBy !== undefined && {acked_by: ackedBy}),
        ...(ackedMember !== undefined && {acked_member: ackedMember}),
        ...(isAckPending !== undefined && {ack_pending: isAckPending ? 1 : 0}),
        ...(endedBy !== undefined && {ended_by: endedBy}),
        ...(hasStoppedSales !== undefined && {stopped: hasStoppedSales ? 1 : 0}),
      })
      .where('id', '=', id)
      .execute();
  }

  /** Look at what is open at a site at once: others are told there now. */
  async hasten(tx: CloudTransaction, site: string, wallMs: number): Promise<void> {
    const query = tx.updateTable('site_call').set({due_wall: wallMs}).where('site', '=', site);
    await query.where('state', '<>', 'ended').execute();
  }

  /** The newest first. */
  async list(db: CloudReader, wanted: CallQuery): Promise<readonly CallRow[]> {
    const {tenant, site, state, sites, before, limit} = wanted;
    let query = db.selectFrom('site_call').selectAll().where('tenant', '=', tenant);
    query = query.where('id', '<', before);
    if (site !== undefined) query = query.where('site', '=', site);
    if (state !== undefined) query = query.where('state', '=', state);
    if (sites !== undefined) query = query.where('site', 'in', [...sites]);
    return (await query.orderBy('id', 'desc').limit(limit).execute()).map(callOf);
  }

  /** How soon calls of a site were taken, those made between two times, in their order. */
  async between(
    db: CloudReader,
    site: string,
    {
      fromMs,
      untilMs,
      limit,
    }: {readonly fromMs: number; readonly untilMs: number; readonly limit: number},
  ): Promise<readonly CallRow[]> {
    const query = db.selectFrom('site_call').selectAll().where('site', '=', site);
    const rows = await query
      .where('at_wall', '>=', fromMs)
      .where('at_wall', '<', untilMs)
      .orderBy('at_wall')
      .limit(limit)
      .execute();
    return rows.map(callOf);
  }
}

function callOf(row: Readonly<SiteCallRow>): CallRow {
  const {id, tenant, site, alarm, kind, bay, collector, count} = row;
  return {
    ...{id, tenant, site, gateway: row.gw, alarm, kind, bay, collector, count},
    receivedWall: row.received_wall,
    stand: {
      ...{state: row.state as CallState, atWall: row.at_wall, toldMs: row.told_ms},
      ...{repeats: row.repeats, isUnanswered: row.unanswered === 1, silentWall: row.silent_wall},
      ...{ackedWall: row.acked_wall, reminders: row.reminders, endedWall: row.ended_wall},
      dueWall: row.due_wall,
    },
    ...{ackedBy: row.acked_by, ackedMember: row.acked_member, isAckPending: row.ack_pending === 1},
    ...{endedBy: row.ended_by, word: row.word as CallWordUp},
    ...{wordPerson: row.word_person, wordWall: row.word_wall},
    hasStoppedSales: row.stopped === 1,
  };
}
