import type {BayOccupancy, BaySensorState} from '../../../drivers/bay-sensor/contract.js';
import type {DeviceHealth} from '../../../drivers/bus/contract.js';
import type {
  CardPresented,
  CardVerdict,
  CollectorReadError,
  SealFault,
} from '../../../drivers/collector/contract.js';
import type {
  CommandOutcome,
  LockCommand,
  LockReading,
} from '../../../drivers/parking-lock/contract.js';
import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import type {
  ActuationCause,
  ActuationState,
  DeviceEventData,
  DeviceFaultKind,
  SessionCloseCause,
  SessionPhase,
  SiteFact,
} from '../../../protocols/site/events.js';
import type {Grant} from '../../../protocols/site/grant.js';
import type {
  ActuationId,
  AlarmId,
  BayId,
  CardUid,
  CollectorId,
  CommandId,
  DeviceId,
  GrantId,
  HolderId,
  LineId,
  PersonId,
  SessionId,
} from '../../../protocols/site/ids.js';
import type {LotKind} from '../../../protocols/site/lot-kind.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import type {LocalTime} from '../../../protocols/site/windows.js';
import type {AlarmRecord} from '../alarms/alarm-record.js';
import type {
  BathConfig,
  BathRecord,
  OpenBath,
  RowValveEffect,
  StallInput,
  WaterEffect,
} from '../bath/contract.js';
import type {CallsConfig} from '../calls/call-config.js';
import type {AlarmActionInput, CallInput} from '../calls/call-input.js';
import type {CallAnswer} from '../calls/call-view.js';
import type {CareRecord, CareRow} from '../calls/care-state.js';
import type {FirePanelConfig} from '../fire/fire-zone.js';
import type {LockoutRecord} from '../lockout/lockout-machine.js';
import type {TimeReading} from '../time/time-machine.js';
import type {EntryInput, GateEffect} from './admission.js';
import type {DisplayMessage} from './display-message.js';
import type {GrantBook} from './grant-book.js';
import type {LotRules} from './lot-rules.js';
import type {CodeShown, TokenRotation, TokenShown} from './shown.js';
import type {StorageState} from './storage-state.js';
import type {BayConfig, CollectorConfig} from './topology.js';

/*
 * The seam between deciding and doing. The lot is one pure machine: an input goes in, a new state,
 * facts to journal, records to store and effects to carry out come out. The runtime commits facts and
 * records in one transaction, and only then carries out the effects, in order.
 */

