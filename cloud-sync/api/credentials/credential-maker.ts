import {toHex} from '../../../protocols/base/bytes.js';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import {Refusal} from '../http/refusals.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {SecretBox} from '../store/secret-box.js';
import {type CardMasterKeys, cardKeyHex, newestVersion} from './card-keys.js';
import type {CodeMaker} from './code-maker.js';
import type {CredentialTable} from './credential-table.js';
import {aliasOf} from './holder-alias.js';
import type {Right} from './right.js';
import type {PlacedPoint, RightTable} from './right-table.js';
import {
  type Assurance,
  type CredentialFacts,
  hintOf,
  type ShownCredential,
} from './shown-credential.js';
import type {TokenKeys} from './token-keys.js';

/** What is asked for. */
export type CredentialWish =
  | {
      readonly kind: 'qr';
      readonly point?: string | undefined;
      readonly isRotating?: boolean | undefined;
    }
  | {readonly kind: 'code'; readonly uses?: 'one' | 'multi' | undefined}
  | {readonly kind: 'key'}
  | {
      readonly kind: 'card';
      readonly uid: string;
      readonly assurance: Assurance;
      /** Of the card itself, where it was not made of the master key. */
      readonly secretHex?: string | undefined;
      /** Of the master key; left out: the newest. */
      readonly keyVersion?: number | undefined;
    }
  | {readonly kind: 'plate'; readonly plate: string}
  | {readonly kind: 'fingerprint' | 'phone'; readonly reference: string};

/** What was made, and what of it is shown this once. */
export interface MadeCredential {
  readonly credential: ShownCredential;
  /** Digits of a code or key. */
  readonly digits: string | undefined;
}

export interface CredentialMakerOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly box: SecretBox;
  readonly rights: RightTable;
  readonly credentials: CredentialTable;
  readonly codes: CodeMaker;
  readonly tokenKeys: TokenKeys;
  /** Left out: cards that prove something bring their own secret. */
  readonly cardKeys?: CardMasterKeys | undefined;
}

const SECRET_BYTES = 16;
const LAST_SECOND = 0xffff_ffff;
/** A gateway's clock may be so far behind. */
const EARLY_MS = MINUTE_MS;

/** Makes the credentials of a right; where they lie is not its matter. */
export class CredentialMaker {
  readonly #options: CredentialMakerOptions;

  constructor(options: CredentialMakerOptions) {
    this.#options = options;
  }

  /** `isFetchedLater`: digits wait, sealed, until somebody fetches them once.
   *  @throws Refusal */
  async make(
    tx: CloudTransaction,
    right: Right,
    wish: CredentialWish,
    {isFetchedLater = false} = {},
  ): Promise<MadeCredential> {
    const id = this.#options.entropy.ulid();
    switch (wish.kind) {
      case 'qr':
        return this.#keep(tx, right, {id, facts: await this.#qr(tx, right, wish)});
      case 'code':
      case 'key':
        return this.#code(tx, right, {id, wish, isFetchedLater});
      case 'card':
        return this.#ofHolder(tx, right, {id, facts: this.#card(wish), text: wish.uid});
      case 'plate': {
        const {plate} = wish;
        return this.#ofHolder(tx, right, {id, facts: {kind: 'plate', plate}, text: plate});
      }
      case 'fingerprint':
      case 'phone': {
        const {kind, reference} = wish;
        return this.#ofHolder(tx, right, {id, facts: {kind, reference}, text: reference});
      }
    }
  }

  /**
   * The same token with the end of its right: its text as fetched from now on says so, and gateways that know
   * the right go by that whichever text they are shown. False when it must be made anew.
   */
  async prolong(
    tx: CloudTransaction,
    {tenant, validUntil}: Right,
    credential: ShownCredential,
  ): Promise<boolean> {
    const {clock, credentials, tokenKeys} = this.#options;
    const {facts} = credential;
    // One that is good once is spent under a name that holds its time.
    if (facts.kind !== 'qr' || facts.isOneUse) return false;
    const untilSeconds = Math.min(Math.floor(validUntil / 1000), LAST_SECOND);
    if (untilSeconds <= facts.fromSeconds) return false;
    if (!(await tokenKeys.signsOn(tx, tenant, facts.keyNumber, untilSeconds * 1000))) return false;
    const changedWall = clock.wallMs();
    await credentials.save(tx, {...credential, facts: {...facts, untilSeconds}, changedWall});
    return true;
  }

