import {chainHash} from '../../protocols/cloud/chain.js';
import {sameContent, sameHash} from './event-chain.js';
import type {CloudTransaction} from './store/cloud-schema.js';
import type {EpochRow, EventLedger, StoredEvent} from './store/event-ledger.js';
import type {EventWriter} from './store/event-writer.js';

export interface KeeperOptions {
  readonly tx: CloudTransaction;
  readonly ledger: EventLedger;
  readonly writer: EventWriter;
  readonly wallMs: number;
}

export interface Kept {
  readonly fresh: readonly StoredEvent[];
  /** Another event holds one of the numbers; both are kept. */
  readonly conflict: boolean;
}

/** Events that are read back in one page while the story is walked on. */
const WALK_PAGE = 1000;

/** Keeps events whose numbers may be taken: what is there is read first, and compared. */
export class EventKeeper {
  readonly #options: KeeperOptions;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** `events` are numbered without a gap. */
  async keep(gateway: string, events: readonly StoredEvent[]): Promise<Kept> {
    const {tx, ledger, writer, wallMs} = this.#options;
    const [first] = events;
    if (!first) return {fresh: [], conflict: false};
    const last = first.seq + events.length - 1;
    const range = {gateway, epochNo: first.epochNo, from: first.seq, to: last};
    const rows = await ledger.range(tx, range, events.length);
    const held = new Map(rows.map(row => [row.seq, row]));
    const fresh = events.filter(event => !held.has(event.seq));
    await writer.insert(tx, [{gateway, events: fresh}], wallMs);
    let conflict = false;
    for (const event of events) {
      const before = held.get(event.seq);
      if (before && !(await this.#agrees(gateway, before, event))) conflict = true;
    }
    return {fresh, conflict};
  }

  /** Keep as evidence what claims numbers of others. */
  async keepClaims(gateway: string, events: readonly StoredEvent[]): Promise<void> {
    const {tx, ledger, wallMs} = this.#options;
    for (const event of events) await ledger.addConflict(tx, gateway, event, wallMs);
  }

  /** Early copies whose numbers are free; they agree or not when their batch comes. */
  async keepEarly(
    gateway: string,
    events: readonly StoredEvent[],
  ): Promise<readonly StoredEvent[]> {
    const {tx, ledger, writer, wallMs} = this.#options;
    const [first] = events;
    const last = events.at(-1);
    if (!first || !last) return [];
    const range = {gateway, epochNo: first.epochNo, from: first.seq, to: last.seq};
    const rows = await ledger.range(tx, range, last.seq - first.seq + 1);
    const taken = new Set(rows.map(row => row.seq));
    const fresh = events.filter(event => !taken.has(event.seq));
    await writer.insert(tx, [{gateway, events: fresh}], wallMs);
    return fresh;
  }

  /** Walk over what has become contiguous, checking the chain where two batches meet; undefined when it
   *  does not hold. */
  async walk(gateway: string, row: EpochRow): Promise<EpochRow | undefined> {
    const {tx, ledger} = this.#options;
    let {known, knownHash} = row;
    const range = {gateway, epochNo: row.no, to: Number.MAX_SAFE_INTEGER};
    for (;;) {
      const page = await ledger.range(tx, {...range, from: known + 1}, WALK_PAGE);
      for (const next of page) {
        if (next.seq !== known + 1 || !next.hash) {
          return {...row, known, knownHash, beyond: next.seq};
        }
        if (knownHash && !sameHash(chainHash(knownHash, next.seq, next.body), next.hash)) {
          return undefined;
        }
        known = next.seq;
        knownHash = next.hash;
      }
      if (page.length < WALK_PAGE) return {...row, known, knownHash, beyond: null};
    }
  }

  async #agrees(gateway: string, held: StoredEvent, event: StoredEvent): Promise<boolean> {
    const {tx, ledger} = this.#options;
    const same = sameContent(held, event);
    if (held.hash === null) {
      // The chained copy rules; an early copy that said otherwise is kept as evidence.
      if (!same) await this.keepClaims(gateway, [held]);
      await ledger.replace(tx, gateway, event);
      return same;
    }
    if (same && sameHash(held.hash, event.hash)) return true;
    await this.keepClaims(gateway, [event]);
    return false;
  }
}
