import test from 'ava';
import {asId} from '../../protocols/site/ids.js';
import {mqttPayloadOf, PlateCamera} from '../devices/plate-camera.js';
import type {World, WorldOptions} from '../world.js';
import {withWorld} from './with-world.js';

const BAYS = ['A-012', 'A-013'];
const POST: WorldOptions = {
  collectors: [{id: 'C1', bays: BAYS, travelMs: 1000, pollMs: 1000}],
};
const FEED = {broker: 'mqtt://127.0.0.1:1883'};
const CAMERAS = BAYS.map(bay => `cam-${bay}`);
/** A camera over each bay. */
const SEEING: WorldOptions = {
  collectors: [{id: 'C1', bays: BAYS, travelMs: 1000, pollMs: 1000, more: {bayCameras: CAMERAS}}],
  plant: {
    devices: CAMERAS.map(id => ({
      ...{id, kind: 'plate-camera'},
      link: {kind: 'mqtt', feed: FEED, maker: 'vz', serialNo: id},
    })),
    install: () => [],
  },
};

function camera(world: World, bay: string): PlateCamera {
  const eye = new PlateCamera(world.clock);
  eye.attach({
    send: (record, isOffline) => {
      const topic = `device/cam-${bay}/message/up/ivs_result`;
      world.feed(`cam-${bay}`).deliver(topic, mqttPayloadOf(record, isOffline));
      return true;
    },
  });
  return eye;
}

/** A car that a camera sees as it drives in. */
async function enter(world: World, bay: string, plate: string, eye?: PlateCamera) {
  const car = world.car(plate);
  eye?.see({license: plate});
  await world.clock.settle(car.enterWhenDown(world.site.bay(bay), {patienceMs: 10_000}));
  return car;
}

const raises = (world: World, bay: string) => world.site.commandTimes(bay, 'raise').length;
const phases = (world: World, grant: string) =>
  world
    .events('session')
    .filter(({body}) => body.grant === grant)
    .map(({body}) => body.closeCause ?? body.phase);

test('~E25 the tenant of A-012 in an A-013 that stands open: WRONG_BAY within 10 s, his own bay on the display, a word for its next tenant, and no arm moves while he stands there', t =>
  withWorld(t, POST, async world => {
    await world.tap('C1', await world.office.cardFor(['A-013']));
    const former = await enter(world, 'A-013', '粤B00013');
    await world.advance(5000);
    world.site.lock('A-013').ail({deaf: 'silent'});
    await world.clock.settle(former.leave());
    await world.advance(90_000);
    t.deepEqual(
      world.alarms().map(({kind}) => kind),
      ['RELOCK_FAILED'],
    );
    world.site.lock('A-013').ail({deaf: 'no'});
    const before = raises(world, 'A-013');

    const card = await world.office.card();
    const grant = await world.office.give(card, ['A-012']);
    await world.tap('C1', card);
    await world.until(() => world.site.lock('A-012').arm === 'down', 10_000);
    const car = await enter(world, 'A-013', '粤B00012');
    const sinceMs = world.nowMs;
    await world.until(() => world.alarms().some(({kind}) => kind === 'WRONG_BAY'), 10_000);
    t.true(world.nowMs - sinceMs <= 10_000, `${world.nowMs - sinceMs} ms`);
    await world.advance(500);
    t.is(world.screen('C1'), 'A-013 wrong bay / Yours is A-012');
    t.like(world.events('misparked').at(-1)?.body, {
      ...{kind: 'WRONG_BAY', bay: 'A-013', rightBay: 'A-012', displaced: null},
      ...{grant: grant.id, holder: grant.holder},
    } as object);
    await world.advance(100_000);
    t.is(raises(world, 'A-013'), before, 'nothing tows him');

    await world.clock.settle(car.leave());
    await world.clock.settle(car.enter(world.site.bay('A-012')));
    await world.advance(45_000);
    t.deepEqual(phases(world, grant.id), ['open_wait_car', 'parked']);
    t.is(world.site.lock('A-013').arm, 'up', 'barred again for its own tenant');
  }));

test('~E34 a camera reads another plate than that of whoever was let in: INTRUDER within 10 s, his stay ends unbilled, and under a right to another bay he gets it', t =>
  withWorld(t, SEEING, async world => {
    const [eye, other] = [camera(world, 'A-012'), camera(world, 'A-013')];
    const card = await world.office.card();
    const grant = await world.office.give(card, ['A-012'], {
      ...{plates: ['粤B12345'], entries: 'one', rev: 1},
    });
    await world.tap('C1', card);
    await world.until(() => world.site.lock('A-012').arm === 'down', 10_000);
    const stranger = await enter(world, 'A-012', '沪A99999', eye);
    const sinceMs = world.nowMs;
    await world.until(() => world.alarms().some(({kind}) => kind === 'INTRUDER'), 10_000);
    t.true(world.nowMs - sinceMs <= 10_000);
    await world.advance(500);
    t.is(world.screen('C1'), 'A-012 occupied / Ask the guard');
    t.like(world.events('misparked').at(-1)?.body, {
      ...{kind: 'INTRUDER', bay: 'A-012', rightBay: null},
      displaced: {grant: grant.id, holder: grant.holder},
    } as object);
    t.deepEqual(phases(world, grant.id), ['open_wait_car', 'intruder']);

    // What the cloud does next: the same right, and another bay.
    await world.office.give(card, ['A-013'], {...grant, points: [asId('A-013')], rev: 2});
    await world.tap('C1', card);
    await world.advance(5000);
    await world.until(() => world.site.lock('A-013').arm === 'down', 10_000);
    await enter(world, 'A-013', '粤B12345', other);
    await world.advance(10_000);
    t.is(phases(world, grant.id).at(-1), 'parked');
    t.deepEqual([raises(world, 'A-012'), raises(world, 'A-013')], [0, 0]);
    await world.clock.settle(stranger.leave());
    await world.advance(45_000);
    t.is(world.site.lock('A-012').arm, 'up');
  }));

test('~E34 where no camera is fitted it cannot be told whose car it is: the stay is his who was let in, and his call reaches the guard', t =>
  withWorld(t, POST, async world => {
    const card = await world.office.card();
    await world.office.give(card, ['A-012'], {plates: ['粤B12345']});
    await world.tap('C1', card);
    await enter(world, 'A-012', '沪A99999');
    await world.advance(10_000);
    t.deepEqual(world.alarms(), []);
    await world.tap('C1', card);
    t.is(world.screen('C1'), 'A-012 / Already open');
    world.site.post('C1').press();
    await world.advance(2000);
    t.deepEqual(
      world.alarms().map(({kind}) => kind),
      ['EMERGENCY_BUTTON'],
    );
  }));
