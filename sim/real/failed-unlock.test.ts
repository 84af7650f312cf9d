import {join} from 'node:path';
import test from 'ava';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {toHex} from '../../protocols/base/bytes.js';
import {Display} from '../devices/display.js';
import {EmergencyButton} from '../devices/emergency-button.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {BUTTON_UNIT, DISPLAY_UNIT, lockUnit} from '../plan/site-plan.js';
import {Rs485Line} from '../wire/rs485-line.js';
import {logIn, soundOf} from './board-rig.js';
import {until} from './peer-process.js';
import {BAY, freshFolder, freshTerminal, RealSite} from './real-site.js';
import {boardOf} from './site-board.js';
import {openBrowser} from './web-browser.js';

const TRAVEL_MS = 1000;
const [FIRST, SECOND] = ['值班保安', '保安队长'] as const;

/** Orders to the lock that went over the wire, be it that a busy machine cut one in two, which no lock hears. */
function ordersOn({log}: Rs485Line): number {
  const sent = log.entries.filter(({direction}) => direction === 'toDevices');
  const [order] = sent.filter(({bytes}) => {
    return bytes[0] === lockUnit(0) && bytes[1] === 6 && bytes.length === 8;
  });
  const wire = sent.map(({bytes}) => toHex(bytes)).join('');
  return order ? wire.split(toHex(order.bytes)).length - 1 : 0;
}

// It takes as long as people wait: six commands, and the minute until the next contact.
test('P17 a lock that takes six commands and does not move: one call on the board in Chromium after 29.5 s, the next contact after 60 s, sounder and board sound until the ack, and only then staff are coming', async t => {
  t.timeout(180_000);
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const terminal = freshTerminal(t, join(freshFolder(t), 'ttyLINE'));
  const line = new Rs485Line({
    ...{clock, entropy, farEnd: terminal, baudRate: 9600, pacing: 'bytes'},
  });
  t.teardown(() => line.close());
  const lock = new ParkingLock({clock, unit: lockUnit(0), travelMs: TRAVEL_MS});
  const display = new Display({clock, unit: DISPLAY_UNIT});
  const button = new EmergencyButton({clock, unit: BUTTON_UNIT});
  line.attach(lock, display, button);
  const text = () => display.screen?.lines.join(' / ') ?? '';
  lock.ail({deaf: 'acks'});
  const site = new RealSite(t, {linePath: terminal.path, travelMs: TRAVEL_MS});
  await site.online();
  const browser = await openBrowser();
  t.teardown(() => browser.close());
  const {tab, troubles, desk} = await boardOf(t, browser, site);
  await logIn(tab, desk, '王强', 'wang');
  await tab.getByRole('button', {name: /Start watch/}).click();

  const swipedMs = performance.now();
  const since = () => performance.now() - swipedMs;
  await site.tap(await site.office.cardFor([BAY]));
  const tile = tab.locator('.tile[data-type="assistance"]');
  await tile.waitFor({timeout: 40_000});
  const calledMs = since();
  const account = site
    .events('actuation')
    .map(({tryNo, sinceStartMs, state, why}) => `${tryNo}@${sinceStartMs} ${state} ${why ?? ''}`);
  const told = `${calledMs} ms, ${ordersOn(line)} on the wire: ${account.join(', ')}`;
  t.true(calledMs > 29_000 && calledMs < 34_000, told);
  t.is(Math.max(...site.events('actuation').map(({tryNo}) => tryNo)), 6, told);
  t.is(ordersOn(line), 6, told);
  const whom = async () => (await tile.textContent()) ?? '';
  t.true((await whom()).includes(BAY));
  t.true((await whom()).includes(FIRST));
  await until('the board sounds', async () => (await soundOf(tab)) === 'assistance normal');
  await until('the post sounds', () => button.buzzer);

  await until('the next contact', async () => (await whom()).includes(SECOND), 70_000);
  const escalatedMs = since() - calledMs;
  t.true(escalatedMs > 59_000 && escalatedMs < 63_000, `${escalatedMs} ms`);
  t.true(button.buzzer);
  t.regex(await soundOf(tab), /^assistance loud$/, 'louder since 30 s');
  const ofTheSite = site.alarms().filter(({kind}) => kind !== 'STORAGE_SLOW');
  t.deepEqual(
    ofTheSite.map(({kind}) => kind),
    ['UNLOCK_FAILED'],
    'the disk under this test may be slow',
  );
  t.regex(text(), /Call sent/);

  await tile.getByRole('button', {name: /^I take it/}).click();
  await tab.locator('.tile .taken', {hasText: '王强'}).waitFor();
  await until('staff are coming', () => /Staff are coming/.test(text()));
  await until('the post is silent', () => !button.buzzer);
  t.is(await soundOf(tab), 'silent');
  t.is(site.arm, 'up');
  t.deepEqual(troubles, []);
});
