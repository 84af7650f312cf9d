import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {lockBaseBehindCollector} from '../../protocols/profiles/parking-lock-profile.js';
import {proveLock, proveMeter, proveRelays} from './driver-proofs.js';
import {PeerProcess, until} from './peer-process.js';
import {openLine, type RealLine} from './real-line.js';
import {socatPair} from './socat.js';

const PROGRAM = fileURLToPath(new URL('./libmodbus-slave.js', import.meta.url));
const UNIT = 3;

async function build(t: ExecutionContext): Promise<RealLine> {
  const {near, far} = await socatPair(t);
  const slave = new PeerProcess(process.execPath, [PROGRAM, far, String(UNIT)]);
  t.teardown(() => slave.end());
  await until('libmodbus listens', () => slave.output.includes('ready') || slave.isOver);
  t.is(slave.output, 'ready\n');
  return openLine(t, near);
}

test('outputs that libmodbus plays are set and read back, and a pulse that it does not know is refused', async t => {
  const {relays, on} = await proveRelays(t, await build(t), UNIT);
  t.is(await relays.pulse(5, 500), 'refused');
  t.deepEqual(on(), [7]);
});

test('a meter and a lock that libmodbus plays are read, opened and closed, and lowered', async t => {
  const line = await build(t);
  await proveLock(t, line, UNIT, lockBaseBehindCollector(0));
  await proveMeter(t, line, UNIT);
});
