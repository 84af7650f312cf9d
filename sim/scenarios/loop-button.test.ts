import test from 'ava';
import {CountingInputs} from '../devices/counting-inputs.js';
import {DiscreteInputs} from '../devices/discrete-inputs.js';
import {LoopButton} from '../devices/loop-button.js';
import {RelayBoard} from '../devices/relay-board.js';
import type {World, WorldOptions} from '../world.js';
import {Guard} from './guard.js';
import {withWorld} from './with-world.js';

const INPUT_UNIT = 40;

const PARTS = {
  sounder: {device: 'R-1', output: 2},
  lamp: {device: 'R-1', output: 3},
  counter: {device: 'N-1', input: 6},
};

/** A post whose call button hangs with both contacts on an input board, `parts` of it on two more. */
function loopSite(parts: object = {}) {
  const twins: {inputs?: DiscreteInputs; button?: LoopButton; relays?: RelayBoard} = {};
  const options: WorldOptions = {
    collectors: [
      {
        id: 'C1',
        bays: ['A-001'],
        more: {
          lineDevices: [
            {id: 'S-1', kind: 'discrete-inputs', address: INPUT_UNIT},
            {id: 'R-1', kind: 'relay-board', address: INPUT_UNIT + 1},
            {id: 'N-1', kind: 'counting-inputs', address: INPUT_UNIT + 2},
          ],
          ownDevices: [
            {id: 'E-9', kind: 'loop-button', inputs: 'S-1', first: 4, second: 5, ...parts},
          ],
          button: 'E-9',
        },
      },
    ],
    equip: world => {
      const {clock} = world;
      const board = new DiscreteInputs({clock, unit: INPUT_UNIT});
      const relays = new RelayBoard({clock, unit: INPUT_UNIT + 1});
      const counters = new CountingInputs({unit: INPUT_UNIT + 2, totals: [0, 0, 0, 0, 0, 0, 7]});
      const counter = {board: counters, input: 6};
      twins.inputs = board;
      twins.relays = relays;
      twins.button = new LoopButton({clock, board, opening: 4, closing: 5, counter});
      world.site.line('C1').attach(board, relays, counters);
    },
  };
  return {options, twins};
}

const alarms = (world: World) => world.alarms().map(({kind, device}) => `${kind} ${device}`);

test('~E49 a loop button calls within 500 ms, once however long it is held; a cut loop is BUTTON_FAULT within 1 s and no call', t => {
  const {options, twins} = loopSite();
  return withWorld(t, options, async world => {
    for (const fault of ['open', 'short'] as const) {
      twins.button?.setLoop(fault);
      await world.advance(1000);
      t.deepEqual(alarms(world), ['BUTTON_FAULT E-9'], fault);
      twins.button?.setLoop('ok');
      await world.advance(1000);
      t.deepEqual(alarms(world), [], `${fault} mended`);
    }
    twins.button?.press(10_000);
    await world.advance(500);
    t.deepEqual(alarms(world), ['EMERGENCY_BUTTON null']);
    await world.advance(10_000);
    t.is(world.alarms()[0]?.count, 1);
    t.is(world.site.line('C1').collisions, 0);
  });
});

test('a loop button whose board is lost is a device offline', t => {
  const {options, twins} = loopSite();
  return withWorld(t, options, async world => {
    if (twins.inputs) twins.inputs.isUnplugged = true;
    await world.advance(10_000);
    t.true(alarms(world).includes('DEVICE_OFFLINE E-9'), alarms(world).join());
  });
});

test('~E49 a press shorter than a poll calls where it is counted, and each press once', async t => {
  for (const isCounted of [true, false]) {
    const {options, twins} = loopSite(isCounted ? PARTS : {});
    await withWorld(t, options, async world => {
      await world.advance(1000);
      // Right after a poll of the contacts, and over before the next.
      twins.button?.press(5);
      await world.advance(1000);
      t.is(alarms(world).includes('EMERGENCY_BUTTON null'), isCounted);
      if (!isCounted) return;
      t.is(world.alarms()[0]?.count, 1);
      twins.button?.press(1000);
      await world.advance(3000);
      t.is(world.alarms()[0]?.count, 2);
    });
  }
});

test('~E49 a press while the gateway is without power calls once it is back, and once', t => {
  const {options, twins} = loopSite(PARTS);
  return withWorld(t, options, async world => {
    await world.advance(1000);
    twins.button?.press(200);
    await world.advance(1000);
    t.is(world.alarms()[0]?.count, 1);
    await world.stopEdge();
    world.startEdge();
    await world.advance(3000);
    t.is(world.alarms()[0]?.count, 1, 'what was counted before is known');
    await world.stopEdge();
    twins.button?.press(200);
    await world.advance(1000);
    world.startEdge();
    await world.advance(3000);
    t.is(world.alarms()[0]?.count, 2);
  });
});

test('~E49 sounder and lamp of a loop button go on with a call; its answer silences one, its end darkens the other', t => {
  const {options, twins} = loopSite(PARTS);
  const outputs = () => twins.relays?.outputs.slice(2, 4);
  return withWorld(t, options, async world => {
    await world.advance(1000);
    t.deepEqual(outputs(), [false, false]);
    twins.button?.press();
    await world.advance(1000);
    t.deepEqual(outputs(), [true, true]);
    const guard = new Guard(world);
    const id = String(world.alarms()[0]?.id);
    t.is((await guard.acknowledge(id)).status, 200);
    await world.advance(1000);
    t.deepEqual(outputs(), [false, true]);
    t.is((await guard.dismiss(id, 'helped')).status, 200);
    await world.advance(1000);
    t.deepEqual(outputs(), [false, false]);
  });
});