/** Everything that can happen to a lot. The time is `LotContext.nowMs`. */
export type LotInput =
  | {readonly kind: 'card'; readonly collector: CollectorId; readonly card: CardPresented}
  /** A signed token or a keyed-in code, read and digested. */
  | {
      readonly kind: 'shown';
      readonly collector: CollectorId;
      readonly shown: TokenShown | CodeShown;
    }
  /** A scanner saw a code and could not read it. */
  | {readonly kind: 'codeUnread'; readonly collector: CollectorId}
  | {readonly kind: 'cardGone'; readonly collector: CollectorId; readonly uid: CardUid}
  | {
      readonly kind: 'readError';
      readonly collector: CollectorId;
      readonly error: CollectorReadError;
    }
  /** The answer to a `reread` effect; `card` undefined = no longer in the field, judge the first reading again. */
  | {
      readonly kind: 'reread';
      readonly collector: CollectorId;
      readonly card: CardPresented | undefined;
    }
  | {readonly kind: 'press'; readonly collector: CollectorId; readonly presses: number}
  | {readonly kind: 'sealFault'; readonly collector: CollectorId; readonly fault: SealFault}
  | {readonly kind: 'lockReading'; readonly bay: BayId; readonly reading: LockReading}
  /** A lock was found, at the start or after it was away, and says what it is. */
  | {readonly kind: 'lockIdentity'; readonly bay: BayId; readonly identity: string}
  | {readonly kind: 'lockHealth'; readonly bay: BayId; readonly health: DeviceHealth}
  | {
      readonly kind: 'commandOutcome';
      readonly bay: BayId;
      readonly actuation: ActuationId;
      readonly tryNo: number;
      readonly outcome: CommandOutcome;
    }
  | {readonly kind: 'occupancy'; readonly bay: BayId; readonly sensor: BaySensorState}
  /** The camera of a bay has surely read the plate of the car that drives in. */
  | {readonly kind: 'plate'; readonly bay: BayId; readonly plate: string}
  | {
      readonly kind: 'partHealth';
      readonly device: DeviceId | CollectorId;
      readonly collector: CollectorId | undefined;
      readonly health: DeviceHealth;
    }
  | {
      readonly kind: 'line';
      readonly line: LineId;
      readonly down: boolean;
      /** Bays whose locks hang on it. */
      readonly bays: readonly BayId[];
      /** Everything that hangs on it, locks included. */
      readonly devices: readonly DeviceId[];
    }
  /** A driver found, or takes back, a fault of its device that is more than silence. */
  | {
      readonly kind: 'deviceFault';
      readonly device: DeviceId;
      /** Whose part it is. */
      readonly collector?: CollectorId;
      readonly fault: DeviceFaultKind;
      readonly isStanding: boolean;
      /** What a guard or installer needs to know, one sentence. */
      readonly detail: string;
    }
  /** A device that no pipeline uses yet saw or did something: journalled, nothing else. */
  | {
      readonly kind: 'deviceEvent';
      readonly device: DeviceId;
      readonly event: string;
      readonly data: DeviceEventData;
    }
  /** A fact that was made outside the lot: how many are in a room, what a person did with a device, what
   *  came of a command. */
  | {readonly kind: 'deviceFact'; readonly fact: DeviceFact}
  | EntryInput
  | StallInput
  /** Grants or credentials were added, changed or withdrawn. The next verification slot finds them: the
   *  distance of two checks stays what the rule says. */
  | {readonly kind: 'grantsChanged'}
  | {readonly kind: 'timer'; readonly timer: LotTimer}
  | {
      readonly kind: 'order';
      readonly bay: BayId;
      readonly desired: 'up' | 'down';
      readonly by:
        | {readonly kind: 'person'; readonly person: PersonId; readonly reason: string}
        | {
            readonly kind: 'remote';
            readonly command: CommandId;
            readonly by: string;
            readonly trace?: string;
          };
    }
  /** A fire panel of the building tells of a fire, or that it is over. */
  | {readonly kind: 'fire'; readonly panel: DeviceId; readonly isStanding: boolean}
  | AlarmActionInput
  | CallInput
  /** How the store stands, whenever that changes. */
  | {readonly kind: 'storage'; readonly storage: StorageState; readonly detail: string}
  /** Commits take long, or no longer do. */
  | {readonly kind: 'storageSlow'; readonly isStanding: boolean; readonly detail: string}
  /** First input after a start: what the store still held open. */
  | {
      readonly kind: 'boot';
      /** Names this run; no other has the same. */
      readonly run: string;
      readonly open: OpenRecords;
      readonly cause: 'start' | 'unclean';
      /** The run before; absent at the first start. */
      readonly former?: FormerRun | undefined;
      /** Of the daemon, for the `boot` fact. */
      readonly version: string;
      /** Runs in a row that ended within a minute by a power cut or a crash. */
      readonly shortRuns?: number;
    }
  /** A lost clock came back and tells how long nothing ran before this start. */
  | {readonly kind: 'offTime'; readonly offMs: Millis};

/** How durations of the run before go on in this one. */
export interface FormerRun {
  /** Its latest known instant, on its own monotonic clock. */
  readonly endedMs: Millis;
  /** From then to this start; undefined while no clock can tell. */
  readonly offMs: Millis | undefined;
}

export type DeviceFact = Extract<SiteFact, {readonly kind: 'occupancy' | 'override' | 'command'}>;

export type LotTimer =
  | {readonly kind: 'verify'; readonly collector: CollectorId}
  | {readonly kind: 'reread'; readonly collector: CollectorId}
  | {readonly kind: 'idleScreen'; readonly collector: CollectorId}
  | {readonly kind: 'actuation'; readonly bay: BayId}
  | {readonly kind: 'vacant'; readonly bay: BayId}
  | {readonly kind: 'enter'; readonly bay: BayId}
  | {readonly kind: 'window'; readonly bay: BayId}
  | {readonly kind: 'lineSettle'; readonly line: LineId}
  /** The next thing that keeps calls possible is due. */
  | {readonly kind: 'care'}
  /** A board should have been heard by now. */
  | {readonly kind: 'boards'}
  | {readonly kind: 'alarm'; readonly alarm: AlarmId}
  | {readonly kind: 'lockout'; readonly collector: CollectorId}
  | {readonly kind: 'shower'; readonly collector: CollectorId}
  | {readonly kind: 'forgetSwipes'; readonly collector: CollectorId; readonly uid: CardUid};

