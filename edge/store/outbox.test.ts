import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {ClockState} from '../domain/time/time-machine.js';
import {SiteStore} from './site-store.js';

const yieldTurn = () => new Promise<void>(resolve => setImmediate(resolve));

test('a page tells what its rows hold, also of several boots and clock states', t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-outbox-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const clock = new VirtualClock({yieldTurn});
  const entropy = new SeededEntropy(7);
  let clk: ClockState = 'ok';
  const path = join(folder, 'site.db');
  const open = () =>
    new SiteStore({
      ...{path, site: 's-1', secretKey: new Uint8Array(32), clock, entropy},
      clockState: () => clk,
    });
  const note = (store: SiteStore, why: string) =>
    store.journal.append([{kind: 'epoch.new', body: {why}}], store.stampNow());
  const first = open();
  for (const why of ['a\nb', '"车位" \\ \u0000', '']) note(first, why);
  const oneBoot = first.outbox.head();
  t.deepEqual(pageOf(first, 1, 50), rowsOf(first, 1, 50));
  clk = 'floor';
  note(first, 'lost');
  first.close();
  const second = open();
  t.teardown(() => second.close());
  note(second, 'later');
  const {outbox} = second;
  t.true(new Set(outbox.page(1, 50).map(event => event[1])).size > 1);
  for (const [from, limit] of [
    [1, oneBoot],
    [1, 50],
    [2, 1],
    [oneBoot, 2],
    [outbox.head(), 9],
  ]) {
    t.deepEqual(pageOf(second, from ?? 0, limit ?? 0), rowsOf(second, from ?? 0, limit ?? 0));
  }
  t.deepEqual(outbox.page(outbox.head() + 1, 5), []);
});

function pageOf({outbox}: SiteStore, from: number, limit: number): readonly unknown[] {
  return outbox.page(from, limit).map(event => [...event]);
}

function rowsOf({outbox}: SiteStore, from: number, limit: number): readonly unknown[] {
  const rows = outbox.read(from, limit);
  return rows.map(({kind, boot, monoMs, wallMs, clk, body}) => [
    ...[kind, boot, monoMs, wallMs, clk, body],
  ]);
}
