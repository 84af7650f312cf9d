import {generateKeyPairSync} from 'node:crypto';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {MqttTransport} from '../../cloud-sync/uplink/mqtt-transport.js';
import {Uplink} from '../../cloud-sync/uplink/uplink.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {SiteStore} from '../../edge/store/site-store.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {answer} from './child.js';
import {Arrivals} from './sync-events.js';
import {uplinkOptions} from './sync-uplink.js';

const MIB = 1024 * 1024;
const HOUR_S = 3600;
/** Until here caches and the JIT still fill. */
const WARM_UP_S = 600;
/** 200 events a second, in ten commits. */
const COMMITS_PER_S = 10;
const CARS_PER_COMMIT = 2;

export interface OfflineReport {
  readonly rssSlopeMiBPerHour: number;
  readonly heapSlopeMiBPerHour: number;
  readonly events: number;
}

/** `FOLDER`: an hour of 200 events a second without a broker, in virtual time. */
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
  const transport = new MqttTransport({kind: 'stream', open: () => new PassThrough().destroy()});
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
    collect();
    await yieldTurn();
    const {rss, heapUsed} = process.memoryUsage();
    return {rss, heapUsed};
  };
  const before = await live(WARM_UP_S);
  const after = await live(HOUR_S);
  uplink.stop();
  answer({
    rssSlopeMiBPerHour: (after.rss - before.rss) / MIB,
    heapSlopeMiBPerHour: (after.heapUsed - before.heapUsed) / MIB,
    events: store.outbox.head(),
  } satisfies OfflineReport);
  store.close();
  return undefined;
}
