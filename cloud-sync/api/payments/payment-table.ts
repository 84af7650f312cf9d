import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {IntentRow} from './intent-rules.js';

const COLUMNS = [
  ...['id', 'tenant', 'provider', 'act', 'account', 'amount_fen as amountFen', 'of_intent as of'],
  ...['state', 'ref', 'book_day as bookDay', 'settled_day as settledDay'],
  ...['posted_fen as postedFen', 'pay_link as payLink', 'expires_wall as expiresWall', 'why'],
  'outcome',
  ...['order_id as orderId', 'reason', 'by_whom as by', 'tries', 'next_wall as nextWall'],
  ...['created_wall as createdWall', 'changed_wall as changedWall'],
] as const;

export type NewIntent = Pick<
  IntentRow,
  | 'id'
  | 'tenant'
  | 'provider'
  | 'act'
  | 'account'
  | 'amountFen'
  | 'of'
  | 'orderId'
  | 'reason'
  | 'by'
>;

/** What a step changes of an intent. */
export type IntentChange = Partial<
  Pick<
    IntentRow,
    | 'state'
    | 'ref'
    | 'bookDay'
    | 'postedFen'
    | 'payLink'
    | 'expiresWall'
    | 'why'
    | 'outcome'
    | 'changedWall'
  >
>;

export interface Due {
  readonly id: string;
  readonly nextWall: number;
}

const AT_ONCE = 500;

/** Intents, and the callbacks that were taken. */
export class PaymentTable {
  /** `nextWall`: when to ask the provider; left out: now. */
  async add(
    tx: CloudTransaction,
    made: NewIntent,
    wallMs: number,
    nextWall = wallMs,
  ): Promise<void> {
    const {amountFen: amount_fen, of: of_intent, orderId: order_id, by: by_whom, ...same} = made;
    await tx
      .insertInto('payment_intent')
      .values({
        ...{...same, amount_fen, of_intent, order_id, by_whom, state: 'created', ref: null},
        ...{book_day: null, settled_day: null, posted_fen: 0, pay_link: null, why: null},
        ...{outcome: null, expires_wall: null, tries: 0, next_wall: nextWall},
        ...{created_wall: wallMs, changed_wall: wallMs},
      })
      .execute();
  }

  async get(db: CloudReader, id: string): Promise<IntentRow | undefined> {
    const query = db.selectFrom('payment_intent').select(COLUMNS).where('id', '=', id);
    return (await query.executeTakeFirst()) as IntentRow | undefined;
  }

  /** The intent, which no other transaction changes before the end of this one. */
  async lock(tx: CloudTransaction, id: string): Promise<IntentRow | undefined> {
    const query = tx.updateTable('payment_intent').set(({ref}) => ({tries: ref('tries')}));
    const locked = query.where('id', '=', id).returning(COLUMNS);
    return (await locked.executeTakeFirst()) as IntentRow | undefined;
  }

  async list(
    db: CloudReader,
    asked: {
      readonly tenant: string;
      readonly account?: string | undefined;
      readonly act?: string | undefined;
      readonly after: string;
      readonly limit: number;
    },
  ): Promise<readonly IntentRow[]> {
    const {tenant, account, act, after, limit} = asked;
    let query = db.selectFrom('payment_intent').select(COLUMNS).where('tenant', '=', tenant);
    query = query.where('id', '>', after);
    if (account !== undefined) query = query.where('account', '=', account);
    if (act !== undefined) query = query.where('act', '=', act);
    const rows = await query.orderBy('id').limit(limit).execute();
    return rows as unknown as readonly IntentRow[];
  }

  /** What came of a charge or an authorization: its refunds, captures and releases. */
  async ofIntent(db: CloudReader, id: string): Promise<readonly IntentRow[]> {
    const query = db.selectFrom('payment_intent').select(COLUMNS).where('of_intent', '=', id);
    return (await query.orderBy('id').execute()) as unknown as readonly IntentRow[];
  }

  /** All that was wanted of providers for an order, oldest first. */
  async ofOrder(
    db: CloudReader,
    {tenant, order}: {readonly tenant: string; readonly order: string},
  ): Promise<readonly IntentRow[]> {
    const query = db.selectFrom('payment_intent').select(COLUMNS).where('tenant', '=', tenant);
    const rows = await query.where('order_id', '=', order).orderBy('id').execute();
    return rows as unknown as readonly IntentRow[];
  }

  async due(db: CloudReader, wallMs: number, limit: number): Promise<readonly Due[]> {
    const rows = await db
      .selectFrom('payment_intent')
      .select(['id', 'next_wall as nextWall'])
      .where('next_wall', '<=', wallMs)
      .orderBy('next_wall')
      .limit(limit)
      .execute();
    return rows.map(({id, nextWall}) => ({id, nextWall: nextWall ?? 0}));
  }

