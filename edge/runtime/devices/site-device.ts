import type {DeviceHealth, FrameBus, RegisterBus} from '../../../drivers/bus/contract.js';
import type {InputListener} from '../../../drivers/discrete-inputs/contract.js';
import type {ByteLink} from '../../../drivers/port/byte-link.js';
import type {HidSource} from '../../../drivers/port/hid-source.js';
import type {WaterMeterListener} from '../../../drivers/water-meter/contract.js';
import type {WaterValve, WaterValveListener} from '../../../drivers/water-valve/contract.js';
import type {Clock, Entropy, Millis} from '../../../protocols/base/clock.js';
import type {
  DeviceEventData,
  DeviceFaultKind,
  SiteEventBodies,
} from '../../../protocols/site/events.js';
import type {DeviceId, PersonId} from '../../../protocols/site/ids.js';
import type {HidConfig, LinkConfig} from '../../config/link-schema.js';
import type {SecretReference} from '../../config/secrets.js';
import type {SounderLevel} from '../../domain/calls/stations-flow.js';
import type {DeviceVerb} from '../../page/view.js';

/** A device of the site file that stands for itself, outside bays and collectors. */
export interface SiteDevice {
  readonly health: DeviceHealth;
  /** What it last said, for the page and `latchkey status`: one short line, no secrets; empty at first. */
  describe(): string;
  /** How many bays are free now; told at every change. */
  onFreeBays?(count: number): void;
  /** What wired sounders are to do for the calls of the site; told at every change. */
  onCalls?(level: SounderLevel): void;
  /** Set off for a call: a modem that rings somewhere else, a lamp. */
  onCallOutput?(isOn: boolean): void;
  /** Held open while the building burns. */
  onFire?(isHeld: boolean): void;
  /** Take the water from a row of stalls, or let it in again. */
  onRow?(order: 'open' | 'shut'): void;
  /** The lot listens and the lines are being opened. */
  start?(): void;
  /** Let one car in. */
  letIn?(): void;
  /** What a person may have it do. */
  readonly actions?: DeviceActions;
  /** What the cloud may have it do. */
  readonly orders?: DeviceOrders;
  close(): void | Promise<void>;
}

/** Each at once and without waiting: what became of it is told by the readings of the device. */
export type DeviceActions = Readonly<
  Partial<Record<DeviceVerb, (by: {readonly person: PersonId; readonly reason: string}) => void>>
>;

/**
 * What became of an order from afar. `done`: the device itself said so. `unproven`: it went out, and
 * nothing tells whether it was done.
 */
export type DeviceOutcome =
  | {readonly kind: 'done'}
  | {readonly kind: 'failed' | 'unproven'; readonly why: string};

/** One act. `run` calls `over` once, unless the site ends before. */
export interface DeviceOrder {
  /** Why not, at this moment; undefined: it may be run. */
  refusal(): string | undefined;
  run(over: (outcome: DeviceOutcome) => void): void;
}

export type DeviceOrders = Readonly<
  Partial<Record<'open' | 'close' | 'pulse' | 'stop', DeviceOrder>>
>;

/** Where a device's driver tells what becomes of it; the host knows which device it is. */
export interface DeviceReports {
  onHealth(health: DeviceHealth): void;
  /** A fault of its own, raised and taken back. */
  onFault(fault: DeviceFaultKind, isStanding: boolean, detail: string): void;
  /** A sounder was read back as sounding. */
  onSounded(): void;
  /** Something to journal. */
  onEvent(event: string, data: DeviceEventData): void;
  /** How many are in a room. */
  onOccupancy(body: Omit<SiteEventBodies['occupancy'], 'counter'>): void;
  /** For the log, once per trouble that a person must mend. */
  onTrouble(code: string, text: string): void;
}

/** Both languages of the line that a device hangs on. */
export interface DeviceLine {
  readonly frames: FrameBus;
  readonly registers: RegisterBus;
}

/** A line with one device on it. Whoever opened it closes it. */
export interface OwnLine extends DeviceLine {
  close(): Promise<void>;
}

/** What a maker of devices may use; links that it opens are closed by the device. */
export interface DeviceParts {
  readonly id: DeviceId;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly reports: DeviceReports;
  /** Parts of it that a collector has taken: `card`, `text`, `input 3`. */
  readonly taken: ReadonlySet<string>;
  /** The line of this device. @throws InternalError for a device that is on none. */
  line(): DeviceLine;
  openLink(link: LinkConfig): ByteLink;
  /** For devices that are asked, on a port of their own. */
  openLine(link: LinkConfig): OwnLine;
  openHid(hid: HidConfig): HidSource;
  /** Listen to one input of a board of the site. */
  listenTo(board: string, input: number, listener: InputListener, pollMs?: Millis): void;
  /** @throws ConfigError `config/secret-missing`, `config/secret-shape` */
  secret(reference: SecretReference, what: string, bytes?: number): Uint8Array;
  /** @throws ConfigError `config/secret-missing` */
  secretText(reference: SecretReference, what: string): string;
  /** A file of this device beside the database. */
  pathBeside(suffix: string): string;
  /** Name a code without telling it: 16 hex digits under a key of this site. */
  digest(code: Uint8Array): string;
  /** Where what is shown or typed here is judged; undefined: nobody asks for it, it is journalled. */
  readonly codes: CodeInlet | undefined;
  /** The stall that its water runs in; undefined: nobody's. */
  readonly water: WaterInlet | undefined;
}

/** Takes tokens and codes for one collector. What it is given is secret: never logged. */
export interface CodeInlet {
  onToken(text: string): void;
  /** Something was shown and not read. */
  onUnread(): void;
  onEntry(digits: string): void;
  /** `*` or `#` by itself; only a stall listens. */
  onCommand?(key: '*' | '#'): void;
}

/** Takes what a meter, its valve and a probe say, for the stall that they serve. */
export interface WaterInlet extends WaterMeterListener, WaterValveListener {
  /** Every valid poll of the probe; undefined: it tells nothing. */
  onTemperature(milliCelsius: number | undefined): void;
  /** The valve is built and may be ordered. */
  join(tap: WaterTap): void;
}

/** A valve with its meter, as a stall orders it. */
export interface WaterTap {
  readonly valve: WaterValve;
  /** Leave so much water in the device, at the end of which it shuts by itself; absent: it has no such limit. */
  setCredit?(volumeMl: number): Promise<boolean>;
}
