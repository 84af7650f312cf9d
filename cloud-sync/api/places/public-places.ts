import {sql} from 'kysely';
import type {Clock, Millis} from '../../../protocols/base/clock.js';
import {boxAround, distanceM, type GeoPoint} from '../../../protocols/site/distance.js';
import {isOpenThroughout, type Stretch} from '../../../protocols/site/openings.js';
import type {CloudReader} from '../store/cloud-schema.js';
import type {PointRow, SiteRow, SiteTable} from '../tenancy/site-table.js';
import {type Calendar, fitsStay} from './calendar.js';
import type {ListingRow, ListingTable} from './listing-table.js';
import type {LiveBay, LiveBays} from './live-bays.js';

export interface PublicPlacesOptions {
  readonly clock: Clock;
  readonly sites: SiteTable;
  readonly listings: ListingTable;
  readonly calendar: Calendar;
  readonly live: LiveBays;
}

export interface PlaceQuery {
  readonly centre: GeoPoint;
  readonly withinM: number;
  /** For which a bay must be free. */
  readonly stretch: Stretch;
  /** Only places beyond this one: distance and id. */
  readonly after: readonly [number, string] | undefined;
  readonly limit: number;
}

export interface Place {
  readonly site: SiteRow;
  readonly distanceM: number;
  readonly freeBays: number;
  /** The cheapest of them. */
  readonly priceFen: number;
  /** What is known of one of them at least may be old; how old at most. */
  readonly isStale: boolean;
  readonly ageMs: Millis;
}

/** A bay that its lender lets anybody see. */
export interface PublicBay {
  readonly point: PointRow;
  readonly listing: ListingRow;
  /** Undefined: no gateway has told of it yet. */
  readonly live: LiveBay | undefined;
  readonly isFree: boolean;
}

export interface PublicLot {
  readonly site: SiteRow;
  readonly version: string;
  readonly bays: readonly PublicBay[];
}

/** Places that one search looks at, the nearest. */
const MAX_CANDIDATES = 500;
const AT_ONCE = 50;

/** What anybody may see without a key: places and bays whose lenders made them public, and nobody's person.
 *  @see requirements P32, P33 */
export class PublicPlaces {
  readonly #options: PublicPlacesOptions;

  constructor(options: PublicPlacesOptions) {
    this.#options = options;
  }

  /** Places with a bay that can be had for all of that time, the nearest first. */
  async search(db: CloudReader, query: PlaceQuery): Promise<readonly Place[]> {
    const {centre, withinM, stretch, after = [-1, ''], limit} = query;
    const near = (await this.#candidates(db, centre, withinM))
      .map(site => ({site, distanceM: distanceTo(centre, site)}))
      .filter(one => one.distanceM <= withinM)
      .filter(one => isBeyond(one, after))
      .sort((left, right) => (isBeyond(left, [right.distanceM, right.site.id]) ? 1 : -1));
    const found: Place[] = [];
    for (let from = 0; from < near.length && found.length < limit; from += AT_ONCE) {
      const slice = near.slice(from, from + AT_ONCE);
      const lots = await this.#lots(
        db,
        slice.map(one => one.site),
        stretch,
      );
      for (const {site, distanceM: metres} of slice) {
        const place = placeOf(lots.get(site.id), metres);
        if (place) found.push(place);
      }
    }
    return found.slice(0, limit);
  }

