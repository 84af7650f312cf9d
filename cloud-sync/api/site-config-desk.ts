import type {Clock} from '../../protocols/base/clock.js';
import {siteTextHash} from '../../protocols/cloud/site-config.js';
import type {CloudReader} from './store/cloud-schema.js';
import type {CloudStore} from './store/cloud-store.js';
import type {GatewayTable} from './store/gateway-table.js';
import type {
  SiteConfigRow,
  SiteConfigTable,
  SiteConfigVersion,
  SiteHeldRow,
} from './store/site-config-table.js';

export interface SiteConfigDeskOptions {
  readonly clock: Clock;
  readonly store: CloudStore;
  readonly gateways: GatewayTable;
  readonly configs: SiteConfigTable;
  /** After the commit: the gateway should hear of it. */
  readonly onChange: (gateway: string) => void;
}

export interface SiteConfigOrder {
  readonly text: string;
  /** Devices that it names no more are meant to go. */
  readonly removing: boolean;
  readonly by: string;
  /** Tag of what the author saw. */
  readonly match: string;
}

/** What is wanted of a gateway, and what it holds. */
export interface SiteConfigPicture {
  readonly tag: string;
  readonly wanted: SiteConfigRow | undefined;
  readonly held: SiteHeldRow | undefined;
  readonly versions: readonly SiteConfigVersion[];
}

export type SiteConfigAnswer =
  | {readonly kind: 'stored'; readonly picture: SiteConfigPicture}
  | {readonly kind: 'unknown'}
  /** Somebody changed it meanwhile: the file that is wanted, or the one that the gateway holds. */
  | {readonly kind: 'changed'; readonly tag: string};

/** Gives each gateway's site file its versions. */
export class SiteConfigDesk {
  readonly #options: SiteConfigDeskOptions;

  constructor(options: SiteConfigDeskOptions) {
    this.#options = options;
  }

  /** Undefined for a gateway that nobody knows. */
  picture(gateway: string): Promise<SiteConfigPicture | undefined> {
    const {store, gateways} = this.#options;
    return store.read(async db =>
      (await gateways.get(db, gateway)) ? this.#read(db, gateway) : undefined,
    );
  }

  /**
   * Want this text of the gateway, as its next version. The same text as is wanted already is no new
   * version, unless the gateway has refused that one or taken it back: then it is tried again.
   */
  async put(gateway: string, order: SiteConfigOrder): Promise<SiteConfigAnswer> {
    const {store, gateways, onChange} = this.#options;
    const answer = await store.transaction(async (tx): Promise<SiteConfigAnswer> => {
      if (!(await gateways.lock(tx, gateway))) return {kind: 'unknown'};
      const before = await this.#read(tx, gateway);
      if (order.match !== before.tag && order.match !== '*') {
        return {kind: 'changed', tag: before.tag};
      }
      const row = this.#next(before, order);
      if (row) await this.#options.configs.add(tx, gateway, row);
      return {kind: 'stored', picture: row ? await this.#read(tx, gateway) : before};
    });
    if (answer.kind === 'stored') onChange(gateway);
    return answer;
  }

  #next({wanted, held}: SiteConfigPicture, order: SiteConfigOrder): SiteConfigRow | undefined {
    const {text, removing, by} = order;
    const sha = siteTextHash(text);
    const hasFailed =
      held?.ver === wanted?.ver && ['refused', 'rolled_back'].includes(held?.state ?? '');
    if (wanted?.sha === sha && !hasFailed) return undefined;
    // Its author saw the file that was wanted and the one that is held: either may be replaced.
    const seen = held ? [held.held, ...(wanted ? [wanted.sha] : [])] : [];
    const ver = Math.max(wanted?.ver ?? 0, held?.ver ?? 0) + 1;
    const createdWall = this.#options.clock.wallMs();
    return {ver, sha, text, base: [...new Set(seen)], removing, by, createdWall};
  }

  async #read(db: CloudReader, gateway: string): Promise<SiteConfigPicture> {
    const {configs} = this.#options;
    const wanted = await configs.newest(db, gateway);
    const held = await configs.held(db, gateway);
    const tag = `"${wanted?.ver ?? 0}-${held?.held.slice(0, 16) ?? 'unknown'}"`;
    return {tag, wanted, held, versions: await configs.versions(db, gateway)};
  }
}
