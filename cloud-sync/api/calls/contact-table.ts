import type {Millis} from '../../../protocols/base/clock.js';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {WeeklyWindow} from '../../../protocols/site/windows.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CallContactColumns} from './calls-schema.js';
import {NOTICE_LANGUAGES, type NoticeLanguage} from './notice-words.js';

export const CHANNELS = ['mail', 'sms'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Somebody who is told of calls at a site, or proves that he could be. */
export interface Contact {
  readonly id: string;
  readonly tenant: string;
  readonly site: string;
  /** Whose phone and address are meant. */
  readonly member: string;
  readonly channel: Channel;
  readonly afterMs: Millis;
  /** Empty: at any hour. */
  readonly hours: readonly WeeklyWindow[];
  readonly language: NoticeLanguage;
  readonly label: string;
  /** He answers the daily test, and is told of no calls. */
  readonly isTest: boolean;
  readonly ver: number;
  readonly createdWall: number;
}

export type ContactEdit = Partial<
  Pick<Contact, 'channel' | 'afterMs' | 'hours' | 'language' | 'label' | 'isTest'>
>;

/** How calls of a site go on when nobody takes them, beside their contacts. */
export interface SitePlan {
  readonly repeatMs: Millis;
  readonly unansweredMs: Millis;
  readonly attendMs: Millis;
  /** Minute of the day, in the site's zone, of the daily test. */
  readonly testMinute: number;
  /** 0: nobody has set it. */
  readonly ver: number;
}

/** @see ecosystem.md 2.2, EC-9 and EC-10 */
const USUAL_PLAN: SitePlan = {
  ...{repeatMs: 180 * SECOND_MS, unansweredMs: 10 * MINUTE_MS, attendMs: 10 * MINUTE_MS},
  ...{testMinute: 10 * 60, ver: 0},
};

/** No site has more. */
export const MAX_CONTACTS = 32;

/** Whom a site tells, and when. */
export class ContactTable {
  async add(tx: CloudTransaction, contact: Contact): Promise<void> {
    await tx.insertInto('call_contact').values(columnsOf(contact)).execute();
  }

  async get(db: CloudReader, tenant: string, id: string): Promise<Contact | undefined> {
    const query = db.selectFrom('call_contact').selectAll().where('tenant', '=', tenant);
    const row = await query.where('id', '=', id).executeTakeFirst();
    return row && contactOf(row);
  }

  /** By the age at which they are told. */
  async of(db: CloudReader, site: string): Promise<readonly Contact[]> {
    const query = db.selectFrom('call_contact').selectAll().where('site', '=', site);
    const rows = await query.orderBy('after_ms').orderBy('id').limit(MAX_CONTACTS).execute();
    return rows.map(contactOf);
  }

  /** False when it is not of this version any more. */
  async change(
    tx: CloudTransaction,
    {id, ver}: Pick<Contact, 'id' | 'ver'>,
    edit: ContactEdit,
  ): Promise<boolean> {
    const {afterMs, hours, isTest, ...same} = edit;
    const {numUpdatedRows} = await tx
      .updateTable('call_contact')
      .set({
        ...{...same, ver: ver + 1},
        ...(afterMs !== undefined && {after_ms: afterMs}),
        ...(hours !== undefined && {hours: JSON.stringify(hours)}),
        ...(isTest !== undefined && {is_test: isTest ? 1 : 0}),
      })
      .where('id', '=', id)
      .where('ver', '=', ver)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async remove(tx: CloudTransaction, id: string): Promise<void> {
    await tx.deleteFrom('call_contact').where('id', '=', id).execute();
  }

  async plan(db: CloudReader, site: string): Promise<SitePlan> {
    const query = db.selectFrom('call_plan').selectAll().where('site', '=', site);
    const row = await query.executeTakeFirst();
    if (!row) return USUAL_PLAN;
    const {repeat_ms: repeatMs, unanswered_ms: unansweredMs, attend_ms: attendMs, ver} = row;
    return {repeatMs, unansweredMs, attendMs, testMinute: row.test_minute, ver};
  }

  /** False when it is not of this version any more. */
  async setPlan(
    tx: CloudTransaction,
    {tenant, site}: {readonly tenant: string; readonly site: string},
    {ver, ...plan}: SitePlan,
  ): Promise<boolean> {
    const {repeatMs: repeat_ms, unansweredMs: unanswered_ms, attendMs: attend_ms} = plan;
    const set = {repeat_ms, unanswered_ms, attend_ms, test_minute: plan.testMinute, ver: ver + 1};
    const {numInsertedOrUpdatedRows} = await tx
      .insertInto('call_plan')
      .values({site, tenant, ...set})
      .onConflict(clash => clash.column('site').doUpdateSet(set).where('call_plan.ver', '=', ver))
      .executeTakeFirstOrThrow();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }
}

function columnsOf(contact: Contact): CallContactColumns {
  const {id, tenant, site, member, channel, language, label, ver} = contact;
  return {
    ...{id, tenant, site, member, channel, language, label, ver, after_ms: contact.afterMs},
    ...{hours: JSON.stringify(contact.hours), is_test: contact.isTest ? 1 : 0},
    created_wall: contact.createdWall,
  };
}

function contactOf(row: Readonly<CallContactColumns>): Contact {
  const {id, tenant, site, member, label, ver} = row;
  const language = NOTICE_LANGUAGES.find(one => one === row.language) ?? 'zh-CN';
  return {
    ...{id, tenant, site, member, label, ver, language, channel: row.channel as Channel},
    ...{afterMs: row.after_ms, hours: JSON.parse(row.hours) as readonly WeeklyWindow[]},
    ...{isTest: row.is_test === 1, createdWall: row.created_wall},
  };
}
