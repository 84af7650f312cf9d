import test from 'ava';
import type {World, WorldOptions} from '../world.js';
import {Guard} from './guard.js';
import {withWorld} from './with-world.js';

const ONE_POST: WorldOptions = {collectors: [{id: 'C1', bays: ['A-012'], pollMs: 2000}]};

async function press(world: World, times: number): Promise<void> {
  for (let press = 1; press <= times; press += 1) {
    world.site.post('C1').press();
    await world.advance(700);
  }
}

test('E49 children at the button: one alarm with count, closed with a reason; three false calls in 10 min lower the ring and never mute it', t =>
  withWorld(t, ONE_POST, async world => {
    const guard = new Guard(world);
    const post = world.site.post('C1');
    const callAndDismiss = async (presses: number) => {
      await press(world, presses);
      const [alarm, ...others] = world.alarms();
      t.deepEqual(others, []);
      const {kind, count, ring, id} = alarm ?? t.fail();
      t.is(kind, 'EMERGENCY_BUTTON');
      t.true(post.buzzer, 'the sounder is never muted');
      t.is((await guard.dismiss(id, '', true)).status, 400);
      t.is((await guard.dismiss(id, 'children playing', true)).status, 200);
      await world.advance(1000);
      t.deepEqual([world.alarms().length, post.buzzer], [0, false]);
      return `${ring} ${count}`;
    };
    const rings: string[] = [];
    for (const presses of [4, 1, 3, 2, 1]) {
      rings.push(await callAndDismiss(presses));
      await world.advance(60_000);
    }
    t.deepEqual(rings, ['normal 4', 'normal 1', 'normal 3', 'low 2', 'low 1']);
    t.deepEqual(
      world
        .events('alarm')
        .filter(({body}) => body.state === 'closed')
        .map(({body}) => [body.person, body.note]),
      Array.from({length: 5}, () => ['wang', 'children playing']),
    );
    await world.advance(600_000);
    t.is(await callAndDismiss(1), 'normal 1');
  }));

test('E50 a guard asleep: next contact at 60 s, operator at 180 s, buzzer on; "on the way" only after acknowledgement', t =>
  withWorld(t, ONE_POST, async world => {
    const post = world.site.post('C1');
    await press(world, 1);
    const raisedMs = world.events('alarm')[0]?.monoMs ?? 0;
    const toldAt = () =>
      world
        .events('alarm')
        .filter(({body}) => body.contact !== null)
        .map(({body, monoMs}) => [body.contact, Math.round((monoMs - raisedMs) / 100) / 10]);
    await world.advance(59_000 - (world.nowMs - raisedMs));
    t.deepEqual(toldAt(), [['值班保安', 0]]);
    t.deepEqual([world.screen('C1'), post.buzzer], ['Call sent / Please wait', true]);
    await world.advance(241_000);
    t.deepEqual(toldAt(), [
      ['值班保安', 0],
      ['保安队长', 60],
      ['运营中心', 180],
    ]);
    t.deepEqual([world.screen('C1'), post.buzzer], ['Call sent / Please wait', true]);
    t.false(post.screens.some(({screen}) => screen.lines[0] === 'Staff are coming'));

    const guard = new Guard(world);
    const alarm = world.alarms()[0]?.id ?? t.fail();
    t.is((await guard.acknowledge(alarm)).status, 200);
    await world.advance(1000);
    t.deepEqual(
      [world.screen('C1'), post.buzzer, post.lamp],
      ['Staff are coming / Please wait', false, true],
    );
    await world.advance(300_000);
    t.is(toldAt().length, 3);
  }));
