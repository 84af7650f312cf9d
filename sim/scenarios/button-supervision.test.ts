import test from 'ava';
import type {Millis} from '../../protocols/base/clock.js';
import {DiscreteInputs} from '../devices/discrete-inputs.js';
import {LoopButton} from '../devices/loop-button.js';
import {MilesightButton} from '../devices/milesight-button.js';
import type {World, WorldOptions} from '../world.js';
import {withWorld} from './with-world.js';

const INPUT_UNIT = 40;
const [WIRED, RADIO] = ['E-1', 'E-2'] as const;
const TOPIC = 'application/1/device/24e124/event/up';
const REPORT_MS: Millis = 60_000;
const FEED = {broker: 'mqtt://127.0.0.1:1883'};

/** A post with its button on a cable, and one with its button on a battery. */
function twoPosts() {
  const twins: {board?: DiscreteInputs; wired?: LoopButton} = {};
  const loop = {id: WIRED, kind: 'loop-button', inputs: 'S-1', first: 4, second: 5};
  const radio = {
    id: RADIO,
    kind: 'milesight-button',
    feed: FEED,
    topic: TOPIC,
    reportMs: REPORT_MS,
  };
  const options: WorldOptions = {
    collectors: [
      {
        ...{id: 'C1', bays: ['A-001']},
        more: {
          lineDevices: [{id: 'S-1', kind: 'discrete-inputs', address: INPUT_UNIT}],
          ...{ownDevices: [loop], button: WIRED},
        },
      },
      {...{id: 'C2', bays: ['A-002']}, more: {ownDevices: [radio], button: RADIO}},
    ],
    equip: world => {
      const {clock} = world;
      twins.board = new DiscreteInputs({clock, unit: INPUT_UNIT});
      twins.wired = new LoopButton({clock, board: twins.board, opening: 4, closing: 5});
      world.site.line('C1').attach(twins.board);
    },
  };
  return {options, twins};
}

function radioButton(world: World): MilesightButton {
  return new MilesightButton({
    ...{clock: world.clock, reportMs: REPORT_MS},
    send: payload => {
      const message = JSON.stringify({data: Buffer.from(payload).toString('base64')});
      world.feed(RADIO).deliver(TOPIC, new TextEncoder().encode(message));
    },
  });
}

/** The calls of one device as a board draws them. */
function tiles(world: World, device: string): readonly string[] {
  const {calls} = world.edge.site.calls.view(true);
  return calls
    .filter(({place}) => place.device === device)
    .map(({type, kind}) => `${type} ${kind}`);
}

/** How long until the boards show `expected` of the device, and nothing else. */
async function msUntil(world: World, device: string, expected: string): Promise<Millis> {
  const sinceMs = world.nowMs;
  await world.until(() => tiles(world, device).join() === expected, 3 * REPORT_MS);
  return world.nowMs - sinceMs;
}

test('EC-13 a cut, bridged or removed button is a technical fault within 30 s, one on a battery after two missed check-ins, a low battery with the next; each ends by itself', t => {
  const {options, twins} = twoPosts();
  return withWorld(t, options, async world => {
    const {board, wired} = twins;
    if (!board || !wired) return t.fail('a site');
    const broken = {
      open: () => wired.setLoop('open'),
      short: () => wired.setLoop('short'),
      removed: () => {
        board.isUnplugged = true;
      },
    };
    for (const [how, breakIt] of Object.entries(broken)) {
      breakIt();
      const fault = how === 'removed' ? 'fault DEVICE_OFFLINE' : 'fault BUTTON_FAULT';
      t.true((await msUntil(world, WIRED, fault)) <= 30_000, how);
      board.isUnplugged = false;
      wired.setLoop('ok');
      t.true((await msUntil(world, WIRED, '')) <= 30_000, `${how}, mended`);
    }

    const button = radioButton(world);
    t.teardown(() => button.close());
    button.report();
    await world.advance(3 * REPORT_MS);
    t.deepEqual(tiles(world, RADIO), []);
    button.isGone = true;
    await world.advance(REPORT_MS);
    t.deepEqual(tiles(world, RADIO), [], 'one missed');
    const goneMs = await msUntil(world, RADIO, 'fault DEVICE_OFFLINE');
    t.true(REPORT_MS + goneMs <= 2.1 * REPORT_MS, `after ${goneMs} ms more`);
    button.isGone = false;
    t.true((await msUntil(world, RADIO, '')) <= REPORT_MS, 'back with its next check-in');

    button.batteryPercent = 10;
    t.true((await msUntil(world, RADIO, 'fault BUTTON_FAULT')) <= REPORT_MS);
    button.press('long');
    await world.advance(1000);
    const pressed = () => world.alarms().filter(({kind}) => kind === 'EMERGENCY_BUTTON');
    t.is(String(pressed()[0]?.collector), 'C2', 'it still calls');
    button.batteryPercent = 100;
    t.true((await msUntil(world, RADIO, '')) <= REPORT_MS, 'a new battery');

    world.feed(RADIO).unplug();
    t.true((await msUntil(world, RADIO, 'fault DEVICE_OFFLINE')) <= 1000, 'its broker is gone');
  });
});
