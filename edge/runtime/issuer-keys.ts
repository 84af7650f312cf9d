import type {KeyObject} from 'node:crypto';
import {fromHex} from '../../protocols/base/bytes.js';
import {issuerKey, type TokenRing} from '../../protocols/credential/qr-token.js';
import type {TokenIssuer} from '../../protocols/site/grant.js';
import type {SiteConfig} from '../config/schema.js';

const MOST_BUILT = 8;

/**
 * Whose tokens count here: the keys of the site file, and those that the cloud has delivered. Of two with
 * one number that of the site file counts: who wrote it stood at the gateway.
 */
export class IssuerKeys implements Pick<TokenRing['keys'], 'get'> {
  readonly #own: ReadonlyMap<number, KeyObject>;
  readonly #book: {issuers(): Iterable<TokenIssuer>};
  /** Keys once built, by their bytes. */
  readonly #built = new Map<string, KeyObject>();

  constructor(own: SiteConfig['tokenKeys'], book: {issuers(): Iterable<TokenIssuer>}) {
    this.#own = new Map(own.map(({kid, publicKey}) => [kid, issuerKey(fromHex(publicKey))]));
    this.#book = book;
  }

  get(kid: number): KeyObject | undefined {
    const own = this.#own.get(kid);
    if (own) return own;
    for (const issuer of this.#book.issuers()) {
      if (issuer.kid === kid) return this.#key(issuer.publicKeyHex);
    }
    return undefined;
  }

  #key(hex: string): KeyObject {
    const known = this.#built.get(hex);
    if (known) return known;
    // Two are live at a time: those before them need not be kept.
    if (this.#built.size >= MOST_BUILT) this.#built.clear();
    const key = issuerKey(fromHex(hex));
    this.#built.set(hex, key);
    return key;
  }
}
