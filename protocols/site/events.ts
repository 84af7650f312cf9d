import type {Millis, UnixMillis} from '../base/clock.js';
import type {CallAlarmKind, CallCareBody, CallStepBody} from './calls.js';
import type {ConfigEventBodies} from './config-trials.js';
import type {
  ActuationId,
  AlarmId,
  AttemptId,
  BayId,
  CardUid,
  CollectorId,
  CommandId,
  CredentialId,
  DeviceId,
  GrantId,
  HolderId,
  LineId,
  PersonId,
  SessionId,
} from './ids.js';
import type {Reason} from './reasons.js';
import type {UpdateEventBodies} from './updates.js';

export type DecisionResult = 'ALLOW' | 'REDIRECT' | 'DENY' | 'UNKNOWN';

/** Why an arm was ordered: by whom, and under which right. */
export type ActuationCause =
  | {readonly kind: 'grant'; readonly grant: GrantId; readonly attempt: AttemptId}
  | {readonly kind: 'relock'; readonly session: SessionId | null}
  | {readonly kind: 'operator'; readonly person: PersonId; readonly reason: string}
  | {
      readonly kind: 'remote';
      readonly command: CommandId;
      readonly by: string;
      /** W3C trace context of the request that the command came of. */
      readonly trace?: string;
    }
  | {readonly kind: 'safety'; readonly why: string};

export type SessionPhase =
  | 'open_wait_car'
  | 'parked'
  | 'away'
  | 'overtime'
  | 'leaving'
  | 'relocking'
  | 'closed';

export type SessionCloseCause = 'left' | 'never_entered' | 'intruder' | 'manual' | 'relock_failed';

/** Source: requirements 6.5. `armed`: its code is used up and its valve is told to open. */
export type ShowerPhase =
  | 'armed'
  | 'opening'
  | 'running'
  | 'paused'
  /** The budget is used up: one more minute may be had, and is owed. */
  | 'rinse_offered'
  | 'rinsing'
  | 'closing'
  | 'leak_check'
  /** Cut short by a restart; its code goes on for a while. */
  | 'resumable'
  | 'settled';

/** Why the water stopped. `device`: its valve shut by itself, or that of its row was shut; `remote`: from afar. */
export type ShowerEnd =
  | 'stop'
  | 'budget'
  | 'cap'
  | 'pause_over'
  | 'no_flow'
  | 'device'
  | 'emergency'
  | 'hot'
  | 'power_cut'
  | 'remote';

export type AlarmKind =
  | 'UNLOCK_FAILED'
  | 'RELOCK_FAILED'
  | 'EMERGENCY_BUTTON'
  | 'CLONE_SUSPECT'
  | 'INTRUDER'
  | 'WRONG_BAY'
  | 'OVERSTAY'
  | 'MANUAL_OPEN'
  | 'WRONG_STATE'
  | 'TAMPER'
  | 'SEAL_FAULT'
  | 'SENSOR_FAULT'
  | 'DEVICE_OFFLINE'
  | 'BUS_DOWN'
  | 'SITE_INCIDENT'
  | 'STORAGE_FAULT'
  | 'STORAGE_FULL'
  | 'STORAGE_SLOW'
  | 'BATTERY_LOW'
  | 'CODE_GUESSING'
  | 'IDENTITY_CLONED'
  | 'LEAK'
  | 'NO_FLOW'
  | 'NO_WATER'
  | 'BATHER_SILENT'
  | 'HOT_WATER'
  | 'FIRE'
  | CallAlarmKind
  | DeviceFaultKind;

/** Faults that a driver finds by itself, beyond being silent; each stands until the driver takes it back. */
export type DeviceFaultKind =
  | 'BUTTON_FAULT'
  | 'ADDRESS_CLASH'
  | 'UNCOMMISSIONED'
  | 'KEYPAD_FAULT'
  | 'CARD_STOCK_LOW'
  | 'DISPENSER_FAULT'
  | 'GATE_FAULT'
  | 'COUNTER_FAULT'
  | 'COUNTER_DRIFT'
  | 'METER_FAULT'
  | 'VALVE_FAULT'
  | 'CONFIG_ROLLED_BACK';

export type AlarmState = 'raised' | 'notified' | 'acked' | 'onsite' | 'closed';

