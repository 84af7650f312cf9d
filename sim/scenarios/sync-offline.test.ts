import {generateKeyPairSync} from 'node:crypto';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import test from 'ava';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from './cloud-rig.js';

const SECONDS = 3600;
const WARM_UP_SECONDS = 300;
const EVENTS_PER_S = 200;
/** What the test itself keeps, and the noise of the heap. */
const MAX_GROWTH_BYTES = 4 * 1024 * 1024;

async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(resolve => setImmediate(resolve));
}

function collectGarbage(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

test('~G15 an hour of 200 events a second without a broker leaves nothing behind but the journal', async t => {
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
    return collectGarbage();
  };
  const before = await live(WARM_UP_SECONDS);
  const timers = clock.pending.length;
  const after = await live(SECONDS);
  t.log(`heap grew by ${after - before} bytes over ${SECONDS * EVENTS_PER_S} events`);
  t.is(rig.uplink.status().unsent, (WARM_UP_SECONDS + SECONDS) * EVENTS_PER_S);
  t.true(after - before < MAX_GROWTH_BYTES);
  t.true(clock.pending.length <= timers + 2, clock.pending.join());
  t.deepEqual(rig.transport.seenUp, [], 'nothing is handed to MQTT.js outside a connection');
});
