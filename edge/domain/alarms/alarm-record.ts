import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import type {AlarmKind, AlarmState} from '../../../protocols/site/events.js';
import type {AlarmId, BayId, CollectorId, PersonId} from '../../../protocols/site/ids.js';
import type {CallTileStep} from '../calls/call-view.js';

/** Row of an alarm: the store upserts it by id. */
export interface AlarmRecord {
  readonly id: AlarmId;
  readonly kind: AlarmKind;
  readonly state: AlarmState;
  readonly bay: BayId | null;
  readonly collector: CollectorId | null;
  readonly device: string | null;
  readonly count: number;
  /** Index into the contact list, grows with escalation. */
  readonly escalation: number;
  readonly ring: 'normal' | 'low';
  readonly raisedMs: Millis;
  readonly raisedWallMs: UnixMillis;
  readonly ackedBy: PersonId | null;
  readonly closedBy: PersonId | null;
  /** What a guard needs: fault, trace of tries, tenant's masked contact. */
  readonly detail: string;
  /** Up to where its ladder of contacts was climbed, in its age; rows of before know their contact only. */
  readonly reachedMs?: Millis;
  /** What a call for help has beyond other alarms. */
  readonly call?: CallPart;
}

export interface CallPart {
  /** Boards, sounders and the first contact were told. */
  readonly isTold: boolean;
  /** Nobody took it in the longest time. */
  readonly isUnanswered: boolean;
  /** Of its hour: whose times it goes by. */
  readonly plan: number;
  /** Its device was in maintenance when it called. */
  readonly isMaintenance: boolean;
  readonly takenMs: Millis | null;
  /** How often since then somebody was told that it lasts. */
  readonly reminders: number;
  /** Nobody took it in time: second sounders too. */
  readonly isLoud: boolean;
  /** `shown board-1`: where it stands, and sounds. */
  readonly toldAt: readonly string[];
  /** The newest, oldest first. */
  readonly steps: readonly CallTileStep[];
}
