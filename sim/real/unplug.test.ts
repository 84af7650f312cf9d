import {join} from 'node:path';
import test from 'ava';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {Display} from '../devices/display.js';
import {EmergencyButton} from '../devices/emergency-button.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {BUTTON_UNIT, DISPLAY_UNIT, lockUnit} from '../plan/site-plan.js';
import {Rs485Line} from '../wire/rs485-line.js';
import {rest, until} from './peer-process.js';
import {BAY, freshFolder, freshTerminal, RealSite} from './real-site.js';

const TRAVEL_MS = 1000;
/** Long enough for anything that was held back to come out. */
const SETTLE_MS = 2000;
const READ_HOLDING = 3;

test('a real port that is unplugged gives one BUS_DOWN; replugged, it sends nothing of before, polls again and a tap opens', async t => {
  const clock = new SystemClock();
  const terminal = freshTerminal(t, join(freshFolder(t), 'ttyLINE'));
  const line = new Rs485Line({
    ...{clock, entropy: new SystemEntropy(clock), farEnd: terminal},
    ...{baudRate: 9600, pacing: 'bytes'},
  });
  t.teardown(() => line.close());
  const lock = new ParkingLock({clock, unit: lockUnit(0), travelMs: TRAVEL_MS});
  line.attach(lock);
  line.attach(new Display({clock, unit: DISPLAY_UNIT}));
  line.attach(new EmergencyButton({clock, unit: BUTTON_UNIT}));
  const site = new RealSite(t, {
    ...{linePath: terminal.path, travelMs: TRAVEL_MS},
    // A series that is over before the wire is back: what is sent then is nobody's wish any more.
    rules: {unlock: {repeats: 1, intervalMs: 1500}},
  });
  await site.online();
  const card = await site.office.cardFor([BAY]);
  const raised = (wanted: string) =>
    site.events('alarm').filter(({kind, state}) => kind === wanted && state === 'raised').length;

  // A frame under way would be lost for the test as well, so the plug is pulled in a pause.
  await until('a pause on the line', () => isQuiet(line, clock.nowMs()));
  terminal.unplug();
  const unplugMs = clock.nowMs();
  await until('the line is declared down', () => site.lines().includes('down'));
  await site.tap(card);
  await until('the call', () => raised('UNLOCK_FAILED') === 1);
  await rest(SETTLE_MS);
  t.is(raised('BUS_DOWN'), 1);
  const begunSince = (sinceMs: number) =>
    line.log.entries.filter(entry => entry.direction === 'toDevices' && entry.atMs > sinceMs);
  t.deepEqual(begunSince(unplugMs), []);

  const toLock = ({bytes}: {readonly bytes: Uint8Array}) => bytes[0] === lock.unit;
  terminal.replug();
  const replugMs = clock.nowMs();
  await until('the lock is polled again', () => begunSince(replugMs).some(toLock), 45_000);
  t.log(`polled again ${Math.round(clock.nowMs() - replugMs)} ms after the replug`);
  await until('the alarm clears', () => !site.alarms().some(({kind}) => kind === 'BUS_DOWN'));
  await site.online();
  await rest(SETTLE_MS);
  t.deepEqual(lock.commands, []);
  const orders = begunSince(replugMs).filter(
    entry => toLock(entry) && entry.bytes[1] !== READ_HOLDING,
  );
  t.deepEqual(orders, []);
  t.is(raised('BUS_DOWN'), 1);

  await site.tap(card);
  await until('the arm lies down', () => site.arm === 'down');
  t.deepEqual(
    lock.commands.map(({command}) => command),
    ['lower'],
  );
  t.is(line.gapViolations, 0);
});

function isQuiet(line: Rs485Line, nowMs: number): boolean {
  const last = line.log.entries.at(-1);
  return last !== undefined && last.direction === 'toMaster' && nowMs - last.atMs > 30;
}
