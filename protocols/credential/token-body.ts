import {createHash} from 'node:crypto';
import {concatBytes, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';

/** Keeps a signature of a token from passing as a signature of anything else, and the reverse. */
const CONTEXT = 'access-qr-v1';
const VERSION = 1;
export const TOKEN_BODY_BYTES = 25;
const AUDIENCE_BYTES = 4;
const TOKEN_ID_BYTES = 16;

const ONE_USE = 1;
const ROTATING = 2;
const ONE_POINT = 4;

/** What a token opens: collectors by the bits of a mask (bit 0 is number 1), or one point by its number. */
export type TokenDoors =
  | {readonly kind: 'mask'; readonly mask: number}
  | {readonly kind: 'point'; readonly number: number};

/** What a token says, times in whole seconds since 1970. */
export interface TokenBody {
  /** Which of the issuer's keys signed it, 0-255. */
  readonly keyNumber: number;
  /** Good once, at the one gateway that it is made out to. */
  readonly isOneUse: boolean;
  /** Shown with a proof that changes every 30 s. */
  readonly isRotating: boolean;
  /** The grant's 64-bit number, in decimal. */
  readonly grant: string;
  readonly doors: TokenDoors;
  readonly fromSeconds: number;
  /** First second at which it is no longer good. */
  readonly untilSeconds: number;
}

/** To whom a token is made out. */
export interface TokenPlace {
  readonly site: string;
  /** Names a gateway among all of its tenant: two of one site cannot share what was used while cut off. */
  readonly gateway: string;
}

/** Another site's, another gateway's, another version's, or sound. */
export type TokenFrame =
  | {readonly kind: 'body'; readonly body: TokenBody}
  | {readonly kind: 'fault'; readonly fault: 'version' | 'site'};

/** Every site by name, so that nothing but names must be kept; a one-use token names the gateway too. */
function audienceText({site, gateway}: TokenPlace, isOneUse: boolean): string {
  return isOneUse ? `${CONTEXT}\0${site}\0${gateway}\0` : `${CONTEXT}\0${site}\0\0`;
}

function audienceOf(place: TokenPlace, isOneUse: boolean): Uint8Array {
  const digest = createHash('sha256').update(audienceText(place, isOneUse)).digest();
  return Uint8Array.from(digest.subarray(0, AUDIENCE_BYTES));
}

/**
 * The 25 bytes that are signed: version, key number, flags, 4 bytes of audience, grant number (8), doors
 * (2), first and last second (4 each), big-endian. The audience is the start of SHA-256 over the context
 * and the site's name, with that of the gateway in a one-use token.
 * @throws CodecMisuse `codec/token` for a value that has no place in it
 * @see sync.md 5.1
 */
export function encodeTokenBody(body: TokenBody, place: TokenPlace): Uint8Array {
  const {keyNumber, isOneUse, isRotating, grant, doors, fromSeconds, untilSeconds} = body;
  const flags =
    (isOneUse ? ONE_USE : 0) |
    (isRotating ? ROTATING : 0) |
    (doors.kind === 'point' ? ONE_POINT : 0);
  const bytes = new Uint8Array(TOKEN_BODY_BYTES);
  const view = new DataView(bytes.buffer);
  const number = /^\d{1,20}$/.test(grant) ? BigInt(grant) : -1n;
  const door = doors.kind === 'point' ? doors.number : doors.mask;
  const fits =
    isWithin(keyNumber, 0xff) &&
    number >= 0n &&
    number < 1n << 64n &&
    isWithin(door, 0xffff) &&
    isWithin(fromSeconds, 0xffff_ffff) &&
    isWithin(untilSeconds, 0xffff_ffff);
  if (!fits) throw new CodecMisuse('codec/token', 'a value of the token has no place in it');
  bytes.set([VERSION, keyNumber, flags]);
  bytes.set(audienceOf(place, isOneUse), 3);
  view.setBigUint64(7, number);
  view.setUint16(15, door);
  view.setUint32(17, fromSeconds);
  view.setUint32(21, untilSeconds);
  return bytes;
}

/** The reverse; `bytes` are at least 25. What is behind them is not looked at. */
export function decodeTokenBody(bytes: Uint8Array, place: TokenPlace): TokenFrame {
  const [version = 0, keyNumber = 0, flags = 0] = bytes;
  if (bytes.length < TOKEN_BODY_BYTES || version !== VERSION)
    return {kind: 'fault', fault: 'version'};
  // A flag of a later version may narrow what it opens: unknown means not for us.
  if ((flags & ~(ONE_USE | ROTATING | ONE_POINT)) !== 0) return {kind: 'fault', fault: 'version'};
  const isOneUse = (flags & ONE_USE) !== 0;
  const audience = audienceOf(place, isOneUse);
  if (!audience.every((byte, index) => byte === bytes[3 + index])) {
    return {kind: 'fault', fault: 'site'};
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, TOKEN_BODY_BYTES);
  const door = view.getUint16(15);
  return {
    kind: 'body',
    body: {
      keyNumber,
      isOneUse,
      isRotating: (flags & ROTATING) !== 0,
      grant: view.getBigUint64(7).toString(),
      doors: (flags & ONE_POINT) === 0 ? {kind: 'mask', mask: door} : {kind: 'point', number: door},
      fromSeconds: view.getUint32(17),
      untilSeconds: view.getUint32(21),
    },
  };
}

/** What is signed: context, site and, in a one-use token, gateway, then the body. */
export function signedBytes(body: Uint8Array, place: TokenPlace, isOneUse: boolean): Uint8Array {
  return concatBytes(new TextEncoder().encode(audienceText(place, isOneUse)), body);
}

/**
 * Names one token for good: 32 hex digits of SHA-256 over its body. The signature has no part in it, so
 * a second signature over one body is no second token; whoever issues two for one grant gives them
 * different first seconds.
 */
export function tokenId(body: Uint8Array): string {
  const digest = createHash('sha256').update(CONTEXT).update(body).digest();
  return toHex(digest.subarray(0, TOKEN_ID_BYTES));
}

function isWithin(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}
