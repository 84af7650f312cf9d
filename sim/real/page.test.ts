import {join} from 'node:path';
import test from 'ava';
import type {Browser} from 'playwright-core';
import {STAFF} from '../../edge/page/fixture-lot.js';
import {memoryShelf} from '../../edge/page/fixture-shelf.js';
import {startPage} from '../../edge/page/page-server.js';
import {StaffDesk} from '../../edge/page/staff/staff-desk.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {stretchCode} from '../../edge/platform/stretch.js';
import {asId} from '../../protocols/site/ids.js';
import {DESK, logIn, PHONE, standBefore} from './board-rig.js';
import {until} from './peer-process.js';
import {BAY, freshFolder, RealSite} from './real-site.js';
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
      const {clock} = site;
      const desk = new StaffDesk({
        ...{staff: STAFF, store: memoryShelf(), clock, entropy: new SystemEntropy(clock)},
        ...{stretch: stretchCode, site: 'lot-1'},
      });
      const page = await startPage({
        ...{host: '127.0.0.1', port: 0, clock, token: 'real-token', desk},
        log: {info() {}, warn() {}},
        ...{view: site.edge.site, actions: site.edge.site},
        staff: site.config.staff.map(({id, ...rest}) => ({...rest, id: asId(id)})),
        language: site.config.site.language,
      });
      t.teardown(() => page.close());
      const {tab, troubles} = await standBefore(t, browser, page.url, screen);
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
