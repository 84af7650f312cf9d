import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {ScriptedRelays} from '../relay-board/scripted-relays.js';
import {RelaySiren} from './relay-siren.js';

test('a siren sounds until told otherwise, and says what its relay does', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const relays = new ScriptedRelays(asId<DeviceId>('R-1'), clock);
  const heard: string[] = [];
  const siren = new RelaySiren({
    id: asId<DeviceId>('H-1'),
    clock,
    relays,
    output: 1,
    listener: {
      onHealth: health => heard.push(health),
      onSounding: isSounding => heard.push(`sounding ${isSounding}`),
    },
  });
  siren.sound(true);
  await clock.advance(10);
  relays.tell([false, true]);
  relays.tell([false, true]);
  await clock.advance(30_000);
  t.deepEqual(relays.orders, ['set 1 true', 'set 1 true']);
  relays.turn('offline');
  t.is(siren.health, 'offline');
  siren.sound(false);
  await clock.advance(60_000);
  t.is(relays.orders.length, 2, 'nothing goes to a board that is away');
  relays.turn('ok');
  await clock.advance(10);
  relays.tell([false, false]);
  t.deepEqual(relays.orders.slice(2), ['set 1 false']);
  t.deepEqual(heard, ['sounding true', 'offline', 'ok', 'sounding false']);
  siren.close();
  t.is(relays.watchers, 0);
  clock.assertIdle();
});
