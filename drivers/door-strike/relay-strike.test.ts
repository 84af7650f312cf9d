import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {ScriptedRelays} from '../relay-board/scripted-relays.js';
import {RelayStrike} from './relay-strike.js';

function setup(hasExit = true) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const relays = new ScriptedRelays(asId<DeviceId>('R-1'), clock);
  const heard: string[] = [];
  const strike = new RelayStrike({
    id: asId<DeviceId>('T-1'),
    clock,
    relays,
    output: 4,
    door: {input: 0, activeWhen: 'open'},
    exit: hasExit ? {input: 1, activeWhen: 'closed'} : 'none',
    failMode: 'fail_safe',
    listener: {
      onDoor: isOpen => heard.push(`open ${isOpen}`),
      onFault: (fault, isStanding) => heard.push(`${fault} ${isStanding}`),
      onHealth: health => heard.push(health),
    },
  });
  const see = async (isOpen: boolean, isExit = false) => {
    await clock.advance(200);
    strike.inputs.get(0)?.onInput(!isOpen, clock.nowMs());
    strike.inputs.get(1)?.onInput(isExit, clock.nowMs());
  };
  return {clock, relays, heard, strike, see};
}

test('a release is one pulse of 5 s, and the door may be opened while it lasts', async t => {
  const {clock, relays, heard, strike, see} = setup();
  await see(false);
  t.is(await strike.release(), 'proven');
  t.deepEqual(relays.orders, ['pulse 4 5000']);
  await clock.advance(4500);
  await see(true);
  await see(false);
  t.deepEqual(heard, ['open false', 'open true', 'open false']);
  strike.close();
  t.is(await strike.release(), 'not_sent');
  clock.assertIdle();
});

test('a door that opens without a release was forced, unless somebody goes out', async t => {
  const {heard, strike, see} = setup();
  await see(false);
  await see(true);
  await see(false);
  t.deepEqual(heard.slice(1), ['open true', 'forced_open true', 'open false', 'forced_open false']);
  await see(false, true);
  await see(true);
  t.deepEqual(heard.slice(5), ['open true']);
  strike.close();
});

test('without an exit contact nobody is accused of a break-in', async t => {
  const {heard, strike, see} = setup(false);
  await see(false);
  await see(true);
  t.deepEqual(heard, ['open false', 'open true']);
  strike.close();
});

test('a door open for 60 s is held open until it shuts', async t => {
  const {clock, heard, strike, see} = setup();
  await see(false);
  await strike.release();
  await see(true);
  await clock.advance(59_000);
  t.false(heard.includes('held_open true'));
  await clock.advance(1000);
  t.is(heard.at(-1), 'held_open true');
  await see(false);
  t.is(heard.at(-1), 'held_open false');
  strike.close();
  clock.assertIdle();
});

test('a door of which nothing is known is neither open nor shut', async t => {
  const {heard, strike, see} = setup();
  await see(true);
  for (const listener of strike.inputs.values()) listener.onInputHealth('offline');
  t.is(strike.isOpen, undefined);
  t.is(strike.health, 'offline');
  t.deepEqual(heard, ['open true', 'open undefined', 'offline']);
  await see(true);
  t.deepEqual(heard.slice(3), ['open true'], 'found open, it was not forced before our eyes');
  strike.close();
});