  /** All public bays of a place; undefined: it shows none. */
  async lot(db: CloudReader, id: string, stretch: Stretch): Promise<PublicLot | undefined> {
    const site = await this.#options.sites.byId(db, id);
    if (site?.state !== 'active') return undefined;
    const lot = (await this.#lots(db, [site], stretch)).get(id);
    return lot && lot.bays.length > 0 ? lot : undefined;
  }

  /** In the order of a distance that is near enough for that. */
  async #candidates(
    db: CloudReader,
    {latE7, lngE7}: GeoPoint,
    withinM: number,
  ): Promise<readonly SiteRow[]> {
    const box = boxAround({latE7, lngE7}, withinM);
    // A degree of longitude is shorter than one of latitude, by so many parts of 1000.
    const share = Math.round(1000 * Math.cos((latE7 / 1e7) * (Math.PI / 180)));
    const rows = await db
      .selectFrom('site')
      .innerJoin('listing', 'listing.site', 'site.id')
      .select(['site.id', 'site.lat_e7', 'site.lng_e7'])
      .distinct()
      .select(
        sql<number>`abs(site.lat_e7 - ${latE7}) + abs(site.lng_e7 - ${lngE7}) * ${share} / 1000`.as(
          'far',
        ),
      )
      .where('site.state', '=', 'active')
      .where('site.lat_e7', '>=', box.minLatE7)
      .where('site.lat_e7', '<=', box.maxLatE7)
      .where(({eb, and, or}) =>
        or(
          box.lngRangesE7.map(([from, to]) =>
            and([eb('site.lng_e7', '>=', from), eb('site.lng_e7', '<=', to)]),
          ),
        ),
      )
      .where('listing.public', '=', 1)
      .where('listing.state', '=', 'live')
      .where('listing.offer', '=', 'hourly')
      .orderBy('far')
      .orderBy('site.id')
      .limit(MAX_CANDIDATES)
      .execute();
    return this.#options.sites.some(
      db,
      rows.map(({id}) => id),
    );
  }

  async #lots(
    db: CloudReader,
    rows: readonly SiteRow[],
    stretch: Stretch,
  ): Promise<ReadonlyMap<string, PublicLot>> {
    const {sites, listings, calendar, live} = this.#options;
    const ids = rows.map(({id}) => id);
    const points = await sites.pointsAt(db, ids);
    const offered = await listings.publicAt(db, ids);
    const slots = await calendar.slots(db, ids, stretch.fromMs, stretch.untilMs);
    const taken = new Set(slots.map(({site, point}) => keyOf(site, point)));
    const tables = await live.at(db, ids);
    const byKey = new Map(points.map(point => [keyOf(point.site, point.id), point]));
    return new Map(
      rows.map(site => {
        const table = tables.get(site.id);
        const own = offered.filter(one => one.site === site.id && one.offer === 'hourly');
        const bays = own.flatMap(listing => {
          const point = byKey.get(keyOf(site.id, listing.point));
          if (!point || point.kind === 'vehicle') return [];
          const row = table?.bays.find(one => one.bay === point.id);
          const isTaken = taken.has(keyOf(site.id, point.id));
          const isFree = !isTaken && this.#isFree(site, {point, listing, live: row}, stretch);
          return [{point, listing, live: row, isFree}];
        });
        return [site.id, {site, version: table?.version ?? '0.0', bays: oncePerBay(bays)}];
      }),
    );
  }

  #isFree(
    site: SiteRow,
    {point, listing, live}: Omit<PublicBay, 'isFree'>,
    stretch: Stretch,
  ): boolean {
    const {clock, calendar} = this.#options;
    const {fromMs, untilMs} = stretch;
    if (point.saleState !== 'open' || live?.saleable === false) return false;
    if (fromMs <= clock.wallMs() && live?.occupancy === 'occupied') return false;
    return (
      fitsStay(listing, untilMs - fromMs) &&
      isOpenThroughout(listing.openings, stretch, calendar.zoneOf(site.zone))
    );
  }
}

function distanceTo(centre: GeoPoint, {latE7, lngE7}: SiteRow): number {
  const isPlaced = latE7 !== null && lngE7 !== null;
  return isPlaced ? distanceM(centre, {latE7, lngE7}) : Number.POSITIVE_INFINITY;
}

function isBeyond(
  {site, distanceM: metres}: {readonly site: SiteRow; readonly distanceM: number},
  [afterM, afterId]: readonly [number, string],
): boolean {
  return metres > afterM || (metres === afterM && site.id > afterId);
}

function placeOf(lot: PublicLot | undefined, metres: number): Place | undefined {
  const free = lot?.bays.filter(({isFree}) => isFree) ?? [];
  if (!lot || free.length === 0) return undefined;
  return {
    ...{site: lot.site, distanceM: metres, freeBays: free.length},
    priceFen: Math.min(...free.map(({listing}) => listing.priceFen)),
    isStale: free.some(({live}) => live?.isStale === true),
    ageMs: Math.max(0, ...free.map(({live}) => live?.ageMs ?? 0)),
  };
}

/** A bay may be offered by several listings, each in its own hours: the one that has it free counts. */
function oncePerBay(bays: readonly PublicBay[]): readonly PublicBay[] {
  const found = new Map<string, PublicBay>();
  for (const bay of bays) {
    const held = found.get(bay.point.id);
    if (!held || (bay.isFree && !held.isFree)) found.set(bay.point.id, bay);
  }
  return [...found.values()].sort((left, right) => (left.point.id < right.point.id ? -1 : 1));
}

function keyOf(site: string, point: string): string {
  return `${site}\n${point}`;
}
