import type {Millis} from '../../../protocols/base/clock.js';
import type {LockoutRule} from '../lockout/lockout-machine.js';

export interface RetryRule {
  readonly repeats: number;
  /** Start to start. */
  readonly intervalMs: Millis;
}

export interface LotRules {
  readonly unlock: RetryRule & {readonly confirmMs: Millis; readonly retryHardFault: boolean};
  readonly verify: RetryRule & {readonly retryFinal: boolean};
  readonly swipe: {readonly maxFailures: number; readonly memoryMs: Millis};
  readonly debounceMs: Millis;
  readonly raiseAfterVacantMs: Millis;
  readonly enterWithinMs: Millis;
  readonly rereadTimeoutMs: Millis;
  readonly idleScreenMs: Millis;
  readonly freshForMs: Millis;
  /** With a lost clock, rights with hours open if they end so long after the latest sure time; absent: never. */
  readonly floorGraceMs?: Millis | undefined;
  readonly buttonWindowMs: Millis;
  readonly falseCalls: {readonly count: number; readonly withinMs: Millis};
  readonly sealFaultsPerMin: number;
  readonly codes: LockoutRule;
  /** Longest rest of all arms after starts that follow each other quickly; 0 = none. */
  readonly startBackoffMaxMs: Millis;
  /** `all`: no lock serves before it was driven up and down once; `replaced`: the first one seen is trusted. */
  readonly commissioning: 'all' | 'replaced';
}
