import type {Millis} from '../../../protocols/base/clock.js';
import type {CollectorId, DeviceId} from '../../../protocols/site/ids.js';
import type {LockoutRule} from '../lockout/lockout-machine.js';
import type {ShowerInput} from './shower-machine.js';
import type {ShowerRow, ShowerRules} from './shower-state.js';
import type {StallConfig} from './stall-state.js';

/*
 * What the bath adds to the seam between deciding and doing: `lot/contract.ts` joins it in.
 */

/** What meter, valve, probe and keypad of a stall say. */
export interface StallInput {
  readonly kind: 'stall';
  /** The post of that name. */
  readonly collector: CollectorId;
  readonly said: StallSaid;
}

export type StallSaid =
  | Extract<
      ShowerInput,
      {readonly kind: 'reading' | 'valve' | 'valveRefused' | 'noFlow' | 'key' | 'halt'}
    >
  /** Undefined: its probe, or the way to it, is broken. */
  | {readonly kind: 'temperature'; readonly milliCelsius: number | undefined}
  /** Water runs through the valve, which was proved shut. */
  | {readonly kind: 'leak'};

/** Open the valve of a stall for so long at most, with so much credit in the device, or close it. */
export interface WaterEffect {
  readonly kind: 'water';
  readonly stall: CollectorId;
  readonly order: 'open' | 'shut';
  readonly forMs: Millis;
  readonly creditMl: number | undefined;
}

/** Take the water from a row of stalls, or let it in again. */
export interface RowValveEffect {
  readonly kind: 'rowValve';
  readonly valve: DeviceId;
  readonly order: 'open' | 'shut';
}

export type BathRecord =
  | {readonly table: 'shower'; readonly row: ShowerRow}
  /** Delete its row in `used` again: no water came, so the code stays good. */
  | {readonly table: 'unspent'; readonly id: string}
  /** How old the wrong codes of the house are that still count; takes the place of the row before. */
  | {readonly table: 'guesses'; readonly agesMs: readonly Millis[]};

/** What of the bath was open when the daemon stopped. */
export interface OpenBath {
  /** Those not settled, and settled ones whose rinse is owed. */
  readonly showers: readonly ShowerRow[];
  /** As they were when the newest was stored: no clock runs while the power is off. */
  readonly guessAgesMs: readonly Millis[];
}

/** Stalls of a public bath; each is a collector too, by the same name. */
export interface BathConfig {
  readonly stalls: readonly StallConfig[];
  readonly rows: readonly RowConfig[];
  readonly rules: BathRules;
}

/** Stalls behind one master valve. */
export interface RowConfig {
  readonly valve: DeviceId;
  readonly stalls: readonly CollectorId[];
}

export interface BathRules extends ShowerRules {
  readonly codes: LockoutRule;
  /** So many wrong codes in the whole house within that time, looked at or not, are somebody who guesses. */
  readonly guesses: {readonly count: number; readonly withinMs: Millis};
  /** Hotter water scalds: its valve shuts. */
  readonly hottestMilliCelsius: number;
  /** So many stalls without water at once are one trouble of the house. */
  readonly dryStalls: number;
}
