import type {Clock} from '../../../protocols/base/clock.js';
import {type Caller, maySee, type Scope} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {AccessKeyRow, AccessKeyTable} from './access-key-table.js';
import type {AuditLog} from './audit-log.js';
import type {SiteTable} from './site-table.js';
import type {TenantTable} from './tenant-table.js';

export interface KeyDeskOptions {
  readonly clock: Clock;
  readonly keys: AccessKeyTable;
  readonly tenants: TenantTable;
  readonly sites: SiteTable;
  readonly audit: AuditLog;
}

export interface KeyWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The only sites that it reaches; null: all. */
  readonly sites: readonly string[] | null;
  readonly expiresMs: number | null;
}

export interface MadeKey {
  readonly row: AccessKeyRow;
  /** As it is shown this once. */
  readonly key: string;
}

/** One in use, and the next while it is handed out. */
const MAX_LIVE_OF_NAME = 2;
const MAX_LIVE_OF_TENANT = 500;

/** Makes and revokes keys of programs: none ever gives more than its maker has. */
export class KeyDesk {
  readonly #options: KeyDeskOptions;

  constructor(options: KeyDeskOptions) {
    this.#options = options;
  }

  /** @throws Refusal `forbidden`, `invalid`, `conflict` */
  async make(tx: CloudTransaction, caller: Caller, wish: KeyWish): Promise<MadeKey> {
    const {clock, keys, tenants, audit} = this.#options;
    const {tenant} = caller;
    const wallMs = clock.wallMs();
    assertWithin(caller, wish);
    await this.#assertTimes(tx, caller, wish.expiresMs);
    await this.#assertSites(tx, tenant, wish.sites ?? []);
    // Of two at one instant the second counts the first.
    await tenants.lock(tx, tenant);
    const ofName = await keys.countLive(tx, tenant, {name: wish.name, wallMs});
    if (ofName >= MAX_LIVE_OF_NAME) {
      throw new Refusal('conflict', {detail: 'two keys of this name live: revoke one first'});
    }
    if ((await keys.countLive(tx, tenant, {wallMs})) >= MAX_LIVE_OF_TENANT) {
      throw new Refusal('conflict', {detail: `${MAX_LIVE_OF_TENANT} keys live: revoke some first`});
    }
    const {name, scopes, sites, expiresMs: expiresWall} = wish;
    const made = {tenant, name, scopes, sites, createdWall: wallMs, expiresWall};
    const {id, key} = await keys.add(tx, made);
    const subject = {subject: 'key', subjectId: id};
    await audit.note(tx, {tenant, actor: caller.id, action: 'key.make', ...subject});
    return {row: {...made, id, usedWall: null, revokedWall: null}, key};
  }

  /** Those whose rights he has too. */
  async visible(db: CloudReader, caller: Caller, id: string): Promise<AccessKeyRow | undefined> {
    const row = await this.#options.keys.get(db, caller.tenant, id);
    return row && seesSitesOf(caller, row.sites) ? row : undefined;
  }

  /** False when there is no such key for him. @throws Refusal `forbidden` for one that may do more */
  async revoke(tx: CloudTransaction, caller: Caller, id: string): Promise<boolean> {
    const {clock, keys, audit} = this.#options;
    const row = await this.visible(tx, caller, id);
    if (!row) return false;
    assertWithin(caller, row);
    if (row.revokedWall !== null) return true;
    const {tenant} = caller;
    await keys.revoke(tx, tenant, id, clock.wallMs());
    const subject = {subject: 'key', subjectId: id};
    await audit.note(tx, {tenant, actor: caller.id, action: 'key.revoke', ...subject});
    return true;
  }

  /** A key with an end makes none that outlives it. */
  async #assertTimes(
    tx: CloudTransaction,
    caller: Caller,
    expiresMs: number | null,
  ): Promise<void> {
    const {clock, keys} = this.#options;
    if (expiresMs !== null && expiresMs <= clock.wallMs()) {
      const errors = [{pointer: '#/expiresMs', detail: 'lies in the past'}];
      throw new Refusal('invalid', {errors});
    }
    const own = await keys.get(tx, caller.tenant, caller.id);
    const endWall = own?.expiresWall ?? null;
    if (endWall !== null && (expiresMs === null || expiresMs > endWall)) {
      throw new Refusal('forbidden', {detail: 'it would outlive the key that makes it'});
    }
  }

  async #assertSites(
    tx: CloudTransaction,
    tenant: string,
    named: readonly string[],
  ): Promise<void> {
    const {sites} = this.#options;
    for (const [index, site] of named.entries()) {
      if (await sites.get(tx, tenant, site)) continue;
      const errors = [{pointer: `#/sites/${index}`, detail: 'no such site'}];
      throw new Refusal('invalid', {errors});
    }
  }
}

function assertWithin(caller: Caller, {scopes, sites}: Pick<KeyWish, 'scopes' | 'sites'>): void {
  const beyond = scopes.filter(scope => !caller.scopes.has(scope));
  if (beyond.length > 0) {
    throw new Refusal('forbidden', {detail: `more than you may yourself: ${beyond.join(', ')}`});
  }
  if (!seesSitesOf(caller, sites)) {
    throw new Refusal('forbidden', {detail: 'more sites than you reach yourself'});
  }
}

function seesSitesOf(caller: Caller, sites: readonly string[] | null): boolean {
  if (caller.sites === undefined) return true;
  return sites?.every(site => maySee(caller, site)) ?? false;
}
