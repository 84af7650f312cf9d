import {join} from 'node:path';
import test from 'ava';
import type {Browser} from 'playwright-core';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {lockUnit} from '../plan/site-plan.js';
import {Rs485Line} from '../wire/rs485-line.js';
import {DESK, logIn, PHONE} from './board-rig.js';
import {until} from './peer-process.js';
import {BAY, freshFolder, freshTerminal, RealSite} from './real-site.js';
import {boardOf} from './site-board.js';
import {openBrowser, overflow} from './web-browser.js';

let browser: Browser;
test.before(async () => {
  browser = await openBrowser();
});
test.after.always(() => browser?.close());

const RINGING = ['raised', 'notified'];

for (const screen of [PHONE, DESK]) {
  test.serial(
    `X7 with outside hosts blocked Chromium at ${screen.width} px loads the page, shows bays, alarms and unsent count, and acknowledges an alarm`,
    async t => {
      // A port that is not there: the daemon calls for help, and the page must show it.
      const site = new RealSite(t, {linePath: join(freshFolder(t), 'ttyNONE')});
      await until('an alarm rings', () => site.alarms().some(({kind}) => kind === 'BUS_DOWN'));
      const {tab, troubles, desk} = await boardOf(t, browser, site, screen);
      await tab.getByText('line-C1', {exact: false}).first().waitFor();
      // Nobody acts without a name.
      t.is(await tab.locator('.tile .tools button').count(), 0);
      t.true(RINGING.includes(site.alarms()[0]?.state ?? ''));

      await tab.getByRole('button', {name: 'Site', exact: true}).click();
      await tab.locator(`[data-bay="${BAY}"]`).waitFor();
      const unsent = () => new RegExp(`\\b${site.unsent()} unsent`);
      const cloud = tab.locator('#cloud');
      await until('the unsent count', async () => unsent().test((await cloud.textContent()) ?? ''));
      t.true(site.unsent() > 0);
      await tab.locator('#lamp', {hasText: 'yellow: a line of devices is silent'}).waitFor();
      const line = (await tab.locator('[data-line="line-C1"]').textContent()) ?? '';
      t.regex(line, /down.*(plug|power|port)/s, 'and what to do');
      t.regex((await tab.locator('#storage').textContent()) ?? '', /MB free/);
      t.true((await overflow(tab)) <= 0, 'nothing sticks out sideways');

      await logIn(tab, desk, '王强', 'wang');
      await tab.getByRole('button', {name: /Start watch/}).click();
      t.is(await tab.locator('.tile a[href="/release-sheet/line-C1"]').count(), 1);
      await tab.locator('.tile .tools button').first().click();
      await until('it is acknowledged', () => site.alarms()[0]?.state === 'acked');
      await tab.locator('.tile', {hasText: 'taken by 王强'}).waitFor();
      const acked = site.events('alarm').filter(({state}) => state === 'acked');
      t.deepEqual(
        acked.map(({kind, person}) => ({kind, person})),
        [{kind: 'BUS_DOWN', person: 'wang'}] as never,
      );
      t.deepEqual(troubles, []);
    },
  );
}

test.serial(
  'X6 in Chromium an arm is moved by a person who is logged in and says why, audited; nobody moves it without a reason, nor up under a car',
  async t => {
    const clock = new SystemClock();
    const entropy = new SystemEntropy(clock);
    const terminal = freshTerminal(t, join(freshFolder(t), 'ttyLINE'));
    const wire = {farEnd: terminal, baudRate: 9600, pacing: 'bytes'} as const;
    const line = new Rs485Line({clock, entropy, ...wire});
    t.teardown(() => line.close());
    const lock = new ParkingLock({clock, unit: lockUnit(0), travelMs: 1000});
    line.attach(lock);
    const site = new RealSite(t, {linePath: terminal.path, travelMs: 1000});
    await site.online();
    const {tab, troubles, desk} = await boardOf(t, browser, site);
    await tab.getByRole('button', {name: 'Site', exact: true}).click();
    const bay = tab.locator(`[data-bay="${BAY}"]`);
    await bay.waitFor();
    t.is(await bay.locator('.tools button').count(), 0, 'nobody without a name');

    await logIn(tab, desk, '王强', 'wang');
    await tab.getByRole('button', {name: 'Site', exact: true}).click();
    const ask = async (name: string, reason: string) => {
      await bay.getByRole('button', {name: `${name} ${BAY}`}).click();
      const dialog = tab.getByRole('dialog');
      await dialog.getByRole('textbox').fill(reason);
      await dialog.locator('button.main').click();
      return dialog;
    };
    const dialog = await ask('Lower the lock', '   ');
    t.true(await dialog.isVisible(), 'it still asks why');
    await dialog.getByRole('button', {name: 'Cancel'}).click();
    t.deepEqual(lock.commands, []);
    await ask('Lower the lock', 'card left at home');
    await until('the arm lies', () => site.arm === 'down');

    lock.setCarAbove(true);
    await until('the car is seen', () => site.edge.site.state().bays[0]?.occupancy === 'occupied');
    await ask('Raise the lock', 'should be empty');
    await tab.locator('.notice', {hasText: 'Car present'}).waitFor();
    const audited = () =>
      site
        .events('override')
        .map(({action, bay: on, person, reason, result}) => [action, on, person, reason, result]);
    await until('both are audited', () => audited().length === 2);
    t.deepEqual(audited(), [
      ['lower', BAY, 'wang', 'card left at home', 'done'],
      ['raise', BAY, 'wang', 'should be empty', 'refused: CAR_PRESENT'],
    ]);
    t.is(lock.commands.length, 1);
    t.deepEqual(troubles, []);
  },
);
