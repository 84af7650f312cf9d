import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {ScriptedBus} from '../lifecycle/scripted-bus.js';
import {InputBoard} from './input-board.js';

function setup(inputs: readonly number[]) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const bus = new ScriptedBus(clock, {
    read: () => ({kind: 'values', values: [0, 0, 0, 1]}),
  });
  const heard: string[] = [];
  const board = new InputBoard({
    id: asId<DeviceId>('S-1'),
    bus,
    unit: 40,
    inputs: new Map(
      inputs.map(input => [
        input,
        {
          onInput: (active: boolean) => heard.push(`${input}=${active}`),
          onInputHealth: (health: string) => heard.push(`${input} ${health}`),
        },
      ]),
    ),
    listener: {onHealth: health => heard.push(`board ${health}`)},
    onTrouble: code => heard.push(code),
  });
  return {bus, board, heard};
}

test('one FC02 serves all who listen, each with its own contact', t => {
  const {bus, board, heard} = setup([0, 3]);
  const [entry] = bus.entries;
  t.deepEqual(entry?.read, {unit: 40, table: 'discrete', address: 0, quantity: 4});
  t.is(entry?.periodMs(), 200);
  bus.health('ok');
  bus.sweep();
  t.is(board.health, 'ok');
  t.deepEqual(heard, ['board ok', '0 ok', '3 ok', '0=false', '3=true']);
  board.close();
  t.is(bus.entries.size, 0);
});

test('a board without these inputs is offline for all', t => {
  const {bus, heard} = setup([3]);
  bus.script = {read: () => ({kind: 'exception', exceptionCode: 2})};
  bus.sweep();
  t.deepEqual(heard, ['board offline', '3 offline', 'device/profile-misfit']);
});

test('no input, or one beyond any board, is refused', t => {
  t.throws(() => setup([]), {code: 'usage/inputs'});
  t.throws(() => setup([64]), {code: 'usage/inputs'});
});
