import type {Millis} from '../../../protocols/base/clock.js';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {SiteFact} from '../../../protocols/site/events.js';
import type {UpdateRollback} from '../../../protocols/site/updates.js';

export type UpdateFact = Extract<SiteFact, {readonly kind: `update.${string}`}>;

/** A release that waits on the disk, or runs to prove itself. */
export interface Update {
  readonly version: string;
  /** Its package. */
  readonly file: string;
  readonly by: string;
  /**
   * `waiting` for a moment in which nobody is disturbed; `due`: the next start puts it in place; `trial`:
   * it runs, or a power cut kept it from that; `sound`: it proved itself; `failed`: the next start goes back.
   */
  readonly phase: 'waiting' | 'due' | 'trial' | 'sound' | 'failed';
  /** The release that it takes the place of; empty while it waits. */
  readonly from: string;
  /** Devices that answered before it. */
  readonly before: readonly string[];
  readonly linkWasUp: boolean;
  readonly why: UpdateRollback | null;
  readonly detail: string;
  /** Of the site that it may have changed. */
  readonly database: string;
}

/** All that is remembered of releases; one small file, replaced whole. */
export interface UpdateRecord {
  readonly v: 1;
  readonly update: Update | null;
  /** What the journal has not been told yet. */
  readonly untold: readonly UpdateFact[];
}

export const NO_UPDATE: UpdateRecord = {v: 1, update: null, untold: []};

/** What is seen of the site that runs. */
export interface UpdateSight {
  /** Since this process runs the site. */
  readonly upMs: Millis;
  /** An arm moves or is ordered to, a card is judged, water runs. */
  readonly isBusy: boolean;
  /** Stays and showers that go on. */
  readonly sessions: number;
  readonly isNight: boolean;
  readonly health: ReadonlyMap<string, 'ok' | 'offline'>;
  /** Undefined: the site has no cloud. */
  readonly isLinkUp: boolean | undefined;
  /** What of the daemon stands still though it should not. */
  readonly stuck: readonly string[];
}

/** So long a release must prove itself. Source: ecosystem.md I-13 */
const GATE_MS: Millis = 2 * MINUTE_MS;
/** By then every driver has missed what does not answer. */
const SETTLE_MS: Millis = 30 * SECOND_MS;
const MOST_GONE_SHARE = 0.2;

/**
 * May the site be stopped now for a new release? Never between a command and its confirmation; with stays
 * that go on only at night. @see requirements E16
 */
export function mayUpdate({upMs, isBusy, sessions, isNight}: UpdateSight): boolean {
  return upMs >= SETTLE_MS && !isBusy && (sessions === 0 || isNight);
}

/** The next start puts it in place. */
export function dueUpdate(update: Update, sight: UpdateSight): Update {
  const before = [...sight.health].filter(([, health]) => health === 'ok').map(([id]) => id);
  return {...update, phase: 'due', before, linkWasUp: sight.isLinkUp === true};
}

/** What a look at a release on trial says: undefined while nothing is decided. */
export function judgeTrial(
  update: Update,
  sight: UpdateSight,
  linkSeen: boolean,
): Update | undefined {
  const failed = (why: UpdateRollback, detail: string): Update => ({
    ...update,
    ...{phase: 'failed', why, detail},
  });
  if (sight.upMs < SETTLE_MS) return undefined;
  const {before} = update;
  const gone = before.filter(id => sight.health.get(id) !== 'ok');
  if (gone.length > before.length * MOST_GONE_SHARE) {
    return failed('devices', `${gone.length} of ${before.length} devices are gone: ${gone[0]}`);
  }
  if (sight.stuck.length > 0) return failed('stuck', sight.stuck.join(', '));
  if (sight.upMs < GATE_MS) return undefined;
  if (update.linkWasUp && !linkSeen && sight.isLinkUp !== undefined) {
    return failed('cloud', 'the cloud was reached before and is not now');
  }
  return {...update, phase: 'sound'};
}

/** What the start of the machine or of the service has to do before any release runs. */
export type BootStep =
  | {readonly kind: 'run'}
  | {readonly kind: 'place'; readonly update: Update}
  | {readonly kind: 'keep'; readonly update: Update}
  | {readonly kind: 'goBack'; readonly update: Update; readonly why: UpdateRollback};

/** A release that is on trial at a start has not lived through its trial: it goes back. */
export function bootStep({update}: UpdateRecord): BootStep {
  switch (update?.phase) {
    case 'due':
      return {kind: 'place', update};
    case 'sound':
      return {kind: 'keep', update};
    case 'trial':
      return {kind: 'goBack', update, why: 'interrupted'};
    case 'failed':
      return {kind: 'goBack', update, why: update.why ?? 'interrupted'};
    default:
      return {kind: 'run'};
  }
}