/** What the outside must do, after the commit. */
export type LotEffect =
  | {
      readonly kind: 'lockCommand';
      readonly bay: BayId;
      readonly command: LockCommand;
      readonly actuation: ActuationId;
      readonly tryNo: number;
    }
  | {readonly kind: 'watchLock'; readonly bay: BayId; readonly fast: boolean}
  | {readonly kind: 'show'; readonly collector: CollectorId; readonly message: DisplayMessage}
  | WaterEffect
  | RowValveEffect
  | GateEffect
  | {
      readonly kind: 'signal';
      readonly collector: CollectorId;
      readonly buzzer: boolean;
      readonly lamp: boolean;
    }
  | {
      readonly kind: 'answer';
      readonly collector: CollectorId;
      readonly requestNo: number;
      readonly verdict: CardVerdict;
      readonly reason: Reason | undefined;
    }
  | {readonly kind: 'reread'; readonly collector: CollectorId; readonly uid: CardUid}
  | {readonly kind: 'pullGrants'}
  /** Start or restart the timer; one per distinct `timer` value. */
  | {readonly kind: 'startTimer'; readonly timer: LotTimer; readonly afterMs: Millis}
  | {readonly kind: 'cancelTimer'; readonly timer: LotTimer}
  /** Make a person notice: guard page, buzzer, later telephone. */
  | {readonly kind: 'notify'; readonly alarm: AlarmRecord; readonly contact: string}
  /** Result of an `order` input, for the CLI, the page or the cloud: `accepted` first, then the final one. */
  | {readonly kind: 'orderResult'; readonly order: OrderOrigin; readonly result: OrderResult}
  /** A modem, a relay or a lamp that a call sets off. */
  | {readonly kind: 'callOutput'; readonly device: DeviceId; readonly isOn: boolean}
  /** Result of a `call` input with an `ask`. */
  | {readonly kind: 'callAnswer'; readonly ask: number; readonly answer: CallAnswer}
  /** Result of an `alarmAction` input. */
  | {readonly kind: 'alarmResult'; readonly alarm: AlarmId; readonly result: AlarmActionResult};

/** `WRONG_STATE`: the action does not fit the alarm's state, such as closing what nobody acknowledged. */
export type AlarmActionResult =
  | 'done'
  | 'REASON_MISSING'
  | 'UNKNOWN_ALARM'
  | 'WRONG_STATE'
  /** A call for help ends at its place, or by a supervisor. */
  | 'NOT_AT_PLACE'
  /** A named person is wanted, not a shared account. */
  | 'NEEDS_NAME'
  /** A double tap. */
  | 'NOT_NOW'
  /** Nothing has happened: the disk did not take it. */
  | 'NOT_STORED';

export type OrderOrigin = Extract<LotInput, {kind: 'order'}>['by'];
export type OrderResult =
  | {readonly kind: 'accepted'; readonly actuation: ActuationId}
  | {readonly kind: 'done'; readonly actuation: ActuationId | undefined}
  | {readonly kind: 'refused'; readonly reason: Reason | 'REASON_MISSING' | 'UNKNOWN_BAY' | 'BUSY'}
  | {readonly kind: 'failed'; readonly why: string};

/** Rows the store upserts by id, in the same transaction as the facts of the step. */
export interface ActuationRecord {
  readonly id: ActuationId;
  readonly bay: BayId;
  readonly desired: 'up' | 'down';
  readonly state: ActuationState;
  readonly tryNo: number;
  readonly cause: ActuationCause;
  readonly why: string | null;
  readonly startedMs: Millis;
  readonly startedWallMs: UnixMillis;
  /** Cut short, and no reading has told yet how the arm stands: it stays open over any number of cuts. */
  readonly isUnsettled?: boolean;
}

