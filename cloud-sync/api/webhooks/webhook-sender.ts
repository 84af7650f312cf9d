import type {Clock, Entropy, Millis} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import {isoText} from '../../../protocols/base/iso-text.js';
import {DAY_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {SyncLog} from '../../log.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {SecretBox} from '../store/secret-box.js';
import type {ChangeFeed, NumberedChange} from '../tenancy/change-feed.js';
import type {Poster} from './poster.js';
import {WebhookLanes} from './webhook-lanes.js';
import {
  type Attempted,
  DISABLE_AFTER_MS,
  judge,
  signedHeaders,
  type Verdict,
  wants,
} from './webhook-rules.js';
import type {MessageRow, WebhookRow, WebhookTable} from './webhook-table.js';

export interface WebhookSenderOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly table: WebhookTable;
  readonly box: SecretBox;
  readonly changes: ChangeFeed;
  readonly poster: Poster;
  /** Something waits that there was no room for, and now there may be. */
  readonly onRoom?: (() => void) | undefined;
}

const TIMEOUT_MS: Millis = 20 * SECOND_MS;
/** A worker that dies with a message in hand has it sent by another after this. */
const IN_HAND_MS: Millis = TIMEOUT_MS + 10 * SECOND_MS;
const CHANGES_AT_ONCE = 200;
const KEPT_MS: Millis = 30 * DAY_MS;

/**
 * Queues what changed for whoever wants to hear of it, and sends it until it arrives: at least once, under
 * one id. Several workers share the work; a message is in the hand of one at a time. Nobody waits for the
 * answer of another: who is slow or dead has his own few requests under way, see `WebhookLanes`.
 * Source: Standard Webhooks; ecosystem.md 3.2.
 */
