import {createCipheriv, createDecipheriv, createHash, timingSafeEqual} from 'node:crypto';
import {concatBytes, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {encodeOsdpFrame, type OsdpFrame, type OsdpFrameParts, SECURITY_TYPE} from './frame.js';

/*
 * OSDP Secure Channel: AES-128. All values are passed in, a moved chain is a new value.
 * Source: SIA OSDP 2.2, annex D; devices.md 2.4, 2.5.
 */
const BLOCK_BYTES = 16;
const KEY_BYTES = 16;
const MAC_ON_WIRE_BYTES = 4;
const PADDING_START = 0x80;

/** The key that everybody knows: good for bringing in a real one and for nothing else. */
export const DEFAULT_SCBK: Uint8Array = Uint8Array.from({length: 16}, (_, index) => 0x30 + index);

export interface SessionKeys {
  readonly enc: Uint8Array;
  readonly mac1: Uint8Array;
  readonly mac2: Uint8Array;
}

/** A Secure Channel as both ends hold it after each frame. */
export interface ChannelState {
  readonly keys: SessionKeys;
  /** Whole MAC of the last command, of the last reply. */
  readonly commandMac: Uint8Array;
  readonly replyMac: Uint8Array;
}

/** Is `key` a key, not secret: may stand in logs. First 4 bytes of its SHA-256, hex. */
export function keyId(key: Uint8Array): string {
  return toHex(createHash('sha256').update(key).digest().subarray(0, 4));
}

/** Key of one reader from the key of a site. `client`: the 8 bytes that the reader tells in CCRYPT. */
export function diversifyKey(masterKey: Uint8Array, client: Uint8Array): Uint8Array {
  return aesBlock(masterKey, concatBytes(client, inverted(client)));
}

/** Keys of one session. `scbk`: 16 bytes, `randomA`: 8. @throws CodecMisuse `codec/osdp-key` */
export function deriveSessionKeys(scbk: Uint8Array, randomA: Uint8Array): SessionKeys {
  const derive = (high: number, low: number) => {
    const block = new Uint8Array(BLOCK_BYTES);
    block.set([high, low]);
    block.set(randomA.subarray(0, 6), 2);
    return aesBlock(scbk, block);
  };
  return {enc: derive(1, 0x82), mac1: derive(1, 1), mac2: derive(1, 2)};
}

/** What a reader proves to have the key with. */
export function clientCryptogram(keys: SessionKeys, randomA: Uint8Array, randomB: Uint8Array) {
  return aesBlock(keys.enc, concatBytes(randomA, randomB));
}

/** What an access control unit proves to have the key with. */
export function hostCryptogram(keys: SessionKeys, randomA: Uint8Array, randomB: Uint8Array) {
  return aesBlock(keys.enc, concatBytes(randomB, randomA));
}

/** The first R-MAC: where the chain of a session begins. */
export function initialReplyMac(keys: SessionKeys, hostProof: Uint8Array): Uint8Array {
  return aesBlock(keys.mac2, aesBlock(keys.mac1, hostProof));
}

/** Same bytes, in a time that tells nothing about them. */
export function equalSecrets(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

export function openChannel(keys: SessionKeys, replyMac: Uint8Array): ChannelState {
  return {keys, commandMac: new Uint8Array(BLOCK_BYTES), replyMac};
}

export type PlainParts = Omit<OsdpFrameParts, 'security'>;

export interface Sealed {
  readonly bytes: Uint8Array;
  readonly channel: ChannelState;
}

/**
 * Encrypt and sign a frame, and move the chain. Only for a frame that goes out for the first time: its
 * repetition is the same bytes.
 */
export function sealOsdp(channel: ChannelState, parts: PlainParts): Sealed {
  const {keys} = channel;
  const isCommand = parts.direction === 'command';
  const other = isCommand ? channel.replyMac : channel.commandMac;
  const hasData = parts.data.length > 0;
  const data = hasData ? encrypt(keys.enc, inverted(other), parts.data) : parts.data;
  const security = {type: securityType(isCommand, hasData), data: new Uint8Array(0)};
  let mac = other;
  const bytes = encodeOsdpFrame({...parts, data, security}, signed => {
    mac = chainMac(keys, other, signed);
    return mac;
  });
  return {bytes, channel: {...channel, [isCommand ? 'commandMac' : 'replyMac']: mac}};
}

export type OpenedOsdp =
  | {readonly kind: 'ok'; readonly data: Uint8Array; readonly channel: ChannelState}
  /** Damaged, forged, replayed, or of another session: the keys have to go. */
  | {readonly kind: 'fault'; readonly why: 'mac' | 'decrypt' | 'notSecured'};

/** Check and decrypt a frame, and move the chain. A refused frame moves nothing. */
export function openOsdp(channel: ChannelState, frame: OsdpFrame): OpenedOsdp {
  const isCommand = frame.direction === 'command';
  const type = frame.security?.type;
  const withData = type === securityType(isCommand, true);
  if (!frame.mac || (!withData && type !== securityType(isCommand, false))) {
    return {kind: 'fault', why: 'notSecured'};
  }
  const other = isCommand ? channel.replyMac : channel.commandMac;
  const mac = chainMac(channel.keys, other, frame.signed);
  if (!equalSecrets(mac.subarray(0, MAC_ON_WIRE_BYTES), frame.mac)) {
    return {kind: 'fault', why: 'mac'};
  }
  const data = withData ? decrypt(channel.keys.enc, inverted(other), frame.data) : frame.data;
  if (!data) return {kind: 'fault', why: 'decrypt'};
  const moved = {...channel, [isCommand ? 'commandMac' : 'replyMac']: mac};
  return {kind: 'ok', data, channel: moved};
}

function securityType(isCommand: boolean, hasData: boolean): number {
  const {command, commandWithData, reply, replyWithData} = SECURITY_TYPE;
  if (isCommand) return hasData ? commandWithData : command;
  return hasData ? replyWithData : reply;
}

/** CBC over all blocks, the last one under the second key; padded only where the last is not full. */
function chainMac(keys: SessionKeys, initial: Uint8Array, message: Uint8Array): Uint8Array {
  const padded = message.length % BLOCK_BYTES === 0 ? message : pad(message);
  let chain = initial;
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) {
    const isLast = at + BLOCK_BYTES === padded.length;
    const block = padded.subarray(at, at + BLOCK_BYTES);
    const mixed = block.map((byte, index) => byte ^ (chain[index] ?? 0));
    chain = aesBlock(isLast ? keys.mac2 : keys.mac1, mixed);
  }
  return chain;
}

function encrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return concatBytes(cipher.update(pad(data)), cipher.final());
}

function decrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array | undefined {
  if (data.length === 0 || data.length % BLOCK_BYTES !== 0) return undefined;
  const decipher = createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  const padded = concatBytes(decipher.update(data), decipher.final());
  const end = padded.findLastIndex(byte => byte !== 0);
  const isPadded = padded[end] === PADDING_START && padded.length - end <= BLOCK_BYTES;
  return isPadded ? padded.slice(0, end) : undefined;
}

function pad(data: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(data.length / BLOCK_BYTES) + 1) * BLOCK_BYTES);
  padded.set(data);
  padded[data.length] = PADDING_START;
  return padded;
}

function inverted(bytes: Uint8Array): Uint8Array {
  return bytes.map(byte => ~byte);
}

function aesBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  if (key.length !== KEY_BYTES || block.length !== BLOCK_BYTES) {
    throw new CodecMisuse('codec/osdp-key', 'a key and a block of AES-128 have 16 bytes each');
  }
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  return concatBytes(cipher.update(block), cipher.final());
}
