import {readFileSync, writeFileSync} from 'node:fs';
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
import {replaceDevice} from '../../edge/commands/device-replace.js';
import {type Enrol, enrolSite} from '../../edge/commands/enroll.js';
import {replaceGateway} from '../../edge/commands/replace.js';
import {loadSiteConfig} from '../../edge/config/load.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {PrivateFolder} from '../../edge/platform/private-folder.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {readTextFile} from '../../edge/platform/text-file.js';
import {SiteClock} from '../../edge/runtime/site-clock.js';
import {copyDatabase} from '../../edge/store/database-copy.js';
import {SiteStore} from '../../edge/store/site-store.js';
import {toHex} from '../../protocols/base/bytes.js';
import type {SiteFact} from '../../protocols/site/events.js';
import {folderOf, SITE} from './backup-rig.js';
import {TriedSite} from './tried-site.js';

const clock = new SystemClock();
const entropy = new SystemEntropy(clock);
const SECRET = {kind: 'key', bytes: new Uint8Array(32)} as const;
const LIMIT_MS = 90_000;

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
  /** Why its connections ended. */
  const downs: string[] = [];
  const note = (event: string, fields?: object) => {
    if (event === 'cloud.down') downs.push(JSON.stringify(fields));
  };
  const log = {...QUIET, info: note, warn: note};
  const connect = () =>
    createIdentityUplink({
      ...{clock, time, entropy, log, boot: store.boot, firmware: '1.0.0', shelf},
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
    ...{store, shelf, downs},
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

const keyOf = ({shelf}: ReturnType<typeof gateway>) => readIdentity(shelf)?.key;

interface Feed {
  readonly events: readonly {readonly id: string; readonly kind: string; readonly body: unknown}[];
}

async function baysAt(cloud: Cloud): Promise<readonly unknown[]> {
  const {events} = await office<Feed>(cloud, 'GET', '/v1/gateways/gw-1/events?after=0.0&limit=200');
  return events
    .filter(({kind}) => kind === 'bay')
    .map(({body}) => (body as {readonly bay: string}).bay);
}

interface Certificates {
  readonly certificates: readonly {readonly why: string | null}[];
}

async function endsOf(cloud: Cloud): Promise<readonly (string | null)[]> {
  const path = '/v1/gateways/gw-1/certificates';
  const {certificates} = await office<Certificates>(cloud, 'GET', path);
  return certificates.map(({why}) => why);
}

const TEXT = SITE.replace('secretKey: {file: ./keys/secret.key}\n', '');

/** A site of its own folder, with the commands of its gateway. */
function place(t: ExecutionContext, cloud: Cloud) {
  const folder = folderOf(t);
  const keyFile = join(folder, 'backup.hex');
  writeFileSync(keyFile, toHex(SECRET.bytes));
  const config = join(folder, 'site.yaml');
  const machine = {
    ...{clock, entropy, readText: readTextFile, env: () => undefined},
    request: async (url: string, init: RequestInit) => cloud.fetch(new Request(url, init)),
  };
  const byCloud: Enrol = (code, url, shelf) =>
    enrol(code, url, {shelf: new PrivateFolder(shelf), request: machine.request});
  return {
    folder,
    enrol: (code: string) =>
      enrolSite(code, {cloud: 'http://cloud', config, json: false}, machine, byCloud),
    replace: (from: string, by: {readonly code: string; readonly cloud: string} | object = {}) =>
      replaceGateway(from, {...by, config, keyFile, replace: false}, machine, byCloud),
    backup: async () => {
      const file = join(folder, 'lot.lkbackup');
      const loaded = loadSiteConfig(readFileSync(config, 'utf8'), config);
      if (!loaded.ok) throw new Error(loaded.problems.join());
      await makeBackup(file, {
        ...{clock, entropy, secret: SECRET, sitePath: config, config: loaded.config},
        ...{version: '1.0.0', pathOf: (path: string) => join(folder, path)},
        copyDatabase: target => copyDatabase(join(folder, 'lot.db'), target),
      });
      return file;
    },
  };
}

test('I-8 a gateway is replaced by its backup, then by backup and code: an epoch and a key of its own each time, nothing counted twice, the old ones come in no more; a lock keeps name and history', async t => {
  const cloud = await startEnrollingCloud(t, {clock, entropy});
  const first = place(t, cloud);
  writeFileSync(join(first.folder, 'site.yaml'), TEXT);
  const enrolled = await first.enrol(await codeFor(cloud, 'gw-1'));
  t.is(enrolled.exitCode, 0, enrolled.lines.join('\n'));
  const old = gateway(t, first.folder);
  old.happen('A-1', 'A-2', 'A-3');
  old.start();
  await until('the first events are sent', old.isSent);
  old.stop();
  old.happen('A-4', 'A-5');

  const second = place(t, cloud);
  const restored = await second.replace(await first.backup());
  t.is(restored.exitCode, 0, restored.lines.join('\n'));
  t.regex(restored.lines.join('\n'), /identity: that of the backup.*cut the power of the old/s);
  const next = gateway(t, second.folder);
  const key = keyOf(next);
  t.is(key, keyOf(old), 'until the cloud has given it one');
  next.happen('A-6');
  next.start();
  await until('what was unsent arrives', next.isSent);
  t.deepEqual([...(await baysAt(cloud))].sort(), ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6']);
  await until('a key of its own', () => readIdentity(next.shelf)?.restored === undefined);
  // With the first connection under the new certificate the old one is good no more.
  next.restart();
  next.happen('A-7');
  await until('the new certificate is shown', next.isSent);
  next.stop();
  next.happen('A-8');

  const third = place(t, cloud);
  const code = await codeFor(cloud, 'gw-1');
  const replaced = await third.replace(await second.backup(), {code, cloud: 'http://cloud'});
  t.is(replaced.exitCode, 0, replaced.lines.join('\n'));
  t.regex(replaced.lines.join('\n'), /1 unsent.*enrolled as gw-1/s);
  const last = gateway(t, third.folder);
  last.happen('A-9');
  last.start();
  await until('the third sends what the second had left', last.isSent);
  const mine = [old, next, last];
  t.is(new Set(mine.map(keyOf)).size, 3);
  t.is(new Set(mine.map(({store}) => store.outbox.epoch())).size, 3);

  for (const [no, gone] of [old, next].entries()) {
    gone.happen('X-1');
    gone.restart();
    // At the door, for its certificate, and not by the guard against copied cards behind it.
    const isRefused = () => gone.downs.some(why => why.includes('Not authorized'));
    await until(`number ${no + 1} is turned away`, isRefused);
    gone.stop();
  }
  t.deepEqual(await endsOf(cloud), [null, 'enrolled anew', 'renewed']);
  t.deepEqual(
    mine.map(({isSent}) => isSent()),
    [false, false, true],
  );
  const bays = Array.from({length: 9}, (_, at) => `A-${at + 1}`);
  t.deepEqual([...(await baysAt(cloud))].sort(), bays, 'each once');
  await lockKeepsName(t);
});

/** The same for one lock: another device at another address under the old name. */
async function lockKeepsName(t: ExecutionContext): Promise<void> {
  const tried = await TriedSite.start();
  t.teardown(() => tried.close());
  const machine = tried.commandLine();
  const id = 'L-A-001';
  for (const moved of [{}, {address: '101'}]) {
    const options = {config: tried.path('site.yaml'), person: 'wang', ...moved};
    await tried.clock.settle(replaceDevice(id, options, machine));
  }
  t.regex(tried.siteFile(), /id: L-A-001\n[^#]*?address: 101\n/);
  const tests = tried.events('device.event').filter(({event}) => event === 'test');
  t.deepEqual(
    tests.map(({device}) => device),
    [id, id] as never,
    'before and after under one name',
  );
}
