import test from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {FixtureLot, STAFF} from './fixture-lot.js';
import {startPage} from './page-server.js';

function optionsOf(port: number, host = '127.0.0.1') {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const lot = new FixtureLot();
  const log = {info: () => {}, warn: () => {}};
  const shared = {staff: STAFF, language: 'en', token: 'secret'} as const;
  return {host, port, clock, log, view: lot, actions: lot, ...shared};
}

test('serves over a real port and ends open streams when closed', async t => {
  const page = await startPage(optionsOf(0));
  t.regex(page.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  const html = await (await fetch(page.url)).text();
  t.true(html.includes('<!doctype html>'));
  const events = await fetch(new URL('/api/events', page.url));
  const reader = events.body?.getReader();
  t.false((await reader?.read())?.done);
  await page.close();
  await reader?.read().catch(() => {});
  await t.throwsAsync(fetch(page.url));
});

test('a taken port is a readable error', async t => {
  const page = await startPage(optionsOf(0));
  const port = Number(new URL(page.url).port);
  const error = await t.throwsAsync(startPage(optionsOf(port)));
  t.like(error, {code: 'page/not-listening', context: {port, code: 'EADDRINUSE'}});
  await page.close();
});

test('an address of all interfaces is shown as one that a browser can open', async t => {
  const page = await startPage(optionsOf(0, '0.0.0.0'));
  t.true(page.url.startsWith('http://127.0.0.1:'));
  await page.close();
});
