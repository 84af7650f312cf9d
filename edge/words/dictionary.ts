import type {ArmState} from '../../drivers/parking-lock/contract.js';
import type {AlarmKind, AlarmState, SessionPhase} from '../../protocols/site/events.js';
import type {Reason} from '../../protocols/site/reasons.js';
import type {DisplayMessage} from '../domain/lot/display-message.js';

export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

export type MessageCode = DisplayMessage['code'];
type MessageOf<Code extends MessageCode> = Extract<DisplayMessage, {code: Code}>;

/** What a post says, one writer for each message; two lines of at most 16 columns for usual names. */
export type ScreenWords = {
  readonly [Code in MessageCode]: (message: MessageOf<Code>) => readonly [string, string];
};

/** What the page warns of: an owner's risky choice, or a gateway that was set up badly. */
export type WarningCode =
  | 'threadPoolSmall'
  | 'bareCardNumbers'
  | 'wallClockUnset'
  | 'pageOnNetwork';

/** Buttons, headings and sentences of the local page. */
export interface PageWords {
  readonly title: string;
  readonly alarms: string;
  readonly noAlarms: string;
  readonly bays: string;
  readonly posts: string;
  readonly lines: string;
  readonly devices: string;
  readonly warnings: string;
  readonly notices: string;
  readonly cloud: string;
  readonly storage: string;
  readonly acknowledge: string;
  readonly onsite: string;
  readonly close: string;
  readonly open: string;
  readonly raise: string;
  readonly person: string;
  readonly choosePerson: string;
  readonly reasonHint: string;
  readonly falseCall: string;
  readonly confirm: string;
  readonly cancel: string;
  readonly soundOn: string;
  readonly soundOff: string;
  readonly calling: string;
  readonly ackedBy: string;
  readonly times: string;
  readonly seconds: string;
  readonly lowRing: string;
  readonly unsent: string;
  readonly oldest: string;
  readonly offline: string;
  readonly ok: string;
  readonly down: string;
  readonly fault: string;
  readonly disconnected: string;
  readonly done: string;
  readonly refused: string;
  readonly withdrawn: string;
  readonly bareCards: string;
  readonly proofCards: string;
  readonly configStaged: string;
  /** Followed by the seconds that are left. */
  readonly configTrial: string;
  readonly configGone: string;
}

/** How a guard lowers locks that no longer hear the gateway; printed on paper. */
export interface ManualRelease {
  readonly title: string;
  readonly bays: string;
  /** The usual way; an owner may write his own into the site file. */
  readonly steps: readonly string[];
  /** Link beside the alarm of a dead line. */
  readonly print: string;
}

export interface Dictionary {
  readonly screens: ScreenWords;
  readonly reasons: Readonly<Record<Reason, string>>;
  readonly alarmKinds: Readonly<Record<AlarmKind, string>>;
  readonly alarmStates: Readonly<Record<AlarmState, string>>;
  readonly arms: Readonly<Record<ArmState, string>>;
  readonly occupancies: Readonly<Record<'unknown' | 'vacant' | 'occupied', string>>;
  readonly phases: Readonly<Record<SessionPhase, string>>;
  readonly links: Readonly<Record<'none' | 'online' | 'offline', string>>;
  readonly warnings: Readonly<Record<WarningCode, string>>;
  readonly page: PageWords;
  readonly manualRelease: ManualRelease;
}
