import type {Millis} from '../../protocols/base/clock.js';
import type {BusOutcome, DeviceHealth, PollEntry} from './contract.js';
import {type MergedRead, mergeReads, type ReadBlock} from './read-merging.js';

/** A polled block with what the merging knows of it. */
interface Part {
  readonly entry: PollEntry;
  /** It has answered by itself: before that a refusal may be its own. */
  isProven: boolean;
  /** A read with others was refused: never again. */
  isAlone: boolean;
  health: DeviceHealth | undefined;
}

type Block = ReadBlock & {readonly part: Part};

interface Run {
  readonly parts: readonly Part[];
  readonly leave: () => void;
}

/** How a shared read has fared. */
interface Trial {
  hasAnswered: boolean;
  silences: number;
}

/** Some devices say nothing to a read that they do not like: before the third miss makes them offline. */
const SILENCES_TO_SPLIT = 2;

/** @see Modbus Application Protocol V1.1b3, 6.1 and 6.3 */
const MOST_BITS = 2000;
const MOST_REGISTERS = 125;
/** Illegal address, illegal value: registers between the blocks, or too many at once. */
const SPLITTING_EXCEPTIONS: ReadonlySet<number> = new Set([2, 3]);

/**
 * The polls of one table of one unit. Each block goes alone until it has answered; then neighbours of
 * the same period share a read. When the device refuses that, or never answers it, the blocks go alone for
 * good, and nobody hears of it.
 */
export class MergedPolls {
  readonly #pollAs: (entry: PollEntry) => () => void;
  readonly #parts = new Set<Part>();
  #runs: readonly Run[] = [];

  /** `pollAs` puts one read into the sweep. */
  constructor(pollAs: (entry: PollEntry) => () => void) {
    this.#pollAs = pollAs;
  }

  add(entry: PollEntry): () => void {
    const part: Part = {entry, isProven: false, isAlone: false, health: undefined};
    this.#parts.add(part);
    this.#runs = [...this.#runs, this.#run([part], entry.read)];
    return () => {
      if (!this.#parts.delete(part)) return;
      this.#plan();
    };
  }

  #plan(): void {
    const ready = [...this.#parts].filter(part => part.isProven && !part.isAlone);
    const groups = mergeReads(ready.map(blockOf));
    const loners = [...this.#parts].filter(part => !ready.includes(part));
    const wanted = [...groups.map(partsOf), ...loners.map(part => [part])];
    const kept = this.#runs.filter(run => wanted.some(parts => sameParts(parts, run.parts)));
    for (const run of this.#runs) if (!kept.includes(run)) run.leave();
    this.#runs = kept;
    const isKept = (parts: readonly Part[]) => kept.some(run => sameParts(parts, run.parts));
    const added = groups
      .filter(group => !isKept(partsOf(group)))
      .map(group => this.#run(partsOf(group), group));
    const alone = loners
      .filter(part => !isKept([part]))
      .map(part => this.#run([part], part.entry.read));
    this.#runs = [...kept, ...added, ...alone];
  }

  #run(
    parts: readonly Part[],
    {address, quantity}: {readonly address: number; readonly quantity: number},
  ): Run {
    const [first] = parts;
    if (!first) return {parts, leave: () => {}};
    const trial: Trial = {hasAnswered: false, silences: 0};
    const leave = this.#pollAs({
      read: {...first.entry.read, address, quantity},
      periodMs: () => shortestPeriodMs(parts),
      isUrgent: () => parts.some(({entry}) => entry.isUrgent?.() ?? false),
      onOutcome: outcome => {
        if (parts.length > 1 && isUnliked(trial, outcome)) this.#split(parts);
        else this.#tell(parts, address, outcome);
      },
      onHealth: health => {
        for (const part of parts) tellHealth(part, health);
      },
    });
    return {parts, leave};
  }

  #split(parts: readonly Part[]): void {
    for (const part of parts) part.isAlone = true;
    this.#plan();
  }

  #tell(parts: readonly Part[], address: number, outcome: BusOutcome): void {
    const isNews = outcome.kind === 'values' && parts.some(part => !part.isProven);
    for (const part of parts) {
      if (isNews) part.isProven = true;
      if (this.#parts.has(part)) part.entry.onOutcome(slice(part, address, outcome));
    }
    if (isNews && this.#parts.size > 1) this.#plan();
  }
}

/** The device refuses the shared read as such, or stays silent to it from the first. */
function isUnliked(trial: Trial, outcome: BusOutcome): boolean {
  if (outcome.kind === 'exception') return SPLITTING_EXCEPTIONS.has(outcome.exceptionCode);
  if (outcome.kind === 'timeout') trial.silences += 1;
  else if (outcome.kind !== 'down') trial.hasAnswered = true;
  return !trial.hasAnswered && trial.silences >= SILENCES_TO_SPLIT;
}

function blockOf(part: Part): Block {
  const {read, mostQuantity} = part.entry;
  const isBits = read.table === 'coil' || read.table === 'discrete';
  return {
    part,
    address: read.address,
    quantity: read.quantity,
    periodMs: part.entry.periodMs(),
    mostQuantity: mostQuantity ?? (isBits ? MOST_BITS : MOST_REGISTERS),
  };
}

function partsOf({blocks}: MergedRead<Block>): readonly Part[] {
  return blocks.map(({part}) => part);
}

function sameParts(left: readonly Part[], right: readonly Part[]): boolean {
  return left.length === right.length && left.every((part, index) => part === right[index]);
}

/** Tempos may part after the merging: then the quickest sets it. */
function shortestPeriodMs(parts: readonly Part[]): Millis {
  let shortestMs = Number.POSITIVE_INFINITY;
  for (const {entry} of parts) shortestMs = Math.min(shortestMs, entry.periodMs());
  return shortestMs;
}

function slice({entry}: Part, address: number, outcome: BusOutcome): BusOutcome {
  if (outcome.kind !== 'values') return outcome;
  const from = entry.read.address - address;
  if (from === 0 && entry.read.quantity === outcome.values.length) return outcome;
  return {...outcome, values: outcome.values.slice(from, from + entry.read.quantity)};
}

function tellHealth(part: Part, health: DeviceHealth): void {
  if (part.health === health) return;
  part.health = health;
  part.entry.onHealth(health);
}
