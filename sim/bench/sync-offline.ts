import {generateKeyPairSync} from 'node:crypto';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {MqttTransport} from '../../cloud-sync/uplink/mqtt-transport.js';
import {Uplink} from '../../cloud-sync/uplink/uplink.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {SiteStore} from '../../edge/store/site-store.js';
import {HOUR_MS} from '../../protocols/base/units.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {answer} from './child.js';
import {median} from './median.js';
import {Arrivals} from './sync-events.js';
import {uplinkOptions} from './sync-uplink.js';

const MIB = 1024 * 1024;
const HOUR_S = 3600;
/** Then days like those of a middling site: about 5000 events each. */
const CARS_PER_HOUR = 20;
const MEASURED_DAYS = 12;
/** Until here caches and the JIT still fill. */
const WARM_UP_S = 600;
/** 200 events a second, in ten commits. */
const COMMITS_PER_S = 10;
const CARS_PER_COMMIT = 2;

export interface OfflineReport {
  readonly rssSlopeMiBPerHour: number;
  readonly heapSlopeMiBPerHour: number;
  /** Of the ordinary days after it: the median slope between any two, which no single step can bend. */
  readonly rssSlopeMiBPerDay: number;
  readonly heapSlopeMiBPerDay: number;
  readonly calls: number;
  readonly events: number;
}

/** `FOLDER`: an hour of 200 events a second without a broker, and twelve ordinary days after it, in virtual time. */
export async function run([folder = '']: readonly string[]): Promise<undefined> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const clock = new VirtualClock({yieldTurn});
  const entropy = new SeededEntropy(3);
  const arrivals = new Arrivals(entropy);
  const store = new SiteStore({
    ...{path: join(folder, 'offline.db'), site: 'bench', secretKey: new Uint8Array(32)},
    ...{clock, entropy, clockState: () => 'ok'},
  });
  // Nobody answers there, as behind a dead router.
  let calls = 0;
  const open = () => {
    calls += 1;
    return new PassThrough().destroy();
  };
  const transport = new MqttTransport({kind: 'stream', open});
  const keys = generateKeyPairSync('ed25519');
  const publicKey = String(keys.publicKey.export({type: 'spki', format: 'pem'}));
  const uplink = new Uplink(uplinkOptions({clock, entropy, store, transport, publicKey}));
  uplink.start();
  const live = async (seconds: number) => {
    for (let commit = 0; commit < seconds * COMMITS_PER_S; commit += 1) {
      const facts = Array.from({length: CARS_PER_COMMIT}, () => arrivals.next()).flat();
      store.journal.append(facts, store.stampNow());
      await clock.advance(1000 / COMMITS_PER_S);
    }
    return await memory(collect);
  };
  const before = await live(WARM_UP_S);
  const after = await live(HOUR_S);
  const days: NodeJS.MemoryUsage[] = [];
  while (days.length < MEASURED_DAYS) {
    for (let car = 0; car < 24 * CARS_PER_HOUR; car += 1) {
      store.journal.append(arrivals.next(), store.stampNow());
      await clock.advance(HOUR_MS / CARS_PER_HOUR);
    }
    days.push(await memory(collect));
  }
  uplink.stop();
  answer({
    rssSlopeMiBPerHour: (after.rss - before.rss) / MIB,
    heapSlopeMiBPerHour: (after.heapUsed - before.heapUsed) / MIB,
    rssSlopeMiBPerDay: slopePerDay(days.map(({rss}) => rss)) / MIB,
    heapSlopeMiBPerDay: slopePerDay(days.map(({heapUsed}) => heapUsed)) / MIB,
    calls,
    events: store.outbox.head(),
  } satisfies OfflineReport);
  store.close();
  return undefined;
}

/** What is still held, not what waits to be swept. */
async function memory(collect: () => void): Promise<NodeJS.MemoryUsage> {
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await yieldTurn();
  }
  return process.memoryUsage();
}

/** After Theil and Sen. `daily`: one value at the end of each day. */
function slopePerDay(daily: readonly number[]): number {
  const slopes = daily.flatMap((from, day) =>
    daily.slice(day + 1).map((to, later) => (to - from) / (later + 1)),
  );
  return median(slopes);
}