  /**
   * Take an intent in hand until `leaseWall`: whoever is first. One that was `created` is `unknown` from
   * here on, before it is asked, so that nobody believes that it was not.
   */
  async claim(
    db: CloudReader,
    {id, nextWall}: Due,
    leaseWall: number,
  ): Promise<IntentRow | undefined> {
    const row = await db
      .updateTable('payment_intent')
      .set(({eb}) => ({
        next_wall: leaseWall,
        tries: eb('tries', '+', 1),
        state: eb.case().when('state', '=', 'created').then('unknown').else(eb.ref('state')).end(),
      }))
      .where('id', '=', id)
      .where('next_wall', '=', nextWall)
      .returning(COLUMNS)
      .executeTakeFirst();
    return row as IntentRow | undefined;
  }

  async save(tx: CloudTransaction, id: string, change: IntentChange): Promise<void> {
    const columns: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(change)) columns[COLUMN_OF[name] ?? name] = value;
    await tx.updateTable('payment_intent').set(columns).where('id', '=', id).execute();
  }

  /** Look again at `wallMs`, or never (null); a nudge that came meanwhile stays. */
  async lookNext(
    db: CloudReader,
    id: string,
    {leaseWall, wallMs}: {readonly leaseWall: number; readonly wallMs: number | null},
  ): Promise<void> {
    const query = db.updateTable('payment_intent').set({next_wall: wallMs}).where('id', '=', id);
    await query.where('next_wall', '=', leaseWall).execute();
  }

  /** Look at it now. */
  async nudge(db: CloudReader, id: string, wallMs: number): Promise<void> {
    const query = db.updateTable('payment_intent').set({next_wall: wallMs});
    await query.where('id', '=', id).execute();
  }

  /** False when the callback of this id came before. */
  async addEvent(
    tx: CloudTransaction,
    event: {readonly provider: string; readonly eventId: string; readonly intent: string | null},
    wallMs: number,
  ): Promise<boolean> {
    const {provider, eventId: event_id, intent} = event;
    const {numInsertedOrUpdatedRows} = await tx
      .insertInto('payment_event')
      .values({provider, event_id, intent, received_wall: wallMs})
      .onConflict(clash => clash.doNothing())
      .executeTakeFirstOrThrow();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  async pruneEvents(db: CloudReader, beforeWallMs: number): Promise<void> {
    await db.deleteFrom('payment_event').where('received_wall', '<', beforeWallMs).execute();
  }

  /** What our books have of a provider's day, and of the keys that its settlement names. */
  async booked(
    db: CloudReader,
    {tenant, provider, day}: {tenant: string; provider: string; day: string},
    keys: readonly string[],
  ): Promise<readonly IntentRow[]> {
    const all = () =>
      db
        .selectFrom('payment_intent')
        .select(COLUMNS)
        .where('tenant', '=', tenant)
        .where('provider', '=', provider);
    const found = new Map<string, IntentRow>();
    const keep = (rows: readonly unknown[]) => {
      for (const row of rows as readonly IntentRow[]) found.set(row.id, row);
    };
    keep(
      await all()
        .where(({eb, or}) => or([eb('book_day', '=', day), eb('settled_day', '=', day)]))
        .execute(),
    );
    for (let from = 0; from < keys.length; from += AT_ONCE) {
      keep(
        await all()
          .where('id', 'in', keys.slice(from, from + AT_ONCE))
          .execute(),
      );
    }
    return [...found.values()];
  }

  /** What our books hold and no settlement has shown yet, up to a day. */
  async unsettled(
    db: CloudReader,
    tenant: string,
    untilDay: string,
  ): Promise<readonly {readonly provider: string; readonly day: string}[]> {
    const rows = await db
      .selectFrom('payment_intent')
      .select(['provider', 'book_day as day'])
      .distinct()
      .where('tenant', '=', tenant)
      .where('posted_fen', '<>', 0)
      .where('settled_day', 'is', null)
      .where('book_day', '<=', untilDay)
      .execute();
    return rows.map(({provider, day}) => ({provider, day: day ?? ''}));
  }

  async setSettled(
    tx: CloudTransaction,
    ids: readonly string[],
    day: string | null,
  ): Promise<void> {
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      const some = ids.slice(from, from + AT_ONCE);
      const query = tx.updateTable('payment_intent').set({settled_day: day});
      await query.where('id', 'in', some).execute();
    }
  }
}

const COLUMN_OF: Readonly<Record<string, string>> = {
  bookDay: 'book_day',
  postedFen: 'posted_fen',
  payLink: 'pay_link',
  expiresWall: 'expires_wall',
  changedWall: 'changed_wall',
};
