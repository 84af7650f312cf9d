import test, {type ExecutionContext} from 'ava';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {GatewayTable} from '../store/gateway-table.js';
import {MONDAY, memberOf, OPERATOR, placesRig} from './places-rig.js';

/** Metres to the north of the centre, in degrees. */
const north = (metres: number): readonly [number, number] => [22.5 + metres / 111_195, 113.9];

type Rig = Awaited<ReturnType<typeof placesRig>>;

const yieldTurn = () => new Promise<void>(resolve => setImmediate(resolve));
const begin = (t: ExecutionContext) =>
  placesRig(t, {
    clock: new VirtualClock({yieldTurn, wallMs: MONDAY}),
    entropy: new SeededEntropy(),
  });

test('P32 "within 800 m of X" gives the lots with bookable free bays, by distance', async t => {
  const rig = await begin(t);
  for (const [id, metres] of [
    ['far', 820],
    ['edge', 790],
    ['near', 150],
    ['full', 60],
    ['silent', 40],
  ] as const) {
    await rig.lot(id, ['B-1', 'B-2'], {at: north(metres)});
    if (id !== 'silent') await rig.publish(OPERATOR, {site: id, point: 'B-1'});
  }
  await rig.publish(OPERATOR, {site: 'near', point: 'B-2', isPublic: false});
  await book(rig, 'full', 'B-1');
  t.deepEqual(await rig.search(1, 10, 12), [
    {id: 'near', freeBays: 1, distanceM: 150},
    {id: 'edge', freeBays: 1, distanceM: 790},
  ]);
  t.deepEqual(
    (await rig.search(1, 10, 12, 1000)).map(({id}) => id),
    ['near', 'edge', 'far'],
  );
  t.deepEqual(await rig.search(1, 12, 13), [
    {id: 'full', freeBays: 1, distanceM: 60},
    {id: 'near', freeBays: 1, distanceM: 150},
    {id: 'edge', freeBays: 1, distanceM: 790},
  ]);
});

test('~P33 what is public is the bay alone: nobody learns whose it is or who has it', async t => {
  const rig = await begin(t);
  await rig.publish(memberOf('wang'), {});
  await book(rig, 'lot-1', 'A-012');
  const stretch = {fromMs: MONDAY + 1, untilMs: MONDAY + 3_600_001};
  const lot = await rig.store.read(db => rig.desks.places.lot(db, 'lot-1', stretch));
  t.deepEqual(
    lot?.bays.map(({point}) => point.id),
    ['A-012'],
  );
  await rig.lot('lot-2', ['B-1']);
  t.is(await rig.store.read(db => rig.desks.places.lot(db, 'lot-2', stretch)), undefined);
  t.is(await rig.store.read(db => rig.desks.places.lot(db, 'lot-9', stretch)), undefined);
});

test('~P25 what is known of a bay has the age of its gateway, and a silent one is stale', async t => {
  const rig = await begin(t);
  await rig.publish(memberOf('wang'), {});
  await tell(rig, 'A-012', 'vacant', 1);
  rig.heard.set('gw-1', rig.clock.nowMs());
  await rig.clock.advance(5000);
  const look = async () => {
    const table = (await rig.store.read(db => rig.live.at(db, ['lot-1']))).get('lot-1');
    return [
      table?.version,
      ...(table?.bays.map(bay => [bay.occupancy, bay.isStale, bay.ageMs]) ?? []),
    ];
  };
  t.deepEqual(await look(), ['1.1', ['vacant', false, 5000]]);
  await rig.clock.advance(31_000);
  t.deepEqual(await look(), ['1.1', ['vacant', true, 36_000]]);
  await tell(rig, 'A-012', 'occupied', 2);
  rig.heard.set('gw-1', rig.clock.nowMs());
  t.deepEqual(await look(), ['1.2', ['occupied', false, 0]]);
});

test('a bay that is occupied now is not free now, and one that is out of service never', async t => {
  const rig = await begin(t);
  await rig.publish(memberOf('wang'), {});
  await rig.clock.advance(10 * 3_600_000);
  t.is((await rig.search(0, 10, 11)).length, 1, 'no gateway has told of it');
  await tell(rig, 'A-012', 'occupied', 1);
  t.deepEqual(await rig.search(0, 10, 11), []);
  t.is((await rig.search(0, 12, 13)).length, 1, 'it may have gone by then');
  await tell(rig, 'A-012', 'vacant', 2);
  t.is((await rig.search(0, 10, 11)).length, 1);
  await tell(rig, 'A-012', 'vacant', 3, false);
  t.deepEqual([await rig.search(0, 10, 11), await rig.search(1, 12, 13)], [[], []]);
});

function book(rig: Rig, site: string, point: string): Promise<unknown> {
  const at = (hours: number) => MONDAY + 86_400_000 + hours * 3_600_000;
  const wish = {site, point, orderId: `o-${site}`, fromWall: at(9), untilWall: at(12)};
  return rig.store.transaction(tx => rig.calendar.reserve(tx, wish));
}

async function tell(
  {store, sites}: Rig,
  bay: string,
  occupancy: string,
  seq: number,
  saleable = true,
): Promise<void> {
  const place = {gateway: 'gw-1', epochNo: 1, seq, wall: MONDAY};
  const body = {bay, arm: 'up', occupancy, online: true, saleable} as never;
  await store.transaction(async tx => {
    await new GatewayTable().add(tx, ['gw-1']);
    await sites.bindGateway(tx, {tenant: 't-1', site: 'lot-1', gateway: 'gw-1'});
    await store.events.putBays(tx, [{place, body}]);
  });
}
