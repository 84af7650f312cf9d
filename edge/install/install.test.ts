import {generateKeyPairSync} from 'node:crypto';
import {
  existsSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';
import test from 'ava';
import {ReleaseFolders} from '../update/release-folders.js';
import {SystemFiles} from '../update/system-files.js';
import {install, PackageBench, shelfOf} from './package-rig.js';

test('~I-12 install.sh puts a release in place without a network, and again changes nothing', t => {
  const bench = new PackageBench(t);
  const place = bench.make('0.1.0');
  const root = join(bench.folder, 'root');
  t.deepEqual(install(place, root), {code: 0, said: `0.1.0 lies in ${root}\n`});
  t.deepEqual(install(place, root), {code: 0, said: `0.1.0 lies in ${root}\n`});
  t.is(readlinkSync(join(root, 'opt/latchkey/current')), 'releases/0.1.0');
  t.is(readlinkSync(join(root, 'opt/latchkey/sound')), 'releases/0.1.0');
  t.is(readFileSync(join(root, 'opt/latchkey/release.pub'), 'utf8'), bench.publicKey);
  t.true(existsSync(join(root, 'etc/systemd/system/latchkey.service')));
  t.true(existsSync(join(root, 'etc/modules-load.d/latchkey.conf')));
  t.true(existsSync(join(root, 'etc/udev/rules.d/60-latchkey.rules')));
  const other = install(bench.make('0.2.0'), root);
  t.is(other.code, 1);
  t.regex(other.said, /0\.1\.0 is installed: bring 0\.2\.0 with latchkey update/);
});

test('~I-12 install.sh refuses a damaged package and one of another key, and leaves nothing', t => {
  const bench = new PackageBench(t);
  const root = join(bench.folder, 'root');
  const spoil = (folder: string) => writeFileSync(join(folder, 'latchkey'), 'something else');
  const damaged = install(bench.make('0.1.0', {spoil}), root);
  t.is(damaged.code, 1);
  t.regex(damaged.said, /damaged/);
  const foreign = install(
    bench.make('0.1.1', {key: generateKeyPairSync('ed25519').privateKey}),
    root,
  );
  t.is(foreign.code, 1);
  t.regex(foreign.said, /not signed by the key/);
  t.false(existsSync(root));
});

test('~I-13 only a whole package that the key of releases has signed is put beside the others', t => {
  const bench = new PackageBench(t);
  const root = join(bench.folder, 'root');
  install(bench.make('0.1.0'), root);
  const shelf = shelfOf(root);
  const refusal = (version: string, change: Parameters<PackageBench['make']>[1]) =>
    t.throws(() => shelf.admit(`${bench.make(version, change)}.tar.gz`))?.message ?? '';
  const {privateKey} = generateKeyPairSync('ed25519');
  t.regex(refusal('0.2.1', {key: privateKey}), /not of the key of releases/);
  t.regex(
    refusal('0.2.2', {spoil: folder => writeFileSync(join(folder, 'latchkey'), 'other')}),
    /latchkey is not the file that was signed/,
  );
  t.regex(
    refusal('0.2.3', {spoil: folder => writeFileSync(join(folder, 'more'), '')}),
    /more is not the file/,
  );
  t.regex(
    refusal('0.2.4', {spoil: folder => symlinkSync('/etc/passwd', join(folder, 'link'))}),
    /link is no plain file/,
  );
  t.regex(refusal('0.0.9', {schema: 12}), /runs, with database 13/);
  t.throws(
    () =>
      new ReleaseFolders(join(root, 'opt/latchkey'), 'arm64', new SystemFiles(root)).admit(
        `${bench.folder}/latchkey-0.1.0-x64.tar.gz`,
      ),
    {message: /for x64, this machine is arm64/},
  );
  const archive = `${bench.make('0.2.0')}.tar.gz`;
  // That of the service, under which root puts releases in place for another user.
  const former = process.umask(0o077);
  t.like(shelf.admit(archive), {version: '0.2.0'});
  process.umask(former);
  t.is(statSync(join(root, 'opt/latchkey/releases/0.2.0')).mode & 0o777, 0o755);
  shelf.point('current', '0.2.0');
  t.is(shelf.link('current'), '0.2.0');
  t.is(shelf.link('sound'), '0.1.0');
  shelf.prune(['0.2.0', '0.1.0']);
  const database = join(bench.folder, 'lot.db');
  t.false(shelf.restoreDatabase(database));
  writeFileSync(database, 'old');
  shelf.copyDatabase(database);
  writeFileSync(database, 'new');
  writeFileSync(`${database}-wal`, 'of the new one');
  t.true(shelf.restoreDatabase(database));
  t.is(readFileSync(database, 'utf8'), 'old');
  t.false(existsSync(`${database}-wal`), 'a log of another database would spoil it');
});

test('~I-13 service and rules of a release come and go with it, and files that no installation has put there are left alone', t => {
  const bench = new PackageBench(t);
  const root = join(bench.folder, 'root');
  install(bench.make('0.1.0'), root);
  const unit = join(root, 'etc/systemd/system/latchkey.service');
  const rules = join(root, 'etc/udev/rules.d/60-latchkey.rules');
  const former = readFileSync(unit, 'utf8');
  rmSync(rules);
  const told = {count: 0};
  const shelf = shelfOf(root, told);
  shelf.admit(`${bench.make('0.2.0', {unitLine: '# of 0.2.0'})}.tar.gz`);
  const mask = process.umask(0o077);
  shelf.equip('0.2.0');
  process.umask(mask);
  t.is(readFileSync(unit, 'utf8'), `${former}# of 0.2.0\n`);
  t.is(statSync(unit).mode & 0o777, 0o644);
  t.false(existsSync(rules));
  shelf.equip('0.2.0');
  t.is(told.count, 1, 'nothing is told twice');
  shelf.equip('0.1.0');
  t.is(readFileSync(unit, 'utf8'), former);
  t.is(told.count, 2);
});
