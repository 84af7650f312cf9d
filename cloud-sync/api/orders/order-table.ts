import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import {FixedQuery} from '../store/fixed-query.js';

export interface OrderRow {
  readonly id: string;
  readonly tenant: string;
  readonly site: string;
  readonly type: string;
  readonly state: string;
  readonly holder: string;
  /** JSON text. */
  readonly data: string;
  readonly ver: number;
  readonly createdWall: number;
  readonly changedWall: number;
}

export interface DueRow {
  readonly order: string;
  readonly name: string;
  readonly dueWall: number;
  readonly setId: string;
}

export interface TriedDue extends DueRow {
  /** How often it failed. */
  readonly tries: number;
}

export interface OrderQuery {
  readonly tenant: string;
  readonly holder?: string | undefined;
  readonly site?: string | undefined;
  /** The only sites; undefined: all. */
  readonly sites?: readonly string[] | undefined;
  readonly state?: string | undefined;
  readonly type?: string | undefined;
  /** Only those with a greater id. */
  readonly after: string;
  readonly limit: number;
}

type NewRow = {readonly [Name in Exclude<keyof OrderRow, 'ver' | 'changedWall'>]: OrderRow[Name]};
type DueValues = {readonly [Name in keyof DueRow]: DueRow[Name]};

const COLUMNS = [
  ...['id', 'tenant', 'site', 'type', 'state', 'holder', 'data', 'ver'],
  ...['created_wall as createdWall', 'changed_wall as changedWall'],
] as const;

