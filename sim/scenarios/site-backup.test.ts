import {existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {writeContainer} from '../../edge/backup/container.js';
import {verifyBackup} from '../../edge/backup/make-backup.js';
import {backupSite, restoreSite, verifySite} from '../../edge/commands/backup.js';
import {applyText} from '../../edge/commands/config-apply.js';
import {replaceDevice} from '../../edge/commands/device-replace.js';
import {SiteStore} from '../../edge/store/site-store.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {Tenant} from '../plant/tenant.js';
import {folderOf} from './backup-rig.js';
import {CardOffice} from './card-office.js';
import {StoreChannel} from './store-channel.js';
import {TriedSite} from './tried-site.js';

const KEY = {kind: 'key', bytes: new Uint8Array(32).fill(5)} as const;
const USED = {table: 'grantUse', grant: 'g-1', session: 's-1'} as never;

test('I-7 one encrypted file holds config, keys, schema version, unsent events, open stays, used grants and sums, all of which backup verify reads; one is kept before an update, a config apply and every device replace, the latest 7 stay; restore takes no path that leaves its folder', async t => {
  const tried = await TriedSite.start();
  t.teardown(() => tried.close());
  const {clock} = tried;
  const machine = {...tried.commandLine(), entropy: new SeededEntropy(31)};
  const {store} = tried.running.daemon;
  const config = tried.path('site.yaml');

  // A stay that is open, a grant of one entry that was spent, and what the cloud was not told of either.
  tried.cutInternet();
  const channel = new StoreChannel(() => tried.running.daemon.grants);
  const office = new CardOffice(channel, new SeededEntropy(9), () => clock.wallMs());
  const card = await office.cardFor(['A-001']);
  await clock.settle(new Tenant({clock, card}).tap(tried.site.post('C1')));
  await clock.advance(5000);
  store.lot.commit({facts: [], records: [USED], stamp: store.stampNow()});
  store.pepper();
  const unsent = store.outbox.head() - store.outbox.acked();
  t.true(unsent > 0);

  const keyFile = tried.path('secret.key');
  const file = tried.path('lot.lkbackup');
  const made = await clock.settle(backupSite(file, {config, keyFile, version: '1.0.0'}, machine));
  t.is(made.exitCode, 0, made.lines.join('\n'));
  for (const secret of ['A-001', '05'.repeat(32), 'wang']) {
    t.false(readFileSync(file).includes(secret), 'nothing in clear');
  }
  const manifest = await verifyBackup(file, KEY);
  const role = (wanted: string) => manifest.parts.filter(one => one.role === wanted).length;
  t.deepEqual([role('site'), role('database'), role('secret')], [1, 1, 2]);
  t.true(role('databaseKey') > 0);
  t.true(manifest.schema > 0);
  t.like(manifest.holds, {unsent, openSessions: 1, usedGrants: 1});
  t.true(manifest.parts.every(({sha256}) => /^[0-9a-f]{64}$/.test(sha256)));
  const told = (await verifySite(file, {keyFile}, machine)).lines.join('\n');
  t.regex(
    told,
    new RegExp(
      `whole and sound.*schema [0-9]+.*${unsent} unsent; 1 open stays.*1 of one entry used`,
      's',
    ),
  );
  const last = Buffer.from(readFileSync(file));
  const at = last.length - 20;
  last[at] = (last[at] ?? 0) ^ 1;
  const damaged = tried.path('damaged.lkbackup');
  writeFileSync(damaged, last);
  t.is((await verifySite(damaged, {keyFile}, machine)).exitCode, 1, 'one bit in its last bytes');

  const elsewhere = folderOf(t);
  const place = {config: join(elsewhere, 'site.yaml'), keyFile, replace: false};
  const evil = tried.path('evil.lkbackup');
  const parts = [...manifest.parts];
  parts[2] = {...manifest.parts[2], role: 'secret', path: '../evil', sizeBytes: 64} as never;
  const sources = [{part: {sizeBytes: 64} as never, file: keyFile}];
  await writeContainer(evil, {...manifest, parts}, sources, {
    ...{secret: KEY, entropy: new SeededEntropy(8)},
  });
  const refused = await restoreSite(evil, place, machine);
  t.is(refused.exitCode, 1);
  t.regex(refused.lines.join('\n'), /path that leaves its folder/);
  t.deepEqual(readdirSync(elsewhere), []);
  t.false(existsSync(join(elsewhere, '../evil')));
  const restored = await restoreSite(file, place, machine);
  t.is(restored.exitCode, 0, restored.lines.join('\n'));
  t.is(readFileSync(place.config, 'utf8'), TriedSite.text());
  t.is(readFileSync(join(elsewhere, 'secret.key'), 'utf8'), '05'.repeat(32));
  const other = new SiteStore({
    ...{path: join(elsewhere, 'lot.db'), site: 'lot-1', secretKey: KEY.bytes, clock},
    ...{clockState: () => 'ok', entropy: new SeededEntropy(12)},
  });
  t.not(other.outbox.epoch(), store.outbox.epoch());
  t.true(other.book.isUsed('g-1' as never));
  t.true(other.outbox.head() - other.outbox.acked() >= unsent);
  other.close();

  const copies = () => readdirSync(tried.path('lot.db.copies'));
  const reasons = () => copies().map(name => name.replace(/^[^-]*-(.*)\.lkbackup$/, '$1'));
  const exchange = () => clock.settle(replaceDevice('D-C1', {config, person: 'wang'}, machine));
  t.is((await exchange()).exitCode, 0);
  t.deepEqual(reasons(), ['device']);
  const order = {by: 'wang', removing: false, json: false};
  const text = `${TriedSite.text()}# new\n`;
  await clock.settle(applyText(config, {text, name: 'new.yaml'}, order, machine));
  t.deepEqual(reasons(), ['device', 'config']);
  // The desk of updates asks for it before it leaves: sim/scenarios/update.test.ts.
  await tried.running.updated()?.keepCopy();
  t.deepEqual(reasons(), ['device', 'config', 'update']);
  for (const name of copies()) {
    t.is((await verifyBackup(join(tried.path('lot.db.copies'), name), KEY)).site, 'lot-1');
  }
  for (let more = 0; more < 6; more += 1) {
    await clock.advance(1000);
    await tried.running.updated()?.keepCopy();
  }
  t.deepEqual(
    reasons(),
    Array.from({length: 7}, () => 'update'),
  );

  // Without room for a copy a file is tried and a device exchanged all the same, and that is told.
  rmSync(tried.path('lot.db.copies'), {recursive: true});
  writeFileSync(tried.path('lot.db.copies'), 'in the way');
  t.regex((await exchange()).lines.join('\n'), /no copy was kept: .*lot\.db\.copies/);
  const again = {text: TriedSite.text(), name: 'old.yaml'};
  t.is((await clock.settle(applyText(config, again, order, machine))).exitCode, 0);
  t.true(tried.logged.some(({event}) => event === 'config.no-copy'));
});
