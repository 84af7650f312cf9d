import type {BayOccupancy} from '../../drivers/bay-sensor/contract.js';
import type {DeviceHealth} from '../../drivers/bus/contract.js';
import type {Screen} from '../../drivers/display/contract.js';
import type {ArmState} from '../../drivers/parking-lock/contract.js';
import type {Millis} from '../../protocols/base/clock.js';
import type {SessionPhase} from '../../protocols/site/events.js';
import type {
  AlarmId,
  BayId,
  CollectorId,
  DeviceId,
  LineId,
  PersonId,
  SiteId,
} from '../../protocols/site/ids.js';
import type {AlarmRecord} from '../domain/alarms/alarm-record.js';
import type {CallActor, CallDesk} from '../domain/calls/call-view.js';
import type {LampState} from '../domain/lamp/lamp.js';
import type {AlarmActionResult, OrderResult} from '../domain/lot/contract.js';
import type {DiskHealth} from '../platform/disk-wear.js';
import type {WarningCode} from '../words/dictionary.js';
import type {Role} from './staff/roles.js';

/*
 * What the local page needs of the daemon: a picture to look at, and the few things a person may do.
 * The page decides nothing; it checks who asks and passes on.
 */

/** One picture of the lot. JSON values only: it goes to the browser as it is. */
export interface PageState {
  readonly site: {
    readonly id: SiteId;
    readonly name: string;
    readonly version: string;
    /** The owner's own steps to lower a lock by hand; null: the usual ones. */
    readonly manualRelease: readonly string[] | null;
  };
  readonly bays: readonly PageBay[];
  readonly collectors: readonly PageCollector[];
  readonly lines: readonly PageLine[];
  /** Devices outside bays and collectors. */
  readonly devices: readonly PageDevice[];
  /** Alarms that are not closed, oldest first. */
  readonly alarms: readonly PageAlarm[];
  /** What the lamp on the box shows. */
  readonly lamp: LampState;
  readonly cloud: PageCloud;
  readonly storage: PageStorage;
  readonly warnings: readonly PageWarning[];
  readonly config: PageConfig;
  /** What the operator tells everybody at the lot now. */
  readonly notices: readonly PageNotice[];
  /** A window in which a new card or device is taken on; null or left out: none is open. */
  readonly permit?: PagePermit | null;
}

export interface PagePermit {
  readonly kind: 'card' | 'device';
  readonly place: string;
  /** Who opened it; empty for strangers. */
  readonly by: string;
  /** On the clock that `nowMs` of the picture is of. */
  readonly endsMs: Millis;
}

export interface PageNotice {
  readonly id: string;
  readonly text: string;
}

export interface PageBay {
  readonly id: BayId;
  readonly zone: string;
  readonly collector: CollectorId;
  readonly arm: ArmState;
  readonly occupancy: BayOccupancy;
  readonly session: SessionPhase | null;
  readonly health: DeviceHealth;
  /** False while a fault keeps the bay from being given to anybody. */
  readonly saleable: boolean;
  /** What became of the latest order by a person or from afar since the start: `accepted` while under way. */
  readonly lastOrder: OrderResult | null;
}

export interface PageCollector {
  readonly id: CollectorId;
  readonly zone: string;
  readonly kind: 'plain' | 'smart';
  readonly health: DeviceHealth;
  /** What its display shows; null before the first screen. */
  readonly screen: Screen | null;
  /** `uid`: bare card numbers open locks here. */
  readonly minCardSecurity: 'uid' | 'proof';
}

export interface PageLine {
  readonly id: LineId;
  /** Bays whose locks hang on it. */
  readonly bays: readonly BayId[];
  readonly state: 'ok' | 'down';
  /** Why its serial port is not there, and what to do; left out: the port is well. */
  readonly trouble?: string | undefined;
}

export interface PageDevice {
  readonly id: DeviceId;
  /** As the site file names it. */
  readonly kind: string;
  readonly health: DeviceHealth;
  /** What it last said, one short line; never a code or a person's data. */
  readonly reading: string;
}

export interface PageAlarm extends AlarmRecord {
  /** Whom the alarm is calling now. */
  readonly contact: string | null;
}

export interface PageCloud {
  /** `none`: the site has no cloud. */
  readonly link: 'none' | 'online' | 'offline';
  /** Events that the cloud has not confirmed. */
  readonly unsent: number;
  readonly oldestUnsentMs: Millis | null;
}

export interface PageStorage {
  readonly state: 'ok' | 'fault';
  /** Empty while all is well. */
  readonly detail: string;
  /** Of the disk that the database lies on, read every 10 min. */
  readonly disk: DiskHealth;
}

/** A new site file on its way into force. */
export interface PageConfig {
  /** `staged`: waits until nothing moves. `trial`: runs, and goes back unless enough devices answer. */
  readonly phase: 'none' | 'staged' | 'trial';
  /** Of the cloud; 0: applied on the spot. */
  readonly version: number;
  /** When it comes into force, on the clock that `nowMs` of the picture is of. */
  readonly endsMs: Millis | null;
  /** Devices that answered before, and those of them that do no more. */
  readonly answered: number;
  readonly gone: number;
}

export const NO_TRIAL: PageConfig = {phase: 'none', version: 0, endsMs: null, answered: 0, gone: 0};

export interface PageWarning {
  readonly code: WarningCode;
  /** What it is about, such as a collector; empty when it is about the gateway. */
  readonly subject: string;
}

export interface PageView {
  /** The board of calls. Left out: alarms alone are shown. */
  readonly calls?: CallDesk;
  /** The present picture, from memory, at once. */
  state(): PageState;
  /** Call `listener` after every change of the picture, until the returned function is called. */
  onChange(listener: () => void): () => void;
}

export interface AlarmAction {
  readonly action: 'acknowledge' | 'onsite' | 'close';
  readonly alarm: AlarmId;
  readonly person: PersonId;
  /** Empty unless the action needs one. */
  readonly reason: string;
  /** With `close`: nobody needed help. */
  readonly falseCall: boolean;
  /** Who is logged in; left out: a program of this machine. */
  readonly by?: CallActor;
}

export interface ArmOrder {
  readonly bay: BayId;
  readonly desired: 'up' | 'down';
  readonly person: PersonId;
  readonly reason: string;
}

/** `baseline`: nobody is inside, says somebody on the spot. `hold`: open, and kept open until `release`. */
export const DEVICE_VERBS = ['baseline', 'open', 'close', 'stop', 'hold', 'release'] as const;
export type DeviceVerb = (typeof DEVICE_VERBS)[number];

export interface DeviceAction {
  readonly device: DeviceId;
  readonly verb: DeviceVerb;
  readonly person: PersonId;
  readonly reason: string;
}

/** `done`: ordered; the device's readings tell what became of it. `UNFIT`: a device of this kind cannot do it. */
export type DeviceActionResult = 'done' | 'UNKNOWN_DEVICE' | 'UNFIT';

/** Alarms and orders settle with the first answer, once it is stored: an arm may move long after `accepted`. */
export interface PageActions {
  alarm(action: AlarmAction): Promise<AlarmActionResult>;
  order(order: ArmOrder): Promise<OrderResult>;
  device(action: DeviceAction): Promise<DeviceActionResult>;
}

/** A named member of the staff: only these may act. */
export interface StaffMember {
  readonly id: PersonId;
  readonly name: string;
  readonly role: Role;
  /** An account of several people. */
  readonly shared: boolean;
}
