import type {ArmState} from '../../drivers/parking-lock/contract.js';
import type {AlarmKind, AlarmState, SessionPhase} from '../../protocols/site/events.js';
import type {Reason} from '../../protocols/site/reasons.js';
import type {LampState} from '../domain/lamp/lamp.js';
import type {DisplayMessage} from '../domain/lot/display-message.js';
import type {CallWords} from './call-words.js';
import type {PageWords} from './page-words.js';

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

/** How a guard lowers locks that no longer hear the gateway; printed on paper. */
export interface ManualRelease {
  readonly title: string;
  readonly bays: string;
  /** The usual way; an owner may write his own into the site file. */
  readonly steps: readonly string[];
  /** Link beside the alarm of a dead line. */
  readonly print: string;
}

export interface Dictionary extends CallWords {
  readonly screens: ScreenWords;
  readonly reasons: Readonly<Record<Reason, string>>;
  readonly alarmKinds: Readonly<Record<AlarmKind, string>>;
  readonly alarmStates: Readonly<Record<AlarmState, string>>;
  readonly arms: Readonly<Record<ArmState, string>>;
  readonly occupancies: Readonly<Record<'unknown' | 'vacant' | 'occupied', string>>;
  readonly phases: Readonly<Record<SessionPhase, string>>;
  /** What the light on the box says, and what to do about it. */
  readonly lamps: Readonly<Record<LampState, string>>;
  readonly links: Readonly<Record<'none' | 'online' | 'offline', string>>;
  readonly warnings: Readonly<Record<WarningCode, string>>;
  readonly page: PageWords;
  readonly manualRelease: ManualRelease;
}
