import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import type {Ack} from '../../protocols/cloud/down-messages.js';
import type {Batch, Hello, UpMessages, WireEvent} from '../../protocols/cloud/up-messages.js';
import type {EpochRow, EventLedger, StoredEvent} from './store/event-ledger.js';

/** They end when the gateway numbers anew; what was in conflict stays stored. */
export const INTAKE_FAULTS = ['seq_conflict', 'chain_broken'] as const;
export type IntakeFault = (typeof INTAKE_FAULTS)[number];

export interface IntakeResult {
  /** Undefined: nothing to say yet; the gateway will ask again. */
  readonly ack: Ack | undefined;
  /** First number missing while later ones are here. */
  readonly gapAt: number | undefined;
  readonly fault: IntakeFault | undefined;
  /** An epoch began. */
  readonly began: boolean;
  /** Events that were new. */
  readonly fresh: readonly StoredEvent[];
}

const NOTHING: IntakeResult = {
  ack: undefined,
  gapAt: undefined,
  fault: undefined,
  began: false,
  fresh: [],
};

/**
 * What the cloud keeps of what a gateway sends, and what it answers. Every call belongs into a
 * transaction, and its answer goes out only after the commit. @see sync.md 7, ingest
 */
export class EventIntake {
  readonly #ledger: EventLedger;

  constructor(ledger: EventLedger) {
    this.#ledger = ledger;
  }

  /** Where to resume. An unknown epoch begins at the lowest number that the gateway still holds. */
  hello(gateway: string, hello: Hello, wallMs: number): IntakeResult {
    const epoch = this.#ledger.epoch(gateway, hello.epoch);
    if (epoch) {
      const ahead = epoch.known > hello.head;
      const ack: Ack = ahead
        ? {epoch: hello.epoch, new_epoch: 'rollback'}
        : {epoch: hello.epoch, upto: epoch.known, ...hashOf(epoch)};
      return {...NOTHING, ack};
    }
    const known = Math.max(0, hello.low - 1);
    this.#ledger.addEpoch(gateway, hello.epoch, known, wallMs);
    const added = this.#ledger.epoch(gateway, hello.epoch);
    if (added && known === 0) this.#ledger.setKnown(gateway, added.no, 0, CHAIN_START);
    if (added && known > 0) {
      const gap = {from: 1, to: known, why: 'before_first_contact'};
      this.#ledger.addGap(gateway, added.no, gap, wallMs);
    }
    return {...NOTHING, ack: {epoch: hello.epoch, upto: known}, began: true};
  }

