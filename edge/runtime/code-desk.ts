import type {UnixMillis} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {codeSalt, pepperDigest} from '../../protocols/credential/keypad-code.js';
import {
  readToken,
  type TokenFault,
  type TokenReading,
  type TokenRing,
} from '../../protocols/credential/qr-token.js';
import type {TokenIssuer} from '../../protocols/site/grant.js';
import {asId, type CardUid, type CollectorId} from '../../protocols/site/ids.js';
import type {Reason} from '../../protocols/site/reasons.js';
import {codePosts} from '../config/device-use.js';
import type {SiteConfig} from '../config/schema.js';
import type {LotInput} from '../domain/lot/contract.js';
import type {TokenShown} from '../domain/lot/shown.js';
import type {Log} from '../platform/log.js';
import type {StretchCode} from '../platform/stretch.js';
import type {CodeInlet} from './devices/site-device.js';
import {IssuerKeys} from './issuer-keys.js';

export interface CodeDeskOptions {
  readonly config: SiteConfig;
  readonly log: Log;
  /** Names a code without telling it: 16 hex digits. */
  readonly name: (code: Uint8Array) => string;
  /** Epoch of the salt of the codes that are live, and whose tokens count beside those of the site file. */
  readonly book: {codeEpoch(): number; issuers(): Iterable<TokenIssuer>};
  readonly pepper: () => Uint8Array;
  readonly stretch: StretchCode;
  /** As the gateway was enrolled; left out, or undefined: as the site file says. */
  readonly gatewayName?: (() => string | undefined) | undefined;
  /** Codes are refused there just now, unseen. */
  readonly isLocked: (collector: CollectorId) => boolean;
  readonly dispatch: (input: LotInput) => void;
}

/** What the journal keeps of a token that is not good; the person is told nothing of it. */
const REASONS: Readonly<Record<TokenFault, Reason>> = {
  length: 'NOT_FOUND',
  alphabet: 'NOT_FOUND',
  version: 'NOT_FOUND',
  site: 'OTHER_SITE',
  key: 'BAD_MAC',
  signature: 'BAD_MAC',
};
/** Codes that may wait; more where there are more devices to type or show them at, so that no stall is left out. */
const PLACES = 8;
const NAME_DIGITS = 16;

interface Entry {
  readonly collector: CollectorId;
  readonly digits: string;
}

/**
 * Makes of what scanners and keypads read what the lot can judge: the signature of a token is checked at
 * once, a code costs one scrypt on the thread pool, one after the other, which also paces guessing.
 */
export class CodeDesk {
  readonly #options: CodeDeskOptions;
  readonly #ring: TokenRing;
  readonly #posts: ReadonlyMap<string, string>;
  readonly #stalls: ReadonlySet<string>;
  readonly #places: number;
  readonly #waiting: Entry[] = [];
  #working: Promise<void> | undefined;

  constructor(options: CodeDeskOptions) {
    this.#options = options;
    const {config} = options;
    this.#posts = codePosts(config);
    this.#places = Math.max(PLACES, this.#posts.size);
    this.#stalls = new Set((config.bath?.stalls ?? []).map(({id}) => id));
    this.#ring = {
      site: config.site.id,
      get gateway() {
        return options.gatewayName?.() ?? gatewayOf(config);
      },
      keys: new IssuerKeys(config.tokenKeys, options.book),
    };
  }

  /** Where a scanner or keypad hands over, when a collector has it. */
  inletOf(device: string): CodeInlet | undefined {
    const post = this.#posts.get(device);
    if (post === undefined) return undefined;
    const collector: CollectorId = asId(post);
    return {
      onToken: text => this.#onToken(collector, text),
      onUnread: () => this.#options.dispatch({kind: 'codeUnread', collector}),
      onEntry: digits => this.#onEntry({collector, digits}),
      onCommand: key => this.#onCommand(collector, key),
    };
  }

  /** Settles when every code typed so far has been judged. */
  async settled(): Promise<void> {
    await this.#working;
  }

  #onToken(collector: CollectorId, text: string): void {
    const reading = readToken(text, this.#ring);
    const uid = this.#nameOf(reading.kind === 'genuine' ? reading.id : text);
    this.#options.dispatch({kind: 'shown', collector, shown: shownOf(uid, reading)});
  }

  /** Keys that are no part of a code: a stall has a meaning for them. */
  #onCommand(collector: CollectorId, key: '*' | '#'): void {
    if (!this.#stalls.has(collector)) return;
    const said = {kind: 'key', key: key === '*' ? 'stop' : 'confirm'} as const;
    this.#options.dispatch({kind: 'stall', collector, said});
  }

  #onEntry(entry: Entry): void {
    if (this.#options.isLocked(entry.collector)) {
      this.#tell(entry, '');
      return;
    }
    if (this.#waiting.length >= this.#places) {
      this.#options.log.warn('codes.dropped', {collector: entry.collector});
      return;
    }
    this.#waiting.push(entry);
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    const {book, config, log, pepper, stretch} = this.#options;
    for (let entry = this.#waiting.shift(); entry; entry = this.#waiting.shift()) {
      try {
        const stretched = await stretch(entry.digits, codeSalt(config.site.id, book.codeEpoch()));
        this.#tell(entry, pepperDigest(pepper(), stretched));
      } catch (thrown) {
        log.error('codes.failed', {collector: entry.collector, error: errorText(thrown)});
      }
    }
    this.#working = undefined;
  }

  #tell({collector, digits}: Entry, digest: string): void {
    const uid = this.#nameOf(digits);
    this.#options.dispatch({kind: 'shown', collector, shown: {kind: 'code', uid, digest}});
  }

  #nameOf(text: string): CardUid {
    const name = this.#options.name(new TextEncoder().encode(text));
    return asId(name.slice(0, NAME_DIGITS).toUpperCase());
  }
}

/** Under which name one-use tokens are made out to this gateway; a site that runs alone is its own. */
function gatewayOf({cloud, site}: SiteConfig): string {
  return cloud && 'gateway' in cloud ? cloud.gateway : site.id;
}

function shownOf(uid: CardUid, reading: TokenReading): TokenShown {
  if (reading.kind === 'refused') return {kind: 'badToken', uid, reason: REASONS[reading.fault]};
  const {body, id, rotation} = reading;
  return {
    kind: 'token',
    uid,
    claim: {
      id,
      number: body.grant,
      validFrom: (body.fromSeconds * 1000) as UnixMillis,
      validUntil: (body.untilSeconds * 1000) as UnixMillis,
      isOneUse: body.isOneUse,
      doors: body.doors,
      rotation,
    },
  };
}
