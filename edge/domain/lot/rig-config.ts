import type {ArmState, LockFaults, VehicleFlag} from '../../../drivers/parking-lock/contract.js';
import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {
  asId,
  type BayId,
  type CardUid,
  type CollectorId,
  type DeviceId,
} from '../../../protocols/site/ids.js';
import type {TimeReading} from '../time/time-machine.js';
import type {LotConfig, OpenRecords} from './contract.js';
import type {LotRules} from './lot-rules.js';

export const RULES: LotRules = {
  unlock: {repeats: 5, intervalMs: 5000, confirmMs: 4500, retryHardFault: false},
  verify: {repeats: 5, intervalMs: 1000, retryFinal: false},
  swipe: {maxFailures: 3, memoryMs: 120_000},
  debounceMs: 3000,
  raiseAfterVacantMs: 30_000,
  enterWithinMs: 180_000,
  rereadTimeoutMs: 800,
  idleScreenMs: 5000,
  freshForMs: 24 * 3_600_000,
  buttonWindowMs: 5000,
  falseCalls: {count: 3, withinMs: 600_000},
  sealFaultsPerMin: 5,
  codes: {
    wrongTries: 5,
    lockMs: 90_000,
    longestMs: 3_600_000,
    triesPerDay: 30,
    slowMs: 600_000,
  },
  startBackoffMaxMs: 60_000,
  commissioning: 'replaced',
};

export const NO_FAULTS: LockFaults = {
  motor: false,
  limitSwitch: false,
  lowBattery: false,
  tamper: false,
  overCurrent: false,
};

/** A lock as the rig plays it: what it reports, and which commands it obeys. */
export interface RigLock {
  arm: ArmState;
  vehicle: VehicleFlag;
  faults: LockFaults;
  travelMs: Millis;
  /** Commands it does not hear; `Infinity` = deaf. */
  deafTo: number;
  /** Instead of arriving, a movement ends like this. */
  endsAs: ArmState | undefined;
  endFaults: Partial<LockFaults>;
  polls: boolean;
}

export function restingLock(travelMs: Millis): RigLock {
  return {
    ...{arm: 'up', vehicle: 'absent', faults: NO_FAULTS, travelMs, polls: true},
    ...{deafTo: 0, endsAs: undefined, endFaults: {}},
  };
}

export const bayId = (text: string) => asId<BayId>(text);
export const collectorId = (text: string) => asId<CollectorId>(text);
export const cardUid = (text: string) => asId<CardUid>(text);

/** Two bays at C1, one at C2, one at C3: the smallest lot on which every rule can be seen. */
export function rigConfig(rules: Partial<LotRules> = {}): LotConfig {
  const bay = (id: string, collector: string, zone: string) => ({
    id: bayId(id),
    collector: collectorId(collector),
    profile: 'parkCard' as const,
    zone,
    lock: asId<DeviceId>(`L-${id}`),
    travelMs: 3000,
    canRaise: true,
  });
  const collector = (id: string, zone: string, arrow: string) => ({
    id: collectorId(id),
    profile: 'parkCard' as const,
    zone,
    arrow,
    minCardSecurity: 'uid' as const,
  });
  return {
    bays: [
      bay('A-012', 'C1', 'A'),
      bay('A-013', 'C1', 'A'),
      bay('B-017', 'C3', 'B'),
      bay('C-020', 'C2', 'C'),
    ],
    collectors: [
      collector('C1', 'A', '←'),
      {...collector('C2', 'C', '→'), minCardSecurity: 'proof'},
      collector('C3', 'B', '↑'),
    ],
    contacts: [
      {name: 'guard', afterMs: 0},
      {name: 'captain', afterMs: 60_000},
      {name: 'operator', afterMs: 180_000},
    ],
    rules: {...RULES, ...rules},
  };
}

/** A clock that is right. */
export function sureTime(utcMs: number): TimeReading {
  const at = utcMs as UnixMillis;
  return {clk: 'ok', utcMs: at, errorMs: 0, floorMs: at, isVouched: false};
}

/** What a gateway finds that was never on. */
export const NOTHING_OPEN: OpenRecords = {
  ...{
    actuations: [],
    sessions: [],
    alarms: [],
    lockTests: [],
    lockouts: [],
    showers: [],
    guessAgesMs: [],
  },
};