export type ActuationState =
  | 'queued'
  | 'sent'
  | 'moving'
  | 'retry_wait'
  | 'confirmed'
  | 'failed'
  | 'aborted'
  | 'expired'
  | 'interrupted';

/** Flat, with units in the names: `{totalMl: 81250, quality: 'good'}`. */
export type DeviceEventData = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Every kind of event that a gateway journals and sends, with the shape of its body. A body holds
 * JSON values only; amounts of time in ms. Card numbers stand in full, secrets never.
 */
export interface SiteEventBodies extends ConfigEventBodies, UpdateEventBodies {
  boot: {
    /** Of this run: two copies of a card that start alike still tell two stories. */
    readonly run: string;
    readonly cause: 'start' | 'unclean';
    readonly interrupted: number;
    readonly version: string;
    /** Monotonic time of the last event before this start. */
    readonly lastMonoMs: Millis | null;
    /** Runs in a row before this one that ended within a minute by a power cut or a crash. */
    readonly shortRuns: number;
    /** For so long no arm is ordered. */
    readonly restMs: Millis;
  };
  'epoch.new': {readonly why: string};
  'attempt.opened': {
    readonly attempt: AttemptId;
    readonly collector: CollectorId;
    /** Number of a card; of a token or a code a keyed digest, 16 hex digits. */
    readonly uid: CardUid;
    readonly assurance: 'uid' | 'proof' | 'sector' | 'token' | 'code';
  };
  decision: {
    readonly attempt: AttemptId;
    readonly tryNo: number;
    readonly result: DecisionResult;
    readonly reason: Reason | null;
    readonly grant: GrantId | null;
    readonly holder: HolderId | null;
    readonly bay: BayId | null;
    /** The grant cache was older than 24 h. */
    readonly degraded: boolean;
    /** What was shown, where it is known; absent in events of before it was told. */
    readonly credential?: CredentialId;
  };
  'attempt.closed': {
    readonly attempt: AttemptId;
    readonly collector: CollectorId;
    readonly uid: CardUid;
    readonly result: DecisionResult;
    readonly reason: Reason | null;
    readonly tries: number;
    /** Failed swipes of this card at this collector, this one included. */
    readonly failures: number;
  };
  actuation: {
    readonly actuation: ActuationId;
    readonly bay: BayId;
    readonly desired: 'up' | 'down';
    readonly state: ActuationState;
    readonly tryNo: number;
    readonly cause: ActuationCause;
    readonly why: string | null;
    /** From the first order to this state. */
    readonly sinceStartMs: Millis;
  };
  session: {
    readonly session: SessionId;
    readonly bay: BayId;
    readonly phase: SessionPhase;
    readonly grant: GrantId | null;
    readonly holder: HolderId | null;
    readonly actuation: ActuationId | null;
    readonly closeCause: SessionCloseCause | null;
    /** Monotonic time from opening; the basis of every bill. */
    readonly durationMs: Millis;
  };
  /** Water in ml, money in whole fen; metered = billed + rinse + free, at every word. */
  shower: {
    readonly session: SessionId;
    readonly stall: CollectorId;
    readonly grant: GrantId;
    readonly holder: HolderId;
    readonly phase: ShowerPhase;
    readonly end: ShowerEnd | null;
    readonly meteredMl: number;
    readonly billedMl: number;
    readonly rinseMl: number;
    readonly freeMl: number;
    readonly ranMs: Millis;
    /** Within what was set aside. */
    readonly usedFen: number;
    /** The rinse, beyond it. */
    readonly owedFen: number;
    /** `estimated`: some of it without a meter. */
    readonly quality: 'good' | 'estimated';
    /** No water came: the code is good again. */
    readonly isGivenBack: boolean;
    /** Staff cleaned or flushed: nobody pays. */
    readonly isService?: boolean;
  };
  bay: {
    readonly bay: BayId;
    readonly arm: string;
    readonly occupancy: 'unknown' | 'vacant' | 'occupied';
    readonly online: boolean;
    readonly saleable: boolean;
  };
  alarm: {
    readonly alarm: AlarmId;
    readonly kind: AlarmKind;
    readonly state: AlarmState;
    readonly bay: BayId | null;
    readonly collector: CollectorId | null;
    readonly count: number;
    readonly contact: string | null;
    readonly person: PersonId | null;
    readonly note: string | null;
  };
  /** One step of a call for help, a fault or a test. @see ecosystem 2.3 */
  call: CallStepBody<AlarmKind>;
  /** What is done so that calls will be heard: maintenance, tests, boards. */
  'call.care': CallCareBody;
  /**
   * A car stands in a bay that is not its own. Nothing moves for it: whoever has the right to that bay next needs
   * another one, and the driver is told where he belongs. @see requirements E25, E34
   */
  misparked: {
    /** The alarm that tells the guard. */
    readonly alarm: AlarmId;
    /** `WRONG_BAY`: a neighbour's tenant; `INTRUDER`: nobody who is waited for. */
    readonly kind: Extract<AlarmKind, 'WRONG_BAY' | 'INTRUDER'>;
    /** Where it stands. */
    readonly bay: BayId;
    /** Where it belongs; null: of a stranger, or when several bays wait for a car. */
    readonly rightBay: BayId | null;
    /** The driver's right to `rightBay`, and whose it is. */
    readonly grant: GrantId | null;
    readonly holder: HolderId | null;
    /** For whom `bay` lay open: that stay ends unbilled. Null: for nobody. */
    readonly displaced: {
      readonly grant: GrantId;
      readonly holder: HolderId | null;
      readonly session: SessionId;
    } | null;
  };
  health: {
    readonly device: DeviceId | LineId | CollectorId;
    readonly health: 'ok' | 'offline';
    readonly bays: readonly BayId[];
  };
  /** Something a device outside the car park's own pipeline saw or did: a code, a plate, a count, a valve. */
  'device.event': {
    readonly device: DeviceId;
    readonly event: string;
    /** Codes and entries never stand here in clear: they are one-time rights. */
    readonly data: DeviceEventData;
  };
  /** Wrong codes made a door refuse all codes for a while. */
  lockout: {
    readonly collector: CollectorId;
    /** Wrong codes since the last right one. */
    readonly fails: number;
    /** Wrong codes since the day began with the first of them. */
    readonly dayTries: number;
    readonly forMs: Millis;
  };
  'seal.rejected': {readonly collector: CollectorId; readonly fault: Reason};
  /** How many people are in a room, as its counter makes out; no image of anybody is ever taken. */
  occupancy: {
    readonly counter: DeviceId;
    readonly cause: 'start' | 'change' | 'periodic' | 'check_out' | 'cleaning';
    /** By sure readings alone. */
    readonly count: number;
    /** With the unsure ones. */
    readonly min: number;
    readonly max: number;
    /** All since the start, sure or not. */
    readonly in: number;
    readonly out: number;
    readonly registered: number;
    /** Share of sure passages, 0..1. */
    readonly confidence: number;
    /** The counter answers. */
    readonly isHeard: boolean;
    /** Who confirmed an empty room, and why. */
    readonly person: PersonId | null;
    readonly reason: string | null;
  };
  override: {
    readonly person: PersonId;
    readonly action: string;
    readonly bay: BayId | null;
    readonly reason: string;
    readonly result: string;
  };
  /** What became of the store itself: events that were lost, a damaged file that was set aside. */
  storage: {
    readonly what: 'lost' | 'rebuilt';
    /** Events that are gone. */
    readonly count: number;
    readonly firstWallMs: UnixMillis | null;
    readonly lastWallMs: UnixMillis | null;
    readonly note: string;
  };
  command: {
    readonly command: CommandId;
    readonly result: string;
    readonly why: string | null;
    /** W3C trace context of the request that the command came of. */
    readonly trace?: string;
  };
  'grants.applied': {readonly version: number; readonly hash: string};
  'clock.step': {readonly fromWallMs: UnixMillis; readonly toWallMs: UnixMillis};
}
export type SiteEventKind = keyof SiteEventBodies;

/** Something that happened, not yet numbered: the journal adds seq, boot, both clocks and the chain. */
export type SiteFact = {
  [Kind in SiteEventKind]: {readonly kind: Kind; readonly body: SiteEventBodies[Kind]};
}[SiteEventKind];

/** Events that go out at once even while a backlog drains. */
export const URGENT_EVENTS: ReadonlySet<SiteEventKind> = new Set<SiteEventKind>([
  'alarm',
  'call',
  'misparked',
  'decision',
  'actuation',
  'session',
  'shower',
]);
