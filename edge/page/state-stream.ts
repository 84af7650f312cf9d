import type {Clock, Timer} from '../../protocols/base/clock.js';
import type {PageView} from './view.js';

/** Changes within this time go out as one picture: a sweep of a line changes many bays at once. */
const COALESCE_MS = 100;
/** A picture also goes out unasked, so that a browser notices a dead link and ages stay true. */
const REFRESH_MS = 5000;
const MAX_WATCHERS = 32;

/** One browser: it gets the newest picture when it is ready for it, and never a queue of old ones. */
export interface Watcher {
  /** The next picture as JSON; undefined once the watcher or the stream is closed. */
  next(): Promise<string | undefined>;
  close(): void;
}

/**
 * The live picture for every browser that watches. Pictures are made only while somebody looks, and
 * once for all of them.
 */
export class StateStream {
  readonly #clock: Clock;
  readonly #view: PageView;
  readonly #mailboxes = new Set<Mailbox>();
  readonly #unsubscribe: () => void;
  #push: Timer | undefined;
  #refresh: Timer | undefined;
  #closed = false;

  constructor(clock: Clock, view: PageView) {
    this.#clock = clock;
    this.#view = view;
    this.#unsubscribe = view.onChange(() => this.#schedule());
  }

  /** The present picture, with the time that its ages are counted from. */
  picture(): string {
    const {nowMs, wallMs} = {nowMs: this.#clock.nowMs(), wallMs: this.#clock.wallMs()};
    return JSON.stringify({nowMs, wallMs, ...this.#view.state()});
  }

  /** Start watching with the present picture; undefined when too many watch already. */
  watch(): Watcher | undefined {
    if (this.#closed || this.#mailboxes.size >= MAX_WATCHERS) return undefined;
    const mailbox = new Mailbox();
    mailbox.put(this.picture());
    this.#mailboxes.add(mailbox);
    this.#armRefresh();
    return {
      next: () => mailbox.take(),
      close: () => this.#leave(mailbox),
    };
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const mailbox of [...this.#mailboxes]) this.#leave(mailbox);
  }

  #leave(mailbox: Mailbox): void {
    mailbox.close();
    this.#mailboxes.delete(mailbox);
    if (this.#mailboxes.size > 0) return;
    this.#push?.cancel();
    this.#push = undefined;
    this.#refresh?.cancel();
    this.#refresh = undefined;
  }

  #schedule(): void {
    if (this.#push || this.#mailboxes.size === 0) return;
    this.#push = this.#clock.timer('page.push', COALESCE_MS, () => this.#send());
  }

  #armRefresh(): void {
    this.#refresh ??= this.#clock.timer('page.refresh', REFRESH_MS, () => this.#send());
  }

  #send(): void {
    this.#push?.cancel();
    this.#push = undefined;
    this.#refresh?.cancel();
    this.#refresh = undefined;
    const picture = this.picture();
    for (const mailbox of this.#mailboxes) mailbox.put(picture);
    this.#armRefresh();
  }
}

/** Holds at most one letter: a newer one replaces it. */
class Mailbox {
  #letter: string | undefined;
  #closed = false;
  #wake: (() => void) | undefined;

  put(letter: string): void {
    this.#letter = letter;
    this.#wake?.();
  }

  async take(): Promise<string | undefined> {
    while (this.#letter === undefined && !this.#closed) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    const letter = this.#closed ? undefined : this.#letter;
    this.#letter = undefined;
    return letter;
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }
}
