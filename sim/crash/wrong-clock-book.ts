import {createPrivateKey} from 'node:crypto';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, SECOND_MS} from '../../protocols/base/units.js';
import type {GrantStateRow} from '../../protocols/cloud/grant-state.js';
import {codeSalt, digestCode} from '../../protocols/credential/keypad-code.js';
import {encodeRotatingToken, encodeToken} from '../../protocols/credential/qr-token.js';
import {slotOf} from '../../protocols/credential/rotation.js';
import {RFC8032_TEST_1} from '../../protocols/credential/vectors.js';
import type {QrCredential} from '../../protocols/site/grant.js';
import {asId} from '../../protocols/site/ids.js';
import {cardRow, codeRow, grantRow, uidOf} from '../scenarios/credential-rows.js';
import {SITE} from './crash-park.js';

export const KINDS = [
  'standing card',
  'card with an end',
  'QR',
  'QR good once',
  'rotating QR',
  'code',
  'code good once',
] as const;
export type Kind = (typeof KINDS)[number];

/** When a right ends, from the hour at which the daemon was built: it cannot be earlier than that. */
export const ENDS = {live: 25 * DAY_MS, soon: 2 * DAY_MS, dead: -DAY_MS} as const;
export type End = keyof typeof ENDS;

const SECRET = 'ab'.repeat(16);
const ISSUER = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${RFC8032_TEST_1.seed}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
});
/** All rights began so long before the daemon was built. */
const AGE_MS = 3 * DAY_MS;

const ends = Object.keys(ENDS) as End[];
const numberOf = (kind: Kind, end: End) => 10 * KINDS.indexOf(kind) + ends.indexOf(end) + 1;
export const isCode = (kind: Kind) => kind === 'code' || kind === 'code good once';
const isCard = (kind: Kind) => kind === 'standing card' || kind === 'card with an end';
const seconds = (ms: number) => Math.floor(ms / SECOND_MS);

/** Rights of every kind with every end, and what their holders show. */
export class WrongClockBook {
  readonly #builtMs: UnixMillis;

  /** `builtMs`: the earliest that a gateway which never knew the time can believe in. */
  constructor(builtMs: UnixMillis) {
    this.#builtMs = builtMs;
  }

  /** As the cloud sends them. `bay`: where such a right is good. */
  rows(bay: (kind: Kind, end: End) => string): readonly GrantStateRow[] {
    return KINDS.flatMap(kind => ends.flatMap(end => this.#rowsOf(kind, end, bay(kind, end))));
  }

  uid(kind: Kind, end: End): string {
    return uidOf(numberOf(kind, end));
  }

  code(kind: Kind, end: End): string {
    return `${10_000_000 + 7919 * numberOf(kind, end)}`;
  }

  /** `shownMs`: of a token that rotates, by the holder's own clock. */
  token(kind: Kind, end: End, shownMs: UnixMillis): string {
    const body = {
      ...{keyNumber: 1, grant: `${numberOf(kind, end)}`},
      ...{isOneUse: kind === 'QR good once', isRotating: kind === 'rotating QR'},
      doors: {kind: 'mask', mask: 0xffff} as const,
      fromSeconds: seconds(this.#fromMs),
      untilSeconds: seconds(this.#untilMs(end)),
    };
    const token = encodeToken(body, {site: SITE, gateway: SITE}, ISSUER);
    if (kind !== 'rotating QR') return token;
    return encodeRotatingToken(token, {secret: fromHex(SECRET), slot: slotOf(shownMs)});
  }

  #rowsOf(kind: Kind, end: End, bay: string): readonly GrantStateRow[] {
    const no = numberOf(kind, end);
    const grant = grantRow(no, this.#builtMs, {
      // What a token says of its end has to be enough, unless the cloud has told of it: then its grant does.
      validUntil: this.#untilMs(isToldOf(kind) ? end : 'live'),
      kind: kind === 'card with an end' || isCode(kind) ? 'park' : 'lease',
      credentials: [`k-${no}`, `c-${no}`, `q-${no}`].map(id => asId<never>(id)),
      points: [asId(bay)],
    });
    if (isCard(kind)) return [grant, cardRow(no)];
    if (isCode(kind)) {
      const digest = toHex(digestCode(this.code(kind, end), codeSalt(SITE, 1)));
      return [grant, codeRow(no, digest, {uses: kind === 'code' ? 'multi' : 'one'})];
    }
    return kind === 'rotating QR' ? [grant, this.#qrRow(no)] : [grant];
  }

  #qrRow(no: number): GrantStateRow {
    const row: QrCredential = {
      ...{kind: 'qr', id: asId(`q-${no}`), holder: asId(`h-${no}`), secretHex: SECRET},
      validFrom: (seconds(this.#fromMs) * SECOND_MS) as UnixMillis,
      ...{state: 'active', rev: 1},
    };
    return {table: 'credential', row};
  }

  get #fromMs(): number {
    return this.#builtMs - AGE_MS;
  }

  #untilMs(end: End): UnixMillis {
    return (this.#builtMs + ENDS[end]) as UnixMillis;
  }
}

function isToldOf(kind: Kind): boolean {
  return isCard(kind) || isCode(kind) || kind === 'rotating QR';
}

/** What the site file says of whoever signs the tokens. */
export const TOKEN_KEYS = `tokenKeys: [{kid: 1, publicKey: '${RFC8032_TEST_1.publicKey}'}]`;
