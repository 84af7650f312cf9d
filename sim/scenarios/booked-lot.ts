import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {MemberTable} from '../../cloud-sync/api/accounts/member-table.js';
import {Ledger} from '../../cloud-sync/api/ledger/ledger.js';
import {LedgerTable} from '../../cloud-sync/api/ledger/ledger-table.js';
import type {AccountName} from '../../cloud-sync/api/ledger/money-move.js';
import {ListingTable} from '../../cloud-sync/api/places/listing-table.js';
import type {CloudTransaction} from '../../cloud-sync/api/store/cloud-schema.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {SiteTable} from '../../cloud-sync/api/tenancy/site-table.js';
import {TenantTable} from '../../cloud-sync/api/tenancy/tenant-table.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS} from '../../protocols/base/units.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';

const TENANT = 'demo';
/** What each member has at the start, in fen. */
export const PURSE_FEN = 10_000;

export interface LotPlan {
  /** From here on the bays are offered, for a month. */
  readonly fromMs: number;
  readonly bays: readonly string[];
  readonly members: readonly string[];
  readonly fenPerHour?: number;
  /** Default: `PURSE_FEN`. */
  readonly purseFen?: number;
  /** For lease by the lot itself, at `fenPerHour` too, in terms of a day. Left out: by the hour, of `lin`. */
  readonly isForLease?: boolean;
}

/** The database of a cloud whose lot `lot-1` lends bays by the hour; its members have money. */
export async function bookedLot(t: ExecutionContext, plan: LotPlan): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-lot-'));
  t.teardown(() => rmSync(folder, {recursive: true, force: true}));
  const file = join(folder, 'cloud.db');
  const store = await CloudStore.open(file);
  await store.transaction(tx => fill(tx, plan));
  await store.close();
  return file;
}

/** Look into the books beside the running cloud. */
export async function moneyOf(
  file: string,
  account: AccountName,
): Promise<{readonly postedFen: number; readonly heldFen: number}> {
  const store = await CloudStore.open(file, {mustExist: true});
  const {postedFen, heldFen} = await store.read(db => newLedger().balance(db, TENANT, account));
  await store.close();
  return {postedFen, heldFen};
}

async function fill(tx: CloudTransaction, plan: LotPlan): Promise<void> {
  const {fromMs, bays, members, fenPerHour = 600, purseFen = PURSE_FEN, isForLease = false} = plan;
  const lender = isForLease ? null : 'lin';
  const [sites, listings, table] = [new SiteTable(), new ListingTable(), new MemberTable()];
  await new TenantTable().add(tx, {id: TENANT, name: TENANT, createdWall: fromMs});
  const site = {id: 'lot-1', tenant: TENANT, name: 'Lot 1', kind: 'public'} as const;
  await sites.add(tx, {
    ...{...site, zone: 'Asia/Shanghai', address: '', latE7: null, lngE7: null},
    createdWall: fromMs,
  });
  await sites.bindGateway(tx, {tenant: TENANT, site: 'lot-1', gateway: 'gw-1'});
  for (const [index, id] of bays.entries()) {
    await sites.addPoint(tx, TENANT, {
      ...{site: 'lot-1', id, kind: 'bay', parent: null, gateway: 'gw-1', guidance: ''},
      ...{capacity: 1, saleState: 'open', owner: lender, number: index + 1},
    });
    await listings.add(tx, {
      ...{id: listingOf(id), tenant: TENANT, site: 'lot-1', point: id},
      ...(isForLease
        ? {offer: 'lease', priceFen: 24 * fenPerHour, termDays: 1}
        : {offer: 'hourly', priceFen: fenPerHour, termDays: null}),
      ...{lender, ownershipRef: '', minStayMs: null, maxStayMs: null, isPublic: true},
      openings: {single: [{fromMs, untilMs: fromMs + 31 * DAY_MS}], weekly: []},
      createdWall: fromMs as UnixMillis,
      changedWall: fromMs as UnixMillis,
    });
  }
  const ledger = newLedger();
  for (const id of members) {
    const member = {id, tenant: TENANT, site: null, roles: ['tenant'], displayMask: id} as const;
    await table.add(tx, {...member, createdWall: fromMs});
    if (purseFen === 0) continue;
    const to = [{account: `member:${id}`, amountFen: purseFen}] as const;
    const move = {move: 'transfer', key: `purse-${id}`, from: 'house:clearing', to} as const;
    await ledger.move(tx, TENANT, {...move, reason: 'recharge'}, {orderId: null});
  }
}

/** Id of what is offered of a bay. */
export function listingOf(bay: string): string {
  return bay.replace('-', '').padStart(26, '0');
}

export function newLedger(): Ledger {
  const clock = new VirtualClock({yieldTurn: () => Promise.resolve()});
  return new Ledger({clock, entropy: new SeededEntropy(5), table: new LedgerTable()});
}
