import {ApiKeyTable} from '../../cloud-sync/api/store/api-key-table.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {SiteStore} from '../../edge/store/site-store.js';
import {UsageError} from '../../protocols/base/errors.js';

/** `edge|cloud PATH COUNT`: open the store as the program does, commit so often, and end. */
const [store = '', path = '', count = '0'] = process.argv.slice(2);
const clock = new SystemClock();

if (store === 'edge') {
  const site = new SiteStore({
    ...{path, site: 'lot-1', secretKey: new Uint8Array(32), clock},
    entropy: new SystemEntropy(clock),
    clockState: () => 'ok',
  });
  for (let index = 0; index < Number(count); index += 1) {
    const facts = [{kind: 'epoch.new', body: {why: `commit ${index}`}}] as const;
    site.lot.commit({facts, records: [], stamp: site.stampNow()});
  }
  site.close();
} else if (store === 'cloud') {
  const cloud = await CloudStore.open(path);
  const keys = new ApiKeyTable();
  for (let index = 0; index < Number(count); index += 1) {
    await cloud.transaction(tx => keys.put(tx, `key-${index}`, 'test', 1));
  }
  await cloud.close();
} else {
  throw new UsageError('crash/store', `no store ${store}`);
}
