import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import type {CallEnd, CallState, CallStep, CallType} from '../../../protocols/site/calls.js';
import type {AlarmKind} from '../../../protocols/site/events.js';
import type {AlarmId, BayId, CollectorId, PersonId} from '../../../protocols/site/ids.js';

/*
 * What a board is shown of the calls of a site, and what it may ask. JSON values only: both go through a browser as
 * they are. The board decides nothing: whatever it asks is judged, stored and answered here.
 */

/** The whole board at one instant. @see ecosystem 2.2 */
export interface CallView {
  /** The gateway's own clocks at this instant: a board counts seconds from them, never by its own clock. */
  readonly nowMs: Millis;
  readonly nowWallMs: UnixMillis;
  /** Emergency first, then assistance, fault, test; oldest first within a type. */
  readonly calls: readonly CallTile[];
  readonly stations: readonly CallStation[];
  readonly maintenance: readonly CallMaintenance[];
  readonly tests: CallTests;
  /** `unavailable`: the board says so plainly; `none`: the site has no cloud. */
  readonly cloudEscalation: 'available' | 'unavailable' | 'none';
  /** The way out without the cloud, such as a modem: `none` where the site file names none. */
  readonly localStep: 'available' | 'unavailable' | 'none';
  /** The wired sounder of the site; `none`: only browsers sound, and the board warns of that. */
  readonly sounder: 'sounding' | 'silent' | 'none';
  /** Whom to ring, as the site file says; null: not given. */
  readonly phone: string | null;
  /** A `reception` that several people share may take calls. */
  readonly takesShared: boolean;
}

export interface CallTile {
  readonly id: AlarmId;
  readonly type: CallType;
  readonly kind: AlarmKind;
  readonly state: CallState;
  readonly place: CallPlace;
  /** Presses so far. */
  readonly count: number;
  /** On the clock of `CallView.nowMs`. */
  readonly raisedMs: Millis;
  readonly raisedWallMs: UnixMillis;
  /** `low`: three false calls from here of late; never mute. `loud`: nobody took it in time. */
  readonly ring: 'low' | 'normal' | 'loud';
  /** Who took it; its name is in the list of staff. */
  readonly takenBy: PersonId | null;
  readonly takenMs: Millis | null;
  /** Taken, and not ended for so long that whoever took it is called again. */
  readonly isReminded: boolean;
  /** Whom it calls now. */
  readonly contact: string | null;
  /** What comes next if nobody acts, and when; null: nothing. */
  readonly next: {readonly step: CallStep; readonly atMs: Millis} | null;
  /** Calls from this device within the last minutes, this one included; from 3 on the board draws them as one. */
  readonly grouped: number;
  /** A device in maintenance called: shown and counted, and marked. */
  readonly isMaintenance: boolean;
  /** What to do, in the site's own words; null: the usual ones of its type. */
  readonly advice: string | null;
  /** Fault, trace of tries, masked contact; null where the viewer may not know of persons. */
  readonly detail: string | null;
  /** Oldest first, the newest 20. */
  readonly steps: readonly CallTileStep[];
}

export interface CallPlace {
  readonly zone: string | null;
  readonly collector: CollectorId | null;
  readonly bay: BayId | null;
  readonly device: string | null;
  /** Where that is, in the site's own words. */
  readonly text: string | null;
}

export interface CallTileStep {
  readonly step: CallStep;
  readonly wallMs: UnixMillis;
  readonly person: PersonId | null;
  readonly where: string | null;
  readonly end: CallEnd | null;
  readonly note: string | null;
}

/** A board, a wired sounder or a second board. */
export interface CallStation {
  readonly id: string;
  /** Whoever started the watch there. */
  readonly person: PersonId | null;
  /** Heard from within 15 s. */
  readonly isAlive: boolean;
  readonly seenMs: Millis;
  /** The browser may sound: somebody has started the watch there. */
  readonly hasSound: boolean;
  /** Silent until then, 60 s at most; a new call sounds at once. Null: not silenced. */
  readonly silentUntilMs: Millis | null;
  /** What it is to sound now. */
  readonly sound: {readonly type: CallType; readonly ring: CallTile['ring']} | null;
}

export interface CallMaintenance {
  /** Collector or device. */
  readonly device: string;
  readonly person: PersonId;
  readonly reason: string;
  readonly sinceWallMs: UnixMillis;
  /** At most 4 h after it began; it ends by itself. */
  readonly untilMs: Millis;
}

/** Tests that keep calls possible. */
export interface CallTests {
  /** One for each call device. */
  readonly devices: readonly CallDeviceTest[];
  readonly path: CallTestDue;
  readonly walk: CallWalk;
}

export interface CallTestDue {
  readonly lastWallMs: UnixMillis | null;
  readonly passed: boolean | null;
  readonly dueWallMs: UnixMillis;
  readonly isOverdue: boolean;
  /** Runs now. */
  readonly isRunning: boolean;
  readonly note: string | null;
}

