import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {InputBoard} from '../../drivers/discrete-inputs/input-board.js';
import {asId} from '../../protocols/site/ids.js';
import {proveLock, proveMeter, proveRelays} from './driver-proofs.js';
import {PeerProcess, until} from './peer-process.js';
import {openLine, type RealLine} from './real-line.js';
import {socatPair} from './socat.js';

const SCRIPT = fileURLToPath(new URL('../../../sim/real/pymodbus-slaves.py', import.meta.url));
const TRAVEL_S = 1;
const LOCK = 1;
const RELAYS = 41;
const METER = 51;
const OUTPUT = 5;
const PULSE_MS = 700;

async function build(t: ExecutionContext): Promise<RealLine> {
  const {near, far} = await socatPair(t);
  const slaves = new PeerProcess('/usr/bin/python3', [SCRIPT, far, String(TRAVEL_S)]);
  t.teardown(() => slaves.end());
  return openLine(t, near);
}

test('on a line that pymodbus plays relays are set, pulsed and read back, and its contacts follow', async t => {
  const line = await build(t);
  const contact: boolean[] = [];
  const onInput = (active: boolean) => void contact.push(active);
  const inputs = new InputBoard({
    ...{id: asId('inputs-1'), bus: line.bus, unit: RELAYS, pollMs: 100},
    inputs: new Map([[OUTPUT, {onInput, onInputHealth() {}}]]),
    listener: {onHealth() {}},
  });
  t.teardown(() => inputs.close());
  const {relays, on} = await proveRelays(t, line, RELAYS);

  const pulsedMs = line.clock.nowMs();
  t.is(await relays.pulse(OUTPUT, PULSE_MS), 'proven');
  t.deepEqual(on(), [OUTPUT, 7]);
  await until('the board ends the pulse', () => on()?.includes(OUTPUT) === false);
  const lengthMs = line.clock.nowMs() - pulsedMs;
  t.log(`a pulse of ${PULSE_MS} ms was over after ${Math.round(lengthMs)} ms`);
  t.true(lengthMs >= PULSE_MS);
  t.deepEqual(on(), [7]);
  await until('the contact opens', () => contact.at(-1) === false);
  t.deepEqual(
    contact.filter((active, index) => active !== contact[index - 1]),
    [false, true, false],
  );
  t.is(await relays.set(8, true), 'refused');
});

test('on one line that pymodbus plays a lock goes down while a meter is read, opened and closed', async t => {
  const line = await build(t);
  const [meter] = await Promise.all([proveMeter(t, line, METER), proveLock(t, line, LOCK)]);
  t.true(await meter.setCredit(2_500_000));
  await until('the credit is read back', () => meter.latest?.remainingMl === 2_500_000);
});
