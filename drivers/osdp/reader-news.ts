import type {Millis} from '../../protocols/base/clock.js';
import {keyOf} from '../../protocols/osdp/keys.js';
import type {OsdpReply, RawCard} from '../../protocols/osdp/replies.js';
import {cardBitsHex, decodeWiegand} from '../../protocols/osdp/wiegand.js';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import type {CardRead, OsdpListener} from './contract.js';

/** Tells what a reader reports; of states only what is new. */
export class ReaderNews {
  readonly #listeners: Iterable<Partial<OsdpListener>>;
  #inputs = new Map<number, number>();
  #outputs = new Map<number, number>();
  #local: string | undefined;

  constructor(listeners: Iterable<Partial<OsdpListener>>) {
    this.#listeners = listeners;
  }

  /** What was known of a reader that was out of reach is old. */
  forget(): void {
    this.#inputs.clear();
    this.#outputs.clear();
    this.#local = undefined;
  }

  take(reply: OsdpReply, atMs: Millis): void {
    switch (reply.kind) {
      case 'raw': {
        const card = cardRead(reply.card, atMs);
        if (card.bits > 0) this.#tell(listener => listener.onCard?.(card));
        return;
      }
      case 'keypad':
        for (const byte of reply.keys) {
          const key = keyOf(byte);
          if (key) this.#tell(listener => listener.onKey?.(key, reply.reader, atMs));
        }
        return;
      case 'istatr':
        changes(this.#inputs, reply.points, (input, value) =>
          this.#tell(listener => listener.onInput?.(input, value, atMs)),
        );
        return;
      case 'ostatr':
        changes(this.#outputs, reply.points, (output, value) =>
          this.#tell(listener => listener.onOutput?.(output, value !== 0, atMs)),
        );
        return;
      case 'lstatr': {
        const status = {
          isTampered: reply.status.tamper !== 0,
          isPowerBad: reply.status.power !== 0,
        };
        const local = JSON.stringify(status);
        if (local === this.#local) return;
        this.#local = local;
        this.#tell(listener => listener.onLocalStatus?.(status));
        return;
      }
      default:
        return;
    }
  }

  #tell(call: (listener: Partial<OsdpListener>) => void): void {
    for (const listener of [...this.#listeners]) call(listener);
  }
}

function changes(
  known: Map<number, number>,
  points: readonly number[],
  tell: (point: number, value: number) => void,
): void {
  for (const [point, value] of points.entries()) {
    if (known.get(point) === value) continue;
    known.set(point, value);
    tell(point, value);
  }
}

function cardRead({reader, format, bits, data}: RawCard, atMs: Millis): CardRead {
  const uid = asId<CardUid>(cardBitsHex(bits, data));
  return {uid, bits, format, wiegand: decodeWiegand(bits, data), reader, atMs};
}
