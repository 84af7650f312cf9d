import type {ExecutionContext} from 'ava';
import type {Clock} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS} from '../../../protocols/base/units.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ContractBench, StoreUnderTest} from '../store/contract-bench.js';
import {fillCloud} from '../store/full-cloud.js';
import {GatewayTable} from '../store/gateway-table.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {type NewPoint, SiteTable} from '../tenancy/site-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {BayHistory} from './bay-history.js';
import {Calendar, type SlotAnswer} from './calendar.js';
import {type ListingRow, ListingTable} from './listing-table.js';
import {LiveBays} from './live-bays.js';
import {PublicPlaces} from './public-places.js';

const sites = new SiteTable();
const listings = new ListingTable();
const calendar = new Calendar(sites, listings);
/** Tuesday, 3 March 2026, midnight in Shanghai. */
const TUESDAY = 1_772_467_200_000;
const STILL = {
  nowMs: () => 0,
  timer: () => ({cancel: () => {}}),
  sleep: () => Promise.resolve(),
} as unknown as Clock;
const NO_ENTROPY = {bytes: () => new Uint8Array(), fraction: () => 0};

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
  check('places are found by distance, with their bays as they are now', findPlaces);
  check('what became of a bay is read from the newest on, and a copy counts once', readHistory);
  check('changes are numbered without a gap, and the newest is kept for ever', async (t, use) => {
    await makeLot(use.store);
    const other = hasManyWriters ? await use.reopen() : use.store;
    await numberChanges(t, use.store, other);
  });
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

/** Ids count up; time stands still. */
function feedOn(store: CloudStore, worker: string, wallMs: number): ChangeFeed {
  let count = 0;
  const ulid = () => {
    count += 1;
    return `${String(count).padStart(6, '0')}-${worker}`;
  };
  const clock = {...STILL, wallMs: () => wallMs as never};
  return new ChangeFeed({clock, entropy: {...NO_ENTROPY, ulid}, store});
}

async function numberChanges(
  t: ExecutionContext,
  first: CloudStore,
  second: CloudStore,
): Promise<void> {
  const feeds = [
    {store: first, feed: feedOn(first, 'a', 1000)},
    {store: second, feed: feedOn(second, 'b', 2000)},
  ] as const;
  const note = ({store, feed}: (typeof feeds)[number], count: number) => {
    const change = {tenant: 't-1', site: 'lot-1', type: 'bay.changed', subject: 'bay'};
    const changes = Array.from({length: count}, (_, n) => ({
      ...{...change, subjectId: `A-${n}`, data: {n}},
    }));
    return store.transaction(tx => feed.noteAll(tx, changes));
  };
  const [one, two] = feeds;
  for (let round = 0; round < 5; round += 1) {
    await Promise.all([note(one, 90), note(two, 7), one.feed.number(), two.feed.number()]);
  }
  while ((await one.feed.number()) > 0);
  const all = await first.read(db => one.feed.after(db, 't-1', 0, 1000));
  t.deepEqual(
    all.map(({no}) => no),
    Array.from({length: 485}, (_, index) => index + 1),
  );
  t.is(new Set(all.map(({id}) => id)).size, 485);
  t.deepEqual(await first.read(db => one.feed.after(db, 't-1', 0, 9, ['lot-2'])), []);
  await first.read(db => one.feed.prune(db, 1500));
  const left = await first.read(db => one.feed.after(db, 't-1', 0, 1000));
  t.true(left.every(({atWall, no}) => atWall === 2000 || no === 485));
  await first.read(db => one.feed.prune(db, 9999));
  const kept = {oldest: 485, newest: 485};
  t.deepEqual(await first.read(db => one.feed.range(db, 't-1')), kept);
  await note(two, 1);
  await two.feed.number();
  t.like(await first.read(db => one.feed.range(db, 't-1')), {newest: 486});
  const nobody = {oldest: 0, newest: 0};
  t.deepEqual(await first.read(db => one.feed.range(db, 't-9')), nobody);
}

