import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {folderOf, openStore, SITE, site} from '../../sim/scenarios/backup-rig.js';
import {CutDisk, PowerCut} from '../platform/cut-disk-rig.js';
import {makeBackup} from './make-backup.js';
import {finishRestore, restoreBackup} from './restore-backup.js';

const NAMES = [
  ...['site.yaml', 'lot.db', 'lot.db.key', 'lot.db.pepper', 'keys/secret.key'],
  'identity/gateway.json',
];
const OLD = 'of another site';

/** A gateway before the restore: a new one, or one with a site of its own. */
function gateway(t: ExecutionContext, isOld: boolean): string {
  const folder = folderOf(t);
  if (!isOld) return folder;
  for (const name of ['keys', 'identity']) mkdirSync(join(folder, name));
  for (const name of [...NAMES, 'lot.db-wal', 'lot.db.epoch', 'lot.db.grants', 'lot.db.good']) {
    writeFileSync(join(folder, name), OLD);
  }
  return folder;
}

/** Every file that counts, or what of it is missing. */
function standing(folder: string): 'none' | 'old' | 'new' | 'mixed' {
  const texts = NAMES.map(name => join(folder, name)).map(path =>
    existsSync(path) ? readFileSync(path, 'latin1') : undefined,
  );
  if (texts.every(text => text === undefined)) return 'none';
  if (texts.every(text => text === OLD)) return 'old';
  return texts.every(text => text !== undefined && text !== OLD) ? 'new' : 'mixed';
}

function checkRestored(t: ExecutionContext, folder: string, where: string): void {
  t.is(standing(folder), 'new', where);
  t.is(readFileSync(join(folder, 'site.yaml'), 'utf8'), SITE, where);
  const identity = JSON.parse(readFileSync(join(folder, 'identity/gateway.json'), 'utf8'));
  t.deepEqual(identity, {key: 'of the gateway', restored: true}, where);
  const left = readdirSync(folder).filter(name => /restoring|restore-plan/.test(name));
  t.deepEqual(left, [], where);
  const store = openStore(folder, 2);
  t.is(store.outbox.read(1, 100).length, 21, where);
  t.is(store.grants.standing, 'sure', where);
  store.close();
}

for (const isOld of [false, true]) {
  const what = isOld ? 'one that had another site' : 'a new gateway';
  test(`a power cut before each step of a restore leaves one of two whole sites, and the restore run again ends well: ${what}`, async t => {
    const {folder, options} = site(t);
    const file = join(folder, 'lot.lkbackup');
    const secret = {kind: 'key', bytes: new Uint8Array(32)} as const;
    await makeBackup(file, {...options, secret});
    const restore = (to: string, disk: CutDisk) =>
      restoreBackup(file, {
        ...{secret, sitePath: join(to, 'site.yaml'), isReplacing: isOld, disk},
      });
    const whole = new CutDisk();
    const first = gateway(t, isOld);
    const {aside} = await restore(first, whole);
    checkRestored(t, first, 'without a cut');
    t.is(aside.length, isOld ? NAMES.length : 0);
    t.true(whole.steps.length > 2 * NAMES.length, whole.steps.join(', '));
    const found = new Set<string>();
    for (let cutBefore = 0; cutBefore < whole.steps.length; cutBefore += 1) {
      const where = `cut before ${cutBefore}: ${whole.steps[cutBefore]}`;
      const cut = gateway(t, isOld);
      const disk = new CutDisk();
      disk.cutBefore = cutBefore;
      await t.throwsAsync(restore(cut, disk), {instanceOf: PowerCut}, where);
      const again = folderOf(t);
      cpSync(cut, again, {recursive: true});
      // The daemon's next start completes it, or finds what was there before.
      const plan = finishRestore(join(cut, 'site.yaml'));
      found.add(standing(cut));
      if (plan) checkRestored(t, cut, `${where}, then a start`);
      else t.is(standing(cut), isOld ? 'old' : 'none', where);
      // Or a person does the same once more.
      movePlan(cut, again);
      await restore(again, new CutDisk());
      checkRestored(t, again, `${where}, then again`);
      if (!isOld) continue;
      const kept = readdirSync(again).filter(name => name.startsWith('lot.db.before-restore'));
      t.deepEqual(
        kept.map(name => readFileSync(join(again, name), 'utf8')),
        kept.map(() => OLD),
      );
      t.is(kept.length, 5, where);
    }
    t.deepEqual([...found].sort(), isOld ? ['new', 'old'] : ['new', 'none']);
  });
}

/** The copy of a folder, whose plan names the files of the folder that it was copied from. */
function movePlan(from: string, to: string): void {
  const path = join(to, 'site.yaml.restore-plan');
  if (existsSync(path)) writeFileSync(path, readFileSync(path, 'utf8').replaceAll(from, to));
}
