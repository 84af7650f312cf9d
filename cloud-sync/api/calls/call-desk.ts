import type {Clock, Entropy, UnixMillis} from '../../../protocols/base/clock.js';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import {alarmRuleOf} from '../../../protocols/site/alarm-rules.js';
import {isInAnyWindow} from '../../../protocols/site/windows.js';
import {SiteZone} from '../../../protocols/site/zone.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {SiteRow, SiteTable} from '../tenancy/site-table.js';
import type {AnswerCodes} from './answer-codes.js';
import {type CallEffect, type CallInput, type CallPlan, newCall, stepCall} from './call-machine.js';
import type {CallNotice, CallNoticeTable} from './call-notice-table.js';
import type {CallNote, CallRow, CallTable} from './call-table.js';
import type {Contact, ContactTable} from './contact-table.js';
import {IncidentSales} from './incident-sales.js';
import type {NoticeData} from './notice-words.js';

export interface CallDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sites: SiteTable;
  readonly calls: CallTable;
  readonly contacts: ContactTable;
  readonly notices: CallNoticeTable;
  readonly codes: AnswerCodes;
  readonly changes: ChangeFeed;
  /** A notice is written; its transaction may still be undone. */
  readonly onNotice: () => void;
}

/** Who takes a call from afar. */
export interface Taker {
  readonly member: string | null;
  /** As the site is told. */
  readonly label: string;
}

/** Whom a site tells at this hour, and when. */
interface Duty {
  readonly site: SiteRow;
  readonly plan: CallPlan;
  readonly contacts: readonly Contact[];
}

/** Follows calls: what gateways tell of them, what falls due, who takes them. All within a transaction. */
export class CallDesk {
  readonly #options: CallDeskOptions;
  readonly #sales: IncidentSales;

  constructor(options: CallDeskOptions) {
    this.#options = options;
    this.#sales = new IncidentSales(options);
  }

  /** Go on from the newest word of the gateway; false when somebody did before. */
  async follow(tx: CloudTransaction, id: string): Promise<boolean> {
    const {calls, clock} = this.#options;
    const row = await calls.lock(tx, id);
    if (!row || !(await calls.follow(tx, id))) return false;
    if (alarmRuleOf(row.kind).type === 'test') {
      await this.#followTest(tx, row);
      return true;
    }
    const duty = await this.#dutyAt(tx, row.site);
    let {stand} = row;
    // One that was never looked at has no time to be looked at.
    const isNew = stand.dueWall === null && stand.state === 'open' && !stand.isUnanswered;
    if (isNew) {
      stand = newCall(stand.atWall, duty.plan);
      await this.#tell(tx, {...row, stand}, 'raised');
    }
    const wallMs = clock.wallMs();
    await this.#apply(tx, {...row, stand}, {...wordOf(row, wallMs), duty});
    return true;
  }

