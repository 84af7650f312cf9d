import {DAY_MS} from '../../protocols/base/units.js';
import type {StoreDatabase} from './database.js';
import {reaches, type StoreLevel} from './quota.js';
import type {Stamp} from './stamp.js';

const KEEP_MS = 7 * DAY_MS;
/** In this order they go. */
const CLASSES = ['raw', 'debug'] as const;
export type TelemetryClass = (typeof CLASSES)[number];

/**
 * What helps whoever looks for a fault, and nobody bills or answers for: samples of the devices (`raw`)
 * and traces beside a fault (`debug`). Without number and chain, never sent, the first to go when room
 * gets short. @see sync.md 3.3
 */
export class Telemetry {
  readonly #database: StoreDatabase;
  readonly #boot: string;
  readonly #level: () => StoreLevel;

  constructor(
    database: StoreDatabase,
    parts: {readonly boot: string; readonly level: () => StoreLevel},
  ) {
    this.#database = database;
    this.#boot = parts.boot;
    this.#level = parts.level;
  }

  /** From 95 % of the quota on nothing is taken. */
  keep(into: TelemetryClass, kind: string, body: object, stamp: Stamp): void {
    if (!this.#database.isDurable || reaches(this.#level(), 'alarm')) return;
    this.#database.transact('telemetry', () =>
      this.#database
        .statement(
          'INSERT INTO telemetry (class, boot, mono, wall, kind, body) VALUES (?, ?, ?, ?, ?, ?)',
        )
        .run(into, this.#boot, Math.round(stamp.nowMs), stamp.wallMs, kind, JSON.stringify(body)),
    );
  }

  /** Rows of one class. */
  count(of: TelemetryClass): number {
    return this.#database
      .statement('SELECT count(*) FROM telemetry WHERE class = ?')
      .pluck()
      .get(of) as number;
  }

  /** Rows from before this wall time go. */
  keepsFrom({wallMs}: Stamp): number {
    return reaches(this.#level(), 'shortened') ? Number.MAX_SAFE_INTEGER : wallMs - KEEP_MS;
  }

  /** Delete a slice: what is old, and from 70 % of the quota on everything, samples before traces. */
  prune(stamp: Stamp, limit: number): number {
    const before = this.keepsFrom(stamp);
    for (const name of CLASSES) {
      const {changes} = this.#database
        .statement(
          `DELETE FROM telemetry WHERE id IN
             (SELECT id FROM telemetry WHERE class = ? AND wall < ? ORDER BY id LIMIT ?)`,
        )
        .run(name, before, limit);
      if (changes > 0) return changes;
    }
    return 0;
  }
}
