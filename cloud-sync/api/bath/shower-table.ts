import type {Clock} from '../../../protocols/base/clock.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {EventWriter} from '../store/event-writer.js';
import {isNews, joinReports, type ShowerReport} from './shower-report.js';

/** A shower as far as its gateway has told. */
export interface ShowerUse extends ShowerReport {
  /** Null: nobody pays for it. */
  readonly order: string | null;
  /** When the cloud heard of it first. */
  readonly receivedWall: number;
}

const USE = [
  ...['gw as gateway', 'session', 'order_id as order', 'grant_id as grant', 'stall', 'phase'],
  ...['end_cause as end', 'metered_ml as meteredMl', 'billed_ml as billedMl'],
  ...['rinse_ml as rinseMl', 'free_ml as freeMl', 'ran_ms as ranMs', 'used_fen as usedFen'],
  ...['owed_fen as owedFen', 'quality', 'given_back as givenBack', 'opened_wall as openedWall'],
  ...['at_wall as atWall', 'received_wall as receivedWall', 'epoch_no as epochNo', 'seq'],
] as const;

/**
 * Showers that gateways tell of. Each is kept with the events that tell of it, and its order hears of it in a
 * transaction of its own: gateways are locked last there, and first where events are stored.
 */
export class ShowerTable {
  readonly #clock: Clock;
  #onNoted: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `onNoted`: there is something to tell an order; its transaction may still be undone. */
  listen(onNoted: () => void): void {
    this.#onNoted = onNoted;
  }

  /** Keep what is told of showers; several words of one may come at once. */
  async note(
    tx: CloudTransaction,
    reports: readonly ShowerReport[],
    writer: Pick<EventWriter, 'ordersOf'>,
  ): Promise<void> {
    if (reports.length === 0) return;
    const grants = reports.map(({gateway, grant}) => ({gateway, id: grant}));
    const orders = await writer.ordersOf(tx, grants);
    for (const [index, report] of reports.entries()) {
      const order = orders[index] ?? null;
      const before = await this.get(tx, report);
      const now = before ? joinReports(before, report) : report;
      const isTold = order !== null && isNews(before, now);
      await (before ? this.#change(tx, now, isTold) : this.#add(tx, now, order));
      if (isTold) this.#onNoted();
    }
  }

  async get(
    db: CloudReader,
    {gateway, session}: Pick<ShowerReport, 'gateway' | 'session'>,
  ): Promise<ShowerUse | undefined> {
    const query = db.selectFrom('bath_shower').select(USE).where('gw', '=', gateway);
    const row = await query.where('session', '=', session).executeTakeFirst();
    return row && useOf(row as Row);
  }

  /** One that its order has not heard of. */
  async firstPending(db: CloudReader, except: readonly string[]): Promise<ShowerUse | undefined> {
    let query = db.selectFrom('bath_shower').select(USE).where('pending', '=', 1);
    if (except.length > 0) query = query.where('session', 'not in', except);
    const row = await query.orderBy('epoch_no').orderBy('seq').limit(1).executeTakeFirst();
    return row && useOf(row as Row);
  }

  /** Its order has heard of it, as it was. */
  async settle(tx: CloudTransaction, {gateway, session, epochNo, seq}: ShowerUse): Promise<void> {
    await tx
      .updateTable('bath_shower')
      .set({pending: 0})
      .where('gw', '=', gateway)
      .where('session', '=', session)
      .where('epoch_no', '=', epochNo)
      .where('seq', '=', seq)
      .execute();
  }

  async #add(tx: CloudTransaction, report: ShowerReport, order: string | null): Promise<void> {
    const {gateway: gw, session, grant: grant_id, stall} = report;
    const place = {gw, session, order_id: order, grant_id, stall};
    const received_wall = this.#clock.wallMs();
    const pending = order === null ? 0 : 1;
    const row = {...place, ...saidOf(report), received_wall, pending};
    await tx.insertInto('bath_shower').values(row).execute();
  }

  async #change(tx: CloudTransaction, report: ShowerReport, isTold: boolean): Promise<void> {
    await tx
      .updateTable('bath_shower')
      .set({...saidOf(report), ...(isTold && {pending: 1})})
      .where('gw', '=', report.gateway)
      .where('session', '=', report.session)
      .execute();
  }
}

type Row = Omit<ShowerUse, 'isGivenBack'> & {readonly givenBack: number};

function useOf({givenBack, ...row}: Row): ShowerUse {
  return {...row, isGivenBack: givenBack === 1};
}

function saidOf(report: ShowerReport) {
  return {
    ...{phase: report.phase, end_cause: report.end, quality: report.quality},
    ...{metered_ml: report.meteredMl, billed_ml: report.billedMl, rinse_ml: report.rinseMl},
    ...{free_ml: report.freeMl, ran_ms: report.ranMs, used_fen: report.usedFen},
    ...{owed_fen: report.owedFen, given_back: report.isGivenBack ? 1 : 0},
    ...{opened_wall: report.openedWall, at_wall: report.atWall},
    ...{epoch_no: report.epochNo, seq: report.seq},
  };
}
