import type {CloudReader} from './cloud-schema.js';
import type {MarkedGap} from './event-ledger.js';
import type {FaultRow} from './fault-table.js';
import {type GatewayRow, GatewayTable} from './gateway-table.js';

/** A gateway with all that is wrong with what it sends. */
export interface GatewaySummary {
  readonly row: GatewayRow;
  readonly faults: readonly FaultRow[];
  readonly gaps: readonly MarkedGap[];
  /** Numbers that two events claim. */
  readonly conflicts: number;
}

/** All gateways at once: four questions, however many there are. */
export class GatewayOverview {
  readonly #gateways = new GatewayTable();

  async all(db: CloudReader): Promise<readonly GatewaySummary[]> {
    const rows = await this.#gateways.all(db);
    const faults = byGateway(await allFaults(db));
    const gaps = byGateway(await allGaps(db));
    const conflicts = new Map((await allConflicts(db)).map(({gw, n}) => [gw, n]));
    return rows.map(row => ({
      row,
      faults: faults.get(row.gw) ?? [],
      gaps: gaps.get(row.gw) ?? [],
      conflicts: conflicts.get(row.gw) ?? 0,
    }));
  }
}

function allFaults(db: CloudReader) {
  return db
    .selectFrom('fault')
    .select(['gw', 'kind', 'raised_wall as raisedWall', 'detail'])
    .orderBy('gw')
    .orderBy('kind')
    .execute();
}

function allGaps(db: CloudReader) {
  return db
    .selectFrom('gap as g')
    .innerJoin('epoch as p', join =>
      join.onRef('p.gw', '=', 'g.gw').onRef('p.no', '=', 'g.epoch_no'),
    )
    .select(['g.gw', 'p.epoch', 'g.from_seq as from', 'g.to_seq as to', 'g.why'])
    .orderBy('g.gw')
    .orderBy('g.epoch_no')
    .orderBy('g.from_seq')
    .execute();
}

function allConflicts(db: CloudReader) {
  return db
    .selectFrom('ev_conflict')
    .select(({fn}) => ['gw', fn.countAll<number>().as('n')])
    .groupBy('gw')
    .execute();
}

function byGateway<Row extends {readonly gw: string}>(
  rows: readonly Row[],
): ReadonlyMap<string, readonly Omit<Row, 'gw'>[]> {
  const found = new Map<string, Omit<Row, 'gw'>[]>();
  for (const {gw, ...row} of rows) {
    const list = found.get(gw);
    if (list) list.push(row);
    else found.set(gw, [row]);
  }
  return found;
}
