import type {UnixMillis} from '../../protocols/base/clock.js';
import type {LotRecord} from '../domain/lot/contract.js';
import type {LotCommit} from './lot-commit.js';

/** Events that memory keeps while no disk takes them. @see sync.md 3.3 */
const MOST_EVENTS = 2000;
/** Steps beyond which those without events are folded into one. */
const MOST_STEPS = 2 * MOST_EVENTS;

/** Events that exist in memory only, or did until they were lost. */
export interface UnstoredEvents {
  readonly count: number;
  readonly firstWallMs: UnixMillis;
  readonly lastWallMs: UnixMillis;
}

/**
 * What the lot did while no disk took it, in its order, until one does. Beyond 2,000 events the oldest
 * ones are given up and counted; the rows of their steps stay, since a newer one of the same thing
 * replaces them anyway.
 */
export class LotRing {
  #commits: LotCommit[] = [];
  #events = 0;
  #unstored: UnstoredEvents | undefined;
  #lost: UnstoredEvents | undefined;

  get isEmpty(): boolean {
    return this.#commits.length === 0 && this.#lost === undefined;
  }

  /** All events that passed through here since the ring was last empty. */
  get unstored(): UnstoredEvents | undefined {
    return this.#unstored;
  }

  /** Those given up. */
  get lost(): UnstoredEvents | undefined {
    return this.#lost;
  }

  get first(): LotCommit | undefined {
    return this.#commits[0];
  }

  push(commit: LotCommit): void {
    this.#commits.push(commit);
    this.#events += commit.facts.length;
    this.#unstored = withMore(this.#unstored, commit);
    for (let index = 0; this.#events > MOST_EVENTS; index += 1) this.#giveUp(index);
    if (this.#commits.length > MOST_STEPS) this.#fold();
  }

  /** The oldest one is on the disk now. */
  shift(): void {
    const stored = this.#commits.shift();
    this.#events -= stored?.facts.length ?? 0;
  }

  /** These are on the disk after all. */
  leaveOut(commits: readonly LotCommit[]): void {
    const stored = new Set(commits);
    this.#commits = this.#commits.filter(one => !stored.has(one));
    this.#events = this.#commits.reduce((sum, {facts}) => sum + facts.length, 0);
  }

  /** Everything is on the disk, and what was lost has been told. */
  clear(): void {
    this.#commits = [];
    this.#events = 0;
    this.#unstored = undefined;
    this.#lost = undefined;
  }

  /**
   * Of the steps without events only the newest row of each thing still says anything, and that only if
   * no later step with events replaces it. They go last, so that no older row follows them.
   */
  #fold(): void {
    const bare = this.#commits.filter(({facts}) => facts.length === 0);
    const last = bare.at(-1);
    if (!last) return;
    const rows = new Map<string, LotRecord>();
    for (const {facts, records} of this.#commits) {
      for (const record of records) {
        if (facts.length === 0) rows.set(keyOf(record), record);
        else rows.delete(keyOf(record));
      }
    }
    const rest = this.#commits.filter(({facts}) => facts.length > 0);
    this.#commits = [...rest, {facts: [], records: [...rows.values()], stamp: last.stamp}];
  }

  #giveUp(index: number): void {
    const oldest = this.#commits[index];
    if (!oldest || oldest.facts.length === 0) return;
    this.#lost = withMore(this.#lost, oldest);
    this.#events -= oldest.facts.length;
    this.#commits[index] = {...oldest, facts: []};
  }
}

/** Names the thing that a record is about. */
export function keyOf(record: LotRecord): string {
  switch (record.table) {
    case 'grantUse':
    case 'grantUnused':
      return `use ${record.grant}`;
    case 'care':
      return `care ${record.id}`;
    case 'lockTest':
      return `lockTest ${record.row.lock}`;
    case 'lockout':
      return `lockout ${record.row.door}`;
    case 'guesses':
      return 'guesses';
    case 'used':
    case 'unspent':
      return `used ${record.id}`;
    default:
      return `${record.table} ${record.row.id}`;
  }
}

function withMore(
  before: UnstoredEvents | undefined,
  {facts, stamp}: LotCommit,
): UnstoredEvents | undefined {
  if (facts.length === 0) return before;
  return {
    count: (before?.count ?? 0) + facts.length,
    firstWallMs: before?.firstWallMs ?? stamp.wallMs,
    lastWallMs: stamp.wallMs,
  };
}
