import {createPublicKey, generateKeyPairSync, randomBytes} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import type {Entropy} from '../../../protocols/base/clock.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ContractBench, StoreUnderTest} from '../store/contract-bench.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {ErasureTable, firstForged} from './erasure-table.js';
import {LOGIN_RULE, tried} from './login-rules.js';
import {LoginTable} from './login-table.js';
import {MemberTable} from './member-table.js';
import {PersonVault} from './person-vault.js';
import {SessionTable} from './session-table.js';
import {vaultKeysFrom} from './vault-keys.js';

const {privateKey} = generateKeyPairSync('ed25519');
let ids = 0;
const entropy: Entropy = {
  bytes: length => randomBytes(length),
  fraction: () => 0,
  ulid: () => {
    ids += 1;
    return String(ids).padStart(26, '0');
  },
};
const vault = new PersonVault(vaultKeysFrom(privateKey), entropy);
const [members, logins] = [new MemberTable(), new LoginTable()];
const [sessions, erasures] = [new SessionTable(entropy), new ErasureTable(privateKey)];
const PHONE = '+8613800005678';

/** Members, the vault, logins and proofs of erasure, on every database alike. */
export function accountsContract({check, hasManyWriters}: ContractBench): void {
  const both = async (use: StoreUnderTest): Promise<readonly [CloudStore, CloudStore]> => {
    await begin(use.store);
    return [use.store, hasManyWriters ? await use.reopen() : use.store];
  };
  check('of many who register one phone at one instant exactly one is registered', async (t, use) =>
    registerAtOnce(t, await both(use)),
  );
  check('what is kept of a person opens, is found by its whole value, and is erased', keepAndErase);
  check('members are listed by id, of the sites that may be seen, by role and status', listMembers);
  check('wrong tries of two workers are counted one by one', async (t, use) =>
    countAtOnce(t, await both(use)),
  );
  check('a session is found by its token until it ends', findSessions);
  check('proofs of erasure by two workers are one chain', async (t, use) =>
    proveAtOnce(t, await both(use)),
  );
  check('erased data and old sessions leave the store in use as it was', async (t, {store}) => {
    await begin(store);
    await store.scrub(['person_key', 'person_field']);
    t.true(await store.answers());
  });
}

async function begin(store: CloudStore): Promise<void> {
  await store.transaction(async tx => {
    await vault.begin(tx, 1);
    await vault.begin(tx, 2);
    for (const id of ['ten', 'other']) {
      await new TenantTable().add(tx, {id, name: id, createdWall: 1});
    }
  });
}

function register(
  store: CloudStore,
  phone: string,
  {tenant = 'ten', site = null}: {readonly tenant?: string; readonly site?: string | null} = {},
): Promise<string | undefined> {
  const id = entropy.ulid();
  const made = {id, tenant, site, roles: ['bather'], displayMask: 'm', createdWall: 5} as const;
  const work = store.transaction(async tx => {
    await members.add(tx, made);
    if (await vault.put(tx, {tenant, member: id}, {phone, name: '陈'}, 5)) return id;
    throw new Error('duplicate');
  });
  return work.catch(error => {
    if (error.message === 'duplicate') return undefined;
    throw error;
  });
}

async function registerAtOnce(
  t: ExecutionContext,
  [first, second]: readonly [CloudStore, CloudStore],
): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    const phone = `+861380000000${round}`;
    const tries = [first, second, first, second].map(store => register(store, phone));
    const made = (await Promise.all(tries)).filter(id => id !== undefined);
    t.is(made.length, 1, `round ${round}`);
    t.deepEqual(await first.read(db => vault.findBy(db, 'ten', 'phone', phone)), made);
  }
}

async function keepAndErase(t: ExecutionContext, {store}: StoreUnderTest): Promise<void> {
  await begin(store);
  const member = (await register(store, PHONE)) ?? '';
  const [of, paper] = [{tenant: 'ten', member}, {id_number: '11010519491231002X'}];
  t.true(await store.transaction(tx => vault.put(tx, of, paper, 9)));
  const read = () => store.read(db => vault.read(db, of, ['phone', 'name', 'id_number']));
  t.deepEqual(await read(), {phone: PHONE, name: '陈', ...paper});
  const masks = {id_number: '****002X', name: '陈**', phone: '138****5678'};
  t.deepEqual(await store.read(db => vault.masks(db, member)), masks);
  const find = (tenant: string) =>
    store.read(db => vault.findBy(db, tenant, 'id_number', paper.id_number));
  t.deepEqual([await find('ten'), await find('other')], [[member], []]);
  const due = {tenant: 'ten', kind: 'identity', beforeWall: 9} as const;
  t.deepEqual(await store.read(db => erasures.outOfDate(db, due, 5)), [member]);
  t.deepEqual(await store.read(db => erasures.outOfDate(db, {...due, beforeWall: 8}, 5)), []);
  const erase = () => store.transaction(tx => vault.erase(tx, member, 'identity'));
  t.deepEqual([await erase(), await erase()], [{kind: 'identity', fields: 1}, undefined]);
  t.deepEqual(await read(), {phone: PHONE, name: '陈'});
  t.deepEqual(await find('ten'), []);
}

