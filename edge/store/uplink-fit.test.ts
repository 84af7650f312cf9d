import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import type {Claim} from '../../cloud-sync/uplink/command-sink.js';
import type {GrantStateSink} from '../../cloud-sync/uplink/grant-state-sink.js';
import type {Outbox} from '../../cloud-sync/uplink/outbox.js';
import {Uplink, type UplinkOptions} from '../../cloud-sync/uplink/uplink.js';
import {toHex} from '../../protocols/base/bytes.js';
import {chainHash} from '../../protocols/cloud/chain.js';
import {EMPTY_STATE_HASH} from '../../protocols/cloud/grant-state.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {yieldTurn} from '../platform/event-loop.js';
import {SiteStore} from './site-store.js';
import {Bench} from './store-rig.js';

// The uplink declares what it needs and never sees the store: here the two are held together.
test('the store is what the uplink asks for', t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const store = new SiteStore({
    path: join(folder, 'lot.db'),
    site: 'lot-1',
    secretKey: new Uint8Array(32),
    clock: new VirtualClock({yieldTurn}),
    entropy: new SeededEntropy(),
    clockState: () => 'floor',
  });
  t.teardown(() => store.close());
  const outbox: Outbox = store.outbox;
  const sink: GrantStateSink = store.grants;
  const claim: Claim = store.commands.claim('c-1', store.stampNow());
  t.is(claim.kind, 'claimed');
  t.is(sink.takePart({i: 0, isLast: true, ver: 1, hash: EMPTY_STATE_HASH, rows: []}), 'applied');
  t.deepEqual(sink.current(), {ver: 1, hash: EMPTY_STATE_HASH});
  const [event] = outbox.page(outbox.low(), 10);
  const before = outbox.hashAt(outbox.low() - 1);
  if (event === undefined || before === undefined) return t.fail();
  t.is(event[0], 'grants.applied');
  t.is(event[1], store.boot);
  t.is(event[4], 'floor');
  return t.is(
    toHex(chainHash(before, outbox.low(), event[5])),
    toHex(outbox.hashAt(outbox.low()) ?? new Uint8Array()),
  );
});

test('a journal in memory says no hello: the cloud hears of the epoch on the disk alone', async t => {
  const bench = new Bench(t);
  bench.open().close();
  bench.disk.isGone = true;
  const store = bench.open();
  const {clock, entropy} = bench;
  let connects = 0;
  const options = {
    ...{clock, entropy, outbox: store.outbox, startSpreadMs: 0},
    address: {site: 'lot-1', gateway: 'gw-1'},
    log: {debug: () => {}, info: () => {}, warn: () => {}, error: () => {}},
    transport: {
      connect: () => {
        connects += 1;
        return {publish: () => {}, end: () => {}};
      },
    },
  };
  const uplink = new Uplink(options as unknown as UplinkOptions);
  uplink.start();
  await clock.advance(120_000);
  t.is(connects, 0);
  bench.disk.isGone = false;
  store.tend();
  t.true(store.condition().isDurable);
  await clock.advance(61_000);
  t.true(connects > 0);
  uplink.stop();
});
