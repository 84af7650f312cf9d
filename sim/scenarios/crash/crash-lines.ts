import type {SiteConfig} from '../../../edge/config/schema.js';
import type {Millis} from '../../../protocols/base/clock.js';

/** What a site tells its witness, each line before anything that follows from it. */
export type CrashLine =
  /** The gateway is about to be switched on. */
  | {readonly kind: 'powerOn'}
  | {readonly kind: 'tap'; readonly uid: string}
  | {readonly kind: 'order'; readonly bay: string; readonly desired: 'up' | 'down'}
  | {readonly kind: 'car'; readonly bay: string; readonly isIn: boolean}
  /** A frame that the gateway hands to the wire. */
  | {readonly kind: 'frame'; readonly bay: string; readonly command: LockFrame}
  | {readonly kind: 'screen'; readonly text: string};

export type LockFrame = 'raise' | 'lower' | 'stop' | 'buzzer';

/** One life of a site, from power on to a kill; the plant is as the life before left it. */
export interface CrashLife {
  readonly config: SiteConfig;
  readonly databasePath: string;
  /** Of this life alone: ids are made from it. */
  readonly seed: number;
  readonly wallMs: number;
  /** Bays whose arm lies flat. */
  readonly down: readonly string[];
  /** Bays with a car. */
  readonly parked: readonly string[];
}

export const BAYS = ['A-001', 'A-002', 'A-003', 'A-004'] as const;
/** Its lock acknowledges everything and never moves. */
export const DEAF_BAY = 'A-004';
export const TRAVEL_MS: Millis = 1000;
/** Grants under this prefix let in once. */
export const ONE_ENTRY = 'one-';
