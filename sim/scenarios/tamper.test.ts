import test from 'ava';
import type {World, WorldOptions} from '../world.js';
import {Guard} from './guard.js';
import {withWorld} from './with-world.js';

const BAY = 'A-012';
const ONE_BAY: WorldOptions = {
  collectors: [{id: 'C1', bays: [BAY], travelMs: 2000, pollMs: 250}],
};

/** Force the arm, hear the siren, and let the guard come and end it. */
async function forceAndAnswer(world: World): Promise<Readonly<Record<string, unknown>>> {
  const post = world.site.post('C1');
  const forcedMs = world.nowMs;
  world.site.lock(BAY).force();
  await world.until(() => world.alarms().length > 0, 2000);
  await world.advance(1000);
  const [alarm] = world.alarms();
  const told = world.events('alarm').filter(({body}) => body.contact !== null);
  const seen = {
    kind: alarm?.kind,
    bay: alarm?.bay,
    detail: alarm?.detail,
    isWithinASecond: (told.at(-1)?.monoMs ?? Number.POSITIVE_INFINITY) - forcedMs <= 1000,
    contact: told.at(-1)?.body.contact,
    siren: [post.buzzer, post.lamp],
  };
  const guard = new Guard(world);
  await guard.acknowledge(alarm?.id ?? '');
  await world.advance(1000);
  const answered = [post.buzzer, post.lamp];
  await guard.dismiss(alarm?.id ?? '', 'arm bent, straightened it');
  await world.advance(1000);
  return {...seen, answered, ended: [post.buzzer, post.lamp], left: world.alarms().length};
}

test('E24 an arm forced down, and one forced up: siren, WRONG_STATE and the guard within a second, until he answers', t =>
  withWorld(t, ONE_BAY, async world => {
    const expected = {
      kind: 'WRONG_STATE',
      bay: BAY,
      isWithinASecond: true,
      contact: '值班保安',
      siren: [true, true],
      answered: [false, true],
      ended: [false, false],
      left: 0,
    };
    t.deepEqual(await forceAndAnswer(world), {
      ...expected,
      detail: 'A-012: arm forced, was up',
    });
    const lock = world.site.lock(BAY);
    t.is((await new Guard(world).open(BAY, 'straightened')).status, 202);
    await world.advance(5000);
    t.is(lock.arm, 'down');
    t.deepEqual(await forceAndAnswer(world), {
      ...expected,
      detail: 'A-012: arm forced, was down',
    });
    t.deepEqual(
      lock.commands.map(({command}) => command),
      ['lower'],
      'nothing moved by itself against whoever forced it',
    );
  }));
