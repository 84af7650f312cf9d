import {createPrivateKey, createPublicKey, type KeyObject} from 'node:crypto';
import {toHex} from '../../../protocols/base/bytes.js';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {InternalError} from '../../../protocols/base/errors.js';
import {DAY_MS, HOUR_MS} from '../../../protocols/base/units.js';
import type {TokenIssuer} from '../../../protocols/site/grant.js';
import {Refusal} from '../http/refusals.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {GatewayTable} from '../store/gateway-table.js';
import type {GrantTable} from '../store/grant-table.js';
import type {TokenKey, TokenKeyTable} from './token-key-table.js';

export interface TokenKeysOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly keys: TokenKeyTable;
  readonly gateways: GatewayTable;
  readonly grants: GrantTable;
}

/** Lower numbers are left to keys that stand in site files. */
const FIRST_KID = 128;
const LAST_KID = 255;
const SEED_BYTES = 32;
/** PKCS#8 of an Ed25519 key, before its seed. @see RFC 8410 */
const PKCS8_HEAD = '302e020100300506032b657004220420';
const PUBLIC_BYTES = 32;
/** Clocks of gateways may be behind. */
const REST_MS = HOUR_MS;
/** A gateway that did not fetch the new key for so long holds up nobody any more. */
const PATIENCE_MS = 30 * DAY_MS;

/**
 * The keys that sign a tenant's QR tokens: one, or two while the newer takes over. Public keys go to the
 * gateways as rows of their state; a token is signed with the newest key that its gateways hold.
 * @see sync.md 5.1
 */
export class TokenKeys {
  readonly #options: TokenKeysOptions;

  constructor(options: TokenKeysOptions) {
    this.#options = options;
  }

  /** The key for a token that is meant for `gateways`; the first one is made now. */
  async choose(
    tx: CloudTransaction,
    tenant: string,
    gateways: readonly string[],
  ): Promise<TokenKey> {
    const {keys} = this.#options;
    let live = await keys.live(tx, tenant);
    if (live.length === 0) {
      await lockTenant(tx, tenant);
      live = await keys.live(tx, tenant);
    }
    const [newest] = live;
    if (!newest) return this.#make(tx, tenant);
    const places = await keys.places(tx, tenant);
    const isHeldBy = (kid: number) => (gateway: string) =>
      places.some(place => place.kid === kid && place.gateway === gateway && place.isHeld);
    return live.find(({kid}) => gateways.every(isHeldBy(kid))) ?? newest;
  }

  /** Who signs with it remembers until when. */
  async signer(tx: CloudTransaction, key: TokenKey, untilWall: number): Promise<KeyObject> {
    await this.#options.keys.signedUntil(tx, key, untilWall);
    return this.signerOf(tx, key.tenant, key.kid);
  }

  /** A token that it signed lives until then. False for a key that is on its way out: it shall not live on. */
  async signsOn(
    tx: CloudTransaction,
    tenant: string,
    kid: number,
    untilWall: number,
  ): Promise<boolean> {
    const {keys} = this.#options;
    const [newest] = await keys.live(tx, tenant);
    if (newest?.kid !== kid) return false;
    await keys.signedUntil(tx, newest, untilWall);
    return true;
  }

  /** @throws InternalError `internal/token-key` when it has gone */
  async signerOf(tx: CloudReader, tenant: string, kid: number): Promise<KeyObject> {
    const seedHex = await this.#options.keys.seedHex(tx, tenant, kid);
    if (seedHex === undefined) {
      throw new InternalError('internal/token-key', `key ${kid} has gone`, {tenant, kid});
    }
    return privateKeyOf(seedHex);
  }

  /** Give every live key to a gateway that lacks it. The gateway is locked. */
  async deliver(tx: CloudTransaction, tenant: string, gateway: string): Promise<boolean> {
    const {keys, grants} = this.#options;
    let isChanged = false;
    for (const key of await keys.live(tx, tenant)) {
      const row = issuerOf(key);
      if (await grants.get(tx, gateway, 'issuer', row.id)) continue;
      const ver = await grants.put(tx, gateway, {table: 'issuer', row});
      await keys.putPlace(tx, {tenant, gateway, kid: key.kid}, ver);
      isChanged = true;
    }
    return isChanged;
  }

