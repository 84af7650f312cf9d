import test from 'ava';
import {DiscreteInputs} from '../devices/discrete-inputs.js';
import {LoopButton} from '../devices/loop-button.js';
import type {World, WorldOptions} from '../world.js';
import {withWorld} from './with-world.js';

const INPUT_UNIT = 40;

/** A post whose call button hangs with both contacts on an input board. */
function loopSite() {
  const twins: {inputs?: DiscreteInputs; button?: LoopButton} = {};
  const options: WorldOptions = {
    collectors: [
      {
        id: 'C1',
        bays: ['A-001'],
        more: {
          lineDevices: [{id: 'S-1', kind: 'discrete-inputs', address: INPUT_UNIT}],
          ownDevices: [{id: 'E-9', kind: 'loop-button', inputs: 'S-1', first: 4, second: 5}],
          button: 'E-9',
        },
      },
    ],
    equip: world => {
      const {clock} = world;
      const board = new DiscreteInputs({clock, unit: INPUT_UNIT});
      twins.inputs = board;
      twins.button = new LoopButton({clock, board, opening: 4, closing: 5});
      world.site.line('C1').attach(board);
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