export class WebhookSender {
  readonly #options: WebhookSenderOptions;
  readonly #lanes = new WebhookLanes();
  readonly #inHand = new Set<Promise<void>>();
  /** Changes lie there that are not queued yet. */
  #isBehind = false;
  /** There was not room for all that was due. */
  #isShort = false;
  #isStopped = false;

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
  }

  /** Nothing is begun any more; settles when what is under way is over. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#options.poster.close();
    await this.settled();
  }

  /** When to run again; undefined: nothing waits. */
  async nextDue(): Promise<number | undefined> {
    const {clock, store, table} = this.#options;
    const wallMs = clock.wallMs();
    if (this.#isBehind) return wallMs;
    const waiting = await store.read(db => table.waiting(db));
    const later = waiting.find(({dueWall}) => dueWall > wallMs)?.dueWall;
    const due = waiting.filter(({dueWall}) => dueWall <= wallMs);
    if (due.length === 0) return later;
    const shares = this.#lanes.share(due, clock.nowMs());
    const hasRoom = [...shares.values()].some(share => share > 0);
    // Room comes with each answer, and with each that is waited for too long.
    return hasRoom ? wallMs : Math.min(wallMs + SECOND_MS, later ?? Number.POSITIVE_INFINITY);
  }

  /** Queue what is new, begin to send what is due as far as there is room; gives how many were begun. */
  async run(): Promise<number> {
    const {changes, store, table} = this.#options;
    await changes.number();
    this.#isBehind = false;
    // A part of each, then of each again: who has a long way to go lets others pass.
    for (const id of await store.read(db => table.behind(db))) {
      if ((await this.#queue(id)) === CHANGES_AT_ONCE) this.#isBehind = true;
    }
    return this.#begin();
  }

  /** Settles when nothing of what was begun is under way any more. */
  async settled(): Promise<void> {
    while (this.#inHand.size > 0) await Promise.all(this.#inHand);
  }

  async prune(): Promise<void> {
    const {clock, store, table} = this.#options;
    await store.transaction(tx => table.prune(tx, clock.wallMs() - KEPT_MS));
  }

  async #begin(): Promise<number> {
    const {clock, store, table} = this.#options;
    const wallMs = clock.wallMs();
    const waiting = await store.read(db => table.waiting(db));
    const due = waiting.filter(({dueWall}) => dueWall <= wallMs);
    const shares = this.#lanes.share(due, clock.nowMs());
    this.#isShort = false;
    let count = 0;
    for (const {webhook} of due) {
      const share = shares.get(webhook) ?? 0;
      const limit = share + 1;
      const messages = await store.read(db => table.due(db, webhook, {wallMs, limit}));
      if (messages.length > share) this.#isShort = true;
      for (const message of messages.slice(0, share)) {
        if (await this.#take(message)) count += 1;
      }
    }
    return count;
  }

  /** False when another worker has it in hand. */
  async #take(message: MessageRow): Promise<boolean> {
    const {clock, log, store, table} = this.#options;
    const untilWall = clock.wallMs() + IN_HAND_MS;
    if (this.#isStopped) return false;
    if (!(await store.read(db => table.claim(db, message, untilWall)))) return false;
    this.#lanes.begin(message.id, message, clock.nowMs());
    const sending: Promise<void> = this.#send(message)
      .catch((error: unknown) => {
        log.warn('chores.failed', {name: 'cloud.webhooks', why: errorText(error)});
        return false;
      })
      .then(isGood => {
        this.#lanes.end(message.id, isGood, clock.nowMs());
        this.#inHand.delete(sending);
        if (this.#isShort && !this.#isStopped) this.#options.onRoom?.();
      });
    this.#inHand.add(sending);
    return true;
  }

  /** How many changes it walked over. */
  #queue(id: string): Promise<number> {
    const {store, table, changes} = this.#options;
    return store.transaction(async tx => {
      const webhook = await table.lock(tx, id);
      if (webhook?.state !== 'active') return 0;
      const found = await changes.after(tx, webhook.tenant, webhook.cursorNo, CHANGES_AT_ONCE);
      const last = found.at(-1);
      if (!last) return 0;
      for (const change of found) await this.#queueOne(tx, webhook, change);
      await table.change(tx, id, {cursorNo: last.no});
      return found.length;
    });
  }

  async #queueOne(
    tx: CloudTransaction,
    webhook: WebhookRow,
    change: NumberedChange,
  ): Promise<void> {
    const {clock, entropy, table} = this.#options;
    const {type, site, subject, subjectId, isDeleted, data, atWall} = change;
    if (!wants(webhook.types, type)) return;
    if (webhook.site !== null && webhook.site !== site) return;
    const told = {site, [subject]: subjectId, ...(isDeleted && {deleted: true}), ...data};
    const wallMs = clock.wallMs();
    await table.addMessage(tx, {
      ...{id: entropy.ulid(), webhook: webhook.id, tenant: webhook.tenant, changeId: change.id},
      ...{type, body: JSON.stringify({type, timestamp: isoText(atWall), data: told})},
      ...{state: 'pending', attempts: 0, nextWall: wallMs, createdWall: wallMs, doneWall: null},
    });
  }

  /** True when it arrived. */
  async #send(message: MessageRow): Promise<boolean> {
    const {clock, store, table, box, poster} = this.#options;
    const wallMs = clock.wallMs();
    const webhook = await store.read(db => table.get(db, message.tenant, message.webhook));
    if (!webhook) return true;
    const isOld = webhook.oldSecret !== null && (webhook.oldUntilWall ?? 0) > wallMs;
    const secrets = [webhook.secret, ...(isOld && webhook.oldSecret ? [webhook.oldSecret] : [])];
    const atSeconds = Math.floor(wallMs / SECOND_MS);
    const headers = signedHeaders(
      message,
      atSeconds,
      secrets.map(secret => box.open(secret)),
    );
    const startMs = clock.nowMs();
    const {body} = message;
    const attempted = await poster.post({url: webhook.url, headers, body, timeoutMs: TIMEOUT_MS});
    const took = {atWall: wallMs, tookMs: Math.round(clock.nowMs() - startMs)};
    return store.transaction(tx => this.#note(tx, message, attempted, took));
  }

  async #note(
    tx: CloudTransaction,
    {id, webhook: webhookId, attempts}: MessageRow,
    attempted: Attempted,
    took: {readonly atWall: number; readonly tookMs: number},
  ): Promise<boolean> {
    const {clock, entropy, table} = this.#options;
    const webhook = await table.lock(tx, webhookId);
    if (!webhook) return true;
    const no = attempts + 1;
    const status = attempted.kind === 'answered' ? attempted.status : null;
    const why = attempted.kind === 'failed' ? attempted.why : null;
    await table.addAttempt(tx, id, {no, ...took, status, why});
    const verdict = judge(attempted, no, entropy.fraction());
    const wallMs = clock.wallMs();
    const isOver = verdict.kind !== 'again';
    await table.setMessage(tx, id, {
      state: verdict.kind === 'delivered' ? 'delivered' : isOver ? 'failed' : 'pending',
      ...{attempts: no, nextWall: isOver ? wallMs : wallMs + verdict.afterMs},
      doneWall: isOver ? wallMs : null,
    });
    await this.#noteWebhook(tx, webhook, verdict);
    return verdict.kind === 'delivered';
  }

  async #noteWebhook(tx: CloudTransaction, webhook: WebhookRow, verdict: Verdict): Promise<void> {
    const {clock, table} = this.#options;
    const {id, failingSinceWall} = webhook;
    if (verdict.kind === 'delivered') {
      if (failingSinceWall !== null) await table.change(tx, id, {failingSinceWall: null});
      return;
    }
    const wallMs = clock.wallMs();
    const sinceWall = failingSinceWall ?? wallMs;
    const isLong = wallMs - sinceWall >= DISABLE_AFTER_MS;
    if (verdict.kind === 'gone' || isLong) {
      const why = isLong ? 'nothing got through for 5 days' : 'the other end answered 410 Gone';
      await this.#disable(tx, webhook, why);
      return;
    }
    const rest = verdict.kind === 'again' && verdict.restMs > 0;
    await table.change(tx, id, {
      failingSinceWall: sinceWall,
      ...(rest && {restUntilWall: wallMs + verdict.restMs}),
    });
  }

  async #disable(tx: CloudTransaction, {id, tenant, site}: WebhookRow, why: string): Promise<void> {
    const {table, changes, log} = this.#options;
    await table.change(tx, id, {state: 'disabled', why});
    const subject = {type: 'webhook.disabled', subject: 'webhook', subjectId: id};
    await changes.note(tx, {tenant, site, ...subject, data: {why}});
    log.warn('webhook.disabled', {webhook: id, tenant, why});
  }
}
