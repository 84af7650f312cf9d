import test from 'ava';
import {MilesightCounter} from '../devices/milesight-counter.js';
import {mqttPayloadOf, PlateCamera} from '../devices/plate-camera.js';
import {Ultrasonic} from '../devices/ultrasonic.js';
import type {WorldOptions} from '../world.js';
import {alarmsOf, lineBlock, plantLine, shown, told} from './plant-line.js';
import {withWorld} from './with-world.js';

const TOPIC = 'application/1/device/24e124/event/up';
const FEED = {broker: 'mqtt://127.0.0.1:1883'};

test('~R10 a counter on a radio feed is counted by its totals, and two missed reports are COUNTER_FAULT', async t => {
  const options: WorldOptions = {
    collectors: [],
    plant: {
      devices: [{id: 'people-1', kind: 'milesight-counter', feed: FEED, topic: TOPIC}],
      install: () => [],
    },
  };
  await withWorld(t, options, async world => {
    const twin = new MilesightCounter({
      clock: world.clock,
      send: payload => {
        const message = JSON.stringify({data: Buffer.from(payload).toString('base64')});
        world.feed('people-1').deliver(TOPIC, new TextEncoder().encode(message));
      },
    });
    t.teardown(() => twin.close());
    twin.report();
    await world.advance(1000);
    twin.pass('in', 3);
    twin.pass('out', 1);
    twin.report();
    await world.advance(1000);
    t.is(shown(world, 'people-1'), '2 inside');
    t.like(told(world, 'people-1', 'count')[0], {in: 3, out: 1, inside: 2});
    twin.isUnplugged = true;
    await world.advance(590_000);
    t.false(alarmsOf(world, 'people-1').includes('COUNTER_FAULT'));
    await world.advance(20_000);
    t.true(alarmsOf(world, 'people-1').includes('COUNTER_FAULT'));
    twin.close();
  });
});

test('~P8 a plate camera on the broker of the site is journalled', async t => {
  const options: WorldOptions = {
    collectors: [],
    plant: {
      devices: [
        {
          id: 'cam-1',
          kind: 'plate-camera',
          link: {kind: 'mqtt', feed: FEED, maker: 'vz', serialNo: 'sn-1'},
        },
      ],
      install: () => [],
    },
  };
  await withWorld(t, options, async world => {
    const camera = new PlateCamera(world.clock);
    camera.attach({
      send: (record, isOffline) => {
        const topic = 'device/sn-1/message/up/ivs_result';
        world.feed('cam-1').deliver(topic, mqttPayloadOf(record, isOffline));
        return true;
      },
    });
    camera.see({license: '粤B12345'});
    await world.advance(1000);
    t.like(told(world, 'cam-1', 'plate')[0], {
      plate: '粤B12345',
      confidence: 96,
      decision: 'arrival',
      isOffline: false,
    });
    t.is(told(world, 'cam-1', 'plate').length, 1);
  });
});

test('an ultrasonic sensor that no bay has says whether something stands below it', async t => {
  let twin: Ultrasonic | undefined;
  const options: WorldOptions = {
    collectors: [],
    plant: {
      buses: [lineBlock('line-U', [{id: 'U-1', kind: 'ultrasonic', address: 12, floorMm: 2400}])],
      install: world => {
        twin = new Ultrasonic({clock: world.clock, unit: 12, floorMm: 2400});
        return [plantLine(world, 'line-U', twin)];
      },
    },
  };
  await withWorld(t, options, async world => {
    await world.advance(5000);
    t.is(shown(world, 'U-1'), 'vacant, 2400 mm');
    twin?.setHeight(1500);
    await world.advance(3000);
    t.is(shown(world, 'U-1'), 'occupied, 900 mm');
    t.deepEqual(
      told(world, 'U-1', 'distance').map(({isOccupied}) => isOccupied),
      [false, true],
    );
  });
});