  async #code(
    tx: CloudTransaction,
    right: Right,
    made: {
      readonly id: string;
      readonly wish: {readonly kind: 'code' | 'key'; readonly uses?: 'one' | 'multi' | undefined};
      readonly isFetchedLater: boolean;
    },
  ): Promise<MadeCredential> {
    const {id, wish, isFetchedLater} = made;
    const {site, points, tenant, entries} = right;
    const placed = await this.#options.rights.points(tx, tenant, site, points);
    const gateways = [...new Set(placed.flatMap(({gateway}) => gateway ?? []))].sort();
    const slot = {site, credential: id};
    const {digits, digest, epoch} = await this.#options.codes.make(tx, slot, gateways);
    const uses = wish.kind === 'key' ? 'multi' : (wish.uses ?? entries);
    const unfetched = isFetchedLater ? digits : undefined;
    const facts: CredentialFacts = {
      ...{kind: wish.kind, uses, digits: digits.length, epoch, digest, unfetched},
      alias: aliasOf(this.#options.box, right),
    };
    return {...(await this.#keep(tx, right, {id, facts})), digits};
  }

  /** A token names one point: a mask of several would open whatever else hangs there. */
  async #qr(
    tx: CloudTransaction,
    right: Right,
    {point, isRotating = false}: Extract<CredentialWish, {kind: 'qr'}>,
  ): Promise<CredentialFacts> {
    const {entropy, tokenKeys} = this.#options;
    const {id, gateway, number} = await this.#pointOf(tx, right, point);
    if (gateway === null || number === null) {
      throw new Refusal('no_token_for_point', {detail: `${id} has no gateway or no number`});
    }
    const key = await tokenKeys.choose(tx, right.tenant, [gateway]);
    const untilSeconds = Math.min(Math.floor(right.validUntil / 1000), LAST_SECOND);
    await tokenKeys.signer(tx, key, untilSeconds * 1000);
    return {
      ...{kind: 'qr', keyNumber: key.kid, gateway, point: id, pointNumber: number},
      isOneUse: right.entries === 'one',
      fromSeconds: await this.#firstSecond(tx, right),
      untilSeconds,
      secretHex: isRotating ? toHex(entropy.bytes(SECRET_BYTES)) : undefined,
      alias: aliasOf(this.#options.box, right),
    };
  }

  async #pointOf(
    tx: CloudTransaction,
    right: Right,
    wanted: string | undefined,
  ): Promise<PlacedPoint> {
    const {tenant, site, points} = right;
    const [only, ...others] = points;
    const name = wanted ?? (others.length === 0 ? only : undefined);
    if (name === undefined) {
      const detail = 'a token names one point: say which';
      throw new Refusal('no_token_for_point', {detail});
    }
    const isOwn = points.includes(name);
    const [found] = isOwn ? await this.#options.rights.points(tx, tenant, site, [name]) : [];
    if (!found) throw new Refusal('no_token_for_point', {detail: `${name} is not of this grant`});
    return found;
  }

  /** Tells apart the tokens of one right; the newest begins last. */
  async #firstSecond(tx: CloudTransaction, right: Right): Promise<number> {
    const {clock, credentials} = this.#options;
    const nowSeconds = Math.floor((clock.wallMs() - EARLY_MS) / 1000);
    const earliest = Math.max(Math.ceil(right.validFrom / 1000), nowSeconds);
    const before = (await credentials.some(tx, right.credentials)).flatMap(({facts}) =>
      facts.kind === 'qr' ? [facts.fromSeconds + 1] : [],
    );
    return Math.max(earliest, ...before);
  }

  #card(wish: Extract<CredentialWish, {kind: 'card'}>): CredentialFacts {
    const {uid, assurance, secretHex} = wish;
    const {cardKeys} = this.#options;
    if (assurance !== 'mutual_auth' || secretHex !== undefined) {
      return {kind: 'card', uid, assurance, keyVersion: undefined, secretHex};
    }
    const keyVersion = wish.keyVersion ?? (cardKeys && newestVersion(cardKeys));
    const made =
      cardKeys && keyVersion !== undefined ? cardKeyHex(cardKeys, keyVersion, uid) : undefined;
    if (made === undefined) {
      throw new Refusal('no_card_key', {detail: 'the cloud has no card key of this version'});
    }
    return {kind: 'card', uid, assurance, keyVersion, secretHex: made};
  }

  /** A card of his that is known already is that one; somebody else's is none of his. */
  async #ofHolder(
    tx: CloudTransaction,
    right: Right,
    made: {readonly id: string; readonly facts: CredentialFacts; readonly text: string},
  ): Promise<MadeCredential> {
    const {box, credentials} = this.#options;
    const {id, facts, text} = made;
    const mark = box.mark(`${facts.kind} ${text}`);
    const known = await credentials.marked(tx, right.tenant, mark);
    if (known && known.holder !== right.holder) {
      throw new Refusal('conflict', {detail: 'it belongs to another holder'});
    }
    if (known) return {credential: known, digits: undefined};
    return this.#keep(tx, right, {id, facts, mark});
  }

  async #keep(
    tx: CloudTransaction,
    right: Right,
    made: {readonly id: string; readonly facts: CredentialFacts; readonly mark?: string},
  ): Promise<MadeCredential> {
    const {id, facts, mark = null} = made;
    const {tenant, site, holder} = right;
    const wallMs = this.#options.clock.wallMs();
    const credential: ShownCredential = {
      ...{id, tenant, site, holder, grant: mark === null ? right.id : null, kind: facts.kind},
      ...{state: 'active', hint: hintOf(facts), facts, mark, replacedBy: null},
      ...{createdWall: wallMs, changedWall: wallMs},
    };
    await this.#options.credentials.add(tx, credential);
    return {credential, digits: undefined};
  }
}
