import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import {FixedQuery} from '../store/fixed-query.js';
import type {AccessGrantColumns} from './credentials-schema.js';
import {RIGHT_STATES, type Right, type RightState} from './right.js';

export interface RightQuery {
  readonly tenant: string;
  readonly site?: string | undefined;
  readonly holder?: string | undefined;
  readonly order?: string | undefined;
  /** The only sites that the caller may see; undefined: all. */
  readonly sites?: readonly string[] | undefined;
  /** Only those with a greater id. */
  readonly after: string;
  readonly limit: number;
}

/** A point of a right, and where it hangs. */
export interface PlacedPoint {
  readonly id: string;
  /** Whose arm moves for it: of a vehicle the bay in which it stands. @see requirements P34 */
  readonly bay: string;
  readonly gateway: string | null;
  readonly number: number | null;
}

type Row = {readonly [Name in keyof AccessGrantColumns]: AccessGrantColumns[Name]};

const COLUMNS = [
  ...['id', 'tenant', 'site', 'holder', 'holder_mask', 'kind', 'entries', 'state', 'number'],
  ...['name', 'budget', 'plates', 'points', 'weekly', 'valid_from', 'valid_until', 'frozen'],
  ...['credentials', 'order_id', 'created_wall', 'changed_wall'],
] as const;

/** Points with the bays in which they stand. */
function placed(db: CloudReader) {
  return db
    .selectFrom('point')
    .leftJoin('point as under', join =>
      join
        .onRef('under.site', '=', 'point.site')
        .onRef('under.id', '=', 'point.parent')
        .on('point.kind', '=', 'vehicle'),
    )
    .select(({fn}) => [
      'point.id' as const,
      fn.coalesce('under.id', 'point.id').as('bay'),
      fn.coalesce('under.gw', 'point.gw').as('gateway'),
      fn.coalesce('under.number', 'point.number').as('number'),
    ]);
}