/** Orders of every type, their deadlines, and what was fed into them. */
export class OrderTable {
  readonly #add = new FixedQuery((db, order: NewRow) => {
    const {id, tenant, site, type, state, holder, data, createdWall} = order;
    const times = {created_wall: createdWall, changed_wall: createdWall};
    const row = {id, tenant, site, holder, type, state, data, ...times};
    return db.insertInto('order_row').values(row);
  });
  readonly #setDeadline = new FixedQuery((db, {order, name, dueWall, setId}: DueValues) => {
    const due = {due_wall: dueWall, set_id: setId, tries: 0, rest_wall: null};
    return db
      .insertInto('order_deadline')
      .values({order_id: order, kind: name, ...due})
      .onConflict(clash => clash.columns(['order_id', 'kind']).doUpdateSet(due));
  });

  async add(tx: CloudTransaction, order: Omit<OrderRow, 'ver' | 'changedWall'>): Promise<void> {
    await this.#add.send(tx, {...order});
  }

  async get(db: CloudReader, id: string): Promise<OrderRow | undefined> {
    const query = db.selectFrom('order_row').select(COLUMNS).where('id', '=', id);
    return (await query.executeTakeFirst()) as OrderRow | undefined;
  }

  async list(db: CloudReader, query: OrderQuery): Promise<readonly OrderRow[]> {
    const {tenant, holder, site, sites, state, type, after, limit} = query;
    let rows = db.selectFrom('order_row').select(COLUMNS).where('tenant', '=', tenant);
    rows = rows.where('id', '>', after);
    if (holder !== undefined) rows = rows.where('holder', '=', holder);
    if (site !== undefined) rows = rows.where('site', '=', site);
    if (sites !== undefined) rows = rows.where('site', 'in', sites);
    if (state !== undefined) rows = rows.where('state', '=', state);
    if (type !== undefined) rows = rows.where('type', '=', type);
    const found = await rows.orderBy('id').limit(limit).execute();
    return found as unknown as readonly OrderRow[];
  }

  /** The order, which no other transaction changes before the end of this one. */
  async lock(tx: CloudTransaction, id: string): Promise<OrderRow | undefined> {
    const query = tx.updateTable('order_row').set(({ref}) => ({ver: ref('ver')}));
    const locked = query.where('id', '=', id).returning(COLUMNS);
    return (await locked.executeTakeFirst()) as OrderRow | undefined;
  }

  async save(
    tx: CloudTransaction,
    id: string,
    {state, data, wallMs}: {readonly state: string; readonly data: string; readonly wallMs: number},
  ): Promise<void> {
    await tx
      .updateTable('order_row')
      .set(({eb}) => ({state, data, changed_wall: wallMs, ver: eb('ver', '+', 1)}))
      .where('id', '=', id)
      .execute();
  }

  /** False when an input of this id came before. */
  async addInput(
    tx: CloudTransaction,
    input: {readonly order: string; readonly id: string; readonly kind: string},
    wallMs: number,
  ): Promise<boolean> {
    const {order: order_id, id: input_id, kind} = input;
    const {numInsertedOrUpdatedRows} = await tx
      .insertInto('order_input')
      .values({order_id, input_id, kind, at_wall: wallMs})
      .onConflict(clash => clash.doNothing())
      .executeTakeFirstOrThrow();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  /** What was fed into an order, oldest first. */
  inputs(
    db: CloudReader,
    order: string,
    limit: number,
  ): Promise<readonly {readonly id: string; readonly kind: string; readonly atWall: number}[]> {
    return db
      .selectFrom('order_input')
      .select(['input_id as id', 'kind', 'at_wall as atWall'])
      .where('order_id', '=', order)
      .orderBy('at_wall')
      .orderBy('input_id')
      .limit(limit)
      .execute();
  }

  async dropInput(tx: CloudTransaction, order: string, id: string): Promise<void> {
    const query = tx.deleteFrom('order_input').where('order_id', '=', order);
    await query.where('input_id', '=', id).execute();
  }

  /** One of each name per order: a later one takes the place of the earlier. */
  async setDeadline(tx: CloudTransaction, {order, name, dueWall, setId}: DueRow): Promise<void> {
    await this.#setDeadline.send(tx, {order, name, dueWall, setId});
  }

  async cancelDeadline(tx: CloudTransaction, order: string, name: string): Promise<void> {
    const query = tx.deleteFrom('order_deadline').where('order_id', '=', order);
    await query.where('kind', '=', name).execute();
  }

  /** The earliest that is due at `wallMs`; equal instants in the order in which they were set. Those
   *  that rest after a failure are passed over. */
  firstDue(db: CloudReader, wallMs: number): Promise<TriedDue | undefined> {
    return db
      .selectFrom('order_deadline')
      .select(['order_id as order', 'kind as name', 'due_wall as dueWall', 'set_id as setId'])
      .select('tries')
      .where('due_wall', '<=', wallMs)
      .where(({eb, or}) => or([eb('rest_wall', 'is', null), eb('rest_wall', '<=', wallMs)]))
      .orderBy('due_wall')
      .orderBy('set_id')
      .limit(1)
      .executeTakeFirst();
  }

  /** It failed: leave it alone until `restWall`. */
  async restDeadline(
    db: CloudReader,
    {order, name, setId, tries}: TriedDue,
    restWall: number,
  ): Promise<void> {
    await db
      .updateTable('order_deadline')
      .set({tries: tries + 1, rest_wall: restWall})
      .where('order_id', '=', order)
      .where('kind', '=', name)
      .where('set_id', '=', setId)
      .execute();
  }

  /** False when it was taken or set anew meanwhile. */
  async takeDeadline(tx: CloudTransaction, {order, name, setId}: DueRow): Promise<boolean> {
    const {numDeletedRows} = await tx
      .deleteFrom('order_deadline')
      .where('order_id', '=', order)
      .where('kind', '=', name)
      .where('set_id', '=', setId)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }

  /** When there is something to do next; undefined: nothing waits. */
  async nextDue(db: CloudReader): Promise<number | undefined> {
    const fresh = await db
      .selectFrom('order_deadline')
      .select('due_wall as wall')
      .where('rest_wall', 'is', null)
      .orderBy('due_wall')
      .limit(1)
      .executeTakeFirst();
    const resting = await db
      .selectFrom('order_deadline')
      .select('rest_wall as wall')
      .where('rest_wall', 'is not', null)
      .orderBy('rest_wall')
      .limit(1)
      .executeTakeFirst();
    const walls = [fresh?.wall, resting?.wall].filter(wall => typeof wall === 'number');
    return walls.length > 0 ? Math.min(...walls) : undefined;
  }
}
