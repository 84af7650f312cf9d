import {generateKeyPairSync} from 'node:crypto';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import test from 'ava';
import {WINDOW_BATCHES} from '../../cloud-sync/uplink/outbox-pump.js';
import {MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from './cloud-rig.js';

// A file of its own, since a file is a process: nobody else's memory is measured.

const TURNS = 12;
async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is still held, not what waits to be swept. */
function heapMiB(): number {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

test('TB #2132: after an outage of 13 h memory is flat, and the back-fill keeps within its window', async t => {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const {privateKey: signingKey} = generateKeyPairSync('ed25519');
  const rig = await CloudRig.open({clock, signingKey, inMemory: true});
  t.teardown(() => rig.close());
  await rig.connect();
  rig.transport.cut = true;
  rig.transport.drop();
  const heaps: number[] = [];
  for (let hour = 0; hour < 13; hour += 1) {
    for (let part = 0; part < 12; part += 1) {
      rig.append(50);
      await rig.clock.advance(5 * MINUTE_MS);
    }
    heaps.push(heapMiB());
  }
  t.true((heaps.at(-1) ?? 0) - (heaps[0] ?? 0) < 8, heaps.map(Math.round).join(' '));
  rig.transport.cut = false;
  rig.transport.keepDown = '/d/ack';
  // The first word of the cloud is an acknowledgement too.
  await rig.clock.until(() => rig.transport.kept.length > 0, 2 * MINUTE_MS);
  const [first] = rig.transport.kept;
  if (first) rig.transport.playDown(first);
  await rig.clock.advance(5 * SECOND_MS);
  const batches = rig.transport.seenUp.filter(({topic}) => topic.endsWith('/u/ev'));
  t.true(batches.length > 0 && batches.length <= WINDOW_BATCHES, `${batches.length} batches`);
  rig.transport.keepDown = undefined;
  await clock.until(() => rig.uplink.status().unsent === 0, 10 * MINUTE_MS);
  const feed = await rig.feed();
  t.is(feed.length, 13 * 600);
  t.true(feed.every(({seq}, index) => seq === index + 1));
});