/** Rights of holders over points. */
export class RightTable {
  readonly #add = new FixedQuery((db, right: Row) =>
    db
      .insertInto('access_grant')
      .values(Object.fromEntries(COLUMNS.map(name => [name, right[name]])) as Row),
  );
  readonly #liveOfOrder = new FixedQuery(
    (db, {order, name}: {readonly order: string; readonly name: string}) =>
      db
        .updateTable('access_grant')
        .set(({ref}) => ({frozen: ref('frozen')}))
        .where('order_id', '=', order)
        .where('name', '=', name)
        .where('state', 'in', ['issued', 'suspended'])
        .returning(COLUMNS),
  );
  readonly #point = new FixedQuery(
    (db, at: {readonly tenant: string; readonly site: string; readonly id: string}) =>
      placed(db)
        .where('point.tenant', '=', at.tenant)
        .where('point.site', '=', at.site)
        .where('point.id', '=', at.id),
  );

  async add(tx: CloudTransaction, right: Right): Promise<void> {
    await this.#add.send(tx, columnsOf(right));
  }

  async save(tx: CloudTransaction, right: Right): Promise<void> {
    const {id, tenant: _tenant, created_wall: _created, ...rest} = columnsOf(right);
    await tx.updateTable('access_grant').set(rest).where('id', '=', id).execute();
  }

  async get(db: CloudReader, tenant: string, id: string): Promise<Right | undefined> {
    const query = db.selectFrom('access_grant').selectAll().where('tenant', '=', tenant);
    const row = await query.where('id', '=', id).executeTakeFirst();
    return row && rightOf(row);
  }

  /** The right, which no other transaction changes before the end of this one. */
  async lock(tx: CloudTransaction, tenant: string, id: string): Promise<Right | undefined> {
    const query = tx.updateTable('access_grant').set(({ref}) => ({frozen: ref('frozen')}));
    const locked = query.where('tenant', '=', tenant).where('id', '=', id).returningAll();
    const row = await locked.executeTakeFirst();
    return row && rightOf(row);
  }

  /** The same, whosever it is: for what a gateway tells of it. */
  async lockById(tx: CloudTransaction, id: string): Promise<Right | undefined> {
    const query = tx.updateTable('access_grant').set(({ref}) => ({frozen: ref('frozen')}));
    const row = await query.where('id', '=', id).returningAll().executeTakeFirst();
    return row && rightOf(row);
  }

  async list(db: CloudReader, wanted: RightQuery): Promise<readonly Right[]> {
    const {tenant, site, holder, order, sites, after, limit} = wanted;
    let query = db.selectFrom('access_grant').selectAll().where('tenant', '=', tenant);
    query = query.where('id', '>', after);
    if (site !== undefined) query = query.where('site', '=', site);
    if (holder !== undefined) query = query.where('holder', '=', holder);
    if (order !== undefined) query = query.where('order_id', '=', order);
    if (sites !== undefined) query = query.where('site', 'in', [...sites]);
    return (await query.orderBy('id').limit(limit).execute()).map(rightOf);
  }

  /** Those that an order wants under a name and that are still live; locked. */
  async liveOfOrder(tx: CloudTransaction, order: string, name: string): Promise<readonly Right[]> {
    return (await this.#liveOfOrder.run(tx, {order, name})).rows.map(rightOf);
  }

  /** The newest that an order has wanted under a name. */
  async ofOrder(db: CloudReader, order: string, name: string): Promise<Right | undefined> {
    const query = db.selectFrom('access_grant').selectAll().where('order_id', '=', order);
    const row = await query.where('name', '=', name).orderBy('id', 'desc').executeTakeFirst();
    return row && rightOf(row);
  }

  /** Live rights of a holder, locked, in the order of their issue. */
  liveOfHolder(tx: CloudTransaction, tenant: string, holder: string): Promise<readonly Right[]> {
    return this.#ofHolder(tx, {tenant, holder, states: ['issued', 'suspended']});
  }

  /** Also those that are over. */
  allOfHolder(tx: CloudTransaction, tenant: string, holder: string): Promise<readonly Right[]> {
    return this.#ofHolder(tx, {tenant, holder, states: RIGHT_STATES});
  }

  async #ofHolder(
    tx: CloudTransaction,
    of: {readonly tenant: string; readonly holder: string; readonly states: readonly RightState[]},
  ): Promise<readonly Right[]> {
    const query = tx.updateTable('access_grant').set(({ref}) => ({frozen: ref('frozen')}));
    const rows = await query
      .where('tenant', '=', of.tenant)
      .where('holder', '=', of.holder)
      .where('state', 'in', [...of.states])
      .returningAll()
      .execute();
    return rows.map(rightOf).sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  /** Live rights whose time is over, a few at a time. */
  overdue(
    db: CloudReader,
    wallMs: number,
    limit: number,
  ): Promise<readonly {readonly tenant: string; readonly id: string}[]> {
    return db
      .selectFrom('access_grant')
      .select(['tenant', 'id'])
      .where('state', 'in', ['issued', 'suspended'])
      .where('valid_until', '<=', wallMs)
      .orderBy('valid_until')
      .limit(limit)
      .execute();
  }

  /** In the order of `ids`; those that the site does not have are left out. */
  async points(
    db: CloudReader,
    tenant: string,
    site: string,
    ids: readonly string[],
  ): Promise<readonly PlacedPoint[]> {
    const [first] = ids;
    if (first === undefined) return [];
    if (ids.length === 1) return (await this.#point.run(db, {tenant, site, id: first})).rows;
    const query = placed(db).where('point.tenant', '=', tenant).where('point.site', '=', site);
    const rows = await query.where('point.id', 'in', [...ids]).execute();
    const byId = new Map(rows.map(row => [row.id, row]));
    return ids.flatMap(id => byId.get(id) ?? []);
  }
}

function columnsOf(right: Right): AccessGrantColumns {
  const {id, tenant, site, holder, kind, entries, state, number, name} = right;
  return {
    ...{
      id,
      tenant,
      site,
      holder,
      holder_mask: right.holderMask,
      kind,
      entries,
      state,
      number,
      name,
    },
    budget: right.budget ? JSON.stringify(right.budget) : null,
    plates: right.plates ? JSON.stringify(right.plates) : null,
    ...{points: JSON.stringify(right.points), weekly: JSON.stringify(right.weekly)},
    ...{valid_from: right.validFrom, valid_until: right.validUntil},
    ...{frozen: right.isFrozen ? 1 : 0, credentials: JSON.stringify(right.credentials)},
    ...{order_id: right.orderId, created_wall: right.createdWall, changed_wall: right.changedWall},
  };
}

function rightOf(row: AccessGrantColumns): Right {
  const {id, tenant, site, holder, number, name} = row;
  return {
    ...{id, tenant, site, holder, holderMask: row.holder_mask, number, name},
    ...({kind: row.kind, entries: row.entries, state: row.state} as Right),
    ...{points: JSON.parse(row.points), weekly: JSON.parse(row.weekly)},
    ...({validFrom: row.valid_from, validUntil: row.valid_until} as Right),
    ...{isFrozen: row.frozen === 1, credentials: JSON.parse(row.credentials)},
    ...{orderId: row.order_id, createdWall: row.created_wall, changedWall: row.changed_wall},
    budget: row.budget === null ? undefined : JSON.parse(row.budget),
    ...(row.plates !== null && {plates: JSON.parse(row.plates)}),
  };
}
