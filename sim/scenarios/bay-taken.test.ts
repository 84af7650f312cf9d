import test from 'ava';
import {mqttPayloadOf, PlateCamera} from '../devices/plate-camera.js';
import {PURSE_FEN} from './booked-lot.js';
import {lotOfThree} from './lot-of-three.js';

const BAYS = ['A-012', 'A-013', 'A-014'];
const CAMERA = 'cam-A-012';
const FEED = {broker: 'mqtt://127.0.0.1:1883'};

test('E25 the tenant of A-012 in an A-013 that stands open: WRONG_BAY within 10 s, his own bay on the display and a word to him, the next tenant of A-013 moved, and no arm moves while he stands there', async t => {
  const {world, book, see, tap, enter, told, to, raises} = await lotOfThree(t, {bays: BAYS});
  await book('zhao', 0, 3, 'A-013');
  t.is(await tap('zhao'), 'A-013');
  const former = await enter('A-013');
  world.site.lock('A-013').ail({deaf: 'silent'});
  await world.clock.settle(former.leave());
  await to(3);
  world.site.lock('A-013').ail({deaf: 'no'});
  const before = raises('A-013');

  const own = await book('chen', 3, 30);
  const next = await book('wang', 6, 30, 'A-013');
  t.is(await tap('chen'), 'A-012');
  const car = world.car();
  await world.clock.settle(car.enter(world.site.bay('A-013')));
  const sinceMs = world.nowMs;
  await world.until(() => world.alarms().some(({kind}) => kind === 'WRONG_BAY'), 10_000);
  t.true(world.nowMs - sinceMs <= 10_000);
  await world.advance(500);
  t.is(world.screen('C1'), 'A-013 wrong bay / Yours is A-012');
  await world.advance(5000);
  t.is((await see(next)).booking.point, 'A-014');
  const moved = {subjectId: next, data: {from: 'A-013', to: 'A-014', why: 'WRONG_BAY'}};
  t.like((await told('booking.moved'))[0], moved);
  t.like((await told('booking.misparked'))[0], {subjectId: own, data: {bay: 'A-013'}});
  t.like((await told('bay.intruded'))[0], {subjectId: 'A-013', data: {next}});
  await to(6, 1);
  t.is(await tap('wang'), 'A-014');
  t.is(raises('A-013'), before, 'nothing tows him');
});

test('E34 a lock is opened and another car slips in: INTRUDER by its plate, the rightful tenant gets another bay, and what the stranger stays is not billed to him', async t => {
  const {world, book, see, tap, enter, told, money} = await lotOfThree(t, {
    more: {bayCameras: [CAMERA, 'cam-A-013']},
    plant: {
      devices: [CAMERA, 'cam-A-013'].map(id => ({
        ...{id, kind: 'plate-camera'},
        link: {kind: 'mqtt', feed: FEED, maker: 'vz', serialNo: id},
      })),
      install: () => [],
    },
  });
  const eye = new PlateCamera(world.clock);
  eye.attach({
    send: (record, isOffline) => {
      const topic = `device/${CAMERA}/message/up/ivs_result`;
      world.feed(CAMERA).deliver(topic, mqttPayloadOf(record, isOffline));
      return true;
    },
  });
  const order = await book('chen', 0, 30);
  t.is(await tap('chen'), 'A-012');
  eye.see({license: '沪A99999'});
  await enter('A-012', '沪A99999');
  await world.until(() => world.alarms().some(({kind}) => kind === 'INTRUDER'), 10_000);
  await world.advance(6000);
  const {state, booking} = await see(order);
  t.is(state, 'running');
  t.like(booking, {point: 'A-013', usedMs: 0, chargedFen: 0});
  t.like((await told('booking.moved'))[0]?.data, {to: 'A-013', why: 'INTRUDER'});
  t.is(await tap('chen'), 'A-013');
  t.is((await money('member:chen')).postedFen, PURSE_FEN);
});
