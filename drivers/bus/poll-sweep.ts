import type {Millis} from '../../protocols/base/clock.js';
import type {FramePoll, UnitKey} from './contract.js';

/** When the sweep may ask a unit, and whether that would be a probe of a dead one. */
export interface UnitGate {
  readonly fromMs: Millis;
  readonly isProbe: boolean;
}

/** A poll of the sweep with its place in time. */
export interface PollSlot {
  readonly entry: FramePoll;
  /** Undefined until its first turn, which comes before everybody's second. */
  startedAtMs: Millis | undefined;
  /** It had nothing to say: asked again only then. */
  restsUntilMs: Millis;
  /** Since when it has been due; undefined while it is not. */
  dueSinceMs: Millis | undefined;
}

export type PollChoice =
  | {readonly kind: 'poll'; readonly slot: PollSlot}
  | {readonly kind: 'idle'; readonly untilMs: Millis};

/**
 * How long a read without a period of its own may stand back behind those that have one: longer than
 * a whole sweep of a full line, so that it fills gaps, yet finite, so that it is never starved.
 */
const UNPACED_PATIENCE_MS = 10_000;

/**
 * Which read goes next, earliest deadline first: a read is due one period after its last start and
 * late one period after that, so a button asked every 200 ms passes eight locks asked all the time. On a line
 * with more to do than it can, all are late alike; only what a person waits for is not.
 * Dead units get at most one probe in a sweep of the living.
 */
export class PollSweep {
  readonly #slots: PollSlot[] = [];
  readonly #gateOf: (unit: UnitKey) => UnitGate;
  /** Reads of living units since the last probe. */
  #readsSinceProbe = Number.POSITIVE_INFINITY;
  #askedAtMs: Millis = Number.NEGATIVE_INFINITY;

  constructor(gateOf: (unit: UnitKey) => UnitGate) {
    this.#gateOf = gateOf;
  }

  get units(): ReadonlySet<UnitKey> {
    return new Set(this.#slots.map(slot => slot.entry.unit));
  }

  slotsOf(unit: UnitKey): readonly PollSlot[] {
    return this.#slots.filter(slot => slot.entry.unit === unit);
  }

  add(entry: FramePoll): PollSlot {
    const slot: PollSlot = {
      entry,
      startedAtMs: undefined,
      restsUntilMs: Number.NEGATIVE_INFINITY,
      dueSinceMs: undefined,
    };
    this.#slots.push(slot);
    return slot;
  }

  remove(slot: PollSlot): void {
    const place = this.#slots.indexOf(slot);
    if (place >= 0) this.#slots.splice(place, 1);
  }

  /** Decide without committing: a command may still take the turn. */
  choose(nowMs: Millis): PollChoice {
    let chosen: PollSlot | undefined;
    let chosenDeadlineMs = Number.POSITIVE_INFINITY;
    let isChosenUrgent = false;
    let untilMs = Number.POSITIVE_INFINITY;
    let living = 0;
    const gates = this.#slots.map(slot => this.#gateOf(slot.entry.unit));
    for (const gate of gates) if (!gate.isProbe) living += 1;
    const mayProbe = this.#readsSinceProbe >= living;
    for (const [index, slot] of this.#slots.entries()) {
      const gate = gates[index];
      if (!gate || (gate.isProbe && !mayProbe)) continue;
      const periodMs = slot.entry.periodMs();
      const releaseMs = (slot.startedAtMs ?? Number.NEGATIVE_INFINITY) + periodMs;
      const fromMs = slot.entry.fromMs?.() ?? Number.NEGATIVE_INFINITY;
      const dueMs = Math.max(releaseMs, gate.fromMs, fromMs, slot.restsUntilMs);
      untilMs = Math.min(untilMs, dueMs);
      const deadlineMs = dueMs + (periodMs > 0 ? periodMs : UNPACED_PATIENCE_MS);
      // A period that has just been shortened makes nothing due in the past.
      if (dueMs <= nowMs) slot.dueSinceMs ??= Math.max(dueMs, Math.min(this.#askedAtMs, nowMs));
      if (dueMs > nowMs) continue;
      const isUrgent = slot.entry.isUrgent?.() ?? false;
      const isLater = isUrgent === isChosenUrgent ? deadlineMs >= chosenDeadlineMs : !isUrgent;
      if (isLater) continue;
      chosen = slot;
      isChosenUrgent = isUrgent;
      chosenDeadlineMs = deadlineMs;
    }
    this.#askedAtMs = nowMs;
    return chosen ? {kind: 'poll', slot: chosen} : {kind: 'idle', untilMs};
  }

  /** The slot's frame is on the wire. True: it starved, being due for longer than its whole period. */
  started(slot: PollSlot, atMs: Millis): boolean {
    const isProbe = this.#gateOf(slot.entry.unit).isProbe;
    this.#readsSinceProbe = isProbe ? 0 : this.#readsSinceProbe + 1;
    const periodMs = slot.entry.periodMs();
    const waitedMs = atMs - (slot.dueSinceMs ?? atMs);
    slot.startedAtMs = atMs;
    slot.dueSinceMs = undefined;
    return periodMs > 0 && waitedMs > periodMs;
  }
}
