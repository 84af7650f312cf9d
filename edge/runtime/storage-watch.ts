import type {Clock, Millis} from '../../protocols/base/clock.js';
import {MINUTE_MS} from '../../protocols/base/units.js';
import type {LotInput} from '../domain/lot/contract.js';
import type {StorageState} from '../domain/lot/storage-state.js';
import {type DiskHealth, diskHealth} from '../platform/disk-wear.js';
import type {StoreLevel} from '../store/quota.js';
import type {SiteStore, StoreCondition} from '../store/site-store.js';

/** So long after the last slow commit the disk counts as well again. */
const SLOW_FOR_MS: Millis = 10 * MINUTE_MS;
const SAMPLE_EVERY_MS: Millis = 10 * MINUTE_MS;

const ROOM: Readonly<Record<StoreLevel, StorageState['room']>> = {
  roomy: 'ample',
  shortened: 'ample',
  crowded: 'ample',
  alarm: 'filling',
  full: 'full',
};

export interface StorageWatchOptions {
  readonly store: SiteStore;
  readonly clock: Clock;
  readonly dispatch: (input: LotInput) => void;
  /** How the devices stand, for the samples. */
  readonly sample: () => object;
  /** Of the database. */
  readonly path: string;
}

/** Tells the lot how its store stands, whenever that changes, and keeps samples of the devices. */
export class StorageWatch {
  readonly #options: StorageWatchOptions;
  #told: string | undefined;
  #slowUntilMs: Millis | undefined;
  #sampledMs: Millis;
  #disk: DiskHealth;

  constructor(options: StorageWatchOptions) {
    this.#options = options;
    this.#sampledMs = options.clock.nowMs();
    this.#disk = diskHealth(options.path);
  }

  /** What is wrong, in one sentence; undefined while the store is sound. */
  get trouble(): string | undefined {
    const {store} = this.#options;
    return sentence(store.condition()) ?? store.trouble;
  }

  get disk(): DiskHealth {
    return this.#disk;
  }

  /** After every commit, and once a second. */
  look(): void {
    const condition = this.#options.store.condition();
    const {level, isDurable, grants, usesSureFromMs} = condition;
    const storage: StorageState = {room: ROOM[level], isDurable, grants, usesSureFromMs};
    const told = JSON.stringify(storage);
    // A sound store at the start is what the lot assumes.
    const isSound = sentence(condition) === undefined && usesSureFromMs === 0;
    const news = this.#told === undefined ? !isSound : told !== this.#told;
    if (!news) return;
    this.#told = told;
    this.#options.dispatch({kind: 'storage', storage, detail: sentence(condition) ?? 'recovered'});
  }

  /** Once a second: commits that took long, and a sample every ten minutes. */
  tend(): void {
    const {store, clock, sample} = this.#options;
    const nowMs = clock.nowMs();
    const slow = store.takeSlow();
    if (slow) {
      const detail = `${slow.doing} took ${Math.round(slow.tookMs)} ms`;
      if (this.#slowUntilMs === undefined) this.#tellSlow(true, detail);
      this.#slowUntilMs = nowMs + SLOW_FOR_MS;
      store.telemetry.keep('debug', 'commit.slow', slow, store.stampNow());
    } else if (this.#slowUntilMs !== undefined && nowMs >= this.#slowUntilMs) {
      this.#slowUntilMs = undefined;
      this.#tellSlow(false, 'recovered');
    }
    if (nowMs - this.#sampledMs < SAMPLE_EVERY_MS) return;
    this.#sampledMs = nowMs;
    this.#disk = diskHealth(this.#options.path);
    store.telemetry.keep('raw', 'devices', sample(), store.stampNow());
  }

  #tellSlow(isStanding: boolean, detail: string): void {
    this.#options.dispatch({kind: 'storageSlow', isStanding, detail});
  }
}

function sentence({level, isDurable, grants}: StoreCondition): string | undefined {
  if (grants === 'lost') return 'the grants are lost: exits and emergency only';
  if (!isDurable) return 'the disk takes nothing: the site runs from memory';
  if (grants === 'uses_unsure') {
    return 'it is not known which one-entry grants were used: those wait for a guard until they end, new ones open';
  }
  if (level === 'full') return 'no room left: nobody new is let in';
  return level === 'alarm' ? 'little room left' : undefined;
}
