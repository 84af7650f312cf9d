import type {Clock, Timer} from '../../protocols/base/clock.js';
import {LinkError} from '../../protocols/base/errors.js';
import type {MessageFeed, MessageFeedListener} from './message-feed.js';
import {matchesTopic} from './topic-filter.js';

export interface PublishedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** A feed in memory together with its broker: messages arrive at once, never inside the call. */
export class MemoryFeed implements MessageFeed {
  readonly name = 'memory:feed';
  /** What the owner published, oldest first. */
  readonly published: PublishedMessage[] = [];
  readonly #clock: Clock;
  readonly #underway = new Set<Timer>();
  #topics: readonly string[] = [];
  #listener: MessageFeedListener | undefined;
  #isPlugged = true;
  #isUp = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  open(topics: readonly string[], listener: MessageFeedListener): void {
    this.#topics = topics;
    this.#listener = listener;
    this.#soon(() => (this.#isPlugged ? this.#rise() : this.#fall('port/missing')));
  }

  publish(topic: string, payload: Uint8Array): boolean {
    if (!this.#isUp) return false;
    this.published.push({topic, payload});
    return true;
  }

  close(): Promise<void> {
    this.#listener = undefined;
    this.#isUp = false;
    for (const timer of this.#underway) timer.cancel();
    return Promise.resolve();
  }

  /** A device publishes; nobody keeps it while the feed is down. */
  deliver(topic: string, payload: Uint8Array): void {
    if (!this.#isUp || !this.#topics.some(filter => matchesTopic(filter, topic))) return;
    this.#soon(() => this.#listener?.onMessage(topic, payload));
  }

  unplug(): void {
    this.#isPlugged = false;
    if (this.#isUp) this.#soon(() => this.#fall('port/lost'));
  }

  replug(): void {
    this.#isPlugged = true;
    if (!this.#isUp) this.#soon(() => this.#rise());
  }

  #rise(): void {
    this.#isUp = true;
    this.#listener?.onUp();
  }

  #fall(code: string): void {
    this.#isUp = false;
    this.#listener?.onDown(new LinkError(code, `${this.name} was unplugged`, {feed: this.name}));
  }

  #soon(deliver: () => void): void {
    const timer = this.#clock.timer('memory feed', 0, () => {
      this.#underway.delete(timer);
      deliver();
    });
    this.#underway.add(timer);
  }
}
