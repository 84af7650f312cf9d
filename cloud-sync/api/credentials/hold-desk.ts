import type {Clock, Entropy, UnixMillis} from '../../../protocols/base/clock.js';
import type {GeoPoint} from '../../../protocols/site/distance.js';
import {
  areTooNear,
  LONGEST_WAY_MS,
  leastWayMs,
  type PlacedUse,
} from '../../../protocols/site/travel-rules.js';
import {Refusal} from '../http/refusals.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {SiteRow, SiteTable} from '../tenancy/site-table.js';
import type {CredentialTable} from './credential-table.js';
import type {HeldUse, Hold, HoldTable} from './hold-table.js';
import type {RightUse, RightUseTable} from './right-use-table.js';
import type {RightsDesk} from './rights-desk.js';
import type {ShownCredential} from './shown-credential.js';

export interface HoldDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sites: SiteTable;
  readonly uses: RightUseTable;
  readonly holds: HoldTable;
  readonly credentials: CredentialTable;
  readonly desk: RightsDesk;
  readonly changes: ChangeFeed;
}

interface Found extends PlacedUse {
  readonly use: RightUse;
}

/**
 * One credential at two sites within a time in which nobody gets from one to the other is two: it opens
 * nothing any more, wherever it lies, until a guard has looked. @see requirements E45
 */
export class HoldDesk {
  readonly #options: HoldDeskOptions;

  constructor(options: HoldDeskOptions) {
    this.#options = options;
  }

  /** The credential is locked. Gives the gateways to push. */
  async judge(
    tx: CloudTransaction,
    credential: ShownCredential,
    use: RightUse,
  ): Promise<readonly string[]> {
    const {holds} = this.#options;
    if (credential.state !== 'active' && credential.state !== 'suspended') return [];
    const before = await holds.latest(tx, credential.id);
    if (before?.state === 'open') return [];
    const pair = await this.#pairOf(tx, use, before?.closedWall ?? 0);
    if (!pair) return [];
    const [first, second] = pair;
    const hold: Hold = {
      ...{id: this.#options.entropy.ulid(), tenant: credential.tenant},
      ...{credential: credential.id, was: credential.state, state: 'open'},
      ...{first: heldUse(first), second: heldUse(second), leastMs: leastWayMs(first, second)},
      ...{raisedWall: this.#options.clock.wallMs(), closedWall: null, closedBy: null, note: null},
    };
    await holds.add(tx, hold);
    await this.#tell(tx, hold, 'held');
    return this.#options.desk.setCredential(tx, credential, 'suspended');
  }

  /** A guard has looked. The credential is locked. @throws Refusal `conflict` when it is closed */
  async close(
    tx: CloudTransaction,
    {hold, credential}: {readonly hold: Hold; readonly credential: ShownCredential},
    wish: {readonly state: 'released' | 'revoked'; readonly by: string; readonly note: string},
  ): Promise<readonly string[]> {
    const {clock, holds, desk} = this.#options;
    if (hold.state !== 'open') throw new Refusal('conflict', {detail: `it is ${hold.state}`});
    const {state, by: closedBy, note} = wish;
    const closed = {...hold, state, closedBy, note, closedWall: clock.wallMs()};
    await holds.close(tx, closed);
    await this.#tell(tx, closed, state);
    if (state === 'revoked') return desk.revokeCredential(tx, credential);
    return desk.setCredential(tx, credential, hold.was);
  }

  /** Of two uses that no one card can have had the earlier and the later. */
  async #pairOf(
    tx: CloudTransaction,
    use: RightUse,
    afterWall: number,
  ): Promise<readonly [Found, Found] | undefined> {
    const {uses} = this.#options;
    // Without a time nothing can be said.
    if (use.usedWall === null || use.usedWall <= afterWall) return undefined;
    const own = await this.#placed(tx, {...use, usedWall: use.usedWall});
    const others = await uses.between(tx, use.id, {
      // What a guard has looked at says nothing any more.
      fromWall: Math.max(afterWall, use.usedWall - LONGEST_WAY_MS),
      untilWall: use.usedWall + LONGEST_WAY_MS,
    });
    for (const other of own ? others : []) {
      if (other.gateway === use.gateway) continue;
      const found = await this.#placed(tx, other);
      if (!own || !found || !areTooNear(own, found)) continue;
      return found.atMs <= own.atMs ? [found, own] : [own, found];
    }
    return undefined;
  }

  async #placed(
    tx: CloudTransaction,
    use: RightUse & {readonly usedWall: number},
  ): Promise<Found | undefined> {
    const {sites} = this.#options;
    const served = await sites.siteOf(tx, use.gateway);
    const site = served && (await sites.byId(tx, served.site));
    if (!site) return undefined;
    return {use, site: site.id, place: placeOf(site), atMs: use.usedWall as UnixMillis};
  }

  #tell(tx: CloudTransaction, hold: Hold, what: 'held' | 'released' | 'revoked'): Promise<void> {
    const {tenant, id, credential, first, second} = hold;
    return this.#options.changes.note(tx, {
      ...{tenant, site: second.site, type: `hold.${what}`, subject: 'hold', subjectId: id},
      data: {credential, first: first.site, second: second.site},
    });
  }
}

function placeOf({latE7, lngE7}: SiteRow): GeoPoint | undefined {
  return latE7 === null || lngE7 === null ? undefined : {latE7, lngE7};
}

function heldUse({use, site, atMs}: Found): HeldUse {
  return {site, gateway: use.gateway, point: use.point, atWall: atMs};
}
