import type {ExecutionContext} from 'ava';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {type Caller, scopesOf} from '../http/caller.js';
import {Refusal, type RefusalCode} from '../http/refusals.js';
import {CloudStore} from '../store/cloud-store.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {SiteTable} from '../tenancy/site-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {Calendar} from './calendar.js';
import {ListingDesk, type NewListing} from './listing-desk.js';
import {ListingTable} from './listing-table.js';
import {LiveBays} from './live-bays.js';
import {PublicPlaces} from './public-places.js';
import {SiteDesk} from './site-desk.js';

/** Monday, 2 March 2026, midnight in Shanghai. */
export const MONDAY = 1_772_380_800_000;

const KEY: Caller = {
  ...{kind: 'key', id: 'key-1', tenant: 't-1', scopes: scopesOf(['operator'])},
  ...{member: undefined, sites: undefined},
};

export function memberOf(id: string, tenant = 't-1'): Caller {
  const scopes = scopesOf(['member']);
  return {kind: 'person', id, tenant, scopes, member: id, sites: undefined};
}

/** Monday to Friday, 08:30-18:00, at 6.00 yuan an hour. */
export const OFFICE_HOURS: Omit<NewListing, 'site' | 'point'> = {
  ...{offer: 'hourly', ownershipRef: '粤房 1', priceFen: 600, isPublic: true},
  ...{minStayMs: null, maxStayMs: null, termDays: null},
  openings: {single: [], weekly: [{days: [1, 2, 3, 4, 5], fromMinute: 510, toMinute: 1080}]},
};

/** The desks of this area on a database of their own; `lot-1` of tenant `t-1` has. */
export async function placesRig<Own extends Clock>(
  t: ExecutionContext,
  {clock, entropy}: {readonly clock: Own; readonly entropy: Entropy},
) {
  const store = await CloudStore.open(':memory:');
  t.teardown(() => store.close());
  const [sites, listings] = [new SiteTable(), new ListingTable()];
  const calendar = new Calendar(sites, listings);
  const changes = new ChangeFeed({clock, entropy, store});
  const audit = new AuditLog(clock, entropy);
  const heard = new Map<string, number>();
  const live = new LiveBays(clock, {
    isOnline: gateway => clock.nowMs() - (heard.get(gateway) ?? -1e9) <= 35_000,
    heardMs: gateway => heard.get(gateway) as never,
  });
  const desks = {
    sites: new SiteDesk({
      ...{clock, entropy, sites, listings, changes, audit, firstTenant: 't-1'},
    }),
    listings: new ListingDesk({clock, entropy, sites, listings, calendar, changes, audit}),
    places: new PublicPlaces({clock, sites, listings, calendar, live}),
  };
  const rig = {
    ...{clock, entropy, store, sites, listings, calendar, changes, live, heard, desks},
    /** Another site of the tenant, with bays that belong to `owner`. */
    async lot(
      id: string,
      bays: readonly string[],
      {
        at = [22.5, 113.9],
        owner = null,
      }: {readonly at?: readonly [number, number]; readonly owner?: string | null} = {},
    ): Promise<void> {
      const [latE7, lngE7] = [Math.round(at[0] * 1e7), Math.round(at[1] * 1e7)];
      const place = {address: '', latE7, lngE7, zone: 'Asia/Shanghai'};
      await store.transaction(async tx => {
        await desks.sites.add(tx, KEY, {id, name: id, kind: 'public', ...place});
        for (const bay of bays) {
          const made = {id: bay, kind: 'bay', parent: null, gateway: null, owner} as const;
          await desks.sites.addPoint(tx, KEY, id, {...made, guidance: '', capacity: 1});
        }
      });
    },
    publish: (caller: Caller, wish: Partial<NewListing>) =>
      store.transaction(tx =>
        desks.listings.publish(tx, caller, {
          ...{...OFFICE_HOURS, site: 'lot-1', point: 'A-012'},
          ...wish,
        }),
      ),
    /** Places within 800 m with a bay that is free for those hours of a day. */
    async search(day: number, from: number, until: number, withinM = 800) {
      const at = (hours: number) => MONDAY + day * 86_400_000 + hours * 3_600_000;
      const found = await store.read(db =>
        desks.places.search(db, {
          ...{centre: {latE7: 225_000_000, lngE7: 1_139_000_000}, withinM, after: undefined},
          ...{stretch: {fromMs: at(from), untilMs: at(until)}, limit: 50},
        }),
      );
      return found.map(({site, freeBays, distanceM}) => ({id: site.id, freeBays, distanceM}));
    },
  };
  await store.transaction(tx => new TenantTable().add(tx, {id: 't-1', name: '一', createdWall: 1}));
  await rig.lot('lot-1', ['A-012', 'A-013'], {owner: 'wang'});
  return rig;
}

export const OPERATOR = KEY;

/** Code of the refusal that the work ends with. */
export async function refusalOf(work: Promise<unknown>): Promise<RefusalCode | 'none'> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}
