import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {ConfigError, StoreError} from '../../../protocols/base/errors.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {accountsRig, caller} from './accounts-rig.js';
import {PersonVault} from './person-vault.js';
import {VaultKeyFile} from './vault-key-file.js';
import {rotateVault} from './vault-rotation.js';

const time = () => ({clock: new VirtualClock({yieldTurn: turn}), entropy: new SeededEntropy()});
const turn = () => new Promise<void>(resolve => setImmediate(resolve));

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-vault-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  return folder;
}

/** Does any file of the folder hold these bytes? */
function isInFiles(folder: string, text: string): boolean {
  return readdirSync(folder).some(name => readFileSync(join(folder, name)).includes(text));
}

const PERSON = {
  ...{id_type: 'resident_id', id_number: '11010519491231002X'},
  ...{id_image: 'media://scan-77', fingerprint: 'template-55'},
};

test('nothing whole of a person is in the files of the database, neither as text nor as a plain hash', async t => {
  const folder = folderOf(t);
  const rig = await accountsRig(t, time(), {database: join(folder, 'cloud.db')});
  const {id} = await rig.register();
  await rig.store.transaction(tx => rig.desk.keep(tx, caller(), id, PERSON));
  const look = {fields: ['phone'], reason: 'to write it down'} as const;
  await rig.store.transaction(tx => rig.desk.look(tx, caller(), id, look));
  const plain = ['13800005678', '陈小明', '11010519491231002X', 'scan-77', 'template-55'];
  for (const text of plain) t.false(isInFiles(folder, text), text);
  t.true(isInFiles(folder, id));
  t.true(isInFiles(folder, '138****5678'), 'the search finds what is there');
});

test('an erased person leaves no data key in the files, whoever else was registered around him', async t => {
  const folder = folderOf(t);
  const rig = await accountsRig(t, time(), {database: join(folder, 'cloud.db')});
  const ids: string[] = [];
  for (let no = 0; no < 120; no += 1) {
    const phone = `+86138${String((no * 7919) % 100_000_000).padStart(8, '0')}`;
    const {id} = await rig.register({phone});
    await rig.store.transaction(tx => rig.desk.keep(tx, caller(), id, PERSON));
    ids.push(id);
  }
  const erased = ids.filter((_, index) => index % 3 === 0);
  const kept = await rig.store.read(db => db.selectFrom('person_key').selectAll().execute());
  const gone = kept.filter(({member}) => erased.includes(member));
  t.is(gone.length, erased.length * 4);
  t.true(isInFiles(folder, gone[0]?.wrapped ?? ''));
  for (const id of erased) {
    await rig.store.transaction(tx => rig.erasing.eraseNow(tx, caller(), id, 'asked for it'));
  }
  await rig.erasing.scrub();
  t.deepEqual(
    gone.filter(({wrapped}) => isInFiles(folder, wrapped)),
    [],
  );
  const other = kept.find(({member}) => member === ids[1]);
  t.true(isInFiles(folder, other?.wrapped ?? ''));
});

test('a value that was moved to another row, column or person does not open there', async t => {
  const {register, store, vault, desk} = await accountsRig(t, time());
  const [ann, bob] = [await register(), await register({phone: '+8613900001111'})];
  for (const {id} of [ann, bob]) await store.transaction(tx => desk.keep(tx, caller(), id, PERSON));
  const sealedOf = (member: string, field: string) =>
    store.read(db =>
      db
        .selectFrom('person_field')
        .select('sealed')
        .where('member', '=', member)
        .where('field', '=', field)
        .executeTakeFirstOrThrow(),
    );
  const put = (member: string, field: string, sealed: string) =>
    store.read(db =>
      db
        .updateTable('person_field')
        .set({sealed})
        .where('member', '=', member)
        .where('field', '=', field)
        .execute(),
    );
  const read = (member: string, field: 'name' | 'phone') =>
    store.read(db => vault.read(db, {tenant: 'ten', member}, [field]));
  const broken = {instanceOf: StoreError, code: 'store/unseal'};
  await put(ann.id, 'name', (await sealedOf(ann.id, 'phone')).sealed);
  await t.throwsAsync(read(ann.id, 'name'), broken);
  await put(bob.id, 'phone', (await sealedOf(ann.id, 'phone')).sealed);
  await t.throwsAsync(read(bob.id, 'phone'), broken);
  // With the key of the other it opens no more: the key is bound to its person too.
  await store.read(async db => {
    const key = await db
      .selectFrom('person_key')
      .select('wrapped')
      .where('member', '=', ann.id)
      .where('kind', '=', 'contact')
      .executeTakeFirstOrThrow();
    const moved = db.updateTable('person_key').set(key).where('member', '=', bob.id);
    await moved.where('kind', '=', 'contact').execute();
  });
  await t.throwsAsync(read(bob.id, 'phone'), broken);
  t.deepEqual(await read(ann.id, 'phone'), {phone: '+8613800005678'});
});

