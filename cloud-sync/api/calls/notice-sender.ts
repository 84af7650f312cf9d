import type {Clock, Millis} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import {SECOND_MS} from '../../../protocols/base/units.js';
import type {SyncLog} from '../../log.js';
import type {PersonVault} from '../accounts/person-vault.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {AnswerCodes} from './answer-codes.js';
import type {CallDesk} from './call-desk.js';
import type {CallNotice, CallNoticeTable} from './call-notice-table.js';
import type {Contact, ContactTable} from './contact-table.js';
import type {NoticeOutcome, NoticePorts} from './notice-port.js';
import {judgeNotice} from './notice-rules.js';
import {noticeText} from './notice-words.js';

export interface NoticeSenderOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly notices: CallNoticeTable;
  readonly contacts: ContactTable;
  readonly vault: PersonVault;
  readonly desk: CallDesk;
  readonly codes: AnswerCodes;
  readonly changes: ChangeFeed;
  readonly ports: NoticePorts;
  /** Where answers are given, without the code; undefined: notices bear their code alone. */
  readonly answerUrl: string | undefined;
}

const TIMEOUT_MS: Millis = 15 * SECOND_MS;
/** A worker that dies with a notice in hand has it sent by another after this. */
const IN_HAND_MS: Millis = TIMEOUT_MS + 10 * SECOND_MS;
const AT_ONCE = 16;

/**
 * Sends what contacts are to be told. A notice is in the hand of one worker at a time and bears one id at every
 * try, by which its provider knows it again. What nobody needs any more is not sent.
 */
export class NoticeSender {
  readonly #options: NoticeSenderOptions;

  constructor(options: NoticeSenderOptions) {
    this.#options = options;
  }

  /** Send all that is due; gives how many were tried. */
  async run(): Promise<number> {
    const {clock, store, notices} = this.#options;
    for (let count = 0; ; ) {
      const due = await store.read(db => notices.due(db, clock.wallMs(), AT_ONCE));
      const tried = await Promise.all(due.map(notice => this.#try(notice)));
      const took = tried.filter(isTried => isTried).length;
      count += took;
      if (took === 0) return count;
    }
  }

  nextDue(): Promise<number | undefined> {
    const {store, notices} = this.#options;
    return store.read(db => notices.nextDue(db));
  }

  /** False when another worker has it in hand. */
  async #try(notice: CallNotice): Promise<boolean> {
    const {clock, store, notices, contacts} = this.#options;
    const atWall = clock.wallMs();
    if (!(await store.read(db => notices.claim(db, notice, atWall + IN_HAND_MS)))) return false;
    const startMs = clock.nowMs();
    const contact = await store.read(db => contacts.get(db, notice.tenant, notice.contact));
    const outcome = await this.#send(notice, contact);
    const took = {atWall, tookMs: Math.round(clock.nowMs() - startMs)};
    await store.transaction(tx => this.#note(tx, {notice, outcome, took}));
    return true;
  }

  async #send(notice: CallNotice, contact: Contact | undefined): Promise<NoticeOutcome> {
    const {codes, ports, answerUrl} = this.#options;
    if (!contact) return final('the contact was removed');
    const port = ports[contact.channel];
    if (!port) return final(`this cloud sends no ${contact.channel}`);
    const to = await this.#addressOf(contact);
    if (to === undefined) return final(`the member has no ${contact.channel} address`);
    const code = codes.codeOf(notice.id);
    const link = answerUrl === undefined ? undefined : `${answerUrl}${code}`;
    const text = noticeText(notice.data, contact.language, {code, link});
    return this.#timed(port.send({id: notice.id, to, ...text}));
  }

  async #addressOf({tenant, member, channel}: Contact): Promise<string | undefined> {
    const {store, vault} = this.#options;
    const field = channel === 'sms' ? 'phone' : 'email';
    const values = await store.read(db => vault.read(db, {tenant, member}, [field]));
    return values[field];
  }

  async #timed(sending: Promise<NoticeOutcome>): Promise<NoticeOutcome> {
    let cancel = () => {};
    const late = new Promise<NoticeOutcome>(resolve => {
      const timer = this.#options.clock.timer('cloud.notice', TIMEOUT_MS, () =>
        resolve({kind: 'failed', why: 'no answer', isFinal: false}),
      );
      cancel = () => timer.cancel();
    });
    try {
      return await Promise.race([sending, late]);
    } catch (error) {
      return {kind: 'failed', why: errorText(error), isFinal: false};
    } finally {
      cancel();
    }
  }

  async #note(
    tx: CloudTransaction,
    tried: {
      readonly notice: CallNotice;
      readonly outcome: NoticeOutcome;
      readonly took: {readonly atWall: number; readonly tookMs: number};
    },
  ): Promise<void> {
    const {clock, log, notices, desk, changes} = this.#options;
    const {notice, outcome, took} = tried;
    const no = notice.attempts + 1;
    const isSent = outcome.kind === 'sent';
    const detail = isSent ? null : outcome.why.slice(0, 300);
    // The call before its notice, as everybody takes them.
    const verdict = judgeNotice(outcome, no);
    if (verdict.kind === 'failed' && notice.call !== null) {
      await desk.feed(tx, notice.call, {kind: 'unreachable'});
    }
    await notices.addAttempt(tx, notice.id, {no, ...took, result: outcome.kind, detail});
    const wallMs = clock.wallMs();
    const isAgain = verdict.kind === 'again';
    await notices.settle(tx, notice.id, {
      state: verdict.kind === 'again' ? 'pending' : verdict.kind,
      nextWall: isAgain ? wallMs + verdict.afterMs : null,
      doneWall: isAgain ? null : wallMs,
      ref: verdict.kind === 'sent' ? verdict.ref : null,
    });
    if (verdict.kind !== 'failed') return;
    const {id, tenant, site, call, contact} = notice;
    log.warn('call.notice_failed', {notice: id, contact, why: detail});
    const about = {subject: 'call_notice', subjectId: id, data: {call, contact, why: detail}};
    await changes.note(tx, {tenant, site, type: 'call_notice.failed', ...about});
  }
}

function final(why: string): NoticeOutcome {
  return {kind: 'failed', why, isFinal: true};
}
