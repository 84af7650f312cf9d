import type {Millis} from '../../protocols/base/clock.js';

export interface HeapEntry {
  readonly name: string;
  readonly dueMs: Millis;
  /** Of two that are due at once the one that was set first runs first. */
  readonly order: number;
  readonly callback: () => void;
  isGone: boolean;
}

/** Fewer that are gone are left where they are until their turn comes. */
const SWEPT_FROM = 64;

/** Timers by the instant at which they are due. A site sets and cancels several for each frame on a wire. */
export class TimerHeap {
  #heap: HeapEntry[] = [];
  #gone = 0;

  get size(): number {
    return this.#heap.length - this.#gone;
  }

  /** Those still set, in no order. */
  live(): readonly HeapEntry[] {
    return this.#heap.filter(entry => !entry.isGone);
  }

  add(entry: HeapEntry): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (!parent || !isBefore(entry, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = entry;
  }

  cancel(entry: HeapEntry): void {
    if (entry.isGone) return;
    entry.isGone = true;
    this.#gone += 1;
    if (this.#gone < SWEPT_FROM || this.#gone * 2 < this.#heap.length) return;
    const left = this.live();
    this.#heap = [];
    this.#gone = 0;
    for (const one of left) this.add(one);
  }

  /** Take out what is due next, if it is by `untilMs`. */
  take(untilMs: Millis): HeapEntry | undefined {
    for (let first = this.#heap[0]; first; first = this.#heap[0]) {
      if (!first.isGone && first.dueMs > untilMs) return undefined;
      this.#removeFirst();
      if (first.isGone) {
        this.#gone -= 1;
        continue;
      }
      // A cancel from now on finds it gone.
      first.isGone = true;
      return first;
    }
    return undefined;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const [leftEntry, rightEntry] = [heap[left], heap[left + 1]];
      if (!leftEntry) break;
      const isRight = rightEntry !== undefined && isBefore(rightEntry, leftEntry);
      const child = isRight ? rightEntry : leftEntry;
      if (!isBefore(child, last)) break;
      heap[place] = child;
      place = isRight ? left + 1 : left;
    }
    heap[place] = last;
  }
}

function isBefore(one: HeapEntry, other: HeapEntry): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
}