test('equal phones of two tenants have nothing in common in the database', async t => {
  const {register, store} = await accountsRig(t, time());
  await register();
  await register({}, caller(['operator'], {tenant: 'other'}));
  const rows = await store.read(db => db.selectFrom('person_field').selectAll().execute());
  const blinds = rows.flatMap(({blind}) => (blind === null ? [] : [blind]));
  t.is(new Set(blinds).size, 2);
  t.is(new Set(rows.map(({sealed}) => sealed)).size, rows.length);
});

test('a key file is made once and private; another one is refused at the start, not when somebody asks', async t => {
  const folder = folderOf(t);
  const [path, database] = [join(folder, 'vault.key'), join(folder, 'cloud.db')];
  const keys = VaultKeyFile.loadOrMake(path, new SeededEntropy(3));
  t.is(statSync(path).mode & 0o777, 0o600);
  const {store, register} = await accountsRig(t, time(), {database, keys});
  await register();
  const again = VaultKeyFile.loadOrMake(path, new SeededEntropy(4));
  t.is(again.newestId, keys.newestId);
  const begin = (found: VaultKeyFile) =>
    store.transaction(tx => new PersonVault(found, new SeededEntropy(5)).begin(tx, 1));
  await t.notThrowsAsync(begin(again));
  const other = VaultKeyFile.loadOrMake(join(folder, 'other.key'), new SeededEntropy(6));
  await t.throwsAsync(begin(other), {instanceOf: StoreError, code: 'store/vault-key'});
  for (const text of ['', '{}', '{"indexKeyHex":"00","keys":[]}']) {
    writeFileSync(join(folder, 'bad.key'), text);
    const load = () => VaultKeyFile.loadOrMake(join(folder, 'bad.key'), new SeededEntropy(7));
    t.throws(load, {instanceOf: ConfigError, code: 'config/key-file'});
  }
});

test('after a rotation everything opens under the new key alone, for workers that run on as well', async t => {
  const folder = folderOf(t);
  const [path, database] = [join(folder, 'vault.key'), join(folder, 'cloud.db')];
  const keys = VaultKeyFile.loadOrMake(path, new SeededEntropy(3));
  const rig = await accountsRig(t, time(), {database, keys});
  const {id} = await rig.register();
  const old = readFileSync(path, 'utf8');
  const file = VaultKeyFile.loadOrMake(path, new SeededEntropy(8));
  const rotate = () =>
    rotateVault({clock: rig.clock, entropy: rig.entropy, store: rig.store, keys: file});
  t.deepEqual(await rotate(), {key: file.newestId, rewrapped: 1});
  t.not(file.newestId, keys.ids[0]);
  t.deepEqual(file.ids, [file.newestId]);
  // The worker still holds the old file in memory.
  const later = await rig.register({phone: '+8613900001111'});
  const phones = (keysNow: VaultKeyFile, member: string) =>
    rig.store.read(db =>
      new PersonVault(keysNow, rig.entropy).read(db, {tenant: 'ten', member}, ['phone']),
    );
  for (const member of [id, later.id]) t.truthy((await phones(keys, member)).phone);
  const fresh = VaultKeyFile.loadOrMake(path, new SeededEntropy(9));
  t.deepEqual(await phones(fresh, id), {phone: '+8613800005678'});
  // Whoever kept the old key, and a copy of the database of today, reads nothing.
  writeFileSync(join(folder, 'old.key'), old);
  const stale = VaultKeyFile.loadOrMake(join(folder, 'old.key'), new SeededEntropy(9));
  await t.throwsAsync(phones(stale, id), {code: 'store/vault-key'});
  t.is((await rotate()).rewrapped, 2, 'and once more');
});

test('a rotation that was cut short is completed by the next one, and loses nobody', async t => {
  const folder = folderOf(t);
  const path = join(folder, 'vault.key');
  const keys = VaultKeyFile.loadOrMake(path, new SeededEntropy(3));
  const rig = await accountsRig(t, time(), {database: join(folder, 'cloud.db'), keys});
  const {id} = await rig.register();
  // Power gone after the key was added, and once more after it was made current.
  const added = keys.add();
  await rig.store.transaction(tx => rig.vault.setCurrent(tx, added, 5));
  const second = await rig.register({phone: '+8613900001111'});
  const file = VaultKeyFile.loadOrMake(path, new SeededEntropy(8));
  t.is(file.ids.length, 2);
  await rotateVault({clock: rig.clock, entropy: rig.entropy, store: rig.store, keys: file});
  t.is(file.ids.length, 1);
  const fresh = new PersonVault(VaultKeyFile.loadOrMake(path, new SeededEntropy(9)), rig.entropy);
  for (const member of [id, second.id]) {
    const read = rig.store.read(db => fresh.read(db, {tenant: 'ten', member}, ['phone']));
    t.truthy((await read).phone);
  }
});
