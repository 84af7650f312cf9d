import {generateKeyPairSync} from 'node:crypto';
import test from 'ava';
import {StoreError} from '../../protocols/base/errors.js';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from './cloud-rig.js';

const TURNS = 12;
async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

/** Of 100 outages so many are that long. */
const OUTAGES: readonly (readonly [count: number, ms: number])[] = [
  [40, SECOND_MS],
  [30, 20 * SECOND_MS],
  [20, 3 * MINUTE_MS],
  [7, 20 * MINUTE_MS],
  [2, 4 * HOUR_MS],
  [1, DAY_MS],
];

test('~G6 of 100 outages of 1 s to 24 h, torn, dark or with the cloud off, over a full queue too, all drain unattended', async t => {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const signingKey = generateKeyPairSync('ed25519').privateKey;
  const rig = await CloudRig.open({clock, signingKey, inMemory: true, maxBytes: 2 * 1024 * 1024});
  t.teardown(() => rig.close());
  await rig.connect();
  const {transport, uplink} = rig;
  const lengths = OUTAGES.flatMap(([count, ms]) => Array.from({length: count}, () => ms));
  let full = 0;
  let drained = 0;
  for (const [round, ms] of lengths.entries()) {
    const way = round % 3;
    if (way === 0) transport.cut = true;
    if (way === 0) transport.drop();
    if (way === 1) transport.isDark = true;
    if (way === 2) await rig.stopCloud();
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
    if (way === 2) await rig.startCloud();
    await clock.until(() => uplink.status().link === 'up' && uplink.status().unsent === 0, HOUR_MS);
    drained += 1;
    // As the daemon does when it is idle.
    while (rig.store.prune(1000) > 0);
  }
  t.is(full, 10);
  t.is(drained, 100);
  const feed = await rig.feed();
  t.is(feed.length, rig.store.outbox.head());
  t.true(feed.every(({seq}, index) => seq === index + 1));
});
