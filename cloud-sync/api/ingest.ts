import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {errorText, StoreError} from '../../protocols/base/errors.js';
import type {SyncLog} from '../log.js';
import {NotFree} from './event-intake.js';
import type {IngestItem} from './ingest-item.js';
import type {IngestTick, TickOutcome} from './ingest-tick.js';
import type {CloudStore} from './store/cloud-store.js';

export interface IngestOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: Pick<CloudStore, 'transaction'>;
  readonly tick: Pick<IngestTick, 'run'>;
  /** Called after the commit that the outcome speaks of. */
  readonly onCommitted: (outcome: TickOutcome) => void;
}

/** Few messages wait so long for those of other gateways, to share one transaction. @see sync.md 3.5 */
const TICK_MS: Millis = 5;
/** With so many events in hand nothing is waited for: a backlog drains, and the gateway waits for us. */
const FULL_EVENTS = 250;
/** About one turn of the event loop, in which all comes in that has arrived. */
const TURN_MS: Millis = 0.02;
/** Events and messages in hand. Beyond this the rest is dropped; gateways send it again. */
const MAX_QUEUED = 100_000;
/** Half of what one gateway sends unconfirmed, so that it sends on while this half is written. */
const MAX_PER_TICK = 2000;
/** A database that is away is asked again so soon, then at growing intervals. */
const FIRST_RETRY_MS: Millis = 250;
const LAST_RETRY_MS: Millis = 5000;

/**
 * Commits what gateways send, and only then answers. While the database is away nothing is answered and
 * what is in hand waits; gateways keep what has no answer, so a restart of either loses nothing.
 */
export class Ingest {
  readonly #options: IngestOptions;
  #queue: IngestItem[] = [];
  #queued = 0;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #retryMs: Millis = 0;
  #isClosed = false;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /** False while the database does not take what comes. */
  get isFlowing(): boolean {
    return this.#retryMs === 0;
  }

  take(item: IngestItem): void {
    const weight = weightOf(item);
    if (this.#isClosed || this.#queued + weight > MAX_QUEUED) return;
    this.#queue.push(item);
    this.#queued += weight;
    if (!this.#running) this.#wake();
  }

  /** Settles when nothing is being written any more; what is in hand is dropped. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#queue = [];
    await this.#running;
  }

  #wake(): void {
    const {clock} = this.#options;
    if (this.isFlowing && this.#queued >= FULL_EVENTS) {
      this.#timer?.cancel();
      this.#timer = undefined;
      const timer = clock.waitUntil(clock.nowMs() + TURN_MS, () => this.#run());
      // On a busy machine the turn may be over before it is waited for.
      if (!this.#running) this.#timer = timer;
      return;
    }
    this.#timer ??= clock.timer('cloud.ingest', this.#retryMs || TICK_MS, () => this.#run());
  }

  #run(): void {
    this.#timer = undefined;
    this.#running = this.#drain().finally(() => {
      this.#running = undefined;
      if (this.#queue.length > 0) this.#wake();
    });
  }

  async #drain(): Promise<void> {
    const items = this.#next();
    try {
      this.#onCommitted(await this.#commit(items));
      this.#retryMs = 0;
    } catch (error) {
      if (isAway(error)) this.#keepFor(items, error);
      else await this.#apart(items, error);
    }
  }

  #next(): readonly IngestItem[] {
    let weight = 0;
    const end = this.#queue.findIndex(item => {
      weight += weightOf(item);
      return weight > MAX_PER_TICK;
    });
    const items = end < 0 ? this.#queue : this.#queue.slice(0, Math.max(1, end));
    this.#queue = this.#queue.slice(items.length);
    this.#queued -= items.reduce((sum, item) => sum + weightOf(item), 0);
    return items;
  }

  async #commit(items: readonly IngestItem[]): Promise<TickOutcome> {
    const {store, tick} = this.#options;
    try {
      return await store.transaction(tx => tick.run(tx, items, false));
    } catch (error) {
      if (!(error instanceof NotFree)) throw error;
      return await store.transaction(tx => tick.run(tx, items, true));
    }
  }

  #onCommitted(outcome: TickOutcome): void {
    if (!this.#isClosed) this.#options.onCommitted(outcome);
  }

  /** Back into the queue, before what came later. */
  #keepFor(items: readonly IngestItem[], error: unknown): void {
    const {log} = this.#options;
    if (this.isFlowing) log.error('store.away', {items: items.length, why: errorText(error)});
    this.#retryMs = Math.min(LAST_RETRY_MS, Math.max(FIRST_RETRY_MS, this.#retryMs * 2));
    if (this.#isClosed) return;
    this.#queue = [...items, ...this.#queue];
    this.#queued += items.reduce((sum, item) => sum + weightOf(item), 0);
  }

  /** Something of it cannot be stored, ever: gateway by gateway, so that it holds up no other. */
  async #apart(items: readonly IngestItem[], cause: unknown): Promise<void> {
    const {log} = this.#options;
    const gateways = [...new Set(items.map(item => item.gateway))];
    if (gateways.length === 1) {
      const [gateway = ''] = gateways;
      log.error('events.not_committed', {gateway, items: items.length, why: errorText(cause)});
      return;
    }
    for (const gateway of gateways) {
      const own = items.filter(item => item.gateway === gateway);
      try {
        this.#onCommitted(await this.#commit(own));
      } catch (error) {
        if (isAway(error)) this.#keepFor(own, error);
        else await this.#apart(own, error);
      }
    }
  }
}

function weightOf(item: IngestItem): number {
  return item.name === 'ev' || item.name === 'live' ? item.message.ev.length : 1;
}

/** True when the same may well succeed later. */
function isAway(error: unknown): boolean {
  return error instanceof StoreError && error.code !== 'store/failed';
}
