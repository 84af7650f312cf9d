import type {BusOutcome, ReadRequest} from '../../drivers/bus/contract.js';
import type {NewUnit} from '../domain/permit/permit-machine.js';
import {identifyUnit} from '../setup/identify-unit.js';

interface Reader {
  read(request: ReadRequest): Promise<BusOutcome>;
}

interface Search {
  /** Addresses that the site file names: they are not asked. */
  readonly named: ReadonlySet<number>;
  readonly to: number;
  isOver(): boolean;
}

/** Who answers on a line and is not named, by reading alone, between the polls of every day. */
export async function searchLine(bus: Reader, search: Search): Promise<readonly NewUnit[]> {
  const found: NewUnit[] = [];
  for (let unit = 1; unit <= search.to && !search.isOver(); unit += 1) {
    if (search.named.has(unit)) continue;
    const request = {unit, table: 'holding', address: 0, quantity: 1, lane: 'poll'} as const;
    const {kind} = await bus.read({...request, resends: 0});
    const isThere = kind === 'values' || kind === 'exception';
    if (isThere) found.push({address: unit, kind: await identifyUnit(bus, unit)});
  }
  return found;
}
