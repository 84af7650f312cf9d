import {generateKeyPairSync} from 'node:crypto';
import test from 'ava';
import type {CloudOptions} from '../../cloud-sync/api/server.js';
import {StoreError} from '../../protocols/base/errors.js';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from './cloud-rig.js';
import {CloudWithoutBroker} from './cloud-without-broker.js';

const TURNS = 12;
async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

const WAYS = ['torn', 'dark', 'cloud', 'broker'] as const;
/** Of 100 outages so many are that long. */
const OUTAGES: readonly (readonly [count: number, ms: number])[] = [
  [40, SECOND_MS],
  [30, 20 * SECOND_MS],
  [20, 3 * MINUTE_MS],
  [7, 20 * MINUTE_MS],
  [2, 4 * HOUR_MS],
  [1, DAY_MS],
];

test('G6 of 100 outages of 1 s to 24 h, torn, dark, with the cloud off or the broker swapped for one that knows nothing, over a full queue too, all drain unattended', async t => {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const signingKey = generateKeyPairSync('ed25519').privateKey;
  let cloud: CloudWithoutBroker | undefined;
  const start = async (options: CloudOptions) => {
    cloud = await CloudWithoutBroker.start(options);
    return cloud;
  };
  const rig = await CloudRig.open({
    ...{clock, signingKey, start, inMemory: true, maxBytes: 2 * 1024 * 1024},
  });
  t.teardown(() => rig.close());
  await rig.connect();
  const {transport, uplink} = rig;
  const lengths = OUTAGES.flatMap(([count, ms]) => Array.from({length: count}, () => ms));
  let full = 0;
  let drained = 0;
  for (const [round, ms] of lengths.entries()) {
    const way = WAYS[round % WAYS.length];
    if (way === 'torn') transport.cut = true;
    if (way === 'torn') transport.drop();
    if (way === 'dark') transport.isDark = true;
    if (way === 'cloud') await rig.stopCloud();
    if (way === 'broker') await cloud?.stopBroker();
    rig.append(10);
    if (round % 10 === 7) {
      const why = t.throws(() => {
        for (;;) rig.append(100);
      });
      if (why instanceof StoreError && why.code === 'store/full') full += 1;
    }
    await clock.advance(ms);
    transport.cut = false;
    transport.isDark = false;
    if (way === 'cloud') await rig.startCloud();
    if (way === 'broker') await cloud?.startBroker();
    await clock.until(() => uplink.status().link === 'up' && uplink.status().unsent === 0, HOUR_MS);
    drained += 1;
    // As the daemon does when it is idle.
    while (rig.store.prune(1000) > 0);
  }
  t.is(full, 10);
  t.is(drained, 100);
  const stored = rig.stored();
  t.is(stored.length, rig.store.outbox.head());
  let hash = CHAIN_START;
  for (const [index, {seq, body, h}] of stored.entries()) {
    hash = chainHash(hash, seq, body);
    if (seq !== index + 1 || Buffer.compare(hash, h) !== 0) t.fail(`not in order at ${seq}`);
  }
});
