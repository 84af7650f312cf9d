import type {CloudReader} from './cloud-schema.js';
import type {MarkedGap} from './event-ledger.js';
import type {FaultRow} from './fault-table.js';
import {type GatewayRow, type GatewaysAsked, GatewayTable} from './gateway-table.js';

/** A gateway with all that is wrong with what it sends. */
export interface GatewaySummary {
  readonly row: GatewayRow;
  readonly faults: readonly FaultRow[];
  readonly gaps: readonly MarkedGap[];
  /** Numbers that two events claim. */
  readonly conflicts: number;
}

/** Many gateways at once: four questions, however many there are. */
export class GatewayOverview {
  readonly #gateways = new GatewayTable();

  /** By id. */
  async some(db: CloudReader, asked: GatewaysAsked): Promise<readonly GatewaySummary[]> {
    const rows = await this.#gateways.of(db, asked);
    const names = rows.map(({gw}) => gw);
    if (names.length === 0) return [];
    const faults = byGateway(await faultsOf(db, names));
    const gaps = byGateway(await gapsOf(db, names));
    const conflicts = new Map((await conflictsOf(db, names)).map(({gw, n}) => [gw, n]));
    return rows.map(row => ({
      row,
      faults: faults.get(row.gw) ?? [],
      gaps: gaps.get(row.gw) ?? [],
      conflicts: conflicts.get(row.gw) ?? 0,
    }));
  }

  async count(db: CloudReader): Promise<number> {
    const query = db.selectFrom('gateway').select(({fn}) => fn.countAll<number>().as('n'));
    return Number((await query.executeTakeFirstOrThrow()).n);
  }
}

function faultsOf(db: CloudReader, gateways: readonly string[]) {
  return db
    .selectFrom('fault')
    .select(['gw', 'kind', 'raised_wall as raisedWall', 'detail'])
    .where('gw', 'in', gateways)
    .orderBy('gw')
    .orderBy('kind')
    .execute();
}

function gapsOf(db: CloudReader, gateways: readonly string[]) {
  return db
    .selectFrom('gap as g')
    .innerJoin('epoch as p', join =>
      join.onRef('p.gw', '=', 'g.gw').onRef('p.no', '=', 'g.epoch_no'),
    )
    .select(['g.gw', 'p.epoch', 'g.from_seq as from', 'g.to_seq as to', 'g.why'])
    .where('g.gw', 'in', gateways)
    .orderBy('g.gw')
    .orderBy('g.epoch_no')
    .orderBy('g.from_seq')
    .execute();
}

function conflictsOf(db: CloudReader, gateways: readonly string[]) {
  return db
    .selectFrom('ev_conflict')
    .select(({fn}) => ['gw', fn.countAll<number>().as('n')])
    .where('gw', 'in', gateways)
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