async function listMembers(t: ExecutionContext, {store}: StoreUnderTest): Promise<void> {
  await begin(store);
  const ids: string[] = [];
  for (const [index, site] of ['n', 's', null].entries()) {
    ids.push((await register(store, `+861380000000${index}`, {site})) ?? '');
  }
  await register(store, PHONE, {tenant: 'other'});
  const [first = '', second = '', third = ''] = ids;
  const save = {roles: ['host', 'guest'], status: 'frozen', displayMask: '陈**'} as const;
  await store.transaction(tx => members.save(tx, second, save, 7));
  const list = async (query: object) => {
    const all = {tenant: 'ten', sites: undefined, after: '', limit: 10, ...query};
    return (await store.read(db => members.list(db, all))).map(({id}) => id);
  };
  t.deepEqual(await list({}), ids);
  t.deepEqual(await list({after: first, limit: 1}), [second]);
  t.deepEqual(await list({sites: new Set(['n', 'x'])}), [first]);
  t.deepEqual(await list({role: 'host'}), [second]);
  t.deepEqual(await list({role: 'bather', status: 'active'}), [first, third]);
  t.deepEqual(await list({status: 'frozen'}), [second]);
  t.like(await store.read(db => members.get(db, 'ten', second)), {...save, ver: 2, changedWall: 7});
  t.is(await store.read(db => members.get(db, 'other', second)), undefined);
}

async function countAtOnce(
  t: ExecutionContext,
  stores: readonly [CloudStore, CloudStore],
): Promise<void> {
  const count = (store: CloudStore) =>
    store.transaction(async tx => {
      const guard = await logins.lockGuard(tx, 'm:x');
      await logins.setGuard(tx, 'm:x', tried(guard, LOGIN_RULE, 1000));
    });
  await Promise.all(Array.from({length: 20}, (_, no) => count(stores[(no % 2) as 0 | 1])));
  const guard = await stores[0].transaction(tx => logins.lockGuard(tx, 'm:x'));
  t.like(guard, {wrong: 20, changedWall: 1000});
  await stores[0].read(db => logins.prune(db, {guards: 1001, places: 0}));
  t.is((await stores[0].transaction(tx => logins.lockGuard(tx, 'm:x'))).wrong, 0);
}

async function findSessions(t: ExecutionContext, {store}: StoreUnderTest): Promise<void> {
  await begin(store);
  const member = (await register(store, PHONE)) ?? '';
  const life = {idleMs: 100_000, maxMs: 1_000_000};
  const open = () => store.transaction(tx => sessions.add(tx, {tenant: 'ten', member}, life, 1000));
  const [one, two] = [await open(), await open()];
  const find = async (token: string, wallMs: number) =>
    (await store.read(db => sessions.find(db, token, wallMs)))?.id;
  t.is(await find(one.token, 100_999), one.id);
  t.is(await find(one.token, 200_998), one.id, 'its use was written down');
  t.is(await find(two.token, 101_000), undefined);
  t.is((await store.read(db => sessions.list(db, member, 5000))).length, 2);
  await store.read(db => sessions.prune(db, 101_000));
  t.deepEqual(
    (await store.read(db => sessions.list(db, member, 5000))).map(({id}) => id),
    [one.id],
  );
  t.is(await store.transaction(tx => sessions.endAll(tx, member)), 1);
}

async function proveAtOnce(
  t: ExecutionContext,
  stores: readonly [CloudStore, CloudStore],
): Promise<void> {
  const made = {
    ...{tenant: 'ten', member: 'm', kind: 'image', fields: 2, rule: 'request', actor: 'a'},
    ...{reason: null, atWall: 7},
  };
  const prove = (store: CloudStore) => store.transaction(tx => erasures.prove(tx, made));
  await Promise.all(Array.from({length: 20}, (_, no) => prove(stores[(no % 2) as 0 | 1])));
  const page = {after: 0, limit: 100};
  const rows = await stores[1].read(db => erasures.list(db, 'ten', page));
  t.is(rows.length, 20);
  t.is(firstForged(rows, createPublicKey(privateKey)), undefined);
}
