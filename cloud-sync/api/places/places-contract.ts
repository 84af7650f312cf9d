import type {ExecutionContext} from 'ava';
import {DAY_MS, HOUR_MS} from '../../../protocols/base/units.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ContractBench, StoreUnderTest} from '../store/contract-bench.js';
import {type NewPoint, SiteTable} from '../tenancy/site-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {Calendar, type SlotAnswer} from './calendar.js';
import {type ListingRow, ListingTable} from './listing-table.js';

const sites = new SiteTable();
const listings = new ListingTable();
const calendar = new Calendar(sites, listings);
/** Tuesday, 3 March 2026, midnight in Shanghai. */
const TUESDAY = 1_772_467_200_000;

/** Places, listings and the calendar of bays, on every database alike. */
export function placesContract({check, hasManyWriters}: ContractBench): void {
  check('of a site and a point only the version that was read is changed', changeByVersion);
  check('a listing is kept whole, and a withdrawn one only for its lender', keepListings);
  check('a bay is reserved in the time that is offered, and once', reserveOffered);
  check('an order moves its slot, and never into another one', moveSlots);
  check('of two wishes for one bay at one instant exactly one is fulfilled', async (t, use) => {
    await makeLot(use.store);
    await use.store.transaction(tx => listings.add(tx, officeHours('A-012')));
    const other = hasManyWriters ? await use.reopen() : use.store;
    await race(t, use.store, other);
  });
  check('the public sees public listings that are live', seePublic);
}

async function race(t: ExecutionContext, first: CloudStore, second: CloudStore): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const hour = 9 + (round % 8);
    const day = 7 * Math.floor(round / 8);
    const ask = (store: CloudStore, who: string) =>
      reserve(store, `${who}-${round}`, [hour, hour + 1], {day});
    const asked = [ask(first, 'a'), ask(second, 'b'), ask(first, 'c'), ask(second, 'd')];
    const answers = [...(await Promise.all(asked))].sort();
    t.deepEqual(answers, ['BAY_TAKEN', 'BAY_TAKEN', 'BAY_TAKEN', 'reserved'], `round ${round}`);
  }
  const untilWall = TUESDAY + 30 * DAY_MS;
  const slots = await first.read(db => calendar.slots(db, ['lot-1'], TUESDAY, untilWall));
  t.is(slots.length, 20);
}

async function changeByVersion(t: ExecutionContext, {store}: StoreUnderTest): Promise<void> {
  await makeLot(store);
  const rename = (ver: number, name: string) =>
    store.transaction(tx => sites.update(tx, {id: 'lot-1', ver}, {name, latE7: 5}));
  t.deepEqual([await rename(1, '一号停车场'), await rename(1, 'late')], [true, false]);
  const row = await store.read(db => sites.get(db, 't-1', 'lot-1'));
  t.like(row, {name: '一号停车场', latE7: 5, lngE7: 1_135_000_000, ver: 2, state: 'active'});
  t.is(await store.read(db => sites.get(db, 't-2', 'lot-1')), undefined);
  const close = (ver: number) => {
    const change = {saleState: 'withdrawn', owner: 'm-2'} as const;
    return store.transaction(tx =>
      sites.updatePoint(tx, {site: 'lot-1', id: 'A-012', ver}, change),
    );
  };
  t.deepEqual([await close(1), await close(1)], [true, false]);
  const bay = await store.read(db => sites.point(db, 'lot-1', 'A-012'));
  t.like(bay, {saleState: 'withdrawn', owner: 'm-2', gateway: 'gw-1', ver: 2});
  const standing = await store.read(db => sites.bayOf(db, 'lot-1', 'V1'));
  t.is(standing?.id, 'A-013', 'a vehicle stands in a bay');
  t.is((await store.read(db => sites.bayOf(db, 'lot-1', 'A-012')))?.id, 'A-012');
}

