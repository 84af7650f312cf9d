/** Totals of one unit since the line was opened, as its counters tell them. */
export interface UnitTotals {
  readonly unit: string;
  /** Sound answers, refusals included. */
  readonly sound: number;
  /** Requests to it during which a broken frame came. */
  readonly broken: number;
  /** Sound answers that nobody waited for: a second one to one request. */
  readonly late: number;
  readonly timeouts: number;
}

interface UnitRecord {
  readonly totals: UnitTotals;
  /** Broken answers since the last sound one. */
  readonly brokenInRow: number;
  /** Second answers since the last look without one. */
  readonly lateInRow: number;
  /** Requests given up without a byte whose answers may still come: those of the last look at most. */
  readonly owed: number;
  /** Sound answers since the last broken or second one. */
  readonly soundInRow: number;
  /** Sound and broken answers of about the last half minute, the older the less. */
  readonly recentSound: number;
  readonly recentBroken: number;
  readonly isClash: boolean;
  readonly isSilent: boolean;
}

export type ClashState = ReadonlyMap<string, UnitRecord>;

export interface ClashChange {
  readonly unit: string;
  readonly isClash: boolean;
  /** Units of the same line that do not answer at all: one of them probably bears this address. */
  readonly missing: readonly string[];
}

export interface ClashStep {
  readonly state: ClashState;
  readonly changes: readonly ClashChange[];
}

export const NO_CLASHES: ClashState = new Map();

/**
 * So many broken answers in a row, while of the others' answers fewer than one in twenty breaks: noise
 * does that once in months on a line of 32.
 */
const BROKEN_IN_ROW = 7;
const WEATHER_SHARE = 0.05;
const SECOND_ANSWERS = 3;
/** Weight that a second's counts keep into the next. */
const FADING = 0.97;
/** Two devices may by chance answer alike for a while; a clash is over when nothing hints at it for long. */
const SOUND_AGAIN_AFTER = 20;

/**
 * Recognise two devices that bear one address by what the line counts: both answer every request, so
 * the answers break each other, or come one after the other. The rest of the line stays sound, which
 * noise would not leave. Feed it the totals about once a second.
 */
export function stepClash(state: ClashState, totals: readonly UnitTotals[]): ClashStep {
  const next = new Map<string, UnitRecord>();
  for (const one of totals) next.set(one.unit, counted(state.get(one.unit), one));
  const changes: ClashChange[] = [];
  for (const [unit, record] of next) {
    const isClash = judge(unit, record, next);
    if (isClash === record.isClash) continue;
    next.set(unit, {...record, isClash});
    const missing = [...next].filter(([, other]) => other.isSilent).map(([name]) => name);
    changes.push({unit, isClash, missing: isClash ? missing : []});
  }
  return {state: next, changes};
}

function counted(before: UnitRecord | undefined, totals: UnitTotals): UnitRecord {
  const sound = totals.sound - (before?.totals.sound ?? 0);
  const broken = totals.broken - (before?.totals.broken ?? 0);
  const late = totals.late - (before?.totals.late ?? 0);
  const timeouts = totals.timeouts - (before?.totals.timeouts ?? 0);
  // What was given up in silence comes late and once; its repeat is answered in time. Only the rest are second
  // answers. What broke has had its answers.
  const silent = Math.max(0, timeouts - broken);
  const owed = (before?.owed ?? 0) + silent;
  const second = Math.max(0, late - owed);
  const isHeard = sound + broken > 0;
  const wasSilent = before?.isSilent ?? false;
  return {
    totals,
    brokenInRow: sound > 0 ? 0 : (before?.brokenInRow ?? 0) + broken,
    // A slow device, or a host that stood still, is late instead of answering; a double is late as well.
    lateInRow: sound > 0 && late >= sound ? (before?.lateInRow ?? 0) + second : 0,
    owed: Math.min(silent, Math.max(0, owed - late)),
    soundInRow: broken + late > 0 ? 0 : (before?.soundInRow ?? 0) + sound,
    recentSound: FADING * (before?.recentSound ?? 0) + sound,
    recentBroken: FADING * (before?.recentBroken ?? 0) + broken,
    isClash: before?.isClash ?? false,
    isSilent: isHeard ? false : timeouts > 0 || wasSilent,
  };
}

function judge(unit: string, record: UnitRecord, all: ClashState): boolean {
  if (record.isClash) return record.soundInRow < SOUND_AGAIN_AFTER;
  if (record.lateInRow >= SECOND_ANSWERS) return true;
  if (record.brokenInRow < BROKEN_IN_ROW) return false;
  let sound = 0;
  let broken = 0;
  for (const [name, other] of all) {
    if (name === unit || other.isClash) continue;
    sound += other.recentSound;
    broken += other.recentBroken;
  }
  return sound > 0 && broken < WEATHER_SHARE * (sound + broken);
}
