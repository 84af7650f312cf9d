import {availableParallelism, loadavg} from 'node:os';
import {rounded} from './median.js';

/** What a figure of a bench is to reach. */
export interface Aim<Figures> {
  readonly figure: keyof Figures & string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** What stands in its way, by figures of the same run; told where it is missed. */
  readonly why?: (figures: Figures) => string;
}

export interface JudgedAim {
  readonly figure: string;
  readonly aim: string;
  /** Null: it could not be measured here. */
  readonly measured: number | null;
  readonly isMet: boolean;
  readonly why?: string;
}

/** Each aim of what this run measured; one that could not be measured is missed. */
export function judgeAims<Figures extends object>(
  figures: Figures,
  aims: readonly Aim<Figures>[],
): readonly JudgedAim[] {
  const asked = aims.filter(({figure}) => figures[figure] !== undefined);
  return asked.map(({figure, atLeast, atMost, why}) => {
    const value: unknown = figures[figure];
    const measured = typeof value === 'number' ? value : null;
    const isMet =
      measured !== null &&
      measured >= (atLeast ?? Number.NEGATIVE_INFINITY) &&
      measured <= (atMost ?? Number.POSITIVE_INFINITY);
    const aim = atLeast === undefined ? `<= ${atMost}` : `>= ${atLeast}`;
    const told = isMet || !why ? {} : {why: why(figures)};
    return {figure, aim, measured, isMet, ...told};
  });
}

/** What else the machine had to do: read at the start, before the bench loads it. */
export function machineNow(): {readonly cores: number; readonly loadPerCore: number} {
  const cores = availableParallelism();
  return {cores, loadPerCore: rounded((loadavg()[0] ?? 0) / cores, 2)};
}
