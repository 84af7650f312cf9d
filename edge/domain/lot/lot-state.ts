import type {BaySensorState} from '../../../drivers/bay-sensor/contract.js';
import type {LockReading} from '../../../drivers/parking-lock/contract.js';
import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import type {SiteEventBodies} from '../../../protocols/site/events.js';
import type {
  AlarmId,
  BayId,
  CardUid,
  CollectorId,
  DeviceId,
  GrantId,
  HolderId,
  LineId,
} from '../../../protocols/site/ids.js';
import type {Actuation} from '../actuation/actuation-machine.js';
import type {AlarmRecord} from '../alarms/alarm-record.js';
import {newStall, type StallState} from '../bath/stall-state.js';
import {type CallsState, NO_CARE} from '../calls/care-state.js';
import {type Lockout, NO_LOCKOUT} from '../lockout/lockout-machine.js';
import type {LastSwipe, SwipeCounts, SwipeSeries} from '../pipeline/swipe-series.js';
import type {Session} from '../session/session-machine.js';
import type {AdmissionStop} from './admission.js';
import type {
  ActuationRecord,
  LockTestRecord,
  LotConfig,
  LotInput,
  OrderOrigin,
} from './contract.js';
import type {StorageState} from './storage-state.js';
import type {BayConfig, CollectorConfig} from './topology.js';

/** For whom an arm goes down, and what opens when it is down. */
export type Claim =
  | {
      readonly kind: 'grant';
      readonly grant: GrantId;
      readonly holder: HolderId | null;
      readonly holderMask: string;
      readonly oneEntry: boolean;
    }
  | {readonly kind: 'order'; readonly order: OrderOrigin}
  | {readonly kind: 'relock'}
  | {readonly kind: 'safety'};

/** Good polls after a start before anything moves. */
export const SURE_POLLS = 3;
/** They come within this time of a start, or the lock is away. */
export const FIRST_POLLS_MS = 10_000;

export interface PlateRead {
  readonly plate: string;
  readonly atMs: Millis;
}

export interface BayState {
  readonly config: BayConfig;
  /** Newest reading whose meaning differed from the one before; its age is in `BaySense`. */
  readonly reading: LockReading | undefined;
  readonly vehicleSinceMs: Millis | undefined;
  /** Good polls since start, counted to three: nothing moves by itself before. */
  readonly goodPolls: number;
  readonly health: 'unknown' | 'ok' | 'offline';
  readonly sensor: BaySensorState | undefined;
  readonly sensorSuspect: boolean;
  /** What the camera of the bay read last, until the bay is vacant again. */
  readonly plate: PlateRead | undefined;
  /** Its lock, or the one that should answer here, shares an address with another. */
  readonly addressClash: boolean;
  readonly relockFailed: boolean;
  /** Too little charge for another stay: not sold until it is exchanged. */
  readonly batteryEmpty: boolean;
  readonly actuation: Actuation | undefined;
  readonly claim: Claim | undefined;
  readonly session: Session | undefined;
  /** Cut short by a restart, and not yet judged by a reading. */
  readonly interrupted: ActuationRecord | undefined;
  /** Set while the `vacant` timer runs. */
  readonly vacantSinceMs: Millis | undefined;
  /** Undefined until the lock first said what it is. */
  readonly lockTest: LockTestRecord | undefined;
  readonly published: SiteEventBodies['bay'] | undefined;
}

export interface CollectorState {
  readonly config: CollectorConfig;
  readonly series: SwipeSeries;
  readonly counts: SwipeCounts;
  readonly last: LastSwipe | undefined;
  /** The card that lies in the field now. */
  readonly present: CardUid | undefined;
  readonly lastReadErrorMs: Millis | undefined;
  /** When calls from here were closed as false. */
  readonly falseCalls: readonly Millis[];
  readonly sealFaults: readonly Millis[];
  readonly lastPressMs: Millis | undefined;
  /** Wrong codes of its keypads. */
  readonly lockout: Lockout;
  /** End of the refusal that was journalled last: one row for each, however often somebody tries. */
  readonly lockoutToldMs: Millis | undefined;
  /** When tokens were shown here that are not genuine. */
  readonly badTokens: readonly Millis[];
}

/** What a dead line takes with it. */
export type DownLine = Pick<Extract<LotInput, {kind: 'line'}>, 'bays' | 'devices'>;

export interface LotState {
  readonly config: LotConfig;
  readonly bays: ReadonlyMap<BayId, BayState>;
  readonly collectors: ReadonlyMap<CollectorId, CollectorState>;
  /** By the name of their collector. */
  readonly stalls: ReadonlyMap<CollectorId, StallState>;
  /** Who took a rinse that the cloud may not have heard of, and when. */
  readonly rinses: ReadonlyMap<HolderId, UnixMillis>;
  /** When wrong codes were typed at stalls. */
  readonly guesses: readonly Millis[];
  /** Open alarms only. */
  readonly alarms: ReadonlyMap<AlarmId, AlarmRecord>;
  readonly linesDown: ReadonlyMap<LineId, DownLine>;
  /** Displays, buttons, readers and collectors that do not answer, and whose they are. */
  readonly partsOffline: ReadonlyMap<DeviceId | CollectorId, CollectorId | undefined>;
  /** While one stands, only stays that run already are served. */
  readonly admissionStops: ReadonlySet<AdmissionStop>;
  /** Fire panels that tell of a fire. */
  readonly fires: ReadonlySet<DeviceId>;
  /** What keeps calls possible. */
  readonly care: CallsState;
  readonly storage: StorageState;
  readonly bootMs: Millis;
  /** No arm is ordered before: the starts before this one ended at once. */
  readonly restUntilMs: Millis;
  /** Inputs that name what the lot does not have. */
  readonly strayInputs: number;
}

const SOUND_STORAGE: StorageState = {
  room: 'ample',
  isDurable: true,
  grants: 'sure',
  usesSureFromMs: 0 as UnixMillis,
};

/** The lot before its first input, which must be `boot`. */
export function createLot(config: LotConfig): LotState {
  return {
    config,
    bays: new Map(config.bays.map(bay => [bay.id, newBay(bay)])),
    collectors: new Map(config.collectors.map(one => [one.id, newCollector(one)])),
    stalls: new Map((config.bath?.stalls ?? []).map(stall => [stall.id, newStall(stall)])),
    rinses: new Map(),
    guesses: [],
    alarms: new Map(),
    linesDown: new Map(),
    partsOffline: new Map(),
    admissionStops: new Set(),
    fires: new Set(),
    care: NO_CARE,
    storage: SOUND_STORAGE,
    bootMs: 0,
    restUntilMs: 0,
    strayInputs: 0,
  };
}

function newBay(config: BayConfig): BayState {
  return {
    config,
    reading: undefined,
    vehicleSinceMs: undefined,
    goodPolls: 0,
    health: 'unknown',
    sensor: undefined,
    sensorSuspect: false,
    plate: undefined,
    addressClash: false,
    relockFailed: false,
    batteryEmpty: false,
    actuation: undefined,
    claim: undefined,
    session: undefined,
    interrupted: undefined,
    vacantSinceMs: undefined,
    lockTest: undefined,
    published: undefined,
  };
}

function newCollector(config: CollectorConfig): CollectorState {
  return {
    config,
    series: {kind: 'idle'},
    counts: new Map(),
    last: undefined,
    present: undefined,
    lastReadErrorMs: undefined,
    falseCalls: [],
    sealFaults: [],
    lastPressMs: undefined,
    lockout: NO_LOCKOUT,
    lockoutToldMs: undefined,
    badTokens: [],
  };
}
