import {sql} from 'kysely';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {EventWriter} from '../store/event-writer.js';
import {FixedQuery} from '../store/fixed-query.js';

/** What a gateway tells of a session under a grant. */
export interface SessionReport {
  readonly gateway: string;
  readonly epochNo: number;
  readonly seq: number;
  readonly session: string;
  readonly grant: string;
  readonly point: string;
  readonly phase: string;
  readonly closeCause: string | null;
  readonly durationMs: number;
  /** Null: the gateway's clock was lost. */
  readonly atWall: number | null;
}

export interface OrderUse {
  readonly gateway: string;
  readonly session: string;
  readonly order: string;
  readonly point: string;
  readonly phase: string;
  readonly closeCause: string | null;
  readonly durationMs: number;
  readonly atWall: number | null;
  readonly epochNo: number;
  readonly seq: number;
}

const USE = [
  ...['gw as gateway', 'session', 'order_id as order', 'point', 'phase'],
  ...['close_cause as closeCause', 'duration_ms as durationMs', 'at_wall as atWall'],
  ...['epoch_no as epochNo', 'seq'],
] as const;

/**
 * Rights that orders gave, and the uses that gateways tell of them. A use is kept with the events that
 * tell of it, and its order hears of it in a transaction of its own: gateways are locked last there, and
 * first where events are stored.
 */
export class OrderUseTable {
  #onNoted: () => void = () => {};
  readonly #addGrant = new FixedQuery(
    (
      db,
      {
        gateway: gw,
        grant: grant_id,
        order: order_id,
        name,
      }: Readonly<Record<keyof OrderGrant, string>>,
    ) =>
      db
        .insertInto('order_grant')
        .values({gw, grant_id, order_id, name})
        .onConflict(clash => clash.doNothing()),
  );

  /** `onNoted`: there is something to tell an order; its transaction may still be undone. */
  listen(onNoted: () => void): void {
    this.#onNoted = onNoted;
  }

  async addGrant(tx: CloudTransaction, {gateway, grant, order, name}: OrderGrant): Promise<void> {
    await this.#addGrant.send(tx, {gateway, grant, order, name});
  }

  grants(db: CloudReader, order: string, name: string): Promise<readonly OrderGrant[]> {
    return db
      .selectFrom('order_grant')
      .select(['gw as gateway', 'grant_id as grant', 'order_id as order', 'name'])
      .where('order_id', '=', order)
      .where('name', '=', name)
      .orderBy('gw')
      .execute();
  }

  /** Keep those of `reports` that speak of an order's right. Its order hears of a beginning and an end. */
  async note(
    tx: CloudTransaction,
    reports: readonly SessionReport[],
    writer: Pick<EventWriter, 'ordersOf'>,
  ): Promise<void> {
    const grants = reports.map(({gateway, grant}) => ({gateway, id: grant}));
    const orders = await writer.ordersOf(tx, grants);
    for (const [index, report] of reports.entries()) {
      const order_id = orders[index];
      if (order_id === undefined) continue;
      this.#onNoted();
      const {gateway: gw, session, point, phase, closeCause: close_cause, seq} = report;
      const said = {
        ...{phase, close_cause, duration_ms: report.durationMs, at_wall: report.atWall},
        ...{epoch_no: report.epochNo, seq},
      };
      await tx
        .insertInto('order_use')
        .values({gw, session, order_id, point, ...said, pending: 1})
        .onConflict(clash =>
          clash
            .columns(['gw', 'session'])
            .doUpdateSet(({ref}) => ({
              ...said,
              pending: phase === 'closed' ? 1 : ref('order_use.pending'),
            }))
            .where(
              sql<boolean>`(excluded.epoch_no, excluded.seq) > (order_use.epoch_no, order_use.seq)`,
            ),
        )
        .execute();
    }
  }

  /** One that its order has not heard of. */
  firstPending(db: CloudReader, except: readonly string[]): Promise<OrderUse | undefined> {
    let query = db.selectFrom('order_use').select(USE).where('pending', '=', 1);
    if (except.length > 0) query = query.where('session', 'not in', except);
    return query.orderBy('epoch_no').orderBy('seq').limit(1).executeTakeFirst();
  }

  /** Its order has heard of it, as it was. */
  async settle(tx: CloudTransaction, {gateway, session, epochNo, seq}: OrderUse): Promise<void> {
    await tx
      .updateTable('order_use')
      .set({pending: 0})
      .where('gw', '=', gateway)
      .where('session', '=', session)
      .where('epoch_no', '=', epochNo)
      .where('seq', '=', seq)
      .execute();
  }

  /** Those of one order, the first first. */
  of(db: CloudReader, order: string, limit: number): Promise<readonly OrderUse[]> {
    const query = db.selectFrom('order_use').select(USE).where('order_id', '=', order);
    return query.orderBy('epoch_no').orderBy('seq').limit(limit).execute();
  }
}

export interface OrderGrant {
  readonly gateway: string;
  readonly grant: string;
  readonly order: string;
  readonly name: string;
}