  /** A new key beside the old one, which stays until its tokens have ended. Gives the gateways to push.
   *  @throws Refusal `conflict` while two are live */
  async rotate(tx: CloudTransaction, tenant: string): Promise<readonly string[]> {
    const {keys} = this.#options;
    await lockTenant(tx, tenant);
    const live = await keys.live(tx, tenant);
    if (live.length > 1) throw new Refusal('conflict', {detail: 'two keys are live already'});
    await this.#make(tx, tenant);
    return this.#everywhere(tx, tenant, gateway => this.deliver(tx, tenant, gateway));
  }

  /** Take away an old key whose tokens have all ended, once its successor has arrived. */
  async retire(tx: CloudTransaction, tenant: string): Promise<readonly string[]> {
    const {keys, clock, grants} = this.#options;
    await lockTenant(tx, tenant);
    const [newest, old] = await keys.live(tx, tenant);
    if (!newest || !old || old.lastUntil + REST_MS > clock.wallMs()) return [];
    const places = await keys.places(tx, tenant);
    const isPatient = newest.createdWall + PATIENCE_MS > clock.wallMs();
    if (isPatient && places.some(({kid, isHeld}) => kid === newest.kid && !isHeld)) return [];
    const {id} = issuerOf(old);
    const gateways = await this.#everywhere(tx, tenant, async gateway => {
      if (!(await grants.get(tx, gateway, 'issuer', id))) return false;
      await grants.drop(tx, gateway, 'issuer', id);
      return true;
    });
    await keys.remove(tx, tenant, old.kid);
    return gateways;
  }

  async #everywhere(
    tx: CloudTransaction,
    tenant: string,
    change: (gateway: string) => Promise<boolean>,
  ): Promise<readonly string[]> {
    const {keys, gateways} = this.#options;
    const changed: string[] = [];
    for (const gateway of await keys.gateways(tx, tenant)) {
      await gateways.add(tx, [gateway]);
      await gateways.lock(tx, gateway);
      if (await change(gateway)) changed.push(gateway);
    }
    return changed;
  }

  /** The tenant is locked. */
  async #make(tx: CloudTransaction, tenant: string): Promise<TokenKey> {
    const {keys, clock, entropy} = this.#options;
    const live = await keys.live(tx, tenant);
    const taken = new Set(live.map(({kid}) => kid));
    let kid = (live[0]?.kid ?? FIRST_KID - 1) + 1;
    while (kid > LAST_KID || taken.has(kid)) kid = kid >= LAST_KID ? FIRST_KID : kid + 1;
    const seedHex = toHex(entropy.bytes(SEED_BYTES));
    const createdWall = Math.max(clock.wallMs(), (live[0]?.createdWall ?? 0) + 1);
    const key = {tenant, kid, publicHex: publicHexOf(seedHex), createdWall};
    await keys.add(tx, {...key, seedHex});
    return {...key, lastUntil: 0};
  }
}

function issuerOf({kid, publicHex}: TokenKey): TokenIssuer {
  // A number that is used again one day is another row.
  return {id: `${kid}-${publicHex.slice(0, 16)}`, kid, publicKeyHex: publicHex, rev: 1};
}

function privateKeyOf(seedHex: string): KeyObject {
  const key = Buffer.from(`${PKCS8_HEAD}${seedHex}`, 'hex');
  return createPrivateKey({key, format: 'der', type: 'pkcs8'});
}

function publicHexOf(seedHex: string): string {
  const spki = createPublicKey(privateKeyOf(seedHex)).export({format: 'der', type: 'spki'});
  return toHex(new Uint8Array(spki.subarray(-PUBLIC_BYTES)));
}

/** Two workers must not make the same number at one instant. */
async function lockTenant(tx: CloudTransaction, tenant: string): Promise<void> {
  const lock = tx.updateTable('tenant').set(({ref}) => ({name: ref('name')}));
  await lock.where('id', '=', tenant).execute();
}
