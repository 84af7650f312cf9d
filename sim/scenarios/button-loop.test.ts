import test from 'ava';
import type {World} from '../world.js';
import {withWorld} from './with-world.js';

const alarms = (world: World) =>
  world.alarms().map(({kind, collector, device}) => `${kind} ${collector} ${device}`);

test('~E49 a cut or bridged button loop is one BUTTON_FAULT within 1 s and never a press, ends when mended, and the button then calls', t =>
  withWorld(t, {collectors: [{id: 'C1', bays: ['A-012']}]}, async world => {
    const {button} = world.site.plainPost('C1');
    for (const fault of ['open', 'short'] as const) {
      button.setLoop(fault);
      await world.advance(1000);
      t.deepEqual(alarms(world), ['BUTTON_FAULT C1 E-C1'], fault);
      await world.advance(60_000);
      t.deepEqual(alarms(world), ['BUTTON_FAULT C1 E-C1'], `${fault}, a minute later`);
      t.false(world.site.post('C1').buzzer);
      button.setLoop('ok');
      await world.advance(1000);
      t.deepEqual(alarms(world), [], `${fault} mended`);
    }
    const raised = world.events('alarm').filter(({body}) => body.kind === 'EMERGENCY_BUTTON');
    t.deepEqual(raised, []);
    world.site.post('C1').press();
    await world.advance(500);
    t.deepEqual(alarms(world), ['EMERGENCY_BUTTON C1 null']);
  }));
