import type {Millis} from '../../protocols/base/clock.js';
import type {Frame, FrameOutcome, Lane, UnitKey} from './contract.js';
import {LaneQueue} from './lane-queue.js';

/** One frame that wants its turn on the line. */
export interface LineJob {
  readonly unit: UnitKey;
  readonly lane: Lane;
  /** How often the line may send it again: 0 for everything that moves something. */
  readonly resends: number;
  /** The frame, now that its turn has come; undefined: nothing to say, it settles as `down`. */
  compose(nowMs: Millis): Frame | undefined;
  /** The frame is on its way, after so long in its lane. */
  started?(atMs: Millis, waitedMs: Millis): void;
  settle(outcome: FrameOutcome): void;
}

/** A composed frame on its way to the wire, or on it. */
export interface Departure {
  readonly job: LineJob;
  readonly frame: Frame;
  readonly sinceMs: Millis;
  readonly resends: number;
  /** These very bytes went out before. */
  readonly isAgain: boolean;
}

/**
 * So many turns of the lanes in a row, then one of a poll that is due: a storm of commands must not
 * blind the line to buttons and sensors. At 9600 baud the poll of a living unit takes about 41 ms.
 */
const MOST_TURNS_BEFORE_POLL = 4;

/** Who goes next on a line: what is owed again, what waits in the lanes, or the poll. */
export class LineTurns {
  readonly #queue: LaneQueue<LineJob>;
  readonly #settle: (job: LineJob, outcome: FrameOutcome) => void;
  /** Lost once and owed again, before anything else of its unit. */
  #owed: Departure | undefined;
  #turnsSincePoll = 0;

  constructor(queueLimit: number, settle: (job: LineJob, outcome: FrameOutcome) => void) {
    this.#queue = new LaneQueue(queueLimit);
    this.#settle = settle;
  }

  get isEmpty(): boolean {
    return !this.#owed && this.#queue.isEmpty;
  }

  /** What waits shall let the poll that is due go first. */
  get isPollOwed(): boolean {
    return this.#turnsSincePoll >= MOST_TURNS_BEFORE_POLL;
  }

  /** A command for another unit than `unit` waits. */
  hasCommandBeside(unit: UnitKey): boolean {
    const command = this.#queue.first('command');
    return command !== undefined && command.unit !== unit;
  }

  ageMs(lane: Lane, nowMs: Millis): Millis {
    return this.#queue.ageMs(lane, nowMs);
  }

  /** False when its lane is full. */
  push(job: LineJob, nowMs: Millis): boolean {
    return this.#queue.push(job, nowMs);
  }

  /** The same bytes shall go out once more. */
  owe(lost: Departure, nowMs: Millis): void {
    this.#owed = {...lost, sinceMs: nowMs, resends: lost.resends - 1, isAgain: true};
  }

  /** What was owed is owed no more. */
  takeOwed(): Departure | undefined {
    const owed = this.#owed;
    this.#owed = undefined;
    return owed;
  }

  /**
   * Compose the frame whose turn it is; `poll` goes when nothing waits, or when it has stood back for
   * long. Jobs with nothing to say are settled on the way.
   */
  next(poll: LineJob | undefined, nowMs: Millis): Departure | undefined {
    const command = this.#queue.first('command');
    // A command of another unit need not wait for a read to be repeated.
    if (this.#owed && (!command || command.unit === this.#owed.job.unit)) return this.takeOwed();
    for (;;) {
      const waiting = poll && this.isPollOwed ? undefined : this.#queue.take();
      const job = waiting?.job ?? poll;
      if (!job) return undefined;
      const frame = job.compose(nowMs);
      this.#turnsSincePoll = waiting ? this.#turnsSincePoll + 1 : 0;
      if (frame) {
        const sinceMs = waiting?.sinceMs ?? nowMs;
        return {job, frame, sinceMs, resends: job.resends, isAgain: false};
      }
      this.#settle(job, {kind: 'down', atMs: nowMs});
      if (!waiting) return undefined;
    }
  }

  /** Empty all lanes; the jobs in the order in which they would have gone. */
  drain(): readonly LineJob[] {
    return this.#queue.drain();
  }
}
