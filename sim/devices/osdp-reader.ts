import {concatBytes, equalBytes} from '../../protocols/base/bytes.js';
import type {Clock, Entropy, Millis} from '../../protocols/base/clock.js';
import {decodeCommand, type OsdpCommand} from '../../protocols/osdp/commands.js';
import {
  decodeOsdpFrame,
  encodeOsdpFrame,
  OSDP_BROADCAST,
  type OsdpFrame,
  type SecurityBlock,
} from '../../protocols/osdp/frame.js';
import type {KeypadKey} from '../../protocols/osdp/keys.js';
import {
  type Capability,
  encodeReply,
  type Identity,
  NAK,
  type OsdpReply,
} from '../../protocols/osdp/replies.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {OsdpReaderBody, REFERENCE_CAPABILITIES, REFERENCE_IDENTITY} from './osdp-reader-body.js';
import {OsdpReaderChannel, withWrongMac} from './osdp-reader-channel.js';

/** Without a valid command for so long the session is gone. @see devices.md 2.2 */
const SESSION_MS: Millis = 8000;
const DEFAULT_REPLY_DELAY_MS: Millis = 3;
/** What a reader answers in the clear although it wants a Secure Channel. */
const ALWAYS_PLAIN: ReadonlySet<OsdpCommand['kind']> = new Set(['id', 'cap', 'chlng', 'scrypt']);

export interface OsdpReaderOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly address: number;
  /** 16 bytes; undefined: fresh from the factory, only the default key is good. */
  readonly key?: Uint8Array | undefined;
  /** Default: while it has no key of its own. */
  readonly isDefaultKeyAllowed?: boolean;
  /** Knows no Secure Channel at all when false. */
  readonly isSecurable?: boolean;
  /** Refuses work in the clear. */
  readonly isSecureOnly?: boolean;
  readonly client?: Uint8Array;
  readonly identity?: Identity;
  readonly capabilities?: readonly Capability[];
  readonly replyDelayMs?: Millis;
}

/** Counts go down with each reply that they spoil. */
export interface OsdpAilments {
  readonly isSilent: boolean;
  /** Replies that are made and remembered, but never reach the line. */
  readonly dropReplies: number;
  readonly wrongMacs: number;
  readonly busyReplies: number;
  readonly naks: number;
  readonly nakReason: number;
  readonly replyDelayMs: Millis | undefined;
}

const HEALTHY: OsdpAilments = {
  isSilent: false,
  dropReplies: 0,
  wrongMacs: 0,
  busyReplies: 0,
  naks: 0,
  nakReason: NAK.unknown,
  replyDelayMs: undefined,
};

interface Answered {
  readonly sequence: number;
  readonly command: Uint8Array;
  readonly reply: Uint8Array;
}

/**
 * A whole OSDP reader, in the clear and in a Secure Channel: remembers its last reply for a repeated
 * command, loses its session after 8 s, keeps news until they are fetched.
 * @see devices.md 2.2, 2.3, 2.5
 */
export class OsdpReader implements LineDevice {
  readonly body: OsdpReaderBody;
  readonly channel: OsdpReaderChannel;
  readonly #options: OsdpReaderOptions;
  #address: number;
  #nextAddress: number | undefined;
  #baudRate: number | undefined;
  #ailments: OsdpAilments = HEALTHY;
  #last: Answered | undefined;
  #heardMs: Millis = Number.NEGATIVE_INFINITY;

  constructor(options: OsdpReaderOptions) {
    const {clock, entropy, key} = options;
    this.#options = options;
    this.#address = options.address;
    this.body = new OsdpReaderBody({
      clock,
      identity: options.identity ?? REFERENCE_IDENTITY,
      capabilities: options.capabilities ?? REFERENCE_CAPABILITIES,
    });
    this.channel = new OsdpReaderChannel({
      entropy,
      key,
      client: options.client ?? Uint8Array.of(0xcc, 0xbb, 0x99, 0, 4, 3, 2, 1),
      isDefaultKeyAllowed: options.isDefaultKeyAllowed ?? key === undefined,
      isAble: options.isSecurable ?? true,
    });
  }

  get unit(): string {
    return `osdp:${this.#address}`;
  }

  get address(): number {
    return this.#address;
  }

  /** Speed asked for by COMSET; undefined before. */
  get baudRate(): number | undefined {
    return this.#baudRate;
  }

  ail(ailments: Partial<OsdpAilments>): void {
    this.#ailments = {...this.#ailments, ...ailments};
  }

  presentCard(bits: number, data: Uint8Array, format = 0): void {
    this.body.presentCard({reader: 0, format, bits, data});
  }

  pressKeys(keys: readonly KeypadKey[]): void {
    this.body.pressKeys(keys);
  }

  setInput(no: number, isActive: boolean): void {
    this.body.setInput(no, Number(isActive));
  }

  tamper(isTampered: boolean): void {
    this.body.tamper(isTampered);
  }

  /** Power off and on: session and sequence are gone, keys stay. */
  restart(): void {
    this.#last = undefined;
    this.channel.drop();
  }