async function findPlaces(t: ExecutionContext, {store}: StoreUnderTest): Promise<void> {
  await makeLot(store);
  const clock = {...STILL, wallMs: () => TUESDAY as never};
  const presence = {isOnline: () => true, heardMs: () => -5 as never};
  const live = new LiveBays(clock, presence);
  const places = new PublicPlaces({clock, sites, listings, calendar, live});
  await store.transaction(async tx => {
    await listings.add(tx, officeHours('A-012'));
    await new GatewayTable().add(tx, ['gw-1']);
    await sites.bindGateway(tx, {tenant: 't-1', site: 'lot-1', gateway: 'gw-1'});
  });
  const centre = {latE7: 226_000_000, lngE7: 1_135_050_000};
  const look = async (withinM: number, hour = 10) => {
    const fromMs = TUESDAY + hour * HOUR_MS;
    const stretch = {fromMs, untilMs: fromMs + HOUR_MS};
    const query = {centre, withinM, stretch, after: undefined, limit: 5};
    const found = await store.read(db => places.search(db, query));
    return found.map(({site, freeBays, distanceM, isStale}) => [
      ...[site.id, freeBays, distanceM, isStale],
    ]);
  };
  t.deepEqual(await look(800), [['lot-1', 1, 513, false]]);
  t.deepEqual([await look(500), await look(800, 20)], [[], []]);
  const stored: boolean[] = [];
  const tell = async (seq: number, saleable: boolean) => {
    const body = {bay: 'A-012', arm: 'up', occupancy: 'vacant', online: true, saleable};
    const place = {gateway: 'gw-1', epochNo: 1, seq, wall: seq};
    const put = await store.transaction(async tx =>
      store.events.putBays(tx, [{place, body: body as never}]),
    );
    stored.push(put.length === 1);
  };
  await tell(7, false);
  t.deepEqual(await look(800), []);
  await tell(6, true);
  t.deepEqual(await look(800), [], 'an older word changes nothing');
  await tell(8, true);
  t.is((await look(800)).length, 1);
  t.deepEqual(stored, [true, false, true]);
  const table = (await store.read(db => live.at(db, ['lot-1']))).get('lot-1');
  t.like(table, {version: '1.8'});
  t.like(table?.bays[0], {bay: 'A-012', gateway: 'gw-1', isStale: false, ageMs: 5});
}

async function readHistory(t: ExecutionContext, {store}: StoreUnderTest): Promise<void> {
  await fillCloud(store);
  const event = (seq: number, bay: string, occupancy: string) => ({
    ...{gw: 'gw-1', epoch_no: 1, seq, kind: 'bay', boot: 'b', mono: 1.5, wall: seq, clk: 'ok'},
    body: JSON.stringify({bay, arm: 'up', occupancy, online: true, saleable: true}),
    ...{received_wall: 1, h: new Uint8Array(32)},
  });
  const told = [event(2001, 'A-2', 'vacant'), event(2002, 'A-20', 'occupied')];
  told.push(event(2003, 'A-2', 'occupied'), event(2004, 'A-2', 'vacant'));
  await store.read(db => db.insertInto('ev').values(told).execute());
  const copy = {gw: 'gw-1', epoch_no: 1, seq: 2003};
  await store.read(db => db.insertInto('ev_copy').values(copy).execute());
  const history = new BayHistory();
  const of = {gateway: 'gw-1', bay: 'A-2'};
  const look = async (before: readonly [number, number] | undefined, limit: number) => {
    const page = await store.read(db => history.page(db, of, {before, limit}));
    return [page.moments.map(({seq}) => seq), page.next];
  };
  t.deepEqual(await look(undefined, 1), [[2004], [1, 2004]]);
  t.deepEqual(await look([1, 2004], 9), [[2001], undefined]);
  t.deepEqual(
    await look([1, 2001], 9),
    [[], undefined],
    'bodies that are of no bay are passed over',
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
