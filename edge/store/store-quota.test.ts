import test from 'ava';
import type {SiteFact} from '../../protocols/site/events.js';
import {Bench, commit} from './store-rig.js';

const MB = 1024 * 1024;

test('~G4 50,000 unconfirmed events of 30 days fit a twentieth of the quota that holds 1,000,000', async t => {
  const bench = new Bench(t);
  const store = bench.open({maxBytes: (512 * MB) / 20});
  const events = 50_000;
  const body = {
    ...{attempt: '01JD0000000000000000000000', tryNo: 1, result: 'ALLOW', reason: null},
    ...{grant: 'grant-2031', holder: 'holder-2031', bay: 'A-012', degraded: false},
  };
  const facts = Array.from({length: 50}, () => ({kind: 'decision', body}) as unknown as SiteFact);
  for (let event = 0; event < events; event += facts.length) {
    await bench.clock.advance((30 * 86_400_000 * facts.length) / events);
    store.lot.commit({facts, records: [], stamp: store.stampNow()});
    if (event % 5000 === 0) store.prune();
  }
  t.is(store.outbox.head(), events);
  t.is(store.outbox.low(), 1);
  t.is(store.outbox.read(1, events).length, events);
  t.true(store.fillLevel() < 0.95, String(store.fillLevel()));
});

test('the partition bounds the quota, and a disk that others fill counts as full', t => {
  const bench = new Bench(t);
  bench.disk.partition = {sizeBytes: 32 * MB, freeBytes: 30 * MB};
  const store = bench.open();
  commit(store, 'a');
  store.prune();
  t.is(store.condition().level, 'roomy');
  bench.disk.partition = {sizeBytes: 32 * MB, freeBytes: 7 * MB};
  store.prune();
  t.is(store.condition().level, 'full');
  bench.disk.partition = {sizeBytes: 32 * MB, freeBytes: 30 * MB};
  store.prune();
  t.is(store.condition().level, 'roomy');
});

test('~E11 samples go first, then traces, and from 95 % on neither is taken', t => {
  const bench = new Bench(t);
  const store = bench.open({maxBytes: 2 * MB});
  const {telemetry} = store;
  for (let row = 0; row < 60; row += 1) {
    telemetry.keep('raw', 'poll', {row}, store.stampNow());
    telemetry.keep('debug', 'trace', {row}, store.stampNow());
  }
  while (store.fillLevel() < 0.72) commit(store, 'x'.repeat(900));
  const events = store.outbox.head();
  store.prune();
  t.deepEqual([telemetry.count('raw'), telemetry.count('debug')], [10, 60]);
  store.prune();
  store.prune();
  t.deepEqual([telemetry.count('raw'), telemetry.count('debug')], [0, 10]);
  t.is(store.outbox.head(), events);
  while (store.fillLevel() < 0.96) commit(store, 'x'.repeat(900));
  while (store.prune() > 0);
  telemetry.keep('raw', 'poll', {}, store.stampNow());
  t.is(telemetry.count('raw'), 0);
});
