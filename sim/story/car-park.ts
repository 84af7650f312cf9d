import type {CollectorPlan} from '../plan/site-plan.js';

export type ParkCollector = Pick<
  CollectorPlan,
  'id' | 'zone' | 'arrow' | 'kind' | 'bays' | 'travelMs'
>;

function bays(zone: string, first: number): readonly string[] {
  return Array.from({length: 8}, (_, index) => `${zone}-${String(first + index).padStart(3, '0')}`);
}

/** The car park of the story: three collectors with eight locks each, one of them plain. */
export const CAR_PARK: readonly ParkCollector[] = [
  {id: 'C1', zone: 'A', arrow: '←', kind: 'plain', bays: bays('A', 1), travelMs: 2000},
  {id: 'C2', zone: 'B', arrow: '↑', kind: 'smart', bays: bays('B', 9), travelMs: 2000},
  {id: 'C3', zone: 'C', arrow: '→', kind: 'smart', bays: bays('C', 17), travelMs: 2000},
];
