import {generateKeyPairSync, type KeyObject, scryptSync} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {type Caller, type Role, scopesOf} from '../http/caller.js';
import {CloudStore} from '../store/cloud-store.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {SiteTable} from '../tenancy/site-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {AccessDesk} from './access-desk.js';
import {ErasureDesk} from './erasure-desk.js';
import {ErasureTable} from './erasure-table.js';
import {LoginDesk} from './login-desk.js';
import {LoginTable} from './login-table.js';
import {MemberDesk, type NewMember} from './member-desk.js';
import {MemberTable} from './member-table.js';
import {HASH_BYTES, Passwords, type Scrypt} from './password.js';
import {PersonVault} from './person-vault.js';
import {SessionTable} from './session-table.js';
import {type VaultKeys, vaultKeysFrom} from './vault-keys.js';

export const PASSWORD = 'correct horse 1';
const CHEAP = {n: 2, r: 1, p: 1};
/** Virtual time does not wait for threads. */
const atOnce: Scrypt = (password, salt, options) => scryptSync(password, salt, HASH_BYTES, options);
const {privateKey} = generateKeyPairSync('ed25519');

/** Virtual, as the test that owns it moves it. */
export interface RigTime {
  readonly clock: Clock & {advance(ms: number): Promise<void>};
  readonly entropy: Entropy;
}

export interface RigOptions {
  readonly database?: string;
  readonly keys?: VaultKeys;
  readonly signingKey?: KeyObject;
}

/** Accounts of two tenants on virtual time. `frozen`: what was asked of the rights of holders. */
export async function accountsRig(
  t: ExecutionContext,
  {clock, entropy}: RigTime,
  options: RigOptions = {},
) {
  const {database = ':memory:', signingKey = privateKey} = options;
  const keys = options.keys ?? vaultKeysFrom(signingKey);
  const store = await CloudStore.open(database);
  t.teardown(() => store.close());
  const [members, logins, sites] = [new MemberTable(), new LoginTable(), new SiteTable()];
  const [vault, sessions] = [new PersonVault(keys, entropy), new SessionTable(entropy)];
  const [audit, changes] = [new AuditLog(clock, entropy), new ChangeFeed({clock, entropy, store})];
  const erasures = new ErasureTable(signingKey);
  const asked: string[] = [];
  const rights = {
    suspendHolder: (_: unknown, tenant: string, holder: string, isSuspended: boolean) => {
      asked.push(`${tenant} ${holder} ${isSuspended ? 'suspended' : 'back'}`);
      return Promise.resolve(['gw-1']);
    },
    forgetHolder: (_: unknown, tenant: string, holder: string) => {
      asked.push(`${tenant} ${holder} forgotten`);
      return Promise.resolve(['gw-1']);
    },
  };
  const parts = {clock, entropy, store, members, vault, audit, changes, sites, logins, sessions};
  const desk = new MemberDesk({...parts, rights});
  const passwords = new Passwords(entropy, CHEAP, atOnce);
  const log = {debug() {}, info() {}, warn() {}, error() {}};
  const pushed: string[] = [];
  const onGateways = (gateways: readonly string[]) => void pushed.push(...gateways);
  const erasing = new ErasureDesk({...parts, log, desk, erasures, rights, onGateways});
  const login = new LoginDesk({...parts, passwords});
  const access = new AccessDesk({...parts, desk, login});
  await begin(store, vault, clock.wallMs());
  const register = (made: Partial<NewMember> = {}, by = caller()) =>
    store.transaction(tx =>
      desk.register(tx, by, {phone: '+8613800005678', name: '陈小明', roles: ['bather'], ...made}),
    );
  /** A member who can log in with `PASSWORD`. */
  const person = async (
    phone = '+8613800005678',
    roles: readonly Role[] = ['member'],
    sitesOf: readonly string[] | null = null,
  ) => {
    const {id} = await register({phone});
    await store.transaction(tx => access.set(tx, caller(), id, {roles, sites: sitesOf}));
    const {invitation} = await store.transaction(tx => access.invite(tx, caller(), id));
    const opened = await login.redeem(invitation, PASSWORD);
    return {id, phone, token: opened.token};
  };
  const outcome = <Result>(work: Promise<Result>) => outcomeOf(clock, work);
  const logIn = (
    phone: string | undefined,
    password = PASSWORD,
    {address = '198.51.100.7', tenant = 'ten'} = {},
  ) => outcome(login.open({tenant, phone, password, address}));
  return {
    ...{...parts, desk, erasing, erasures, login, access, passwords, signingKey, keys},
    ...{asked, pushed, register, person, outcome, logIn},
  };
}

/** Somebody who may do what `roles` may, at `sites` or everywhere. */
export function caller(
  roles: readonly Role[] = ['operator'],
  {tenant = 'ten', sites}: {tenant?: string; sites?: readonly string[]} = {},
): Caller {
  const seen = sites === undefined ? undefined : new Set(sites);
  return {kind: 'key', id: 'k-1', tenant, scopes: scopesOf(roles), member: undefined, sites: seen};
}

async function begin(store: CloudStore, vault: PersonVault, wallMs: number): Promise<void> {
  await store.transaction(async tx => {
    await vault.begin(tx, wallMs);
    for (const id of ['ten', 'other']) {
      await new TenantTable().add(tx, {id, name: id, createdWall: 1});
    }
    for (const id of ['north', 'south']) {
      const place = {zone: 'Asia/Shanghai', address: '', latE7: null, lngE7: null, createdWall: 1};
      await new SiteTable().add(tx, {id, tenant: 'ten', name: id, kind: 'bath', ...place});
    }
  });
}

/** What comes of something that takes its time to say no: the code of its refusal, or its result. */
async function outcomeOf<Result>(
  clock: RigTime['clock'],
  work: Promise<Result>,
): Promise<Result | string> {
  let done: {readonly value: Result | string} | undefined;
  work.then(
    value => {
      done = {value};
    },
    error => {
      done = {value: error.code ?? String(error)};
    },
  );
  while (!done) await clock.advance(100);
  return done.value;
}
