import {concatBytes} from '../../protocols/base/bytes.js';
import type {Entropy} from '../../protocols/base/clock.js';
import {osdpCrc16} from '../../protocols/osdp/check.js';
import {
  encodeOsdpFrame,
  type OsdpFrame,
  SECURITY_TYPE,
  type SecurityBlock,
} from '../../protocols/osdp/frame.js';
import {encodeReply, NAK, type OsdpReply} from '../../protocols/osdp/replies.js';
import {
  type ChannelState,
  clientCryptogram,
  DEFAULT_SCBK,
  deriveSessionKeys,
  equalSecrets,
  hostCryptogram,
  initialReplyMac,
  openChannel,
  openOsdp,
  type SessionKeys,
  sealOsdp,
} from '../../protocols/osdp/secure-channel.js';

interface Challenge {
  readonly keys: SessionKeys;
  readonly randomA: Uint8Array;
  readonly randomB: Uint8Array;
}

/** A reply with the security block that a handshake puts before it. */
export interface HandshakeReply {
  readonly reply: OsdpReply;
  readonly security?: SecurityBlock;
}

export interface ReaderChannelOptions {
  readonly entropy: Entropy;
  /** 8 bytes that name the reader to the key. */
  readonly client: Uint8Array;
  /** Undefined: fresh from the factory, only the default key is good. */
  readonly key: Uint8Array | undefined;
  readonly isDefaultKeyAllowed: boolean;
  readonly isAble: boolean;
}

const refusal = (reason: number): HandshakeReply => ({reply: {kind: 'nak', reason}});

/** The reader's end of a Secure Channel. @see devices.md 2.4, 2.5 */
export class OsdpReaderChannel {
  readonly #options: ReaderChannelOptions;
  #key: Uint8Array | undefined;
  #isDefaultKeyAllowed: boolean;
  #challenge: Challenge | undefined;
  #channel: ChannelState | undefined;

  constructor(options: ReaderChannelOptions) {
    this.#options = options;
    this.#key = options.key;
    this.#isDefaultKeyAllowed = options.isDefaultKeyAllowed;
  }

  get key(): Uint8Array | undefined {
    return this.#key;
  }

  get isOpen(): boolean {
    return this.#channel !== undefined;
  }

  drop(): void {
    this.#channel = undefined;
    this.#challenge = undefined;
  }

  /** From the next handshake on. A reader with a key of its own forgets the one that everybody knows. */
  setKey(key: Uint8Array): void {
    this.#key = key;
    this.#isDefaultKeyAllowed = false;
  }

  challenge({security}: OsdpFrame, randomA: Uint8Array): HandshakeReply {
    this.drop();
    if (!this.#options.isAble) return refusal(NAK.securityRefused);
    const isDefault = security?.data[0] === 0;
    const defaultKey = this.#isDefaultKeyAllowed ? DEFAULT_SCBK : undefined;
    const key = isDefault ? defaultKey : this.#key;
    if (!key || !security) return refusal(NAK.securityNeeded);
    const keys = deriveSessionKeys(key, randomA);
    const random = this.#options.entropy.bytes(8);
    this.#challenge = {keys, randomA, randomB: random};
    const cryptogram = clientCryptogram(keys, randomA, random);
    return {
      reply: {kind: 'ccrypt', client: this.#options.client, random, cryptogram},
      security: {type: SECURITY_TYPE.clientCryptogram, data: security.data},
    };
  }

  prove(cryptogram: Uint8Array): HandshakeReply {
    const challenge = this.#challenge;
    this.drop();
    if (!challenge) return refusal(NAK.securityNeeded);
    const {keys, randomA, randomB} = challenge;
    if (!equalSecrets(hostCryptogram(keys, randomA, randomB), cryptogram)) {
      return refusal(NAK.securityRefused);
    }
    const mac = initialReplyMac(keys, cryptogram);
    this.#channel = openChannel(keys, mac);
    const security = {type: SECURITY_TYPE.initialMac, data: Uint8Array.of(1)};
    return {reply: {kind: 'rmacI', mac}, security};
  }

  /** Data of a secured command; undefined, and the session is gone, when it is not genuine. */
  open(frame: OsdpFrame): Uint8Array | undefined {
    const opened = this.#channel && openOsdp(this.#channel, frame);
    if (opened?.kind !== 'ok') {
      this.drop();
      return undefined;
    }
    this.#channel = opened.channel;
    return opened.data;
  }

  seal(address: number, sequence: number, reply: OsdpReply): Uint8Array {
    const parts = {address, direction: 'reply', sequence, check: 'crc'} as const;
    if (!this.#channel) return encodeOsdpFrame({...parts, ...encodeReply(reply)});
    const sealed = sealOsdp(this.#channel, {...parts, ...encodeReply(reply)});
    this.#channel = sealed.channel;
    return sealed.bytes;
  }
}

/** The same frame with another MAC and a check that fits it: what a forger without the key sends. */
export function withWrongMac(bytes: Uint8Array): Uint8Array {
  const body = bytes.slice(0, -2);
  body[body.length - 1] = (body.at(-1) ?? 0) ^ 0xff;
  const crc = osdpCrc16(body);
  return concatBytes(body, Uint8Array.of(crc & 0xff, crc >> 8));
}