  batch(gateway: string, batch: Batch, wallMs: number): IntakeResult {
    const epoch = this.#ledger.epoch(gateway, batch.epoch);
    if (!epoch) return NOTHING;
    const events = chained(batch, epoch.no);
    if (!events) return {...NOTHING, fault: 'chain_broken'};
    if (!this.#continues(gateway, epoch, batch)) {
      return this.#conflict(gateway, batch.epoch, events, wallMs);
    }
    const fresh: StoredEvent[] = [];
    let conflict = false;
    for (const event of events) {
      const outcome = this.#keep(gateway, event, wallMs);
      if (outcome === 'fresh') fresh.push(event);
      if (outcome === 'conflict') conflict = true;
    }
    if (conflict) return {...this.#conflict(gateway, batch.epoch, [], wallMs), fresh};
    const known = this.#advance(gateway, epoch);
    if (known === 'conflict') return {...this.#conflict(gateway, batch.epoch, [], wallMs), fresh};
    const gapAt = batch.from > known + 1 ? known + 1 : undefined;
    return {...NOTHING, ack: {epoch: batch.epoch, upto: known}, gapAt, fresh};
  }

  /** Early copies carry no chain; their batch confirms them later. */
  live(gateway: string, live: UpMessages['live'], wallMs: number): IntakeResult {
    const epoch = this.#ledger.epoch(gateway, live.epoch);
    if (!epoch) return NOTHING;
    const events = live.ev.map((event, index) =>
      storedEvent(event, epoch.no, live.seq + index, null),
    );
    const fresh = events.filter(
      event => event.seq > epoch.known && this.#ledger.add(gateway, event, wallMs),
    );
    return {...NOTHING, fresh};
  }

  /** The gateway holds these no more: the gap stays, marked, and the story goes on behind it. */
  gone(gateway: string, gone: UpMessages['gone'], wallMs: number): IntakeResult {
    const epoch = this.#ledger.epoch(gateway, gone.epoch);
    if (!epoch || gone.to <= epoch.known) return NOTHING;
    const from = epoch.known + 1;
    if (gone.from > from) {
      return {...NOTHING, ack: {epoch: gone.epoch, upto: epoch.known}, gapAt: from};
    }
    this.#ledger.addGap(gateway, epoch.no, {from, to: gone.to, why: gone.why}, wallMs);
    this.#ledger.setKnown(gateway, epoch.no, gone.to, null);
    const known = this.#advance(gateway, {...epoch, known: gone.to, knownHash: null});
    if (known === 'conflict') return {...NOTHING, fault: 'seq_conflict'};
    return {...NOTHING, ack: {epoch: gone.epoch, upto: known}};
  }

  /** Does the batch hang on the event before it, as far as that one is known? */
  #continues(gateway: string, epoch: EpochRow, batch: Batch): boolean {
    if (batch.from === 1) return batch.p === toHex(CHAIN_START);
    const before =
      batch.from - 1 === epoch.known
        ? epoch.knownHash
        : this.#ledger.get(gateway, epoch.no, batch.from - 1)?.hash;
    return !before || toHex(before) === batch.p;
  }

  #keep(gateway: string, event: StoredEvent, wallMs: number): 'fresh' | 'known' | 'conflict' {
    if (this.#ledger.add(gateway, event, wallMs)) return 'fresh';
    const held = this.#ledger.get(gateway, event.epochNo, event.seq);
    if (!held) return 'known';
    const same = sameContent(held, event);
    if (held.hash === null) {
      // The chained copy rules; an early copy that said otherwise is kept as evidence.
      if (!same) this.#ledger.addConflict(gateway, held, wallMs);
      this.#ledger.replace(gateway, event);
      return same ? 'known' : 'conflict';
    }
    if (same && event.hash && toHex(held.hash) === toHex(event.hash)) return 'known';
    this.#ledger.addConflict(gateway, event, wallMs);
    return 'conflict';
  }

  #conflict(
    gateway: string,
    epoch: string,
    events: readonly StoredEvent[],
    wallMs: number,
  ): IntakeResult {
    for (const event of events) this.#ledger.addConflict(gateway, event, wallMs);
    return {...NOTHING, ack: {epoch, new_epoch: 'conflict'}, fault: 'seq_conflict'};
  }

  /** Walk over what has become contiguous, checking the chain where two batches meet. */
  #advance(gateway: string, epoch: EpochRow): number | 'conflict' {
    let {known, knownHash} = epoch;
    for (;;) {
      const next = this.#ledger.get(gateway, epoch.no, known + 1);
      if (!next?.hash) break;
      const expected = knownHash && chainHash(knownHash, next.seq, next.body);
      if (expected && toHex(expected) !== toHex(next.hash)) return 'conflict';
      known = next.seq;
      knownHash = next.hash;
    }
    if (known !== epoch.known) this.#ledger.setKnown(gateway, epoch.no, known, knownHash);
    return known;
  }
}

/** Lets the gateway see that both mean the same event by the same number. */
function hashOf(epoch: EpochRow): {readonly h?: string} {
  return epoch.knownHash ? {h: toHex(epoch.knownHash)} : {};
}

/** The batch's events with their hashes; undefined when the chain does not lead from `p` to `h`. */
function chained(batch: Batch, epochNo: number): readonly StoredEvent[] | undefined {
  let hash = fromHex(batch.p);
  const events = batch.ev.map((event, index) => {
    const seq = batch.from + index;
    hash = chainHash(hash, seq, event[5]);
    return storedEvent(event, epochNo, seq, hash);
  });
  return toHex(hash) === batch.h ? events : undefined;
}

function storedEvent(
  event: WireEvent,
  epochNo: number,
  seq: number,
  hash: Uint8Array | null,
): StoredEvent {
  const [kind, boot, mono, wall, clk, body] = event;
  return {epochNo, seq, kind, boot, mono, wall, clk, body, hash};
}

function sameContent(left: StoredEvent, right: StoredEvent): boolean {
  return (
    left.kind === right.kind &&
    left.boot === right.boot &&
    left.mono === right.mono &&
    left.wall === right.wall &&
    left.clk === right.clk &&
    left.body === right.body
  );
}
