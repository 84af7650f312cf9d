import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {Child} from '../bench/child.js';
import type {OfflineReport} from '../bench/sync-offline.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from './cloud-rig.js';

const SECONDS = 300;
const EVENTS_PER_S = 200;
const MIB_PER_MB = 1e6 / 2 ** 20;

async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(resolve => setImmediate(resolve));
}

test('G15 without a broker RSS grows by less than 1 MB a day, and an hour of 200 events a second leaves less than that on the heap', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-offline-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  t.timeout(15 * 60_000);
  // A process of its own: nobody else's memory is measured.
  const child = new Child('sync-offline', folder);
  const report = await child.next<OfflineReport>();
  await child.end();
  t.log(report);
  t.true(report.events > 770_000);
  t.true(report.calls > 12 * 24 * 60, 'it called all the while');
  t.true(report.rssSlopeMiBPerDay < MIB_PER_MB);
  t.true(report.heapSlopeMiBPerDay < MIB_PER_MB);
  t.true(report.heapSlopeMiBPerHour < MIB_PER_MB);
});

test('without a broker no timer gathers, and nothing is handed to MQTT.js outside a connection', async t => {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const {privateKey: signingKey} = generateKeyPairSync('ed25519');
  const rig = await CloudRig.open({clock, signingKey, inMemory: true});
  t.teardown(() => rig.close());
  rig.transport.cut = true;
  rig.uplink.start();
  const live = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      rig.append(EVENTS_PER_S);
      await clock.advance(1000);
    }
    return clock.pending.length;
  };
  const before = await live(SECONDS / 10);
  const after = await live(SECONDS);
  t.true(after <= before + 2, clock.pending.join());
  t.deepEqual(rig.transport.seenUp, []);
});
