import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {type LampSigns, type LampState, lampState} from '../domain/lamp/lamp.js';
import {yieldTurn} from '../platform/event-loop.js';
import {LedLamp} from '../platform/led-lamp.js';
import {LampKeeper} from './lamp-keeper.js';

/** A folder such as the kernel has for lamps. */
function box(t: ExecutionContext, names: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-leds-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  for (const name of names) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'trigger'), '[heartbeat] none');
    writeFileSync(join(folder, name, 'brightness'), '0');
    writeFileSync(join(folder, name, 'max_brightness'), '255\n');
  }
  const brightness = (name: string) => readFileSync(join(folder, name, 'brightness'), 'utf8');
  return {
    lamp: new LedLamp(folder),
    lit: () => names.filter(name => brightness(name) === '255').join('+'),
    trigger: (name: string) => readFileSync(join(folder, name, 'trigger'), 'utf8'),
  };
}

const WELL: LampSigns = {isServing: true, isEnrolling: false, linesDown: 0, link: 'online'};

test('I-15 the lamp: green serves, green blinks offline, yellow bus, red not serving, blue enrolling', async t => {
  const [green, yellow, red, blue] = ['green', 'yellow', 'red', 'blue'].map(
    colour => `latchkey:${colour}:status`,
  ) as [string, string, string, string];
  const {lamp, lit, trigger} = box(t, [green, yellow, red, blue]);
  const clock = new VirtualClock({yieldTurn});
  let state: LampState | undefined = lampState(WELL);
  const keeper = new LampKeeper({clock, lamp, state: () => state});
  t.is(trigger(green), 'none', 'no trigger of the kernel writes over it');
  const seen = async (signs: Partial<LampSigns>) => {
    state = lampState({...WELL, ...signs});
    const lights: string[] = [];
    for (let seconds = 0; seconds < 4; seconds += 1) {
      await clock.advance(1000);
      lights.push(lit());
    }
    return lights;
  };
  t.deepEqual(await seen({}), [green, green, green, green]);
  t.deepEqual(await seen({link: 'none'}), [green, green, green, green]);
  t.deepEqual(await seen({link: 'offline'}), ['', green, '', green]);
  t.deepEqual(await seen({linesDown: 1, link: 'offline'}), [yellow, yellow, yellow, yellow]);
  t.deepEqual(await seen({isEnrolling: true, linesDown: 1}), [blue, blue, blue, blue]);
  t.deepEqual(await seen({isServing: false, isEnrolling: true}), [red, red, red, red]);
  await seen({});
  state = undefined;
  await clock.advance(1000);
  t.is(lit(), red, 'while no site runs');
  state = 'serving';
  await clock.advance(1000);
  keeper.close();
  t.is(lit(), red, 'and when the daemon ends');
  clock.assertIdle();
});

test('a box with two colours shows yellow by both; lamps of others are left alone', t => {
  const two = box(t, ['latchkey:green', 'latchkey:red', 'ACT', 'other:red:power']);
  two.lamp.light('yellow');
  t.is(two.lit(), 'latchkey:green+latchkey:red');
  t.is(two.trigger('ACT'), '[heartbeat] none');
  two.lamp.light('blue');
  t.is(two.lit(), '');
  t.false(box(t, ['ACT']).lamp.isThere);
  t.false(new LedLamp('/nowhere').isThere);
});