export interface CallDeviceTest extends CallTestDue {
  readonly device: string;
  readonly collector: CollectorId;
  /** Pressed in the walk test that runs now, or in the last one. */
  readonly walkedWallMs: UnixMillis | null;
}

export interface CallWalk {
  readonly person: PersonId | null;
  readonly isRunning: boolean;
  readonly begunWallMs: UnixMillis | null;
  readonly overWallMs: UnixMillis | null;
  readonly dueWallMs: UnixMillis;
  readonly isOverdue: boolean;
  /** Call devices that were pressed, of all. */
  readonly done: number;
  readonly of: number;
}

/** Who asks, as the log-in of the page knows. */
export interface CallActor {
  readonly person: PersonId;
  /** An account of several people: takes calls only where the site file says so, and does nothing else. */
  readonly isShared: boolean;
  /** May end a call from the board, with a written reason. */
  readonly isSupervisor: boolean;
}

/** What a board may ask. `call` is the id of a tile. Asking twice does no harm. */
export type CallRequest =
  | {readonly kind: 'acknowledge'; readonly call: AlarmId}
  /** Whoever took it, or somebody with him, is there. */
  | {readonly kind: 'attend'; readonly call: AlarmId}
  /** By a supervisor; the end at the place is set there, by key or card, and no board asks for it. */
  | {
      readonly kind: 'end';
      readonly call: AlarmId;
      readonly reason: string;
      /** Nobody needed help. */
      readonly falseCall: boolean;
    }
  | {readonly kind: 'silence'; readonly station: string}
  | {
      readonly kind: 'maintenance';
      /** Collector or call device. */
      readonly device: string;
      readonly forMs: Millis;
      readonly reason: string;
    }
  | {readonly kind: 'maintenanceOver'; readonly device: string}
  | {readonly kind: 'walkTest'; readonly act: 'begin' | 'end'}
  | {readonly kind: 'pathTest'}
  /** Start or end the watch at a station; with the first one ever the site expects a live board. */
  | {readonly kind: 'watch'; readonly station: string; readonly act: 'begin' | 'end'};

/**
 * Every 5 s from each board. Needs no person: a board whose session ended still shows calls.
 * `shown`: calls that stand on its screen now; `isSounding`: its loudspeaker is at work for one of them.
 */
export interface BoardAlive {
  readonly station: string;
  readonly shown: readonly AlarmId[];
  readonly isSounding: boolean;
  readonly hasSound: boolean;
}

export type CallRefusal =
  | 'UNKNOWN_CALL'
  | 'UNKNOWN_DEVICE'
  | 'UNKNOWN_STATION'
  /** Somebody else has taken it; `by` says who. */
  | 'TAKEN'
  /** The step does not fit the state, such as ending what nobody acknowledged. */
  | 'WRONG_STATE'
  /** A call for help ends at its place, or by a supervisor. */
  | 'NOT_AT_PLACE'
  /** A named person is wanted, not a shared account. */
  | 'NEEDS_NAME'
  | 'REASON_MISSING'
  /** Maintenance lasts 4 h at most. */
  | 'TOO_LONG'
  /** A test of this sort runs already, or none does. */
  | 'NOT_NOW'
  | 'NOT_STORED';

export type CallAnswer =
  | {readonly kind: 'done'}
  | {readonly kind: 'refused'; readonly why: CallRefusal; readonly by?: PersonId};

/** One row of the log of calls. */
export interface CallLogRow {
  readonly seq: number;
  readonly wallMs: UnixMillis;
  /** Hash over this row and all before it, hex. */
  readonly hash: string;
  readonly event: 'call' | 'call.care';
  /** Body of the event, as it was stored. */
  readonly body: string;
}

/** How fast calls were answered. Null where there is nothing to count. */
export interface ResponseReport {
  readonly fromWallMs: UnixMillis;
  readonly toWallMs: UnixMillis;
  /** Emergency and assistance; tests and faults are not counted. */
  readonly calls: number;
  readonly answered: number;
  /** Nobody took them in the longest time, or by now. */
  readonly unanswered: number;
  /** From raised to acknowledged. */
  readonly medianMs: Millis | null;
  readonly p95Ms: Millis | null;
  readonly longestMs: Millis | null;
}

/** What the page holds in its hands. */
export interface CallDesk {
  /** `seesPersons`: the viewer's role may know of tenants. */
  view(seesPersons: boolean): CallView;
  /** Settles once it is stored. */
  request(by: CallActor, request: CallRequest): Promise<CallAnswer>;
  alive(board: BoardAlive): void;
  /** Rows of at most `limit`, oldest first, from `fromWallMs` on and after number `after`. */
  log(fromWallMs: UnixMillis, after: number, limit: number): readonly CallLogRow[];
  /** As CSV text with a head line. */
  csv(fromWallMs: UnixMillis, toWallMs: UnixMillis): string;
  report(fromWallMs: UnixMillis, toWallMs: UnixMillis): ResponseReport;
  /** Call `listener` after every change of the view, until the returned function is called. */
  onChange(listener: () => void): () => void;
}
