import test, {type ExecutionContext} from 'ava';
import {toHex} from '../../protocols/base/bytes.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {OsdpReader, type OsdpReaderOptions} from '../../sim/devices/osdp-reader.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {SharedLine} from '../bus/shared-line.js';
import {createMemoryPair} from '../port/memory-link.js';
import {OsdpUnit, type OsdpUnitOptions} from './osdp-unit.js';

const KEY = Uint8Array.from({length: 16}, (_, index) => index);
const PLACE = {reader: 0, mode: 1, tempSeconds: 0, row: 1, column: 1};

function makeRig(t: ExecutionContext) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const entropy = new SeededEntropy(5);
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({clock, entropy, farEnd: far, baudRate: 38_400});
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 38_400});
  line.open();
  const units: OsdpUnit[] = [];
  const told: string[] = [];
  const addTwin = (options: Partial<OsdpReaderOptions> = {}) => {
    const twin = new OsdpReader({clock, entropy, address: 5, key: KEY, ...options});
    wire.attach(twin);
    return twin;
  };
  const addUnit = (options: Partial<OsdpUnitOptions> = {}) => {
    const unit = new OsdpUnit({
      id: asId<DeviceId>('R-1'),
      ...{bus: line, clock, random: (length: number) => entropy.bytes(length)},
      ...{address: 5, keys: [KEY]},
      onTrouble: (code, text) => told.push(`${code} ${text}`),
      ...options,
    });
    units.push(unit);
    return unit;
  };
  t.teardown(async () => {
    for (const unit of units) unit.close();
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  });
  return {clock, wire, told, addTwin, addUnit};
}

test('a new key that cannot be stored never reaches the reader', async t => {
  const {clock, told, addTwin, addUnit} = makeRig(t);
  const twin = addTwin({key: undefined});
  let isDiskFull = true;
  const unit = addUnit({
    ...{keys: [], install: true},
    onKeySet: ({key}) => {
      if (isDiskFull) throw new Error(`no room for ${toHex(key)}`);
    },
  });
  await clock.advance(9000);
  t.is(twin.channel.key, undefined);
  t.false(unit.isSecure);
  t.regex(told[0] ?? '', /^osdp\/insecure R-1: its key [0-9a-f]{8} could not be stored$/);
  isDiskFull = false;
  await clock.until(() => unit.isSecure, 60_000);
  t.not(twin.channel.key, undefined);
});

test('a command that no frame can carry is refused to its caller, and the line goes on', async t => {
  const {clock, addTwin, addUnit} = makeRig(t);
  addTwin();
  const unit = addUnit();
  await clock.advance(1000);
  await t.throwsAsync(unit.showText(PLACE, '粤B'), {code: 'codec/osdp'});
  await t.throwsAsync(unit.setKey(KEY.slice(1)), {code: 'codec/osdp'});
  t.throws(() => addUnit({keys: [KEY.slice(1)]}), {code: 'codec/osdp-key'});
  t.is(await clock.settle(unit.showText(PLACE, 'hello')), 'done');
});

test('an output that its reader did not hear for 2 s is not switched later; a quick repetition is', async t => {
  const {clock, wire, addTwin, addUnit} = makeRig(t);
  const twin = addTwin();
  const unit = addUnit();
  await clock.advance(1000);
  const order = async (deafMs: number, output: number) => {
    wire.faults.setUnit('osdp:5', {requestLoss: 1});
    const result = unit.setOutput({output, control: 5, time100ms: 600});
    await clock.advance(deafMs);
    wire.faults.clearUnit('osdp:5');
    return clock.settle(result);
  };
  t.is(await order(400, 0), 'done');
  t.true(twin.body.output(0));
  t.is(await order(4000, 1), 'unknown');
  await clock.advance(20_000);
  t.is(unit.health, 'ok');
  t.false(twin.body.output(1));
});
