import {generateKeyPairSync, randomBytes} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import {ulid} from 'ulid';
import type {Clock, Entropy, UnixMillis} from '../../../protocols/base/clock.js';
import {HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {assembleCredentials} from '../credentials/assemble-credentials.js';
import {Refusal} from '../http/refusals.js';
import {Ledger} from '../ledger/ledger.js';
import {LedgerTable} from '../ledger/ledger-table.js';
import {OrderUseTable} from '../orders/order-use-table.js';
import {assembleOrders} from '../orders/orders.js';
import {Calendar} from '../places/calendar.js';
import {ListingTable} from '../places/listing-table.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ContractBench, StoreUnderTest} from '../store/contract-bench.js';
import {GatewayTable} from '../store/gateway-table.js';
import {GrantTable} from '../store/grant-table.js';
import {SecretBox} from '../store/secret-box.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {SiteTable} from '../tenancy/site-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {assembleBookings} from './assemble-bookings.js';
import type {BookWish} from './booking-desk.js';

const QUIET = {debug() {}, info() {}, warn() {}, error() {}};
const {privateKey} = generateKeyPairSync('ed25519');
/** Tuesday, 3 March 2026, 08:00 in Shanghai. */
const MORNING = 1_772_496_000_000;

/** Bookings on every database alike. */
export function bookingsContract({check, hasManyWriters}: ContractBench): void {
  check(
    'of bookings of one bay at one instant exactly one is paid, and one grant given',
    (t, use) => race(t, use, hasManyWriters),
  );
  check('what is due is done once by workers that look at the same time', (t, use) =>
    dueOnce(t, use, hasManyWriters),
  );
  check(
    'a payment and the deadline for it, at one instant by two workers, end an order once',
    (t, use) => payOrLapse(t, use, hasManyWriters),
  );
  check('a quoted price is kept for one booking, and a coupon for as many as it may', quoteOnce);
}

async function race(
  t: ExecutionContext,
  {store, reopen}: StoreUnderTest,
  hasManyWriters: boolean,
): Promise<void> {
  const time = {nowWall: MORNING};
  const first = worker(store, time);
  await first.makeLot();
  const second = hasManyWriters ? worker(await reopen(), time) : first;
  const rounds = 10;
  for (let round = 0; round < rounds; round += 1) {
    const from = MORNING + (1 + round) * HOUR_MS;
    const book = (by: typeof first, holder: string, lateMs = 0) =>
      by.book({holder, fromMs: from + lateMs, untilMs: from + HOUR_MS});
    const asked = [
      ...[book(first, 'm-1'), book(second, 'm-2')],
      ...[book(first, 'm-2', 30 * MINUTE_MS), book(second, 'm-1', 15 * MINUTE_MS)],
    ];
    const answers = (await Promise.all(asked)).sort();
    t.deepEqual(answers, ['bay_taken', 'bay_taken', 'bay_taken', 'booked'], `round ${round}`);
  }
  const counts = await store.read(async db => ({
    orders: await db.selectFrom('order_row').select(['state', 'holder', 'data']).execute(),
    grants: await db.selectFrom('grant_row').select('id').execute(),
    slots: await db.selectFrom('bay_slot').select('order_id').execute(),
  }));
  t.is(counts.orders.length, rounds);
  t.true(counts.orders.every(({state}) => state === 'paid'));
  t.is(counts.grants.length, rounds);
  t.is(counts.slots.length, rounds);
  for (const holder of ['m-1', 'm-2']) {
    const own = counts.orders.filter(order => order.holder === holder);
    const priceFen = own.reduce((sum, {data}) => sum + Number(JSON.parse(data).amountFen), 0);
    t.is((await first.balance(holder)).heldFen, priceFen, 'who lost pays nothing');
  }
}

async function dueOnce(
  t: ExecutionContext,
  {store, reopen}: StoreUnderTest,
  hasManyWriters: boolean,
): Promise<void> {
  const time = {nowWall: MORNING};
  const first = worker(store, time);
  await first.makeLot();
  const second = hasManyWriters ? worker(await reopen(), time) : first;
  for (let hour = 1; hour <= 8; hour += 1) {
    const fromMs = MORNING + hour * HOUR_MS;
    await first.book({fromMs, untilMs: fromMs + HOUR_MS, pay: 'later'});
  }
  time.nowWall += 15 * MINUTE_MS;
  const done = await Promise.all([first.runDue(), second.runDue()]);
  t.is(done[0] + done[1], 8);
  const told = await store.read(db =>
    db.selectFrom('change').select('id').where('type', '=', 'booking.lapsed').execute(),
  );
  t.is(told.length, 8);
  const slots = await store.read(db => db.selectFrom('bay_slot').select('order_id').execute());
  t.deepEqual(slots, []);
}

/** One worker hears of payments from the last order on, the other does what is due from the first on. */
async function payOrLapse(
  t: ExecutionContext,
  {store, reopen}: StoreUnderTest,
  hasManyWriters: boolean,
): Promise<void> {
  const time = {nowWall: MORNING};
  const first = worker(store, time);
  await first.makeLot();
  const second = hasManyWriters ? worker(await reopen(), time) : first;
  const ids: string[] = [];
  for (let hour = 1; hour <= 8; hour += 1) {
    const fromMs = MORNING + hour * HOUR_MS;
    ids.push(await first.reserve({fromMs, untilMs: fromMs + HOUR_MS, pay: 'later'}));
  }
  time.nowWall += 15 * MINUTE_MS;
  const paying = async () => {
    for (const id of [...ids].reverse()) await first.hearOfPayment(id);
  };
  await Promise.all([paying(), second.runDue()]);
  const orders = await store.read(db =>
    db.selectFrom('order_row').select(['id', 'state']).execute(),
  );
  t.deepEqual(orders.map(({id}) => id).sort(), [...ids].sort());
  const kept = await store.read(async db => ({
    told: await db.selectFrom('change').select(['type', 'subject_id as id']).execute(),
    slots: await db.selectFrom('bay_slot').select('order_id as id').execute(),
    grants: await db.selectFrom('access_grant').select('order_id as id').execute(),
    waiting: await db.selectFrom('order_deadline').select(['kind', 'order_id as id']).execute(),
  }));
  const of = <Row extends {readonly id: string | null}>(rows: readonly Row[], id: string) =>
    rows.filter(row => row.id === id);
  for (const {id, state} of orders) {
    const isPaid = state === 'paid';
    const ends = ['booking.paid', 'booking.lapsed', 'booking.payment_returned'];
    const told = of(kept.told, id).flatMap(({type}) => (ends.includes(type) ? [type] : []));
    t.deepEqual(told.sort(), isPaid ? ['booking.paid'] : [...ends.slice(1)], state);
    for (const rows of [kept.slots, kept.grants]) {
      t.is(of(rows, id).length, isPaid ? 1 : 0, state);
    }
    t.deepEqual(
      of(kept.waiting, id).map(({kind}) => kind),
      isPaid ? ['over'] : [],
    );
  }
  const paid = orders.filter(({state}) => state === 'paid').length;
  t.is((await first.balance('m-1')).heldFen, paid * 600);
}

async function quoteOnce(t: ExecutionContext, {store}: StoreUnderTest): Promise<void> {
  const time = {nowWall: MORNING};
  const only = worker(store, time);
  await only.makeLot();
  await only.coupon('SPRING', 2);
  const hour = (at: number) => ({
    fromMs: MORNING + at * HOUR_MS,
    untilMs: MORNING + (at + 1) * HOUR_MS,
  });
  const quote = await only.quote({...hour(1), coupon: 'SPRING'});
  t.is(quote.amountFen, 300);
  const wish = {...hour(1), quote: quote.id};
  t.is(await only.book({...wish, untilMs: MORNING + 2.5 * HOUR_MS}), 'quote_over');
  t.is(await only.book(wish), 'booked');
  t.is(await only.book(wish), 'quote_over');
  t.is(await only.book({...hour(2), coupon: 'SPRING'}), 'coupon_refused', 'he has had one');
  t.is(await only.book({...hour(2), coupon: 'SPRING', holder: 'm-2', pay: 'later'}), 'booked');
  t.is(await only.book({...hour(3), coupon: 'SPRING', holder: 'm-3'}), 'coupon_refused', 'gone');
  time.nowWall += 15 * MINUTE_MS;
  await only.runDue();
  t.is(await only.book({...hour(3), coupon: 'SPRING', holder: 'm-2'}), 'booked', 'it came back');
  const late = await only.quote(hour(5));
  time.nowWall += 15 * MINUTE_MS + 1;
  t.is(await only.book({...hour(5), quote: late.id}), 'quote_over');
}

type Wish = Partial<Omit<BookWish, 'fromMs' | 'untilMs'>> & {fromMs: number; untilMs: number};

/** One worker of the cloud on `store`, without its network. */
function worker(store: CloudStore, time: {nowWall: number}) {
  const clock = {wallMs: () => time.nowWall as UnixMillis, nowMs: () => 0} as Clock;
  const entropy: Entropy = {bytes: size => randomBytes(size), fraction: Math.random, ulid};
  const sites = new SiteTable();
  const box = new SecretBox(privateKey, entropy);
  const listings = new ListingTable();
  const base = {
    ...{clock, entropy, log: QUIET, store, sites, onGateways: () => {}},
    changes: new ChangeFeed({clock, entropy, store}),
    ledger: new Ledger({clock, entropy, table: new LedgerTable()}),
  };
  const parts = {
    ...{gateways: new GatewayTable(), orderUses: new OrderUseTable()},
    grants: new GrantTable(box),
  };
  const rights = assembleCredentials(base, {box, ...parts, uses: parts.orderUses});
  const orders = assembleOrders(base, parts, rights.issuer);
  const {desk, pricing, coupons} = assembleBookings(base, {
    ...{orders, calendar: new Calendar(sites, listings)},
    members: {rolesOf: async () => [], assertActive: async () => ({roles: []})},
    onBayKept: () => {},
    paying: {
      orderPayments: {payBack: async () => {}, charge: async () => 'TOO_MANY' as const},
      onIntent: () => {},
    },
  });
  const wishOf = (wish: Wish): BookWish => ({
    ...{site: 'lot-1', point: 'A-012', holder: 'm-1', plate: '粤B12345', entries: 'multi'},
    ...{pay: 'balance', ...wish, fromMs: wish.fromMs as UnixMillis},
    untilMs: wish.untilMs as UnixMillis,
  });
  return {
    runDue: () => orders.frame.runDue(),
    balance: (member: string) =>
      store.read(db => base.ledger.balance(db, 't-1', `member:${member}`)),
    quote: (wish: Wish) => store.transaction(tx => pricing.quote(tx, 't-1', wishOf(wish))),
    coupon: (code: string, maxUses: number) =>
      store.transaction(tx =>
        coupons.add(
          tx,
          {
            ...{id: code, tenant: 't-1', code, site: null, maxUses},
            ...{terms: {kind: 'percent', percent: 50}, fromWall: 0, untilWall: 9e12},
          },
          MORNING,
        ),
      ),
    makeLot: () => makeLot(base, listings),
    /** Gives the id of the order. */
    reserve: async (wish: Wish) =>
      (await store.transaction(tx => desk.book(tx, 't-1', wishOf(wish)))).id,
    /** All of its price came in by a provider. */
    hearOfPayment: (order: string) =>
      store.transaction(tx => {
        const input = {kind: 'payment', id: `p-${order}`, state: 'succeeded', amountFen: 600};
        return orders.frame.feed(tx, order, input, `payment:${order}`);
      }),
    /** `booked`, or the code of the refusal. */
    book: async (wish: Wish): Promise<string> => {
      try {
        await store.transaction(tx => desk.book(tx, 't-1', wishOf(wish)));
        return 'booked';
      } catch (error) {
        if (error instanceof Refusal) return error.code;
        throw error;
      }
    },
  };
}

async function makeLot(
  {store, sites, ledger}: Pick<Parameters<typeof assembleOrders>[0], 'store' | 'sites' | 'ledger'>,
  listings: ListingTable,
): Promise<void> {
  await store.transaction(async tx => {
    await new TenantTable().add(tx, {id: 't-1', name: '一', createdWall: 1});
    await sites.add(tx, {
      ...{id: 'lot-1', tenant: 't-1', name: 'Lot 1', kind: 'public', zone: 'Asia/Shanghai'},
      ...{address: '', latE7: null, lngE7: null, createdWall: 1},
    });
    await sites.addPoint(tx, 't-1', {
      ...{site: 'lot-1', id: 'A-012', kind: 'bay', parent: null, gateway: 'gw-1', guidance: ''},
      ...{capacity: 1, saleState: 'open', owner: 'l'},
    });
    await listings.add(tx, {
      ...{id: 'L-1', tenant: 't-1', site: 'lot-1', point: 'A-012', offer: 'hourly', lender: 'l'},
      ...{ownershipRef: '', priceFen: 600, minStayMs: null, maxStayMs: null, termDays: null},
      openings: {single: [{fromMs: MORNING, untilMs: MORNING + 20 * HOUR_MS}], weekly: []},
      ...{isPublic: true, createdWall: 5, changedWall: 5},
    });
    for (const member of ['m-1', 'm-2']) {
      const to = [{account: `member:${member}`, amountFen: 100_000}] as const;
      const move = {move: 'transfer', key: `top-${member}`, from: 'house:clearing', to} as const;
      await ledger.move(tx, 't-1', {...move, reason: 'top-up'}, {orderId: null});
    }
  });
}
