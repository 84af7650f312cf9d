import type {Millis} from '../../../protocols/base/clock.js';
import type {CollectorId} from '../../../protocols/site/ids.js';
import type {LockoutRule} from '../lockout/lockout-machine.js';
import type {ShowerInput} from './shower-machine.js';
import type {ShowerRow, ShowerRules} from './shower-state.js';
import type {StallConfig} from './stall-state.js';

/*
 * What the bath adds to the seam between deciding and doing: `lot/contract.ts` joins it in.
 */

/** What meter, valve and keypad of a stall say. */
export interface StallInput {
  readonly kind: 'stall';
  /** The post of that name. */
  readonly collector: CollectorId;
  readonly said: StallSaid;
}

export type StallSaid = Extract<
  ShowerInput,
  {readonly kind: 'reading' | 'valve' | 'valveRefused' | 'noFlow' | 'key' | 'halt'}
>;

/** Open the valve of a stall for so long at most, with so much credit in the device, or close it. */
export interface WaterEffect {
  readonly kind: 'water';
  readonly stall: CollectorId;
  readonly order: 'open' | 'shut';
  readonly forMs: Millis;
  readonly creditMl: number | undefined;
}

export type BathRecord =
  | {readonly table: 'shower'; readonly row: ShowerRow}
  /** Delete its row in `used` again: no water came, so the code stays good. */
  | {readonly table: 'unspent'; readonly id: string};

/** Stalls of a public bath; each is a collector too, by the same name. */
export interface BathConfig {
  readonly stalls: readonly StallConfig[];
  readonly rules: BathRules;
}

export interface BathRules extends ShowerRules {
  /** Longest shower, whatever the right says. */
  readonly capMs: Millis;
  readonly codes: LockoutRule;
  /** So many stalls without water at once are one trouble of the house. */
  readonly dryStalls: number;
}
