/** What a gateway tells of a shower. Water in ml, money in whole fen: `metered` = billed + rinse + free. */
export interface ShowerReport {
  readonly gateway: string;
  readonly session: string;
  readonly grant: string;
  readonly stall: string;
  readonly phase: string;
  readonly end: string | null;
  readonly meteredMl: number;
  readonly billedMl: number;
  readonly rinseMl: number;
  readonly freeMl: number;
  readonly ranMs: number;
  /** Within what was set aside. */
  readonly usedFen: number;
  /** The rinse, beyond it. */
  readonly owedFen: number;
  readonly quality: 'good' | 'estimated';
  /** No water came: its code is good again. */
  readonly isGivenBack: boolean;
  /** Of its first word; null: the gateway's clock was lost. */
  readonly openedWall: number | null;
  /** Of its newest word. */
  readonly atWall: number | null;
  readonly epochNo: number;
  readonly seq: number;
}

/**
 * One shower out of two of its words, in whatever order they came: the newer tells how it stands, either
 * that it was given back, and the older when it began.
 */
export function joinReports(one: ShowerReport, other: ShowerReport): ShowerReport {
  const [older, newer] = isBefore(one, other) ? [one, other] : [other, one];
  return {
    ...newer,
    isGivenBack: older.isGivenBack || newer.isGivenBack,
    openedWall: older.openedWall ?? newer.openedWall,
  };
}

/** Does its order have to hear of it, that has heard `before`? Of its beginning, its end, and a code given back. */
export function isNews(before: ShowerReport | undefined, now: ShowerReport): boolean {
  if (!before) return true;
  if (before.isGivenBack !== now.isGivenBack) return true;
  return now.phase === 'settled' && (before.phase !== now.phase || isBefore(before, now));
}

function isBefore(one: ShowerReport, other: ShowerReport): boolean {
  return one.epochNo < other.epochNo || (one.epochNo === other.epochNo && one.seq < other.seq);
}
