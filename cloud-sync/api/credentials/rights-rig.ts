import {createHmac, generateKeyPairSync} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import type {GrantStateTable} from '../../../protocols/cloud/grant-state.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {CloudStore} from '../store/cloud-store.js';
import {GatewayTable} from '../store/gateway-table.js';
import {GrantTable} from '../store/grant-table.js';
import {SecretBox} from '../store/secret-box.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {SiteTable} from '../tenancy/site-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {assembleCredentials, type CredentialsOptions} from './assemble-credentials.js';
import type {StretchCode} from './code-maker.js';
import type {CredentialWish} from './credential-maker.js';
import {effectOf} from './effect-rules.js';
import type {NewRight} from './rights-desk.js';

export const TENANT = 'demo';
export const SITE = 'lot-1';

/** Costs nothing. */
export const cheapStretch: StretchCode = (digits, salt) =>
  Promise.resolve(new Uint8Array(createHmac('sha256', salt).update(digits).digest()));

/** Rights on a database in memory: a site whose point `A-NNN` hangs at the gateway `gw-NNN`. */
export async function rightsRig(
  t: ExecutionContext,
  {count = 2, ...options}: {count?: number} & Partial<CredentialsOptions> = {},
) {
  const clock = new VirtualClock({yieldTurn: () => Promise.resolve()});
  const entropy = new SeededEntropy(5);
  const store = await CloudStore.open(':memory:');
  t.teardown(() => store.close());
  const box = new SecretBox(generateKeyPairSync('ed25519').privateKey, entropy);
  const [gateways, grants, sites] = [new GatewayTable(), new GrantTable(box), new SiteTable()];
  const names = Array.from({length: count}, (_, index) => `${index + 1}`.padStart(3, '0'));
  await store.transaction(async tx => {
    await new TenantTable().add(tx, {id: TENANT, name: 'T', createdWall: 1});
    await sites.add(tx, {
      ...{id: SITE, tenant: TENANT, name: 'Lot', kind: 'public', zone: 'Asia/Shanghai'},
      ...{address: '', latE7: null, lngE7: null, createdWall: 1},
    });
    for (const name of names) {
      const gateway = `gw-${name}`;
      await sites.bindGateway(tx, {tenant: TENANT, site: SITE, gateway});
      await sites.addPoint(tx, TENANT, {
        ...{site: SITE, id: `A-${name}`, kind: 'bay', parent: null, gateway, guidance: ''},
        ...{capacity: 1, saleState: 'open', owner: null, number: Number(name)},
      });
    }
  });
  const pushed: string[] = [];
  const changes = new ChangeFeed({clock, entropy, store});
  const parts = assembleCredentials(
    {
      ...{clock, entropy, store, changes},
      onGateways: changed => void pushed.push(...changed),
    },
    {box, gateways, grants, stretch: cheapStretch, ...options},
  );
  const right = (change: Partial<NewRight> = {}): NewRight => ({
    ...{tenant: TENANT, site: SITE, holder: 'h-1', holderMask: '陈**', kind: 'lease'},
    ...{points: ['A-001'], validFrom: clock.wallMs(), weekly: [], entries: 'multi'},
    validUntil: (clock.wallMs() + 30 * DAY_MS) as UnixMillis,
    ...change,
  });
  const rowAt = (gateway: string, table: GrantStateTable, id: string) =>
    store.read(db => grants.get(db, gateway, table, id));
  /** The gateway takes all that is wanted of it. */
  const settle = (gateway: string) =>
    store.transaction(async tx => {
      const row = await gateways.lock(tx, gateway);
      if (!row) return;
      await gateways.setSeen(tx, gateway, {boot: 'b', firmware: '1', wallMs: clock.wallMs()});
      await gateways.setHeld(tx, gateway, {ver: row.cfgVer, hash: row.cfgHash, misfit: 0});
      await gateways.setHeldRevocations(tx, gateway, row.revVer);
    });
  const effect = async (id: string, online: readonly string[] = []) => {
    const places = await store.read(db => parts.credentials.readings(db, [id]));
    return effectOf(places.get(id) ?? [], gateway => online.includes(gateway));
  };
  return {
    ...{clock, entropy, store, gateways, sites, changes, pushed, ...parts},
    ...{right, rowAt, settle, effect},
    issue: (change: Partial<NewRight> = {}, wishes: readonly CredentialWish[] = []) =>
      store.transaction(tx => parts.desk.issue(tx, right(change), wishes)),
    locked: async (id: string) => {
      const found = await store.read(db => parts.rights.get(db, TENANT, id));
      if (!found) throw new Error(`no right ${id}`);
      return found;
    },
  };
}
