import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CallNoticeColumns} from './calls-schema.js';
import type {NoticeData} from './notice-words.js';

/** `sent`: a provider has it; `answered`: its reader said so; `dropped`: nobody needed it any more. */
export const NOTICE_STATES = ['pending', 'sent', 'answered', 'failed', 'dropped'] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];

export interface CallNotice {
  readonly id: string;
  readonly tenant: string;
  readonly site: string;
  readonly call: string | null;
  readonly contact: string;
  readonly why: string;
  readonly data: NoticeData;
  readonly state: NoticeState;
  readonly attempts: number;
  readonly nextWall: number | null;
  readonly createdWall: number;
  readonly doneWall: number | null;
  readonly answeredWall: number | null;
  readonly ref: string | null;
  readonly mark: string;
}

export interface NoticeAttempt {
  readonly no: number;
  readonly atWall: number;
  readonly tookMs: number;
  readonly result: 'sent' | 'failed';
  readonly detail: string | null;
}

export interface NoticeQuery {
  readonly tenant: string;
  readonly site: string;
  readonly call?: string | undefined;
  readonly before: string;
  readonly limit: number;
}

/** What contacts are told, and what became of it. */
export class CallNoticeTable {
  async add(tx: CloudTransaction, notice: CallNotice): Promise<void> {
    await tx.insertInto('call_notice').values(columnsOf(notice)).execute();
  }

  async get(db: CloudReader, id: string): Promise<CallNotice | undefined> {
    const query = db.selectFrom('call_notice').selectAll().where('id', '=', id);
    const row = await query.executeTakeFirst();
    return row && noticeOf(row);
  }

  async byMark(db: CloudReader, mark: string): Promise<CallNotice | undefined> {
    const query = db.selectFrom('call_notice').selectAll().where('mark', '=', mark);
    const row = await query.orderBy('id').executeTakeFirst();
    return row && noticeOf(row);
  }

  async due(db: CloudReader, wallMs: number, limit: number): Promise<readonly CallNotice[]> {
    const query = db.selectFrom('call_notice').selectAll().where('next_wall', '<=', wallMs);
    return (await query.orderBy('next_wall').orderBy('id').limit(limit).execute()).map(noticeOf);
  }

  async nextDue(db: CloudReader): Promise<number | undefined> {
    const query = db.selectFrom('call_notice').select(({fn}) => fn.min('next_wall').as('next'));
    return (await query.executeTakeFirst())?.next ?? undefined;
  }

  /** Take it in hand until `untilWall`; false when another worker has it, or it is over. */
  async claim(db: CloudReader, {id, nextWall}: CallNotice, untilWall: number): Promise<boolean> {
    const {numUpdatedRows} = await db
      .updateTable('call_notice')
      .set(({eb}) => ({next_wall: untilWall, attempts: eb('attempts', '+', 1)}))
      .where('id', '=', id)
      .where('state', '=', 'pending')
      .where('next_wall', '=', nextWall)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  /** What became of a try; one that was dropped meanwhile stays so, unless it went out. */
  async settle(
    tx: CloudTransaction,
    id: string,
    end: {
      readonly state: NoticeState;
      readonly nextWall: number | null;
      readonly doneWall: number | null;
      readonly ref: string | null;
    },
  ): Promise<void> {
    const {state, nextWall: next_wall, doneWall: done_wall, ref} = end;
    let query = tx.updateTable('call_notice').set({state, next_wall, done_wall, ref});
    query = query.where('id', '=', id).where('state', '<>', 'answered');
    if (state !== 'sent') query = query.where('state', '=', 'pending');
    await query.execute();
  }

  async addAttempt(tx: CloudTransaction, notice: string, attempt: NoticeAttempt): Promise<void> {
    const {no, atWall: at_wall, tookMs: took_ms, result, detail} = attempt;
    await tx
      .insertInto('call_notice_attempt')
      .values({notice, no, at_wall, took_ms, result, detail})
      .onConflict(clash => clash.doNothing())
      .execute();
  }

  async attempts(db: CloudReader, notice: string): Promise<readonly NoticeAttempt[]> {
    const rows = await db
      .selectFrom('call_notice_attempt')
      .select(['no', 'at_wall as atWall', 'took_ms as tookMs', 'result', 'detail'])
      .where('notice', '=', notice)
      .orderBy('no')
      .limit(100)
      .execute();
    return rows as readonly NoticeAttempt[];
  }

  /** Of a call: what nobody has sent yet is not sent any more. */
  async drop(tx: CloudTransaction, call: string, wallMs: number): Promise<void> {
    const end = {state: 'dropped', next_wall: null, done_wall: wallMs};
    const query = tx.updateTable('call_notice').set(end).where('call', '=', call);
    await query.where('state', '=', 'pending').execute();
  }

  /** Its reader has answered; false when he did before. */
  async answer(tx: CloudTransaction, id: string, wallMs: number): Promise<boolean> {
    const end = {state: 'answered', answered_wall: wallMs, next_wall: null};
    const query = tx.updateTable('call_notice').set(end).where('id', '=', id);
    const {numUpdatedRows} = await query
      .where('answered_wall', 'is', null)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  /** The newest first. */
  async list(db: CloudReader, wanted: NoticeQuery): Promise<readonly CallNotice[]> {
    const {tenant, site, call, before, limit} = wanted;
    let query = db.selectFrom('call_notice').selectAll().where('tenant', '=', tenant);
    query = query.where('site', '=', site).where('id', '<', before);
    if (call !== undefined) query = query.where('call', '=', call);
    return (await query.orderBy('id', 'desc').limit(limit).execute()).map(noticeOf);
  }

  /** What is over and older. */
  async prune(tx: CloudTransaction, beforeWall: number): Promise<void> {
    const old = tx
      .selectFrom('call_notice')
      .select('id')
      .where('created_wall', '<', beforeWall)
      .where('next_wall', 'is', null);
    await tx.deleteFrom('call_notice_attempt').where('notice', 'in', old).execute();
    const query = tx.deleteFrom('call_notice').where('created_wall', '<', beforeWall);
    await query.where('next_wall', 'is', null).execute();
  }
}

function columnsOf(notice: CallNotice): CallNoticeColumns {
  const {id, tenant, site, call, contact, why, state, attempts, ref, mark} = notice;
  return {
    ...{id, tenant, site, call, contact, why, state, attempts, ref, mark},
    ...{data: JSON.stringify(notice.data), next_wall: notice.nextWall},
    ...{created_wall: notice.createdWall, done_wall: notice.doneWall},
    answered_wall: notice.answeredWall,
  };
}

function noticeOf(row: Readonly<CallNoticeColumns>): CallNotice {
  const {id, tenant, site, call, contact, why, attempts, ref, mark} = row;
  return {
    ...{id, tenant, site, call, contact, why, attempts, ref, mark},
    ...{data: JSON.parse(row.data) as NoticeData, state: row.state as NoticeState},
    ...{nextWall: row.next_wall, createdWall: row.created_wall, doneWall: row.done_wall},
    answeredWall: row.answered_wall,
  };
}
