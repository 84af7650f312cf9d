import {MemberTable} from '../../cloud-sync/api/accounts/member-table.js';
import {Ledger} from '../../cloud-sync/api/ledger/ledger.js';
import {LedgerTable} from '../../cloud-sync/api/ledger/ledger-table.js';
import {ListingTable} from '../../cloud-sync/api/places/listing-table.js';
import type {CloudTransaction} from '../../cloud-sync/api/store/cloud-schema.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {GatewayTable} from '../../cloud-sync/api/store/gateway-table.js';
import {SiteTable} from '../../cloud-sync/api/tenancy/site-table.js';
import {TenantTable} from '../../cloud-sync/api/tenancy/tenant-table.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {DAY_MS, HOUR_MS} from '../../protocols/base/units.js';

const TENANT = 'demo';
export const SITE = 'lot-1';
const GATEWAYS = 20;
const BAYS_EACH = 5;
export const BAYS = GATEWAYS * BAYS_EACH;

export function bayOf(n: number): string {
  return `A-${String(n % BAYS).padStart(3, '0')}`;
}

export function memberOf(n: number): string {
  return `m-${n % BAYS}`;
}

/** The first whole hour to book. */
export function firstHour(nowMs: number): number {
  return Math.ceil(nowMs / HOUR_MS + 1) * HOUR_MS;
}

/** A lot of 100 bays at 20 gateways, and a member with money for each. */
export async function fillLot(database: string, bays = BAYS): Promise<void> {
  const store = await CloudStore.open(database);
  await store.transaction(tx => fill(tx, bays));
  await store.close();
}

async function fill(tx: CloudTransaction, bays: number): Promise<void> {
  const clock = new SystemClock();
  const ledger = new Ledger({clock, entropy: new SystemEntropy(clock), table: new LedgerTable()});
  const [sites, listings, members] = [new SiteTable(), new ListingTable(), new MemberTable()];
  const now = clock.wallMs();
  await new TenantTable().add(tx, {id: TENANT, name: TENANT, createdWall: now});
  await sites.add(tx, {
    ...{id: SITE, tenant: TENANT, name: SITE, kind: 'public', zone: 'Asia/Shanghai'},
    ...{address: '', latE7: null, lngE7: null, createdWall: now},
  });
  const names = Array.from({length: GATEWAYS}, (_, n) => `gw-${n}`);
  await new GatewayTable().add(tx, names);
  for (let n = 0; n < bays; n += 1) {
    const [id, member] = [bayOf(n), memberOf(n)];
    await sites.addPoint(tx, TENANT, {
      ...{site: SITE, id, kind: 'bay', parent: null, gateway: `gw-${n % GATEWAYS}`},
      ...{guidance: '', capacity: 1, saleState: 'open', owner: 'lin'},
    });
    await listings.add(tx, {
      ...{id: `L-${id}`, tenant: TENANT, site: SITE, point: id, offer: 'hourly', lender: 'lin'},
      ...{ownershipRef: '', priceFen: 600, minStayMs: null, maxStayMs: null, termDays: null},
      openings: {single: [{fromMs: now, untilMs: now + 300 * DAY_MS}], weekly: []},
      ...{isPublic: true, createdWall: now, changedWall: now},
    });
    const made = {id: member, tenant: TENANT, site: null, roles: ['tenant'] as const};
    await members.add(tx, {...made, displayMask: '', createdWall: now});
    const to = [{account: `member:${member}` as const, amountFen: 100_000_000}];
    const move = {move: 'transfer', key: `purse-${member}`, from: 'house:clearing', to} as const;
    await ledger.move(tx, TENANT, {...move, reason: 'recharge'}, {orderId: null});
  }
}
