import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {CountingInputs} from '../../sim/devices/counting-inputs.js';
import {DiscreteInputs} from '../../sim/devices/discrete-inputs.js';
import {LoopButton as ButtonTwin} from '../../sim/devices/loop-button.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import {ModbusCounters} from '../counting-inputs/modbus-counters.js';
import {InputBoard} from '../discrete-inputs/input-board.js';
import {createMemoryPair} from '../port/memory-link.js';
import {HeldRelay} from '../relay-board/held-relay.js';
import {ScriptedRelays} from '../relay-board/scripted-relays.js';
import {LOOP_POLL_MS, LoopButton} from './loop-button.js';

const id = asId<DeviceId>('E-1');

async function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd: far, baudRate: 9600});
  const inputs = new DiscreteInputs({clock, unit: 40});
  const counting = new CountingInputs({unit: 41, totals: [0, 0, 65_530]});
  wire.attach(inputs, counting);
  const counter = {board: counting, input: 2};
  const twin = new ButtonTwin({clock, board: inputs, opening: 4, closing: 5, counter});
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 9600});
  const bus = new ModbusBus(line);
  const relays = new ScriptedRelays(asId<DeviceId>('R-1'), clock);
  const held = (output: number) => new HeldRelay({name: `relay ${output}`, clock, relays, output});
  const heard: string[] = [];
  const button = new LoopButton({
    ...{id, wiring: 'antivalent', first: 4, second: 5},
    ...{sounder: held(0), lamp: held(1)},
    listener: {
      onPress: presses => heard.push(`press ${presses}`),
      onLine: state => heard.push(`loop ${state}`),
      onHealth: health => heard.push(health),
    },
    onCount: count => heard.push(`count ${count}`),
  });
  const board = new InputBoard({
    ...{id: asId<DeviceId>('S-1'), bus, unit: 40, pollMs: LOOP_POLL_MS, inputs: button.inputs},
    listener: {onHealth: () => {}},
  });
  const counters = new ModbusCounters({
    ...{id: asId<DeviceId>('N-1'), bus, unit: 41, inputs: [2]},
    listener: {
      onCount: (_input, delta, total, _quality, atMs) => button.counted(total, delta, atMs),
      onHealth: () => {},
    },
  });
  line.open();
  await clock.advance(1000);
  const close = async () => {
    button.close();
    board.close();
    counters.close();
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  };
  return {clock, twin, inputs, relays, heard, button, close};
}

test('a press is told within 500 ms, once, be it long or shorter than a poll', async t => {
  const {clock, twin, heard, close} = await setup();
  t.deepEqual(heard, ['ok', 'loop ok']);
  twin.press(2000);
  await clock.advance(500);
  t.is(heard[2], 'press 1');
  await clock.advance(5000);
  t.deepEqual(heard.slice(2), ['press 1', 'count 65531']);
  twin.press(20);
  await clock.advance(500);
  const again = ['press 1', 'count 65532'];
  t.deepEqual(heard.slice(4), again, 'the count behind the press, to be kept');
  await close();
});

test('a cut and a bridged loop are told within 1 s and are no presses; a lost board is offline', async t => {
  const {clock, twin, inputs, heard, button, close} = await setup();
  heard.length = 0;
  twin.setLoop('open');
  await clock.advance(1000);
  t.is(button.line, 'open');
  twin.press();
  await clock.advance(1000);
  twin.setLoop('short');
  await clock.advance(1000);
  twin.setLoop('ok');
  await clock.advance(1000);
  const told = heard.filter(one => !one.startsWith('count'));
  t.deepEqual(told, ['loop open', 'loop short', 'loop ok']);
  inputs.isUnplugged = true;
  await clock.advance(9000);
  t.is(button.health, 'offline');
  t.is(heard.at(-1), 'offline');
  await close();
});

test('sounder and lamp are relays, held until told otherwise', async t => {
  const {clock, relays, button, close} = await setup();
  button.signal({buzzer: true, lamp: true});
  await clock.advance(10);
  button.signal({buzzer: false, lamp: true});
  await clock.advance(10);
  t.deepEqual(relays.orders, ['set 0 true', 'set 1 true', 'set 0 false']);
  await close();
  t.is(relays.watchers, 0);
});
