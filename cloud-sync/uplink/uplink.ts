import {toHex} from '../../protocols/base/bytes.js';
import type {Entropy, Millis, Timer} from '../../protocols/base/clock.js';
import {MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {MAX_BATCH_EVENTS} from '../../protocols/cloud/event-batch.js';
import {DropCounter} from '../drop-counter.js';
import type {LinkPace} from './pump-runner.js';
import {Session, type SessionSetup} from './session.js';

export interface UplinkOptions extends SessionSetup {
  readonly entropy: Entropy;
  /** The first connection waits a random part of this, so that a street that regains power does not
   *  call all at once. */
  readonly startSpreadMs?: Millis;
}

export interface UplinkStatus {
  /** `up` only after the cloud has answered. */
  readonly link: 'stopped' | 'down' | 'connecting' | 'up' | 'fenced';
  /** Events the cloud has not confirmed. */
  readonly unsent: number;
  /** Refused messages by kind, since the start. */
  readonly dropped: Readonly<Record<string, number>>;
}

const BACKOFF_FIRST_MS: Millis = SECOND_MS;
const BACKOFF_CAP_MS: Millis = MINUTE_MS;
const START_SPREAD_MS: Millis = 5 * SECOND_MS;

/** Keeps the gateway connected: one session after another, for ever, with full-jitter backoff from 1 s
 *  to 60 s between them. @see sync.md 7 */
export class Uplink {
  readonly #options: UplinkOptions;
  readonly #pace: LinkPace = {batchEvents: MAX_BATCH_EVENTS};
  readonly #drops: DropCounter;
  #session: Session | undefined;
  #retry: Timer | undefined;
  #failures = 0;
  #running = false;

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#drops = new DropCounter(options.log);
  }

  start(): void {
    if (this.#running || this.#isFenced()) return;
    this.#running = true;
    const spreadMs = this.#options.startSpreadMs ?? START_SPREAD_MS;
    this.#connectAfter(this.#options.entropy.fraction() * spreadMs);
  }

  /** Tell the cloud and hang up. Nothing runs afterwards. */
  stop(): void {
    this.#running = false;
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#session?.end();
    this.#session = undefined;
  }

  /** Ask the cloud for what is missing now, instead of at the next heartbeat. */
  pullGrants(): void {
    if (this.#session?.ready) this.#session.report();
  }

  status(): UplinkStatus {
    const {outbox} = this.#options;
    return {
      link: this.#link(),
      unsent: Math.max(0, outbox.head() - outbox.acked()),
      dropped: this.#drops.counts(),
    };
  }

  #isFenced(): boolean {
    return this.#options.fence?.cause() !== undefined;
  }

  #link(): UplinkStatus['link'] {
    if (this.#isFenced()) return 'fenced';
    if (!this.#running) return 'stopped';
    if (!this.#session) return 'down';
    return this.#session.ready ? 'up' : 'connecting';
  }

  #connectAfter(delayMs: Millis): void {
    this.#retry = this.#options.clock.timer('uplink.connect', delayMs, () => this.#connect());
  }

  #connect(): void {
    this.#retry = undefined;
    // An epoch of memory would be a stranger's, and when the disk's came back the cloud would fence it.
    if (!this.#options.outbox.isDurable()) {
      this.#onClose('the journal is in memory only');
      return;
    }
    const sid = toHex(this.#options.entropy.bytes(16));
    this.#session = new Session(this.#options, {sid, pace: this.#pace}, this.#drops, {
      onReady: () => {
        this.#failures = 0;
      },
      onClose: why => this.#onClose(why),
      onFenced: () => {
        this.#session = undefined;
        this.#running = false;
      },
    });
  }

  #onClose(why: string): void {
    this.#session = undefined;
    if (!this.#running) return;
    const capMs = Math.min(BACKOFF_CAP_MS, BACKOFF_FIRST_MS * 2 ** this.#failures);
    const delayMs = this.#options.entropy.fraction() * capMs;
    this.#failures = Math.min(this.#failures + 1, 16);
    // The first failure is news; a night without a link is not one line a minute.
    const fields = {why, retryInMs: Math.round(delayMs)};
    if (this.#failures === 1) this.#options.log.warn('cloud.down', fields);
    else this.#options.log.debug('cloud.still_down', () => fields);
    this.#connectAfter(delayMs);
  }
}
