import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {fromHex} from '../../protocols/base/bytes.js';
import {PeerProcess, rest, until} from './peer-process.js';
import {BAY, freshFolder, freshTerminal, RealSite} from './real-site.js';
import {recordedNullModem, type WireRecorder} from './wire-recorder.js';

const SCRIPT = fileURLToPath(new URL('../../../sim/real/pymodbus-slaves.py', import.meta.url));
const TRAVEL_MS = 1500;
/** Unit 1, FC06, register 0, value 2: from devices.md 3.4, with the CRC by a foreign program. */
const LOWER_FRAME = fromHex('010600000002080b');
const EVERY_MS = 5000;
/** A poll that waits in vain for its answer holds the line for 150 ms; the rest is for a busy machine. */
const TOLERANCE_MS = 250;

interface Rig {
  readonly site: RealSite;
  /** What the daemon says on the line. */
  readonly wire: WireRecorder;
  startSlave(): PeerProcess;
}

function build(t: ExecutionContext): Rig {
  const folder = freshFolder(t);
  const ours = freshTerminal(t, join(folder, 'ttyOURS'));
  const theirs = freshTerminal(t, join(folder, 'ttyTHEIRS'));
  const wire = recordedNullModem(ours, theirs);
  const startSlave = () => {
    const args = [SCRIPT, theirs.path, String(TRAVEL_MS / 1000)];
    const slave = new PeerProcess('/usr/bin/python3', args);
    t.teardown(() => slave.end());
    return slave;
  };
  return {site: new RealSite(t, {linePath: ours.path, travelMs: TRAVEL_MS}), wire, startSlave};
}

test('a tap opens a lock that pymodbus plays: one command, the arm moves, then lies down', async t => {
  const {site, wire, startSlave} = build(t);
  startSlave();
  await site.online();
  t.is(site.arm, 'up');
  const card = await site.office.cardFor([BAY]);

  const tapMs = performance.now();
  await site.tap(card);
  await until('the arm moves', () => site.arm === 'moving');
  await until('the session opens', () => site.events('session').length > 0);
  const [sentMs = Number.NaN, ...more] = wire.timesOf(LOWER_FRAME);
  t.deepEqual(more, []);
  t.true(sentMs - tapMs < 1000, `the command went out ${sentMs - tapMs} ms after the card`);
  t.log(`card to command on the wire: ${Math.round(sentMs - tapMs)} ms`);

  t.is(site.arm, 'down');
  const session = site.events('session');
  t.deepEqual(
    session.map(({bay, phase, holder}) => ({bay, phase, holder})),
    [{bay: BAY, phase: 'open_wait_car', holder: card.credential.holder}] as never,
  );
  const states = site.events('actuation').map(({state}) => state);
  t.is(states.at(-1), 'confirmed');
  t.deepEqual(site.alarms(), []);
});

test('with the pymodbus slave stopped six commands go out 5 s apart and one call is raised; it comes back and a tap opens', async t => {
  const {site, wire, startSlave} = build(t);
  const slave = startSlave();
  await site.online();
  const card = await site.office.cardFor([BAY]);

  slave.signal('SIGSTOP');
  await site.tap(card);
  const calls = () => site.events('alarm').filter(({kind}) => kind === 'UNLOCK_FAILED');
  await until('the call', () => calls().length > 0, 35_000);
  const callMs = performance.now();
  // As long again as one interval: a seventh command or a second call would show.
  await rest(EVERY_MS + TOLERANCE_MS);

  const orderedMs = site.orderedMs();
  const offsets = wire.timesOf(LOWER_FRAME).map(atMs => Math.round(atMs - orderedMs));
  t.log(`commands at ${offsets.join(', ')} ms, call at ${Math.round(callMs - orderedMs)} ms`);
  t.is(offsets.length, 6);
  for (const [index, offset] of offsets.entries()) {
    const lateMs = offset - EVERY_MS * index;
    t.true(lateMs >= -1 && lateMs <= TOLERANCE_MS, `command ${index + 1} at ${offset} ms`);
  }
  t.is(calls().filter(({state}) => state === 'raised').length, 1);
  t.is(site.alarms().filter(({kind}) => kind === 'UNLOCK_FAILED').length, 1);
  t.is(site.events('actuation').at(-1)?.state, 'failed');

  await slave.kill();
  wire.forget();
  startSlave();
  await until('the line lives again', () => site.lines().every(line => line === 'ok'), 60_000);
  // A unit that was silent for long is asked again once a minute.
  await site.online(70_000);
  t.deepEqual(wire.timesOf(LOWER_FRAME), []);
  t.is(site.arm, 'up');
  await site.tap(card);
  await until('the arm lies down', () => site.arm === 'down');
  t.is(wire.timesOf(LOWER_FRAME).length, 1);
});
