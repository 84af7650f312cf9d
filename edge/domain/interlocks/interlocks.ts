import type {BaySensorState} from '../../../drivers/bay-sensor/contract.js';
import type {LockReading} from '../../../drivers/parking-lock/contract.js';
import type {Millis} from '../../../protocols/base/clock.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import type {BaySense} from '../lot/contract.js';

/** Two poll cycles of at most 2 s, less their overlap: older news of a bay proves nothing. */
const FRESH_MS: Millis = 3000;

/** Everything an interlock may judge by. */
export interface BayView {
  readonly reading: LockReading | undefined;
  /** Undefined before its first word, and for ever where nothing watches the bay. */
  readonly sensor: BaySensorState | undefined;
  readonly sense: BaySense;
  readonly online: boolean;
  /** The arm met something although the bay was reported empty. */
  readonly sensorSuspect: boolean;
  /** Two locks seem to answer to one address: a command might move the other one. */
  readonly addressClash: boolean;
  /** False: no order raises this arm, hands or a spring do. */
  readonly canRaise: boolean;
  /** Three good polls since the start, and no rest after a start that followed another too soon. */
  readonly isSettled: boolean;
  /** Not settled yet, and so soon after the start that it still may be. A lock that stays silent is past
   *  waiting for: whoever stands before it gets all tries, and then the guard. */
  readonly isWaking: boolean;
}

export type InterlockRefusal =
  | Extract<
      Reason,
      'CAR_PRESENT' | 'DEVICE_OFFLINE' | 'DEVICE_FAULT' | 'OBSTACLE' | 'OVERCURRENT' | 'NEEDS_GUARD'
    >
  | 'BUSY';

/** Has the lock answered lately enough to be believed? */
export function isFresh(view: BayView, nowMs: Millis): boolean {
  const {polledMs} = view.sense;
  return view.online && polledMs !== undefined && nowMs - polledMs <= FRESH_MS;
}

/** Any sign at all of a car: the most cautious of the raw flags and the confirmed state. */
export function seesCar(view: BayView): boolean {
  return (
    view.reading?.vehicle === 'present' ||
    view.sense.raw === 'occupied' ||
    view.sensor?.occupancy === 'occupied'
  );
}

/**
 * May the arm start to rise, or go on rising? Emptiness must be proven: an unknown, faulty or silent
 * sensor refuses like a car does, and so does a bay that nothing watches: a lock without a detector
 * reads as "no car". Holds for tenants, timers, guards and remote orders alike.
 */
export function mayKeepRaising(view: BayView): InterlockRefusal | undefined {
  if (seesCar(view)) return 'CAR_PRESENT';
  if (!view.online) return 'DEVICE_OFFLINE';
  return provenEmpty(view) ? undefined : 'DEVICE_FAULT';
}

export function mayRaise(view: BayView, nowMs: Millis): InterlockRefusal | undefined {
  if (!view.canRaise) return 'NEEDS_GUARD';
  if (view.addressClash) return 'DEVICE_FAULT';
  if (!view.isSettled) return 'DEVICE_OFFLINE';
  const refusal = mayKeepRaising(view);
  if (refusal) return refusal;
  const {reading} = view;
  if (reading === undefined || !isFresh(view, nowMs)) return 'DEVICE_OFFLINE';
  if (view.sensorSuspect) return 'DEVICE_FAULT';
  if (reading.arm === 'blocked') return 'OBSTACLE';
  if (reading.faults.overCurrent) return 'OVERCURRENT';
  if (reading.faults.motor) return 'DEVICE_FAULT';
  return reading.arm === 'moving' ? 'BUSY' : undefined;
}

/**
 * May the arm go down? Lowering traps nobody, so a car, an obstacle or an unknown state never forbids
 * it; only a motor that reports itself broken does, unless the site hammers on (`retryHardFault`), and
 * an address that two locks share: the wrong one might let in whoever stands before it.
 */
export function mayLower(view: BayView, retryHardFault: boolean): InterlockRefusal | undefined {
  if (view.addressClash) return 'DEVICE_FAULT';
  if (view.isWaking) return 'DEVICE_OFFLINE';
  if (retryHardFault) return undefined;
  return view.online && view.reading?.faults.motor ? 'DEVICE_FAULT' : undefined;
}

function provenEmpty(view: BayView): boolean {
  const vehicle = view.reading?.vehicle;
  if (vehicle !== 'absent' && vehicle !== 'none') return false;
  return (
    view.sensor !== undefined &&
    view.sensor.fault === undefined &&
    view.sensor.occupancy === 'vacant' &&
    view.sense.raw === 'vacant'
  );
}
