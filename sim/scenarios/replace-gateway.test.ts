import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {
  codeFor,
  office,
  QUIET,
  startEnrollingCloud,
} from '../../cloud-sync/api/identity/identity-rig.js';
import type {Cloud} from '../../cloud-sync/api/server.js';
import {enrol} from '../../cloud-sync/uplink/identity/enrol.js';
import {readIdentity} from '../../cloud-sync/uplink/identity/gateway-identity.js';
import {createIdentityUplink} from '../../cloud-sync/uplink/identity/identity-uplink.js';
import {makeBackup} from '../../edge/backup/make-backup.js';
import {restoreBackup} from '../../edge/backup/restore-backup.js';
import {loadSiteConfig} from '../../edge/config/load.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {PrivateFolder} from '../../edge/platform/private-folder.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {SiteClock} from '../../edge/runtime/site-clock.js';
import {copyDatabase} from '../../edge/store/database-copy.js';
import {SiteStore} from '../../edge/store/site-store.js';
import type {SiteFact} from '../../protocols/site/events.js';
import {folderOf, SITE} from './backup-rig.js';

const clock = new SystemClock();
const entropy = new SystemEntropy(clock);
const SECRET = {kind: 'key', bytes: new Uint8Array(32)} as const;
const LIMIT_MS = 60_000;

async function until(what: string, isSo: () => boolean): Promise<void> {
  const endMs = clock.nowMs() + LIMIT_MS;
  while (!isSo()) {
    if (clock.nowMs() > endMs) throw new Error(`in vain: ${what}`);
    await clock.sleep(20);
  }
}

/** A gateway's store and its way to the cloud, on real sockets. */
function gateway(t: ExecutionContext, folder: string) {
  const time = new SiteClock(clock, 0);
  const store = new SiteStore({
    path: join(folder, 'lot.db'),
    ...{site: 'lot-1', secretKey: new Uint8Array(32), clock, entropy, clockState: () => 'ok'},
  });
  const shelf = new PrivateFolder(join(folder, 'identity'));
  const connect = () =>
    createIdentityUplink({
      ...{clock, time, entropy, log: QUIET, boot: store.boot, firmware: '1.0.0', shelf},
      ...{outbox: store.outbox, grants: store.grants, startSpreadMs: 0},
      commands: {
        earlier: () => undefined,
        accept: () => ({kind: 'dup', outcome: undefined}) as never,
        reject: () => {},
      },
    });
  let uplink = connect();
  t.teardown(() => {
    uplink.stop();
    store.close();
  });
  return {
    ...{store, shelf},
    start: () => uplink.start(),
    restart: () => {
      uplink.stop();
      uplink = connect();
      uplink.start();
    },
    stop: () => uplink.stop(),
    happen: (...bays: readonly string[]) => store.journal.append(bays.map(fact), store.stampNow()),
    isSent: () => store.outbox.acked() === store.outbox.head(),
  };
}

const fact = (bay: string): SiteFact =>
  ({
    kind: 'bay',
    body: {bay, arm: 'up', occupancy: 'vacant', online: true, saleable: true},
  }) as never;

interface Feed {
  readonly events: readonly {readonly id: string; readonly kind: string; readonly body: unknown}[];
}

async function baysAt(cloud: Cloud): Promise<readonly unknown[]> {
  const {events} = await office<Feed>(cloud, 'GET', '/v1/gateways/gw-1/events?after=0.0&limit=200');
  return events
    .filter(({kind}) => kind === 'bay')
    .map(({body}) => (body as {readonly bay: string}).bay);
}

test('~I-8 a backup restored onto a new gateway goes on in a new epoch: nothing counted twice, a key of its own, and the old identity ends', async t => {
  const cloud = await startEnrollingCloud(t, {clock, entropy});
  const folder = folderOf(t);
  const sitePath = join(folder, 'site.yaml');
  writeFileSync(sitePath, SITE.replace('secretKey: {file: ./keys/secret.key}\n', ''));
  const old = gateway(t, folder);
  const request = async (url: string, init: RequestInit) => cloud.fetch(new Request(url, init));
  const enrolled = await enrol(await codeFor(cloud, 'gw-1'), 'http://cloud', {
    ...{shelf: old.shelf, request},
  });
  t.is(enrolled.kind, 'enrolled');
  const before = readIdentity(old.shelf);
  old.happen('A-1', 'A-2', 'A-3');
  old.start();
  await until('the first events are sent', old.isSent);
  old.stop();
  old.happen('A-4', 'A-5');

  const loaded = loadSiteConfig(
    SITE.replace('secretKey: {file: ./keys/secret.key}\n', ''),
    sitePath,
  );
  if (!loaded.ok) return t.fail(loaded.problems.join());
  const file = join(folder, 'lot.lkbackup');
  await makeBackup(file, {
    ...{clock, entropy, secret: SECRET, sitePath, config: loaded.config, version: '1.0.0'},
    pathOf: path => join(folder, path),
    copyDatabase: target => copyDatabase(join(folder, 'lot.db'), target),
  });
  const elsewhere = folderOf(t);
  await restoreBackup(file, {
    ...{secret: SECRET, sitePath: join(elsewhere, 'site.yaml'), isReplacing: false},
  });
  const replaced = gateway(t, elsewhere);
  t.not(replaced.store.outbox.epoch(), old.store.outbox.epoch());
  replaced.happen('A-6');
  replaced.start();
  await until('what was unsent arrives', replaced.isSent);
  t.deepEqual([...(await baysAt(cloud))].sort(), ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6']);
  await until('a key of its own', () => readIdentity(replaced.shelf)?.restored === undefined);
  t.not(readIdentity(replaced.shelf)?.key, before?.key);

  // With the first connection under the new certificate the old one is good no more.
  replaced.restart();
  replaced.happen('A-7');
  await until('the new certificate is shown', replaced.isSent);
  old.happen('A-8');
  old.restart();
  await clock.sleep(2000);
  t.false(old.isSent(), 'the old gateway comes in no more');
  t.deepEqual((await baysAt(cloud)).length, 7);
});
