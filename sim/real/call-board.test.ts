import test from 'ava';
import type {Page as Tab} from 'playwright-core';
import {CallSite} from '../bench/call-site.js';
import {median} from '../bench/median.js';
import {standBefore, WALL} from './board-rig.js';
import {rest} from './peer-process.js';
import {openBrowser} from './web-browser.js';

const EMERGENCY = '.tile[data-type="emergency"]';
const PRESSES = 5;
const LIMIT_MS = 500;

/** Watches a page for an element; then: when it was drawn, in ms of the machine's wall clock. */
async function drawnIn(tab: Tab, selector: string): Promise<() => Promise<number>> {
  // The page notes the time itself: whoever asks it from outside is late by up to half a second.
  const watch = await tab.evaluateHandle(wanted => {
    const drawn = new Promise<number>(resolve => {
      const look = () => {
        if (!document.querySelector(wanted)) return;
        observer.disconnect();
        requestAnimationFrame(() => resolve(Date.now()));
      };
      const observer = new MutationObserver(look);
      observer.observe(document.body, {childList: true, subtree: true});
    });
    return {drawn};
  }, selector);
  return () => watch.evaluate(({drawn}) => drawn);
}

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
      const drawn = await drawnIn(tab, EMERGENCY);
      const pressed = Date.now();
      const timed = await site.timed();
      tileMs.push((await drawn()) - pressed);
      soundMs.push(timed?.toSoundMs ?? Number.NaN);
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
