import test, {type ExecutionContext} from 'ava';
import {DAY_MS, HOUR_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {Refusal} from '../http/refusals.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {ListingDesk} from './listing-desk.js';
import {MONDAY, memberOf, OFFICE_HOURS, OPERATOR, placesRig, refusalOf} from './places-rig.js';

const yieldTurn = () => new Promise<void>(resolve => setImmediate(resolve));
const begin = (t: ExecutionContext) =>
  placesRig(t, {
    clock: new VirtualClock({yieldTurn, wallMs: MONDAY}),
    entropy: new SeededEntropy(),
  });
const everyDay = {
  single: [],
  weekly: [{days: [1, 2, 3, 4, 5, 6, 7] as const, fromMinute: 0, toMinute: 1440}],
};

test('P1 a lender posts A-012 for Mon-Fri 08:30-18:00: a search for Tuesday 10:00 shows it, Saturday does not, and a stranger who posts it is no owner', async t => {
  const rig = await begin(t);
  const listing = await rig.publish(memberOf('wang'), {});
  t.like(listing, {lender: 'wang', state: 'live', priceFen: 600, ver: 1});
  const shown = [{id: 'lot-1', freeBays: 1, distanceM: 0}];
  t.deepEqual(await rig.search(1, 10, 11), shown);
  t.deepEqual(await rig.search(5, 10, 11), []);
  t.deepEqual(await rig.search(1, 8.5, 18), shown, 'all of its hours');
  t.deepEqual(await rig.search(1, 17, 19), []);
  t.is(await refusalOf(rig.publish(memberOf('li'), {point: 'A-012'})), 'not_owner');
  t.is(await refusalOf(rig.publish(OPERATOR, {lender: 'li', point: 'A-013'})), 'not_owner');
  const kept = await rig.store.read(db =>
    rig.listings.list(db, {tenant: 't-1', after: '', limit: 9}),
  );
  t.deepEqual(
    kept.map(({id}) => id),
    [listing.id],
    'nothing else is stored',
  );
});

test('~P1 an unknown bay, hours that are offered already and a suspended lot are refused, and leave nothing', async t => {
  const rig = await begin(t);
  const wang = memberOf('wang');
  await rig.publish(wang, {});
  const changesBefore = await countOf(rig);
  t.is(await refusalOf(rig.publish(wang, {point: 'Z-999'})), 'unknown_bay');
  t.is(await refusalOf(rig.publish(wang, {site: 'lot-9'})), 'not_found');
  t.is(await refusalOf(rig.publish(memberOf('wang', 't-2'), {})), 'not_found', 'another tenant');
  t.is(await refusalOf(rig.publish(wang, {openings: everyDay})), 'window_clash');
  const suspend = {state: 'suspended'} as const;
  await rig.store.transaction(tx =>
    rig.desks.sites.change(tx, OPERATOR, {id: 'lot-1', ver: 1}, suspend),
  );
  t.is(await refusalOf(rig.publish(wang, {point: 'A-013'})), 'lot_suspended');
  t.is(await countOf(rig), changesBefore + 1, 'the suspension alone');
  t.deepEqual(await rig.search(1, 10, 11), [], 'and nothing of it is found');
});

test('who owns a bay no more lends it no more: what he offered is withdrawn with the change', async t => {
  const rig = await begin(t);
  const listing = await rig.publish(memberOf('wang'), {});
  const give = (ver: number, change: {owner?: string; capacity?: number}) =>
    rig.store.transaction(tx =>
      rig.desks.sites.changePoint(tx, OPERATOR, {site: 'lot-1', id: 'A-012', ver}, change),
    );
  await give(1, {owner: 'wang', capacity: 2});
  t.is((await rig.search(1, 10, 11)).length, 1, 'still his');
  await give(2, {owner: 'li'});
  const row = await rig.store.read(db => rig.listings.get(db, 't-1', listing.id));
  t.is(row?.state, 'withdrawn');
  t.deepEqual(await rig.search(1, 10, 11), []);
  const told = await rig.store.read(db =>
    db.selectFrom('change').select(['subject_id as id', 'type']).orderBy('id').execute(),
  );
  t.true(told.some(({id, type}) => id === listing.id && type === 'listing.withdrawn'));
  t.is((await rig.publish(memberOf('li'), {})).lender, 'li');
  // Whatever is left of another's earns nothing.
  await rig.store.read(db =>
    db.updateTable('listing').set({state: 'live', lender: 'wang'}).execute(),
  );
  const slot = {site: 'lot-1', point: 'A-012', orderId: 'o', offer: 'hourly'} as const;
  const times = {fromWall: MONDAY + 10 * HOUR_MS, untilWall: MONDAY + 11 * HOUR_MS};
  const wish = {...slot, ...times};
  const taken = await rig.store.transaction(async tx => {
    const looked = await rig.calendar.look(tx, 't-1', wish);
    return rig.calendar.take(tx, wish, {...looked, place: undefined});
  });
  t.is(taken, 'OUTSIDE_WINDOW');
});

test('~P1 a bay of the lot itself is offered by the lot, and a member has no part in it', async t => {
  const rig = await begin(t);
  await rig.lot('lot-2', ['B-001']);
  t.is(
    await refusalOf(rig.publish(memberOf('wang'), {site: 'lot-2', point: 'B-001'})),
    'not_owner',
  );
  t.is((await rig.publish(OPERATOR, {site: 'lot-2', point: 'B-001'})).lender, null);
  const published = await rig.publish(OPERATOR, {point: 'A-013'});
  t.is(published.lender, 'wang', 'for its owner');
});

test('Q2 a lease is published once, and an edited price shows at the next refresh', async t => {
  const rig = await begin(t);
  const wang = memberOf('wang');
  const lease = {offer: 'lease', priceFen: 45_000, termDays: 30, openings: everyDay} as const;
  const {id} = await rig.publish(wang, lease);
  t.is(await refusalOf(rig.publish(wang, lease)), 'window_clash', 'not twice');
  const shown = async () => {
    const query = {site: 'lot-1', offer: 'lease', after: '', limit: 9} as const;
    const rows = await rig.store.read(db => rig.listings.publicPage(db, query));
    return rows.map(row => [row.id, row.priceFen, row.termDays, row.ver]);
  };
  t.deepEqual(await shown(), [[id, 45_000, 30, 1]]);
  const change = (ver: number, priceFen: number, caller = wang) =>
    rig.store.transaction(tx => rig.desks.listings.change(tx, caller, {id, ver}, {priceFen}));
  await change(1, 42_000);
  t.deepEqual(await shown(), [[id, 42_000, 30, 2]]);
  t.is(await refusalOf(change(1, 40_000)), 'precondition_failed', 'somebody saw an older one');
  t.is(await refusalOf(change(2, 1, memberOf('li'))), 'not_owner');
  const withdraw = {state: 'withdrawn'} as const;
  await rig.store.transaction(tx => rig.desks.listings.change(tx, wang, {id, ver: 2}, withdraw));
  t.deepEqual(await shown(), []);
  t.is(await refusalOf(change(3, 5)), 'conflict');
  await rig.publish(wang, lease);
  t.is((await shown()).length, 1, 'offered anew');
});

test('~Q1 tenant and lender browse alike; to publish is shown to whoever has something to lend', async t => {
  const rig = await begin(t);
  await rig.publish(memberOf('wang'), {});
  const may = (caller: ReturnType<typeof memberOf>) =>
    rig.store.read(db => rig.desks.listings.mayPublish(db, caller));
  t.deepEqual(
    [await may(memberOf('wang')), await may(memberOf('li')), await may(OPERATOR)],
    [true, false, true],
  );
  t.false(await may(memberOf('wang', 't-2')), 'a member of another tenant who is called alike');
});

test('nobody publishes for a member who is frozen, neither he nor an operator', async t => {
  const rig = await begin(t);
  const {clock, entropy, sites, listings, calendar, changes} = rig;
  const desk = new ListingDesk({
    ...{clock, entropy, sites, listings, calendar, changes, audit: new AuditLog(clock, entropy)},
    assertActive: (_db, tenant, member) =>
      member === 'wang' && tenant === 't-1'
        ? Promise.reject(new Refusal('member_not_active'))
        : Promise.resolve(),
  });
  const wish = {...OFFICE_HOURS, site: 'lot-1', point: 'A-012'};
  for (const caller of [memberOf('wang'), OPERATOR]) {
    const work = rig.store.transaction(tx => desk.publish(tx, caller, wish));
    t.is(await refusalOf(work), 'member_not_active');
  }
  t.deepEqual(await rig.search(1, 10, 11), []);
});

test('a lease and hours of one bay stand side by side: the calendar gives it to one of them', async t => {
  const rig = await begin(t);
  const wang = memberOf('wang');
  await rig.publish(wang, {});
  await rig.publish(wang, {offer: 'lease', priceFen: 45_000, termDays: 30, openings: everyDay});
  const at = (day: number, hours: number) => MONDAY + day * DAY_MS + hours * HOUR_MS;
  const reserve = (
    orderId: string,
    fromWall: number,
    untilWall: number,
    offer: 'hourly' | 'lease',
  ) =>
    rig.store.transaction(tx =>
      rig.calendar.reserve(tx, {
        site: 'lot-1',
        point: 'A-012',
        orderId,
        fromWall,
        untilWall,
        offer,
      }),
    );
  t.is(await reserve('o-1', at(0, 0), at(30, 0), 'hourly'), 'OUTSIDE_WINDOW');
  t.is(await reserve('o-1', at(0, 0), at(30, 0), 'lease'), 'reserved');
  t.is(await reserve('o-2', at(1, 10), at(1, 11), 'hourly'), 'BAY_TAKEN');
  t.deepEqual(await rig.search(1, 10, 11), []);
  t.is((await rig.search(30, 10, 11)).length, 1, 'Wednesday after its end');
  t.true(OFFICE_HOURS.isPublic);
});

async function countOf(rig: Awaited<ReturnType<typeof placesRig>>): Promise<number> {
  await rig.changes.number();
  return (await rig.store.read(db => rig.changes.range(db, 't-1'))).newest;
}
