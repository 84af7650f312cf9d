import type {Lane} from './contract.js';

const ORDER: readonly Lane[] = ['command', 'confirm', 'poll'];

interface Waiting<Job> {
  readonly job: Job;
  readonly sinceMs: number;
}

/** What waits for the line: commands before confirming reads before polls, first come first served within a lane. */
export class LaneQueue<Job extends {readonly lane: Lane}> {
  readonly #limit: number;
  readonly #lanes: Readonly<Record<Lane, Waiting<Job>[]>> = {command: [], confirm: [], poll: []};

  /** `limit`: most jobs that may wait in each lane. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return ORDER.every(lane => this.#lanes[lane].length === 0);
  }

  /** False when the lane is full: a queue without bound turns a dead line into commands of yesterday. */
  push(job: Job, nowMs: number): boolean {
    const lane = this.#lanes[job.lane];
    if (lane.length >= this.#limit) return false;
    lane.push({job, sinceMs: nowMs});
    return true;
  }

  /** The job of `lane` that would go first. */
  first(lane: Lane): Job | undefined {
    return this.#lanes[lane][0]?.job;
  }

  /** How long the first of `lane` has waited; 0 when it is empty. */
  ageMs(lane: Lane, nowMs: number): number {
    const first = this.#lanes[lane][0];
    return first ? nowMs - first.sinceMs : 0;
  }

  take(): Waiting<Job> | undefined {
    for (const lane of ORDER) {
      const waiting = this.#lanes[lane].shift();
      if (waiting) return waiting;
    }
    return undefined;
  }

  /** Empty all lanes; the jobs in the order in which they would have gone. */
  drain(): readonly Job[] {
    return ORDER.flatMap(lane => this.#lanes[lane].splice(0)).map(waiting => waiting.job);
  }
}
