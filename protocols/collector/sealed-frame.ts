import {createCipheriv, createDecipheriv, createHash} from 'node:crypto';
import {concatBytes, equalBytes, readUint16, uint16Bytes} from '../base/bytes.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';
import {type ReplayWindow, takeCounter} from './replay-window.js';

/*
 * Sealed frame of a smart collector. `assumed:` ours, for requirements P12, P13 and A11.
 *
 *   0  2  magic 4C 4B ("LK")
 *   2  1  version, 01
 *   3  1  direction: 00 up (collector to lot server), 01 down
 *   4  4  collector: first 4 bytes of SHA-256 of its id
 *   8  8  counter, big-endian, per direction, never used twice under one key
 *  16  2  length of the ciphertext, big-endian, 0..512
 *  18  2  the length again, all bits inverted: a damaged length must not swallow the frames behind
 *  20  n  ciphertext, AES-256-GCM, IV = direction (4 bytes, big-endian) + counter (8 bytes)
 *  20+n 16 tag over the header (as additional data) and the ciphertext
 */
const MAGIC = Uint8Array.of(0x4c, 0x4b);
const VERSION = 1;
const COUNTER_OFFSET = 8;
const HEADER_BYTES = 20;
const TAG_BYTES = 16;
const MAX_COUNTER = 2n ** 64n - 1n;
const SEAL_KEY_BYTES = 32;
const MAX_SEALED_PLAINTEXT_BYTES = 512;

export type SealDirection = 'up' | 'down';
const DIRECTION_CODES: Readonly<Record<SealDirection, number>> = {up: 0, down: 1};

/** Between whom, which way and under which key a frame goes. */
export interface SealChannel {
  /** 32 bytes, one key per collector, both directions. */
  readonly key: Uint8Array;
  readonly collector: string;
  readonly direction: SealDirection;
}

/** `ok` carries the moved window; a refused frame moves nothing. */
export type Opened =
  | {
      readonly kind: 'ok';
      readonly plaintext: Uint8Array;
      readonly counter: bigint;
      readonly window: ReplayWindow;
    }
  /** Damaged, forged, another collector's, or our own frame thrown back. */
  | {readonly kind: 'BAD_MAC'}
  /** Genuine, but taken before or too old. */
  | {readonly kind: 'REPLAY'; readonly counter: bigint};

/**
 * Seal `plaintext` (0..512 bytes) into one frame. `counter` comes from `nextSendCounter` and nowhere
 * else.
 * @throws CodecMisuse `codec/seal` for a key, counter or plaintext out of its limits.
 * @see requirements A11, P12; NIST SP 800-38D, 8.2.1 (deterministic IV)
 */
export function sealFrame(
  channel: SealChannel,
  counter: bigint,
  plaintext: Uint8Array,
): Uint8Array {
  checkKey(channel.key);
  if (counter < 0n || counter > MAX_COUNTER) {
    throw new CodecMisuse('codec/seal', `counter ${counter} has no 64 bits`);
  }
  if (plaintext.length > MAX_SEALED_PLAINTEXT_BYTES) {
    throw new CodecMisuse('codec/seal', `${plaintext.length} bytes do not fit into a frame`);
  }
  const header = headerOf(channel, counter, plaintext.length);
  const sealed = encryptAesGcm(channel.key, ivOf(header), header, plaintext);
  return concatBytes(header, sealed.ciphertext, sealed.tag);
}

/**
 * Open a frame that `decodeSealed` cut out. The tag is checked before the counter, so only the holder
 * of the key can move the window.
 * @throws CodecMisuse `codec/seal` when the key has not 32 bytes.
 * @see requirements A11, P12; NIST SP 800-38D, 7.2
 */
export function openSealed(channel: SealChannel, frame: Uint8Array, window: ReplayWindow): Opened {
  checkKey(channel.key);
  if (headerLength(frame, 0) !== frame.length) return {kind: 'BAD_MAC'};
  const header = frame.slice(0, HEADER_BYTES);
  const counter = counterOf(header);
  const expected = headerOf(channel, counter, frame.length - HEADER_BYTES - TAG_BYTES);
  if (!equalBytes(header, expected)) return {kind: 'BAD_MAC'};
  const plaintext = decryptAesGcm(channel.key, ivOf(header), header, {
    ciphertext: frame.subarray(HEADER_BYTES, -TAG_BYTES),
    tag: frame.subarray(-TAG_BYTES),
  });
  if (!plaintext) return {kind: 'BAD_MAC'};
  const moved = takeCounter(window, counter);
  return moved ? {kind: 'ok', plaintext, counter, window: moved} : {kind: 'REPLAY', counter};
}