  receive(bytes: Uint8Array, atMs: Millis): readonly Transmission[] {
    const transmissions: Transmission[] = [];
    let rest = bytes;
    for (;;) {
      const decoded = decodeOsdpFrame(rest);
      if (decoded.kind === 'wait') return transmissions;
      rest = rest.subarray(decoded.used);
      if (decoded.kind !== 'frame') continue;
      const reply = this.#hear(decoded.frame, atMs);
      if (reply) transmissions.push({afterMs: this.#delayMs(), bytes: reply});
    }
  }

  #delayMs(): Millis {
    const {replyDelayMs} = this.#ailments;
    return replyDelayMs ?? this.#options.replyDelayMs ?? DEFAULT_REPLY_DELAY_MS;
  }

  #hear(frame: OsdpFrame, atMs: Millis): Uint8Array | undefined {
    const isOurs = frame.address === this.#address || frame.address === OSDP_BROADCAST;
    if (frame.direction === 'reply' || !isOurs || this.#ailments.isSilent) return undefined;
    if (atMs - this.#heardMs >= SESSION_MS) this.restart();
    this.#heardMs = atMs;
    if (frame.sequence === 0) this.restart();
    const command = concatBytes(frame.signed, frame.mac ?? new Uint8Array(0));
    const last = this.#last;
    if (last && frame.sequence === last.sequence && equalBytes(command, last.command)) {
      return this.#send(last.reply);
    }
    if (this.#spend('busyReplies')) return this.#plain(frame, {kind: 'busy'}, 0);
    const reply = this.#answer(frame);
    this.#last = {sequence: frame.sequence, command, reply};
    return this.#send(reply);
  }

  #send(reply: Uint8Array): Uint8Array | undefined {
    return this.#spend('dropReplies') ? undefined : reply;
  }

  #answer(frame: OsdpFrame): Uint8Array {
    const isSecured = frame.mac !== undefined;
    if (isSecured && !this.channel.isOpen) return this.#refuse(frame, NAK.securityNeeded);
    const due = this.#last && (this.#last.sequence % 3) + 1;
    if (frame.sequence !== 0 && frame.sequence !== due) {
      this.channel.drop();
      return this.#refuse(frame, NAK.sequence);
    }
    if (this.#spend('naks')) return this.#refuse(frame, this.#ailments.nakReason);
    const data = isSecured ? this.channel.open(frame) : frame.data;
    if (!data) return this.#refuse(frame, NAK.securityNeeded);
    const decoded = decodeCommand(frame.code, data);
    if (decoded.kind !== 'command') {
      const reason = decoded.kind === 'length' ? NAK.length : NAK.unknown;
      return this.#reply(frame, {kind: 'nak', reason});
    }
    return isSecured
      ? this.#reply(frame, this.#serveSecured(decoded.command))
      : this.#servePlain(frame, decoded.command);
  }

  #servePlain(frame: OsdpFrame, command: OsdpCommand): Uint8Array {
    const {kind} = command;
    if (kind === 'chlng' || kind === 'scrypt') {
      const {reply, security} =
        kind === 'chlng'
          ? this.channel.challenge(frame, command.random)
          : this.channel.prove(command.cryptogram);
      return this.#plain(frame, reply, frame.sequence, security);
    }
    // Whoever falls back to the clear inside a session is not who opened it.
    const isRefused =
      this.channel.isOpen || (this.#options.isSecureOnly && !ALWAYS_PLAIN.has(kind));
    if (isRefused || kind === 'keyset') return this.#refuse(frame, NAK.securityNeeded);
    if (kind === 'comset') return this.#reply(frame, this.#serveSecured(command));
    return this.#plain(frame, this.body.serve(command), frame.sequence);
  }

  #serveSecured(command: OsdpCommand): OsdpReply {
    switch (command.kind) {
      case 'comset': {
        const {communication} = command;
        // It answers as before: the caller makes the reply with the old address.
        this.#baudRate = communication.baudRate;
        this.#nextAddress = communication.address;
        return {kind: 'com', communication};
      }
      case 'keyset':
        this.channel.setKey(command.key);
        return {kind: 'ack'};
      default:
        return this.body.serve(command);
    }
  }

  #reply(frame: OsdpFrame, reply: OsdpReply): Uint8Array {
    const to = frame.address;
    if (this.#nextAddress !== undefined) this.#address = this.#nextAddress;
    this.#nextAddress = undefined;
    const bytes = this.channel.seal(to, frame.sequence, reply);
    return this.#spend('wrongMacs') ? withWrongMac(bytes) : bytes;
  }

  #refuse(frame: OsdpFrame, reason: number): Uint8Array {
    return this.#plain(frame, {kind: 'nak', reason}, frame.sequence);
  }

  #plain(
    {address}: OsdpFrame,
    reply: OsdpReply,
    sequence: number,
    security?: SecurityBlock,
  ): Uint8Array {
    const parts = {address, direction: 'reply', sequence, check: 'crc', security} as const;
    return encodeOsdpFrame({...parts, ...encodeReply(reply)});
  }

  #spend(count: 'dropReplies' | 'wrongMacs' | 'busyReplies' | 'naks'): boolean {
    const left = this.#ailments[count];
    if (left > 0) this.#ailments = {...this.#ailments, [count]: left - 1};
    return left > 0;
  }
}
