import type {LogFields, SyncLog} from './log.js';

/** Messages that were refused, counted by kind; each kind is logged once, so that a flood of garbage
 *  does not become a flood of lines. */
export class DropCounter {
  readonly #log: SyncLog;
  readonly #counts = new Map<string, number>();

  constructor(log: SyncLog) {
    this.#log = log;
  }

  drop(kind: string, fields: LogFields): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count === 1) this.#log.warn('message.dropped', {drop: kind, ...fields});
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