export interface SessionRecord {
  readonly id: SessionId;
  readonly bay: BayId;
  readonly phase: SessionPhase;
  readonly grant: GrantId | null;
  readonly holder: HolderId | null;
  readonly actuation: ActuationId | null;
  readonly openedMs: Millis;
  readonly openedWallMs: UnixMillis;
  readonly closeCause: SessionCloseCause | null;
  /** Time from opening to the latest change, monotonic, carried over restarts. */
  readonly durationMs: Millis;
}

/** The lock that stands at a bay, and in which directions it was seen to obey an order. */
export interface LockTestRecord {
  readonly lock: DeviceId;
  /** What it said that it is. */
  readonly identity: string;
  readonly movedUp: boolean;
  readonly movedDown: boolean;
}

export type LotRecord =
  | {readonly table: 'actuation'; readonly row: ActuationRecord}
  | {readonly table: 'session'; readonly row: SessionRecord}
  | {readonly table: 'alarm'; readonly row: AlarmRecord}
  | {readonly table: 'lockTest'; readonly row: LockTestRecord}
  | {readonly table: 'lockout'; readonly row: LockoutRecord}
  | BathRecord
  | CareRecord
  /** A token or code that is good once: a unique row, so that a second use cannot commit. */
  | {readonly table: 'used'; readonly id: string; readonly validUntil: UnixMillis}
  /** One use of a one-entry grant: a unique row, so that a second use cannot commit. */
  | {readonly table: 'grantUse'; readonly grant: GrantId; readonly session: SessionId}
  /** Delete that row again: the holder never drove in, so the grant stays valid. */
  | {readonly table: 'grantUnused'; readonly grant: GrantId; readonly session: SessionId};

/** Rows that were not final when the daemon stopped, and what is known of the locks. */
export interface OpenRecords extends OpenBath {
  readonly actuations: readonly ActuationRecord[];
  readonly sessions: readonly SessionRecord[];
  readonly alarms: readonly AlarmRecord[];
  readonly lockTests: readonly LockTestRecord[];
  readonly lockouts: readonly LockoutRecord[];
  /** What keeps calls possible: watches, maintenance, tests. */
  readonly care?: readonly CareRow[];
}

/** What a step may use besides its state and input. All injected, nothing global. */
export interface LotContext {
  readonly nowMs: Millis;
  readonly wallMs: UnixMillis;
  readonly grants: GrantBook;
  /** What the wall clock is worth: rights are judged by it, never by `wallMs` alone. */
  timeOfDay(): TimeReading;
  newId(): string;
  /** What the bay's sensor and lock say this moment, undebounced: interlocks trust nothing older. */
  sense(bay: BayId): BaySense;
  /** True when the proof of `card` was made with `secretHex`. */
  proofHolds(card: CardPresented, secretHex: string): boolean;
  /** True when this proof was made just now with `secretHex`; never while the time is not known. */
  rotationHolds(rotation: TokenRotation, secretHex: string): boolean;
  /** What a clock on the site's wall shows at `at`. */
  localTime?(at: UnixMillis): LocalTime;
  /** The site has a cloud, which a test of the way must reach. */
  hasCloud?(): boolean;
  /** Is `at` inside the grant's weekly windows, in the site's zone? */
  inWindow(grant: Grant, at: UnixMillis): boolean;
}

export interface BaySense {
  /** The sensor's raw flag; `unknown` where the bay has no sensor. */
  readonly raw: BayOccupancy;
  /** When the lock last answered a poll (`LockReading.atMs` of the newest reading). */
  readonly polledMs: Millis | undefined;
}

export interface LotStep<State> {
  readonly state: State;
  readonly facts: readonly SiteFact[];
  readonly records: readonly LotRecord[];
  readonly effects: readonly LotEffect[];
}

/** Topology and rules, from the checked configuration; frozen. */
export interface LotConfig {
  readonly bays: readonly BayConfig[];
  readonly collectors: readonly CollectorConfig[];
  /** Whom to tell, in order: guards first, then the operator. */
  readonly contacts: readonly {readonly name: string; readonly afterMs: Millis}[];
  readonly rules: LotRules;
  readonly bath?: BathConfig | undefined;
  /** Left out: the building tells nothing of fires. */
  readonly firePanels?: readonly FirePanelConfig[];
  /** Left out: the usual ones. */
  readonly calls?: CallsConfig | undefined;
  /** Who comes in at its gates; left out: everybody. */
  readonly lotKind?: LotKind | undefined;
}
