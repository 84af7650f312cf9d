import type {Clock, Millis} from '../../../protocols/base/clock.js';
import type {CloudReader} from '../store/cloud-schema.js';

/** Who was heard of when, as far as this worker knows. */
export interface Presence {
  /** True: it can be expected to hear us. */
  isOnline(gateway: string): boolean;
  /** This side's monotonic clock when anything came of it; undefined: nothing since the start. */
  heardMs(gateway: string): Millis | undefined;
}

/** A bay as its gateway told of it last. */
export interface LiveBay {
  readonly site: string;
  readonly bay: string;
  readonly gateway: string;
  readonly arm: string;
  readonly occupancy: string;
  readonly online: boolean;
  readonly saleable: boolean;
  readonly changedWall: number;
  /** Its gateway is not heard of at present: all may be otherwise by now. @see requirements P25, P33 */
  readonly isStale: boolean;
  /** Since its gateway was heard of last. */
  readonly ageMs: Millis;
}

/** All bays of one site as of one version. */
export interface LiveTable {
  readonly site: string;
  /** Grows with each change; equal versions are equal tables. */
  readonly version: string;
  readonly bays: readonly LiveBay[];
}

/** Which event a gateway's part of a table goes up to. */
interface Place {
  readonly epochNo: number;
  readonly seq: number;
}

/** What gateways say of their bays, for those of a site. */
export class LiveBays {
  readonly #clock: Clock;
  readonly #presence: Presence;

  constructor(clock: Clock, presence: Presence) {
    this.#clock = clock;
    this.#presence = presence;
  }

  async at(db: CloudReader, sites: readonly string[]): Promise<ReadonlyMap<string, LiveTable>> {
    if (sites.length === 0) return new Map();
    const rows = await db
      .selectFrom('site_gateway')
      .innerJoin('bay', 'bay.gw', 'site_gateway.gw')
      .innerJoin('gateway', 'gateway.gw', 'site_gateway.gw')
      .select(['site_gateway.site', 'bay.gw', 'bay.bay', 'bay.arm', 'bay.occupancy'])
      .select(['bay.online', 'bay.saleable', 'bay.changed_wall as changedWall'])
      .select(['bay.epoch_no as epochNo', 'bay.seq', 'gateway.seen_wall as seenWall'])
      .where('site_gateway.site', 'in', sites)
      .orderBy('site_gateway.site')
      .orderBy('bay.gw')
      .orderBy('bay.bay')
      .execute();
    const bays = new Map<string, LiveBay[]>();
    const places = new Map<string, Map<string, Place>>();
    for (const {epochNo, seq, seenWall, ...row} of rows) {
      const {site, gw: gateway, bay, arm, occupancy, changedWall} = row;
      put(bays, site, {
        ...{site, bay, gateway, arm, occupancy, changedWall},
        ...{online: row.online === 1, saleable: row.saleable === 1},
        ...this.#ageOf(gateway, Math.max(changedWall, seenWall ?? 0)),
      });
      const ofSite = places.get(site) ?? new Map<string, Place>();
      places.set(site, ofSite.set(gateway, later(ofSite.get(gateway), {epochNo, seq})));
    }
    return new Map(
      sites.map(site => {
        const version = versionOf(places.get(site) ?? new Map());
        return [site, {site, version, bays: bays.get(site) ?? []}];
      }),
    );
  }

  #ageOf(gateway: string, lastWall: number): Pick<LiveBay, 'isStale' | 'ageMs'> {
    const heardMs = this.#presence.heardMs(gateway);
    const ageMs =
      heardMs === undefined ? this.#clock.wallMs() - lastWall : this.#clock.nowMs() - heardMs;
    return {isStale: !this.#presence.isOnline(gateway), ageMs: Math.max(0, Math.round(ageMs))};
  }
}

function later(held: Place | undefined, place: Place): Place {
  if (!held || place.epochNo > held.epochNo) return place;
  return place.epochNo === held.epochNo && place.seq > held.seq ? place : held;
}

/** `1.42`, of each gateway in the order of their names. */
function versionOf(places: ReadonlyMap<string, Place>): string {
  return [...places.values()].map(({epochNo, seq}) => `${epochNo}.${seq}`).join('-') || '0.0';
}

function put<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