/**
 * Cut one frame out of a stream, unopened. Discards: `noise` = bytes that begin none; `truncated` = a
 * frame that breaks off where another of the same collector begins. A frame that lost only its last
 * few bytes can take the next with it, so the owner of the link voids what is half received after a
 * silence. Waits for at most 547 bytes.
 * @see the layout at the top of this file
 */
export function decodeSealed(received: Uint8Array): Decoded<Uint8Array> {
  if (received.length === 0) return {kind: 'wait'};
  const start = findHeader(received);
  if (start > 0) return {kind: 'discard', used: start, why: 'noise'};
  const length = headerLength(received, 0);
  if (length === undefined) return {kind: 'wait'};
  const have = received.subarray(0, length);
  const next = findSameStart(have);
  if (next !== undefined) return {kind: 'discard', used: next, why: 'truncated'};
  if (have.length < length) return {kind: 'wait'};
  return {kind: 'frame', frame: have.slice(), used: length};
}

/** AES-256-GCM as both ends call it: 12-byte IV, 16-byte tag. @see NIST SP 800-38D, 7.1 */
export function encryptAesGcm(
  key: Uint8Array,
  iv: Uint8Array,
  additionalData: Uint8Array,
  plaintext: Uint8Array,
): {readonly ciphertext: Uint8Array; readonly tag: Uint8Array} {
  const cipher = createCipheriv('aes-256-gcm', key, iv, {authTagLength: TAG_BYTES});
  cipher.setAAD(additionalData);
  const ciphertext = concatBytes(cipher.update(plaintext), cipher.final());
  return {ciphertext, tag: Uint8Array.from(cipher.getAuthTag())};
}

/** The plaintext, or undefined when the tag does not hold. @see NIST SP 800-38D, 7.2 */
export function decryptAesGcm(
  key: Uint8Array,
  iv: Uint8Array,
  additionalData: Uint8Array,
  sealed: {readonly ciphertext: Uint8Array; readonly tag: Uint8Array},
): Uint8Array | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, {authTagLength: TAG_BYTES});
  decipher.setAAD(additionalData);
  decipher.setAuthTag(sealed.tag);
  const opened = decipher.update(sealed.ciphertext);
  try {
    return concatBytes(opened, decipher.final());
  } catch {
    // node:crypto can say "wrong tag" only by throwing.
    return undefined;
  }
}

function headerOf(channel: SealChannel, counter: bigint, length: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(MAGIC);
  header[2] = VERSION;
  header[3] = DIRECTION_CODES[channel.direction];
  header.set(createHash('sha256').update(channel.collector).digest().subarray(0, 4), 4);
  new DataView(header.buffer).setBigUint64(COUNTER_OFFSET, counter);
  header.set(uint16Bytes(length), 16);
  header.set(uint16Bytes(~length), 18);
  return header;
}

function ivOf(header: Uint8Array): Uint8Array {
  return concatBytes(
    Uint8Array.of(0, 0, 0, header[3] ?? 0),
    header.subarray(COUNTER_OFFSET, COUNTER_OFFSET + 8),
  );
}

function counterOf(header: Uint8Array): bigint {
  return new DataView(header.buffer, header.byteOffset).getBigUint64(COUNTER_OFFSET);
}

/** Length of the frame whose header begins at `at`; 0 = none begins; undefined = too few bytes to say. */
function headerLength(bytes: Uint8Array, at: number): number | undefined {
  const have = bytes.subarray(at, at + HEADER_BYTES);
  if (MAGIC.some((byte, index) => have.length > index && have[index] !== byte)) return 0;
  if (have.length > 2 && have[2] !== VERSION) return 0;
  if (have.length > 3 && (have[3] ?? 0) > DIRECTION_CODES.down) return 0;
  if (have.length < HEADER_BYTES) return undefined;
  const length = readUint16(have, 16);
  const isSound =
    length <= MAX_SEALED_PLAINTEXT_BYTES && (length ^ readUint16(have, 18)) === 0xffff;
  return isSound ? HEADER_BYTES + length + TAG_BYTES : 0;
}

/** First place where a header stands or may still come; the length of `bytes` when there is none. */
function findHeader(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && headerLength(bytes, at) === 0) at += 1;
  return at;
}

/** Where the first 8 bytes come again: ciphertext repeats them by chance once in 2^64 places. */
function findSameStart(bytes: Uint8Array): number | undefined {
  const start = bytes.subarray(0, COUNTER_OFFSET);
  for (let at = HEADER_BYTES; at + COUNTER_OFFSET <= bytes.length; at += 1) {
    if (equalBytes(bytes.subarray(at, at + COUNTER_OFFSET), start)) return at;
  }
  return undefined;
}

function checkKey(key: Uint8Array): void {
  if (key.length !== SEAL_KEY_BYTES) {
    throw new CodecMisuse('codec/seal', `a key has 32 bytes, not ${key.length}`);
  }
}
