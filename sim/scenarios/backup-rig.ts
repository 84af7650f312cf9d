import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {BackupSecret} from '../../edge/backup/backup-key.js';
import type {BackupOptions} from '../../edge/backup/make-backup.js';
import {loadSiteConfig} from '../../edge/config/load.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {copyDatabase} from '../../edge/store/database-copy.js';
import {SiteStore} from '../../edge/store/site-store.js';
import type {SiteFact} from '../../protocols/site/events.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';

export const SITE = `
site: {id: lot-1, name: Lot, timezone: Asia/Shanghai}
profiles: [parkCard]
database: ./lot.db
secretKey: {file: ./keys/secret.key}
contacts: [{name: Guard, afterMs: 0}]
`;
export const SECRET: BackupSecret = {kind: 'passphrase', text: 'a long enough passphrase'};
export const clock = new VirtualClock({yieldTurn});

export function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-backup-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  return folder;
}

export function openStore(folder: string, seed: number): SiteStore {
  return new SiteStore({
    path: join(folder, 'lot.db'),
    ...{site: 'lot-1', secretKey: new Uint8Array(32), clock, clockState: () => 'ok'},
    entropy: new SeededEntropy(seed),
  });
}

const fact = (bay: string): SiteFact =>
  ({
    kind: 'bay',
    body: {bay, arm: 'up', occupancy: 'vacant', online: true, saleable: true},
  }) as never;

/** A site with 30 events, of which the cloud has confirmed 10, and a one-entry grant that was used. */
export function site(t: ExecutionContext) {
  const folder = folderOf(t);
  const store = openStore(folder, 1);
  t.teardown(() => store.close());
  for (let index = 0; index < 30; index += 1) {
    store.journal.append([fact(`A-${index}`)], store.stampNow());
  }
  store.outbox.markAcked(10);
  store.counters.of('C2.out').reserve(1000n);
  const used = {table: 'grantUse', grant: 'g-1', session: 's-1'} as never;
  store.lot.commit({facts: [], records: [used], stamp: store.stampNow()});
  const sitePath = join(folder, 'site.yaml');
  writeFileSync(sitePath, SITE);
  const files = {'keys/secret.key': '5a'.repeat(32), 'lot.db.key': '6b'.repeat(32)};
  mkdirSync(join(folder, 'keys'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'identity'));
  writeFileSync(join(folder, 'identity/gateway.json'), '{"key":"of the gateway"}');
  store.pepper();
  const loaded = loadSiteConfig(SITE, sitePath);
  if (!loaded.ok) throw new Error(loaded.problems.join());
  const options: BackupOptions = {
    ...{clock, entropy: new SeededEntropy(9), secret: SECRET, sitePath, config: loaded.config},
    pathOf: path => join(folder, path),
    version: '1.0.0',
    copyDatabase: target => copyDatabase(join(folder, 'lot.db'), target),
  };
  return {folder, store, options};
}
