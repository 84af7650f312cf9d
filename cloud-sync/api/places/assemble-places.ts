import {DAY_MS} from '../../../protocols/base/units.js';
import {MemberTable} from '../accounts/member-table.js';
import type {AreaBase} from '../area-base.js';
import type {Api} from '../http/api.js';
import {RateLimit} from '../http/rate-limit.js';
import {Refusal} from '../http/refusals.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {ChangeRunner} from '../tenancy/change-runner.js';
import {BayHistory} from './bay-history.js';
import {Calendar} from './calendar.js';
import {addChanges} from './change-routes.js';
import {ListingDesk} from './listing-desk.js';
import {addListings} from './listing-routes.js';
import {ListingTable} from './listing-table.js';
import {LiveBays} from './live-bays.js';
import {addLiveBays} from './live-routes.js';
import {addNotices} from './notice-routes.js';
import {PublicPlaces} from './public-places.js';
import {addPublicPlaces} from './public-routes.js';
import {SiteDesk} from './site-desk.js';
import {addSites} from './site-routes.js';
import {addWebLists} from './web-routes.js';

export interface Places {
  readonly calendar: Calendar;
  readonly listings: ListingTable;
  readonly listingDesk: ListingDesk;
  readonly runner: ChangeRunner;
  addRoutes(api: Api): void;
  /** Hourly. */
  chores(): Promise<void>;
}

/** So long changes are kept for those who follow them. */
const CHANGES_KEPT_MS = 30 * DAY_MS;
/** Slots that are over are of no use but to whoever looks into a quarrel. */
const SLOTS_KEPT_MS = 30 * DAY_MS;
/** Of one address, of what anybody may ask. */
const PUBLIC_RATE = {burst: 60, perSecond: 5};

/** Sites, what is offered there, who has it when, and what anybody may see of it. */
export function assemblePlaces(base: AreaBase): Places {
  const {clock, entropy, log, store, sites, changes, writer, presence, firstTenant} = base;
  const {onNotices} = base;
  const {notices} = base.parts;
  const [listings, members] = [new ListingTable(), new MemberTable()];
  const calendar = new Calendar(sites, listings);
  const audit = new AuditLog(clock, entropy);
  const live = new LiveBays(clock, presence);
  const siteDesk = new SiteDesk({
    ...{clock, entropy, sites, listings, changes, audit, firstTenant},
  });
  const listingDesk = new ListingDesk({
    ...{clock, entropy, sites, listings, calendar, changes, audit},
    assertActive: async (db, tenant, member) => {
      const row = await members.get(db, tenant, member);
      if (row && row.status !== 'active') throw new Refusal('member_not_active');
    },
  });
  const places = new PublicPlaces({clock, sites, listings, calendar, live});
  return {
    ...{
      calendar,
      listings,
      listingDesk,
      runner: new ChangeRunner({clock, log, changes, isShared: store.isShared}),
    },
    addRoutes: api => {
      addSites(api, {store, sites, desk: siteDesk});
      addLiveBays(api, {store, desk: siteDesk, live, history: new BayHistory()});
      addListings(api, {store, writer, listings, desk: listingDesk});
      addChanges(api, {store, changes});
      const limit = new RateLimit(clock, PUBLIC_RATE);
      addPublicPlaces(api, {clock, store, listings, places, limit});
      addWebLists(api, {store, sites, limit});
      const told = {clock, entropy, store, writer, sites, notices, changes, audit, limit};
      addNotices(api, {...told, onNotices});
    },
    chores: async () => {
      await store.read(db => changes.prune(db, clock.wallMs() - CHANGES_KEPT_MS));
      await store.read(db => calendar.prune(db, clock.wallMs() - SLOTS_KEPT_MS));
    },
  };
}
