import {toHex} from '../../protocols/base/bytes.js';
import type {Entropy, UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS} from '../../protocols/base/units.js';
import type {CardCredential, Grant} from '../../protocols/site/grant.js';
import {asId} from '../../protocols/site/ids.js';
import type {SimCard} from '../devices/sim-card.js';

/** How grants and cards reach the gateway: straight into its store, or through the cloud. */
export interface GrantChannel {
  putCard(card: CardCredential): Promise<void>;
  putGrant(grant: Grant): Promise<void>;
  revoke(id: string): Promise<void>;
  revokeCard(id: string): Promise<void>;
}

/** A card with everything the site knows of it. */
export interface IssuedCard extends SimCard {
  readonly credential: CardCredential;
}

const LEASE_MS = 30 * DAY_MS;
const SECRET_BYTES = 16;

/** The office that issues cards and grants in a scenario. */
export class CardOffice {
  readonly #channel: GrantChannel;
  readonly #entropy: Entropy;
  readonly #wallMs: () => UnixMillis;
  #count = 0;

  constructor(channel: GrantChannel, entropy: Entropy, wallMs: () => UnixMillis) {
    this.#channel = channel;
    this.#entropy = entropy;
    this.#wallMs = wallMs;
  }

  /** A genuine card, known to the gateway. */
  async card(change: Partial<CardCredential> = {}): Promise<IssuedCard> {
    const card = this.unknownCard();
    const credential: CardCredential = {
      kind: 'card',
      id: asId(`card-${this.#count}`),
      holder: asId(`holder-${this.#count}`),
      uid: card.uid,
      secretHex: toHex(card.secret),
      state: 'active',
      rev: 1,
      ...change,
    };
    await this.#channel.putCard(credential);
    return {...card, credential};
  }

  /** A card that nobody ever issued. */
  unknownCard(): SimCard & {readonly secret: Uint8Array} {
    this.#count += 1;
    const uid = (0x4d00000000 + this.#count * 0x010203).toString(16).toUpperCase();
    return {uid: asId(uid), secret: this.#entropy.bytes(SECRET_BYTES), userInfo: ''};
  }

  /** The right to park, from now for eight hours unless `change` says otherwise. */
  async give(
    card: IssuedCard,
    bays: readonly string[],
    change: Partial<Grant> = {},
  ): Promise<Grant> {
    this.#count += 1;
    const nowMs = this.#wallMs();
    const grant: Grant = {
      id: asId(`grant-${this.#count}`),
      number: String(1000 + this.#count),
      kind: 'park',
      holder: card.credential.holder,
      holderMask: '陈** 138****5678',
      credentials: [card.credential.id],
      points: bays.map(bay => asId(bay)),
      validFrom: (nowMs - HOUR_MS) as UnixMillis,
      validUntil: (nowMs + 8 * HOUR_MS) as UnixMillis,
      weekly: [],
      entries: 'multi',
      state: 'active',
      rev: 1,
      leaseUntil: (nowMs + LEASE_MS) as UnixMillis,
      ...change,
    };
    await this.#channel.putGrant(grant);
    return grant;
  }

  /** A card and a grant for `bays` in one step: what most scenarios begin with. */
  async cardFor(bays: readonly string[], change: Partial<Grant> = {}): Promise<IssuedCard> {
    const card = await this.card();
    await this.give(card, bays, change);
    return card;
  }

  revoke(grant: Grant): Promise<void> {
    return this.#channel.revoke(grant.id);
  }

  revokeCard(card: IssuedCard): Promise<void> {
    return this.#channel.revokeCard(card.credential.id);
  }
}