  /**
   * A test of the way goes on to the test contacts, once, and calls nobody: its gateway ends it as soon as it has come
   * here. One that was pressed in a walk has a post, and has come far enough. @see ecosystem.md 2.2, EC-14
   */
  async #followTest(tx: CloudTransaction, row: CallRow): Promise<void> {
    const {calls, clock, contacts, sites} = this.#options;
    if (row.stand.state === 'ended') return;
    await calls.save(tx, row.id, {...row.stand, state: 'ended', endedWall: clock.wallMs()}, {});
    const site = await sites.byId(tx, row.site);
    if (!site || row.collector !== null) return;
    const data = {kind: 'test', site: site.name, isPath: true} as const;
    for (const contact of await contacts.of(tx, site.id)) {
      if (!contact.isTest) continue;
      await this.notify(tx, {row: site, contact, why: 'path', data, call: null});
    }
  }

  /** What is due, or has happened otherwise; false when there is no such call. */
  async feed(tx: CloudTransaction, id: string, input: CallInput): Promise<boolean> {
    const row = await this.#options.calls.lock(tx, id);
    if (!row) return false;
    const duty = await this.#dutyAt(tx, row.site);
    await this.#apply(tx, row, {input, note: {}, duty});
    return true;
  }

  /** Somebody takes it from afar; undefined: nobody can any more. */
  async take(tx: CloudTransaction, id: string, taker: Taker): Promise<CallRow | undefined> {
    const {calls, clock} = this.#options;
    const row = await calls.lock(tx, id);
    if (row?.stand.state !== 'open') return undefined;
    const duty = await this.#dutyAt(tx, row.site);
    const input: CallInput = {kind: 'acknowledged', atWall: clock.wallMs()};
    const note = {ackedBy: taker.label, ackedMember: taker.member, isAckPending: true};
    await this.#apply(tx, row, {input, note, duty});
    return calls.get(tx, id);
  }

  /** To everybody who is told of calls there, at this hour. */
  async tellAll(tx: CloudTransaction, site: string, why: string, data: NoticeData): Promise<void> {
    const {contacts, site: row} = await this.#dutyAt(tx, site);
    for (const contact of contacts) await this.notify(tx, {row, contact, why, data, call: null});
  }

  async notify(
    tx: CloudTransaction,
    wanted: {
      readonly row: Pick<SiteRow, 'id' | 'tenant'>;
      readonly contact: Contact;
      readonly why: string;
      readonly data: NoticeData;
      readonly call: string | null;
    },
  ): Promise<string> {
    const {clock, entropy, notices, codes, onNotice} = this.#options;
    const {row, contact, why, data, call} = wanted;
    const [id, createdWall] = [entropy.ulid(), clock.wallMs()];
    const notice: CallNotice = {
      ...{id, tenant: row.tenant, site: row.id, call, contact: contact.id, why, data},
      ...{state: 'pending', attempts: 0, nextWall: createdWall, createdWall, doneWall: null},
      ...{answeredWall: null, ref: null, mark: codes.markOf(codes.codeOf(id))},
    };
    await notices.add(tx, notice);
    onNotice();
    return id;
  }

  async #apply(
    tx: CloudTransaction,
    row: CallRow,
    step: {
      readonly input: CallInput;
      readonly note: CallNote;
      readonly duty: Duty;
    },
  ): Promise<void> {
    const {calls, clock} = this.#options;
    const {input, note, duty} = step;
    const done = stepCall(row.stand, input, duty.plan, clock.wallMs());
    const isTaken = done.state.state !== row.stand.state;
    const isHeard = note.isAckPending === false;
    const said: CallNote = isTaken ? note : isHeard ? {isAckPending: false} : {};
    await calls.save(tx, row.id, done.state, said);
    const after: CallRow = {...row, ...said, stand: done.state};
    const hasStoppedSales = await this.#sales.follow(tx, after);
    if (hasStoppedSales !== row.hasStoppedSales) {
      await calls.save(tx, row.id, done.state, {hasStoppedSales});
    }
    for (const effect of done.effects) await this.#do(tx, after, effect, duty);
  }

  async #do(tx: CloudTransaction, row: CallRow, effect: CallEffect, duty: Duty): Promise<void> {
    const {notices, clock} = this.#options;
    const {contacts} = duty;
    switch (effect.effect) {
      case 'drop':
        await notices.drop(tx, row.id, clock.wallMs());
        return;
      case 'tell':
        await this.#tell(tx, row, effect.word);
        return;
      case 'remind': {
        const his = contacts.filter(({member, label}) =>
          row.ackedMember === null ? label === row.ackedBy : member === row.ackedMember,
        );
        await this.#notifyAll(tx, row, {why: 'not_ended', duty}, his.length > 0 ? his : contacts);
        return;
      }
      case 'notify': {
        const {why, afterMs, untilMs} = effect;
        const his = contacts.filter(one => one.afterMs > afterMs && one.afterMs <= untilMs);
        await this.#notifyAll(tx, row, {why, duty}, his);
      }
    }
  }

  async #notifyAll(
    tx: CloudTransaction,
    row: CallRow,
    {why, duty}: {readonly why: Extract<NoticeData, {kind: 'call'}>['why']; readonly duty: Duty},
    contacts: readonly Contact[],
  ): Promise<void> {
    const {clock} = this.#options;
    const ageMinutes = Math.floor((clock.wallMs() - row.stand.atWall) / MINUTE_MS);
    const data: NoticeData = {
      ...{kind: 'call', why, type: alarmRuleOf(row.kind).type, site: duty.site.name},
      ...{place: row.bay ?? row.collector, alarm: row.kind, ageMinutes},
    };
    for (const contact of contacts) {
      await this.notify(tx, {row: duty.site, contact, why, data, call: row.id});
    }
  }

  /** Who is on duty; where nobody is, everybody: better to wake somebody than to leave a call alone. */
  async #dutyAt(db: CloudReader, siteId: string): Promise<Duty> {
    const {clock, sites, contacts: table} = this.#options;
    const site = await sites.byId(db, siteId);
    if (!site) throw new Error(`a call at the site ${siteId}, which is not there`);
    const all = (await table.of(db, siteId)).filter(({isTest}) => !isTest);
    const local = new SiteZone(site.zone).localTime(clock.wallMs() as UnixMillis);
    const onDuty = all.filter(({hours}) => isInAnyWindow(hours, local));
    const contacts = onDuty.length > 0 ? onDuty : all;
    const stepsMs = [...new Set(contacts.map(({afterMs}) => afterMs))].sort((a, b) => a - b);
    const {repeatMs, unansweredMs, attendMs} = await table.plan(db, siteId);
    return {site, contacts, plan: {stepsMs, repeatMs, unansweredMs, attendMs}};
  }

  #tell(tx: CloudTransaction, row: CallRow, word: string): Promise<void> {
    const {tenant, site, gateway, kind, stand} = row;
    const data = {
      ...{kind, type: alarmRuleOf(kind).type, state: stand.state, gateway, count: row.count},
      ...{place: row.bay ?? row.collector, atMs: stand.atWall},
    };
    const about = {subject: 'call', subjectId: row.id, data};
    return this.#options.changes.note(tx, {tenant, site, type: `call.${word}`, ...about});
  }
}

/** What the newest word of the gateway says. */
function wordOf(
  {word, wordPerson, wordWall, stand}: CallRow,
  nowWall: number,
): {readonly input: CallInput; readonly note: CallNote} {
  const atWall = Math.max(stand.atWall, Math.min(wordWall ?? nowWall, nowWall));
  switch (word) {
    case 'acked':
    case 'onsite': {
      const note = {ackedBy: wordPerson, ackedMember: null, isAckPending: false};
      return {input: {kind: 'acknowledged', atWall}, note};
    }
    case 'closed':
      return {
        input: {kind: 'ended', atWall},
        note: {endedBy: wordPerson, isAckPending: false},
      };
    default:
      return {input: {kind: 'due'}, note: {}};
  }
}
