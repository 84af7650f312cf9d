import type {CollectorPlan} from '../../plan/site-plan.js';
import {BAYS, TRAVEL_MS} from './crash-lines.js';

/** One plain collector with four bays, one of them deaf. */
export const CRASH_COLLECTORS: readonly CollectorPlan[] = [
  {
    id: 'C1',
    zone: 'A',
    arrow: '→',
    kind: 'plain',
    bays: BAYS,
    lineLink: {kind: 'serial', path: 'line-C1', baudRate: 9600},
    readerLink: {kind: 'serial', path: 'C1', baudRate: 9600},
    keyFile: undefined,
    travelMs: TRAVEL_MS,
    pollMs: 1000,
  },
];

/** Quick rules: a stay from card to raised arm fits into a short life. */
export const CRASH_RULES = {
  unlock: {intervalMs: 2170, confirmMs: 1800},
  verify: {repeats: 1},
  raiseAfterVacantMs: 2000,
  enterWithinMs: 10_000,
  idleScreenMs: 2000,
  debounceMs: 1000,
  startBackoffMaxMs: 0,
};
