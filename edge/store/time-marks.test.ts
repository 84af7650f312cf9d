import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {SiteClock} from '../runtime/site-clock.js';
import {SiteStore} from './site-store.js';

const HOUR_MS = 3_600_000;
const NOW = 1_800_000_000_000;

function open(path: string, wallMs: number, seed: number) {
  const yieldTurn = () => Promise.resolve();
  const system = new VirtualClock({yieldTurn, wallMs, startMs: seed * 1000});
  const clock = new SiteClock(system, 0);
  const store = new SiteStore({
    path,
    site: 'lot-1',
    secretKey: new Uint8Array(32),
    clock,
    entropy: new SeededEntropy(seed),
    clockState: () => clock.read().clk,
    floorMs: () => clock.read().floorMs,
    recallTime: floorMs => clock.recall(floorMs),
  });
  const keep = () => store.time.keep(store.stampNow(), clock.floorToKeep());
  return {system, clock, store, keep};
}

/** What a run stores before it does anything. */
function happens({store}: ReturnType<typeof open>): void {
  store.journal.append([{kind: 'epoch.new', body: {why: 'test'}}], store.stampNow());
}

test('the floor and the latest instant of a run outlive it, by its mark or its latest event', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-time-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const path = join(folder, 'lot.db');

  const first = open(path, NOW, 1);
  t.is(first.store.time.former, undefined);
  t.is(first.clock.floorToKeep(), undefined, 'a time that was never known is not kept');
  first.clock.hearSystem(true);
  first.keep();
  await first.system.advance(HOUR_MS);
  happens(first);
  first.store.close();

  const dead = open(path, 0, 2);
  t.deepEqual(dead.store.time.former, {
    monoMs: 1000 + HOUR_MS,
    wallMs: (NOW + HOUR_MS) as UnixMillis,
    clk: 'ok',
  });
  t.like(dead.clock.read(), {clk: 'floor', utcMs: NOW + HOUR_MS - 10_000} as never);
  happens(dead);
  await dead.system.advance(2 * HOUR_MS);
  dead.keep();
  dead.store.close();

  const again = open(path, 0, 3);
  t.like(again.store.time.former, {monoMs: 2000 + 2 * HOUR_MS, clk: 'floor'});
  const {floorMs} = again.clock.read();
  t.true(floorMs > NOW + 3 * HOUR_MS - 11_000, 'time passed with a lost clock too');
  again.store.close();
});

test('a run that was cut off before it stored anything but its mark does not hide how far the one before it had come', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-time-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const path = join(folder, 'lot.db');
  const whole = open(path, NOW, 1);
  whole.clock.hearSystem(true);
  whole.keep();
  happens(whole);
  await whole.system.advance(HOUR_MS);
  whole.keep();
  happens(whole);
  whole.store.close();

  const cut = open(path, NOW + 2 * HOUR_MS, 2);
  cut.clock.hearSystem(true);
  cut.keep();
  cut.store.close();

  const next = open(path, NOW + 3 * HOUR_MS, 3);
  t.deepEqual(next.store.time.former, {
    monoMs: 1000 + HOUR_MS,
    wallMs: (NOW + HOUR_MS) as UnixMillis,
    clk: 'ok',
  });
  next.store.close();
});
