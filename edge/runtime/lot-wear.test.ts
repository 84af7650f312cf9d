import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {asId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {rigConfig} from '../domain/lot/rig-config.js';
import {yieldTurn} from '../platform/event-loop.js';
import {SiteStore} from '../store/site-store.js';
import {LotRunner} from './lot-runner.js';

const quiet = () => {};
const LOG = {
  ...{debug: quiet, info: quiet, notice: quiet, warn: quiet, error: quiet, fatal: quiet},
  child: () => LOG,
};

/** Bytes that this thread has handed to the system to write. */
function bytesWritten(): number {
  const [, text = ''] = /wchar: (\d+)/.exec(readFileSync('/proc/thread-self/io', 'utf8')) ?? [];
  return Number(text);
}

function rig(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  const clock = new VirtualClock({yieldTurn});
  const store = new SiteStore({
    ...{path: join(folder, 'lot.db'), site: 'lot-1', secretKey: new Uint8Array(32), clock},
    ...{entropy: new SeededEntropy(1), clockState: () => 'ok' as const},
  });
  const runner = new LotRunner({
    ...{config: rigConfig(), clock, log: LOG, context: {} as never, perform: quiet},
    fraction: () => 1,
    onChange: quiet,
    journal: {
      commit: changes =>
        void store.lot.commit(...changes.map(one => ({...one, stamp: store.stampNow()}))),
    },
  });
  t.teardown(() => {
    runner.close();
    store.close();
    rmSync(folder, {recursive: true});
  });
  const happen = (no: number) =>
    runner.dispatch({
      kind: 'deviceEvent',
      device: asId('W-1'),
      event: 'total',
      data: {totalMl: 81_250 + no, quality: 'good', note: 'x'.repeat(150)},
    });
  return {clock, store, happen};
}

test('G17 at most 10 KB are written for a lone event, and 3 KB in bursts of 50 a second', async t => {
  const {clock, store, happen} = rig(t);
  const events = 1000;
  const before = bytesWritten();
  for (let no = 1; no <= events; no += 1) {
    await clock.advance(1000);
    happen(no);
    t.is(store.outbox.head(), no, 'alone it is on the disk at once');
  }
  const lone = (bytesWritten() - before) / events;
  const between = bytesWritten();
  for (let no = 1; no <= events; no += 1) {
    await clock.advance(20);
    happen(events + no);
  }
  await clock.advance(1000);
  t.is(store.outbox.head(), 2 * events);
  const burst = (bytesWritten() - between) / events;
  t.log({loneBytes: Math.round(lone), burstBytes: Math.round(burst)});
  t.true(lone > 4096 && lone <= 10_240, String(lone));
  t.true(burst <= 3072, String(burst));
});
