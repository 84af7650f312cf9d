import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {PageCloud} from '../page/view.js';
import type {JournalOutbox} from '../store/outbox.js';

type OutboxRows = Pick<JournalOutbox, 'head' | 'acked' | 'read'>;

/** The way to the cloud as its picture shows it. */
export interface LinkState {
  isOnline(): boolean;
}

/** What the page shows of the link, and of what the cloud has not got yet. */
export class CloudPicture {
  readonly #outbox: OutboxRows;
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #link: () => LinkState | undefined;
  #shown: PageCloud | undefined;

  /** `link` answers undefined where the site has no cloud. */
  constructor(outbox: OutboxRows, clock: Pick<Clock, 'wallMs'>, link: () => LinkState | undefined) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#link = link;
  }

  /** Look anew; true: link or backlog changed since the last look. @throws StoreError */
  look(): boolean {
    const cloud = this.#now();
    const before = this.#shown;
    this.#shown = cloud;
    return before?.link !== cloud.link || before.unsent !== cloud.unsent;
  }

  /** The last known, while the disk cannot be read. */
  state(): PageCloud {
    try {
      return this.#now();
    } catch {
      return this.#shown ?? {link: 'none', unsent: 0, oldestUnsentMs: null};
    }
  }

  #now(): PageCloud {
    const link = this.#link();
    const acked = this.#outbox.acked();
    const unsent = this.#outbox.head() - acked;
    if (!link) return {link: 'none', unsent, oldestUnsentMs: null};
    const [oldest] = unsent > 0 ? this.#outbox.read(acked + 1, 1) : [];
    const oldestUnsentMs: Millis | null = oldest
      ? Math.max(0, this.#clock.wallMs() - oldest.wallMs)
      : null;
    return {link: link.isOnline() ? 'online' : 'offline', unsent, oldestUnsentMs};
  }
}