async function keepListings(t: ExecutionContext, {store}: StoreUnderTest): Promise<void> {
  await makeLot(store);
  const first = officeHours('A-012');
  await store.transaction(async tx => {
    await listings.add(tx, first);
    await listings.add(tx, {...officeHours('A-013'), id: 'L-2', lender: null, offer: 'lease'});
  });
  const all = {tenant: 't-1', after: '', limit: 10};
  const ids = async (query: Partial<Parameters<ListingTable['list']>[1]>) => {
    const rows = await store.read(db => listings.list(db, {...all, ...query}));
    return rows.map(({id}) => id);
  };
  t.deepEqual(await store.read(db => listings.get(db, 't-1', 'L-1')), {
    ...{...first, state: 'live', ver: 1},
  });
  t.is(await store.read(db => listings.get(db, 't-2', 'L-1')), undefined);
  t.deepEqual([await ids({}), await ids({after: 'L-1'})], [['L-1', 'L-2'], ['L-2']]);
  t.deepEqual([await ids({offer: 'lease'}), await ids({site: 'lot-2'})], [['L-2'], []]);
  const withdraw = (ver: number) =>
    store.transaction(tx => listings.change(tx, {id: 'L-1', ver}, {state: 'withdrawn'}, 9));
  t.deepEqual([await withdraw(2), await withdraw(1)], [false, true]);
  t.deepEqual([await ids({}), await ids({lender: 'm-1'})], [['L-2'], ['L-1']]);
}

async function reserveOffered(t: ExecutionContext, {store}: StoreUnderTest): Promise<void> {
  await makeLot(store);
  const first = await reserve(store, 'o-1', [10, 12]);
  t.is(first, 'OUTSIDE_WINDOW', 'nobody offers it');
  await store.transaction(tx => listings.add(tx, officeHours('A-012')));
  t.is(await reserve(store, 'o-1', [10, 12]), 'reserved');
  t.is(await reserve(store, 'o-2', [11, 13]), 'BAY_TAKEN');
  t.is(await reserve(store, 'o-2', [12, 13]), 'reserved', 'one after the other');
  t.is(await reserve(store, 'o-3', [17, 19]), 'OUTSIDE_WINDOW');
  t.is(
    await reserve(store, 'o-3', [14, 14.25]),
    'OUTSIDE_WINDOW',
    'shorter than the shortest stay',
  );
  t.is(await reserve(store, 'o-3', [14, 13]), 'OUTSIDE_WINDOW', 'ends before it begins');
  t.is(await reserve(store, 'o-3', [10, 12], {day: 4}), 'OUTSIDE_WINDOW', 'Saturday');
  t.is(await reserve(store, 'o-3', [10, 12], {point: 'Z-999'}), 'OUTSIDE_WINDOW');
  const listing = await store.read(db =>
    calendar.listingFor(db, {
      ...{site: 'lot-1', point: 'A-012', offer: 'hourly'},
      ...{fromWall: TUESDAY + 9 * HOUR_MS, untilWall: TUESDAY + 10 * HOUR_MS},
    }),
  );
  t.is(listing?.priceFen, 600);
  await store.transaction(tx => calendar.free(tx, 'o-1'));
  t.is(await reserve(store, 'o-3', [9, 12]), 'reserved');
  const suspend = {state: 'suspended'} as const;
  await store.transaction(tx => sites.update(tx, {id: 'lot-1', ver: 1}, suspend));
  t.is(await reserve(store, 'o-4', [14, 15]), 'OUTSIDE_WINDOW', 'the lot is suspended');
}

