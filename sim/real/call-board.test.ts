import process from 'node:process';
import test from 'ava';
import {CallSite} from '../bench/call-site.js';
import {median} from '../bench/median.js';
import {standBefore, WALL} from './board-rig.js';
import {rest} from './peer-process.js';
import {openBrowser} from './web-browser.js';

const EMERGENCY = '.tile[data-type="emergency"]';
const PRESSES = 3;
const LIMIT_MS = 500;

test.serial(
  'P22 a press with the cloud cut stands on the board in Chromium and sounds at the post within 500 ms, and ten presses in 5 s are one call counted 10',
  async t => {
    const browser = await openBrowser();
    t.teardown(() => browser.close());
    const site = await CallSite.open({bays: 8, pollMs: 1000});
    t.teardown(() => site.close());
    await site.start();
    const {tab, troubles} = await standBefore(t, browser, site.url, WALL);
    const tiles = tab.locator(EMERGENCY);
    const tileMs: number[] = [];
    const soundMs: number[] = [];
    for (let press = 0; press < PRESSES; press += 1) {
      await tiles.waitFor({state: 'detached'});
      const timed = site.timed();
      await tiles.waitFor();
      const seenMs = Number(process.hrtime.bigint()) / 1_000_000;
      const {pressedMs = 0, toSoundMs = Number.NaN} = (await timed) ?? {};
      tileMs.push(seenMs - pressedMs);
      soundMs.push(toSoundMs);
      await site.answer();
    }
    t.log('tile', tileMs.map(Math.round).join(' '), 'sound', soundMs.map(Math.round).join(' '));
    t.true(median(tileMs) <= LIMIT_MS);
    t.true(median(soundMs) <= LIMIT_MS);

    await tiles.waitFor({state: 'detached'});
    for (let press = 0; press < 10; press += 1) {
      site.press();
      await rest(450);
    }
    await tiles.waitFor();
    await rest(1000);
    t.is(await tiles.count(), 1);
    t.deepEqual(site.counts(), [10]);
    t.deepEqual(troubles, []);
  },
);
