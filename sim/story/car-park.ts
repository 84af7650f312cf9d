import type {HousePlan} from '../plan/house-plan.js';
import type {CollectorPlan} from '../plan/site-plan.js';

export type ParkCollector = Pick<
  CollectorPlan,
  'id' | 'zone' | 'arrow' | 'kind' | 'bays' | 'travelMs' | 'profile'
>;

function bays(zone: string, first: number, count: number): readonly string[] {
  return Array.from({length: count}, (_, index) => bayName(zone, first + index));
}

function bayName(zone: string, number: number): string {
  return `${zone}-${String(number).padStart(3, '0')}`;
}

/** The leased row: no cards, a scanner for the QR codes of its tenants. */
export const LEASED_ROW: ParkCollector = {
  ...{id: 'C4', zone: 'D', arrow: '↓', kind: 'plain', profile: 'parkLease'},
  ...{bays: bays('D', 25, 4), travelMs: 2000},
};
export const ROW_SCANNER = 'S-C4';
/** Under which numbers tokens name the bays of the row. */
export const ROW_NUMBERS: ReadonlyMap<string, number> = new Map(
  LEASED_ROW.bays.map((bay, index) => [bay, 25 + index]),
);

/** The car park of the story: three collectors with eight locks each, one of them plain, and a leased row. */
export const CAR_PARK: readonly ParkCollector[] = [
  {id: 'C1', zone: 'A', arrow: '←', kind: 'plain', bays: bays('A', 1, 8), travelMs: 2000},
  {id: 'C2', zone: 'B', arrow: '↑', kind: 'smart', bays: bays('B', 9, 8), travelMs: 2000},
  {id: 'C3', zone: 'C', arrow: '→', kind: 'smart', bays: bays('C', 17, 8), travelMs: 2000},
  LEASED_ROW,
];

/** Its bathhouse: two stalls on one line. */
export const BATH: HousePlan = {xintai: 2};
