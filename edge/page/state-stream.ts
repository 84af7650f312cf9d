import type {Clock, Millis, Timer, UnixMillis} from '../../protocols/base/clock.js';
import type {CallDesk} from '../domain/calls/call-view.js';
import {openPicture} from './open-picture.js';
import type {PageState, PageView} from './view.js';

/** Between two pictures: a sweep of a line changes many bays at once. A change after a quiet time goes out at once. */
const GAP_MS = 100;
/** A picture also goes out unasked, so that a browser notices a dead link and ages stay true. */
const REFRESH_MS = 5000;
const MAX_WATCHERS = 32;

/** Calls, where the gateway keeps them. */
export type CallBoard = Pick<CallDesk, 'view' | 'onChange'>;

/** One picture as JSON: for whoever may see what tells of persons, and for whoever stands before a board. */
export interface Picture {
  readonly full: string;
  readonly open: string;
}

/** One browser: it gets the newest picture when it is ready for it, and never a queue of old ones. */
export interface Watcher {
  /** The next picture; undefined once the watcher or the stream is closed. */
  next(): Promise<Picture | undefined>;
  close(): void;
}

/**
 * The live picture for every browser that watches. Pictures are made only while somebody looks, and
 * once for all of them.
 */
export class StateStream {
  readonly #clock: Clock;
  readonly #view: PageView;
  readonly #calls: CallBoard | undefined;
  readonly #mailboxes = new Set<Mailbox>();
  readonly #unsubscribe: () => void;
  #push: Timer | undefined;
  #refresh: Timer | undefined;
  #sentMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(clock: Clock, view: PageView, calls?: CallBoard) {
    this.#clock = clock;
    this.#view = view;
    this.#calls = calls;
    const listeners = [view, calls].map(one => one?.onChange(() => this.#schedule()));
    this.#unsubscribe = () => {
      for (const forget of listeners) forget?.();
    };
  }

  /** The present picture, with the time that its ages are counted from. */
  picture(): Picture {
    const times = {nowMs: this.#clock.nowMs(), wallMs: this.#clock.wallMs()};
    return new Drawn({...times, ...this.#view.state()}, this.#calls);
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
    const waitMs = Math.max(0, this.#sentMs + GAP_MS - this.#clock.nowMs());
    this.#push = this.#clock.timer('page.push', waitMs, () => this.#send());
  }

  #armRefresh(): void {
    this.#refresh ??= this.#clock.timer('page.refresh', REFRESH_MS, () => this.#send());
  }

  #send(): void {
    this.#push?.cancel();
    this.#push = undefined;
    this.#refresh?.cancel();
    this.#refresh = undefined;
    this.#sentMs = this.#clock.nowMs();
    const picture = this.picture();
    for (const mailbox of this.#mailboxes) mailbox.put(picture);
    this.#armRefresh();
  }
}

/** With the time that ages are counted from. */
type TimedState = PageState & {readonly nowMs: Millis; readonly wallMs: UnixMillis};

/** Written when somebody first looks at it, once for all who see the same. */
class Drawn implements Picture {
  readonly #state: TimedState;
  readonly #calls: CallBoard | undefined;
  #full: string | undefined;
  #open: string | undefined;

  constructor(state: TimedState, calls: CallBoard | undefined) {
    this.#state = state;
    this.#calls = calls;
  }

  get full(): string {
    this.#full ??= JSON.stringify({...this.#state, calls: this.#calls?.view(true)});
    return this.#full;
  }

  get open(): string {
    this.#open ??= JSON.stringify({...openPicture(this.#state), calls: this.#calls?.view(false)});
    return this.#open;
  }
}

/** Holds at most one letter: a newer one replaces it. */
class Mailbox {
  #letter: Picture | undefined;
  #closed = false;
  #wake: (() => void) | undefined;

  put(letter: Picture): void {
    this.#letter = letter;
    this.#wake?.();
  }

  async take(): Promise<Picture | undefined> {
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
