import type {Clock, Millis} from '../../../protocols/base/clock.js';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {PaymentTable} from './payment-table.js';
import type {PaymentProvider} from './provider-port.js';

export interface CallbackDeskOptions {
  readonly clock: Clock;
  readonly store: CloudStore;
  readonly table: PaymentTable;
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  /** After the commit: something is to be fetched. */
  readonly onNudge: () => void;
}

/** What became of a callback. All but the first two are no reason to do anything. */
export type CallbackFate =
  | 'taken'
  | 'again'
  | 'unknown_provider'
  | 'bad_signature'
  | 'stale'
  | 'unknown_payment'
  | 'other_merchant';

/** A delivery that was signed longer ago, or in a future further away, is somebody's copy. */
const REPLAY_WINDOW_MS: Millis = 5 * MINUTE_MS;

/**
 * Takes callbacks of providers. A good one makes us fetch, and that is all: neither its amount nor its
 * word is believed. What is not good changes nothing and is counted.
 */
export class CallbackDesk {
  readonly #options: CallbackDeskOptions;
  readonly #counts = new Map<CallbackFate, number>();

  constructor(options: CallbackDeskOptions) {
    this.#options = options;
  }

  async take(
    provider: string,
    headers: (name: string) => string | undefined,
    rawBody: Uint8Array,
  ): Promise<CallbackFate> {
    const fate = await this.#judge(provider, headers, rawBody);
    this.#counts.set(fate, (this.#counts.get(fate) ?? 0) + 1);
    return fate;
  }

  /** Of this worker, since its start. */
  counts(): Readonly<Partial<Record<CallbackFate, number>>> {
    return Object.fromEntries(this.#counts);
  }

  async #judge(
    name: string,
    headers: (name: string) => string | undefined,
    rawBody: Uint8Array,
  ): Promise<CallbackFate> {
    const {clock, store, table, providers, onNudge} = this.#options;
    const provider = providers.get(name);
    if (!provider) return 'unknown_provider';
    const note = provider.verify(headers, rawBody);
    if (!note) return 'bad_signature';
    if (Math.abs(clock.wallMs() - note.sentWall) > REPLAY_WINDOW_MS) return 'stale';
    const fate = await store.transaction(async (tx): Promise<CallbackFate> => {
      const intent = await table.get(tx, note.key);
      if (!intent || intent.provider !== name) return 'unknown_payment';
      if (provider.merchantOf(intent.tenant) !== note.merchant) return 'other_merchant';
      const event = {provider: name, eventId: note.eventId, intent: intent.id};
      if (!(await table.addEvent(tx, event, clock.wallMs()))) return 'again';
      await table.nudge(tx, intent.id, clock.wallMs());
      return 'taken';
    });
    if (fate === 'taken') onNudge();
    return fate;
  }
}