async function moveSlots(t: ExecutionContext, {store}: StoreUnderTest): Promise<void> {
  await makeLot(store);
  await store.transaction(tx => listings.add(tx, officeHours('A-012')));
  await reserve(store, 'o-1', [9, 11]);
  await reserve(store, 'o-2', [12, 14]);
  const move = (order: string, [from, until]: readonly [number, number]) =>
    store.transaction(tx =>
      calendar.move(tx, order, TUESDAY + from * HOUR_MS, TUESDAY + until * HOUR_MS),
    );
  t.is(await move('o-1', [9, 12]), 'reserved');
  t.is(await move('o-1', [9, 12.5]), 'BAY_TAKEN');
  t.is(await move('o-2', [12, 19]), 'OUTSIDE_WINDOW');
  t.is(await move('o-9', [9, 12]), 'NOT_RESERVED');
  t.is(await reserve(store, 'o-1', [9, 12]), 'reserved', 'asked again it changes nothing');
  await store.transaction(tx => listings.change(tx, {id: 'L-1', ver: 1}, {state: 'withdrawn'}, 9));
  t.is(await move('o-1', [9, 10]), 'reserved', 'a part of what it holds');
  t.is(await move('o-1', [9, 11]), 'OUTSIDE_WINDOW', 'offered no more');
  await store.read(db => calendar.prune(db, TUESDAY + 11 * HOUR_MS));
  const left = await store.read(db => calendar.slots(db, ['lot-1'], TUESDAY, TUESDAY + DAY_MS));
  t.deepEqual(
    left.map(({orderId}) => orderId),
    ['o-2'],
  );
}

async function seePublic(t: ExecutionContext, {store}: StoreUnderTest): Promise<void> {
  await makeLot(store);
  await store.transaction(async tx => {
    await listings.add(tx, officeHours('A-012'));
    await listings.add(tx, {...officeHours('A-013'), id: 'L-2', isPublic: false});
  });
  const seen = async () => {
    const rows = await store.read(db => listings.publicAt(db, ['lot-1', 'lot-2']));
    return rows.map(({id}) => id);
  };
  t.deepEqual(await seen(), ['L-1']);
  await store.transaction(tx => listings.change(tx, {id: 'L-2', ver: 1}, {isPublic: true}, 9));
  t.deepEqual(await seen(), ['L-1', 'L-2']);
  await store.transaction(tx => listings.change(tx, {id: 'L-1', ver: 1}, {state: 'withdrawn'}, 9));
  t.deepEqual(await seen(), ['L-2']);
  const points = await store.read(db => sites.pointsAt(db, ['lot-1']));
  t.deepEqual(
    points.map(({id}) => id),
    ['A-012', 'A-013', 'V1'],
  );
}

function reserve(
  store: CloudStore,
  orderId: string,
  [from, until]: readonly [number, number],
  {point = 'A-012', day = 0}: {readonly point?: string; readonly day?: number} = {},
): Promise<SlotAnswer> {
  const at = (hours: number) => TUESDAY + day * DAY_MS + hours * HOUR_MS;
  const wish = {site: 'lot-1', point, orderId, fromWall: at(from), untilWall: at(until)};
  return store.transaction(tx => calendar.reserve(tx, wish));
}

/** Monday to Friday, 08:30-18:00. */
function officeHours(point: string): Omit<ListingRow, 'ver' | 'state'> {
  const days = [1, 2, 3, 4, 5] as const;
  return {
    ...{id: 'L-1', tenant: 't-1', site: 'lot-1', point, offer: 'hourly', lender: 'm-1'},
    ...{ownershipRef: '粤房 1', priceFen: 600, minStayMs: HOUR_MS / 2, maxStayMs: null},
    openings: {single: [], weekly: [{days, fromMinute: 510, toMinute: 1080}]},
    ...{termDays: null, isPublic: true, createdWall: 5, changedWall: 5},
  };
}

async function makeLot(store: CloudStore): Promise<void> {
  const bay = (id: string): NewPoint => ({
    ...{site: 'lot-1', id, kind: 'bay', parent: null, gateway: 'gw-1', guidance: '', capacity: 1},
    ...{saleState: 'open', owner: 'm-1'},
  });
  await store.transaction(async tx => {
    await new TenantTable().add(tx, {id: 't-1', name: '一', createdWall: 1});
    await sites.add(tx, {
      ...{id: 'lot-1', tenant: 't-1', name: 'Lot 1', kind: 'public', zone: 'Asia/Shanghai'},
      ...{address: '', latE7: 226_000_000, lngE7: 1_135_000_000, createdWall: 1},
    });
    await sites.addPoint(tx, 't-1', bay('A-012'));
    await sites.addPoint(tx, 't-1', bay('A-013'));
    await sites.addPoint(tx, 't-1', {...bay('V1'), kind: 'vehicle', parent: 'A-013'});
  });
}
