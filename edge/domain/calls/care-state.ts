import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import type {AlarmId, DeviceId, PersonId} from '../../../protocols/site/ids.js';

/*
 * What keeps calls possible, as it outlives a restart: one row for each thing, replaced by its newest state. Times
 * are of the wall clock, since hours and days are meant; what ends within hours also says how long it lasts.
 */

export interface Maintenance {
  readonly device: string;
  readonly person: PersonId;
  readonly reason: string;
  readonly sinceWallMs: UnixMillis;
  readonly untilWallMs: UnixMillis;
  /** The same on the clock of this run. */
  readonly untilMs: Millis;
}

/** The newest test of one device or of the way. */
export interface TestRow {
  readonly lastWallMs: UnixMillis | null;
  readonly goodWallMs: UnixMillis | null;
  readonly passed: boolean | null;
  readonly note: string | null;
  /** From when on it is expected: the first start that knew of it. */
  readonly sinceWallMs: UnixMillis;
}

export interface Walk {
  readonly person: PersonId;
  readonly begunWallMs: UnixMillis;
  readonly overWallMs: UnixMillis | null;
  readonly untilWallMs: UnixMillis;
  /** The same on the clock of this run: it ends by itself. */
  readonly untilMs: Millis;
  /** Devices pressed in it, and when. */
  readonly pressed: readonly (readonly [device: string, wallMs: UnixMillis])[];
}

/** A test of the way that runs. */
export interface PathRun {
  readonly call: AlarmId;
  readonly untilMs: Millis;
  /** Who has not been reached yet. */
  readonly missing: readonly ('board' | 'cloud')[];
}

export interface Station {
  readonly id: string;
  readonly person: PersonId | null;
  readonly seenMs: Millis;
  readonly hasSound: boolean;
  readonly silencedMs: Millis | null;
  readonly silentUntilMs: Millis | null;
}

export type CareRow =
  /** A board is expected since somebody began a watch. */
  | {readonly id: 'watch'; readonly kind: 'watch'; readonly sinceWallMs: UnixMillis}
  | {readonly id: string; readonly kind: 'maintenance'; readonly row: Maintenance}
  | {readonly id: string; readonly kind: 'test'; readonly name: string; readonly row: TestRow}
  | {
      readonly id: string;
      readonly kind: 'presses';
      readonly device: DeviceId;
      readonly count: number;
    }
  | {readonly id: 'walk'; readonly kind: 'walk'; readonly row: Walk};

/** Upsert or, with `row` null, delete. */
export type CareRecord = {
  readonly table: 'care';
  readonly id: string;
  readonly row: CareRow | null;
};

export interface CallsState {
  readonly stations: ReadonlyMap<string, Station>;
  readonly isWatched: boolean;
  readonly maintenance: ReadonlyMap<string, Maintenance>;
  /** By device, and `path`. */
  readonly tests: ReadonlyMap<string, TestRow>;
  readonly walk: Walk | undefined;
  readonly path: PathRun | undefined;
  /** When calls were raised of late, by post. */
  readonly recent: ReadonlyMap<string, readonly Millis[]>;
}

export const NO_CARE: CallsState = {
  stations: new Map(),
  isWatched: false,
  maintenance: new Map(),
  tests: new Map(),
  walk: undefined,
  path: undefined,
  recent: new Map(),
};
