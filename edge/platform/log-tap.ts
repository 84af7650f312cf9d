import {LOG_LEVELS, type LogLevel} from './log.js';

export interface LogEntry {
  /** Rises by one with each entry of this run. */
  readonly seq: number;
  readonly level: LogLevel;
  readonly time: string;
  readonly part: string;
  readonly event: string;
  /** The event's own values, printable, secrets hidden. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface LogFilter {
  readonly level: LogLevel;
  /** A part and all below it; empty: every part. */
  readonly part: string;
  /** Only what names this device, as its part or among its values; empty: all. */
  readonly device: string;
}

/** What a follower missed is told, not kept for ever. */
const MOST_ENTRIES = 500;
/** A follower that does not come back for so long is gone. */
const LEASE_MS = 10_000;

/**
 * What people see of the log while it runs: levels by part that change without a restart, and entries for whoever
 * follows. What nobody follows and no level asks for is never made.
 */
export class LogTap {
  readonly #nowMs: () => number;
  readonly #levels = new Map<string, LogLevel>();
  readonly #followers = new Map<string, {readonly filter: LogFilter; untilMs: number}>();
  #entries: LogEntry[] = [];
  #seq = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** From now on `part` and what is below it is written from `level` on; undefined: as the rest. */
  setLevel(part: string, level: LogLevel | undefined): void {
    if (level === undefined) this.#levels.delete(part);
    else this.#levels.set(part, level);
  }

  levels(): ReadonlyMap<string, LogLevel> {
    return this.#levels;
  }

  /** The level of a part, by the nearest name above it. */
  levelOf(part: string, usual: LogLevel): LogLevel {
    if (this.#levels.size === 0) return usual;
    for (let name = part; ; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
      const level = this.#levels.get(name);
      if (level !== undefined) return level;
      if (name === '') return usual;
    }
  }

  /** Does a follower want entries of this level from this part? */
  wants(level: LogLevel, part: string): boolean {
    if (this.#followers.size === 0) return false;
    const nowMs = this.#nowMs();
    for (const [name, {filter, untilMs}] of this.#followers) {
      if (untilMs < nowMs) this.#followers.delete(name);
      else if (isAtLeast(level, filter.level) && isBelow(part, filter.part)) return true;
    }
    return false;
  }

  give(entry: Omit<LogEntry, 'seq'>): void {
    this.#seq += 1;
    this.#entries.push({seq: this.#seq, ...entry});
    if (this.#entries.length > MOST_ENTRIES) this.#entries = this.#entries.slice(-MOST_ENTRIES);
  }

  /** Entries behind `after` that pass; whoever asks is a follower for a while. `next`: for the next question. */
  follow(
    follower: string,
    filter: LogFilter,
    after: number | undefined,
  ): {readonly entries: readonly LogEntry[]; readonly next: number; readonly missed: number} {
    this.#followers.set(follower, {filter, untilMs: this.#nowMs() + LEASE_MS});
    const from = after ?? this.#seq;
    const oldest = this.#entries[0]?.seq ?? this.#seq + 1;
    const missed = Math.max(0, oldest - from - 1);
    const entries = this.#entries.filter(entry => entry.seq > from && passes(entry, filter));
    return {entries, next: this.#seq, missed: from < this.#seq ? missed : 0};
  }
}

function passes({level, part, fields}: LogEntry, filter: LogFilter): boolean {
  if (!isAtLeast(level, filter.level) || !isBelow(part, filter.part)) return false;
  if (filter.device === '') return true;
  return part.split('.').includes(filter.device) || names(fields, filter.device);
}

function names(value: unknown, device: string): boolean {
  if (value === device) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(part => names(part, device));
}

export function isAtLeast(level: LogLevel, least: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}

function isBelow(part: string, above: string): boolean {
  return above === '' || part === above || part.startsWith(`${above}.`);
}
