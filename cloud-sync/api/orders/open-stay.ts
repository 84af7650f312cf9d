import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';

/** A stay that goes on, as far as anybody was told. */
export interface OpenStay {
  readonly session: string;
  /** Null: the clock of its gateway was lost. */
  readonly sinceMs: UnixMillis | null;
}

/** What a gateway tells of a use of a right. `atMs` null: its clock was lost. */
export interface StayInput {
  readonly kind: 'session';
  readonly session: string;
  readonly phase: string;
  readonly closeCause: string | null;
  readonly durationMs: Millis;
  readonly atMs: number | null;
}

/** What shows that a stay has ended of whose end nobody told. */
export type EndProof =
  /** The bay is empty and its arm stands up again. */
  | 'BARRED_AGAIN'
  /** Somebody else stays there since. */
  | 'NEXT_STAY'
  /** Its time and the grace are over, and the bay is empty. */
  | 'TIME_OVER_AND_VACANT';

/** What all orders that keep a bay may be told beside what is their own. */
export type StayOrderInput =
  | StayInput
  /** A stay ended at that time at the latest, though the word of its end was lost. */
  | {
      readonly kind: 'ended';
      readonly session: string;
      readonly endMs: UnixMillis;
      readonly proof: EndProof;
    }
  /** Staff end it for good: stays of whose end nobody told ended at `endedMs`; undefined: with the time. */
  | {readonly kind: 'settle'; readonly endedMs: UnixMillis | undefined; readonly note: string}
  /** Another bay in place of the one that is not free. */
  | {
      readonly kind: 'moved';
      readonly point: string;
      readonly lender: string | null;
      readonly why: MoveReason;
    }
  /** There is none: all goes back, and a credit with it. */
  | {readonly kind: 'displaced'; readonly why: MoveReason}
  /** The lender takes his bay back. */
  | {readonly kind: 'recalled'; readonly note: string}
  /** The lender would like his bay back, while somebody stays there. */
  | {readonly kind: 'lender_back'}
  /** From now on, which is before its time. */
  | {readonly kind: 'early'};

/** `OVERSTAY`: whoever had it before is still there; else a word of the gateway's alarms, or of staff. */
export type MoveReason = 'OVERSTAY' | 'WRONG_BAY' | 'INTRUDER' | 'STAFF';

/** Stays that do not count: nobody came in, or somebody else did. @see requirements E33, E34 */
export const UNBILLED: ReadonlySet<string | null> = new Set(['never_entered', 'intruder']);

export function without(open: readonly OpenStay[], session: string): readonly OpenStay[] {
  return open.filter(stay => stay.session !== session);
}

/** With a stay that goes on; when it began stays what it was first said to be. */
export function withStay(
  open: readonly OpenStay[],
  {session, durationMs, atMs}: StayInput,
): readonly OpenStay[] {
  const held = open.find(stay => stay.session === session);
  const sinceMs = atMs === null ? null : ((atMs - Math.round(durationMs)) as UnixMillis);
  return [...without(open, session), held ?? {session, sinceMs}];
}

/** A stay of whose end nobody told, as if its gateway had said that it ended then. */
export function presumedEnd(
  {session, sinceMs}: OpenStay,
  endMs: UnixMillis,
  fromMs: UnixMillis,
): StayInput {
  const durationMs = Math.max(0, endMs - (sinceMs ?? fromMs));
  const how = {phase: 'closed', closeCause: PRESUMED, durationMs, atMs: endMs};
  return {kind: 'session', session, ...how};
}

/** Cause of an end that was told by no gateway. */
export const PRESUMED = 'presumed';
