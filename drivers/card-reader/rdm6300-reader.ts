import type {Clock, Timer} from '../../protocols/base/clock.js';
import {UsageError, unreachable} from '../../protocols/base/errors.js';
import {
  canonicalUid,
  READER_PROFILES,
  type ReaderProfile,
} from '../../protocols/card/card-identity.js';
import {decodeRdm6300Body, RDM6300_END, RDM6300_START} from '../../protocols/card/rdm6300.js';
import {asId, type CardUid, type DeviceId} from '../../protocols/site/ids.js';
import {NoiseMeter} from '../lifecycle/noise-meter.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';
import type {ByteLink} from '../port/byte-link.js';
import {DelimitedStream} from '../port/delimited-stream.js';
import type {CardReader, CardReaderListener} from './contract.js';
import {EMPTY_FIELD, FIELD_GONE_MS, type FieldInput, stepField} from './field-machine.js';

export interface Rdm6300Options {
  readonly id: DeviceId;
  /** Handed over: the reader opens it, and closes it with itself. */
  readonly link: ByteLink;
  readonly clock: Clock;
  readonly listener: CardReaderListener;
  /** How this make writes its 10 hex digits: reversed, or with fewer that count. Default: all as they are. */
  readonly profile?: ReaderProfile | undefined;
  /** `reader/noise`: bytes came that are no card; `port/..`: why the port is gone. */
  readonly onTrouble?: TroubleListener | undefined;
}

/** Digits between start and checksum, whatever the make. */
const REPORT_DIGITS = 10;
/** A frame without its end is 13 bytes; some noise before it may not cost the card. */
const MAX_RECORD_BYTES = 64;

/**
 * An RDM6300 and its many copies: a 125 kHz reader that only talks, 9600 8N1. Bytes that are no frame
 * are dropped and counted, however many. Source: device notes 4.2.
 */
export class Rdm6300Reader implements CardReader {
  readonly id: DeviceId;
  readonly #options: Rdm6300Options;
  readonly #profile: ReaderProfile;
  readonly #noise: NoiseMeter;
  #stream: DelimitedStream;
  #field = EMPTY_FIELD;
  #silence: Timer | undefined;
  #droppedBytes = 0;
  #closed = false;

  /** @throws UsageError `usage/reader` for a profile that is not 10 hex digits. */
  constructor(options: Rdm6300Options) {
    const {profile = READER_PROFILES.rdm6300} = options;
    if (profile.radix !== 'hex' || profile.digits !== REPORT_DIGITS) {
      throw new UsageError('usage/reader', `${options.id} reports 10 hex digits`);
    }
    this.id = options.id;
    this.#options = options;
    this.#profile = profile;
    this.#noise = new NoiseMeter({
      clock: options.clock,
      tell: bytes =>
        options.onTrouble?.('reader/noise', `${options.id}: ${bytes} bytes dropped since start`),
    });
    this.#stream = this.#newStream();
    options.link.open({
      onBytes: bytes => this.#hear(bytes),
      onUp: () => this.#turn(true),
      onDown: reason => {
        options.onTrouble?.(reason.code, reason.message);
        this.#turn(false);
      },
    });
  }

  get present(): CardUid | undefined {
    return this.#field.kind === 'card' ? this.#field.uid : undefined;
  }

  get discardedBytes(): number {
    return this.#droppedBytes + this.#stream.discardedBytes;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#silence?.cancel();
    await this.#options.link.close();
  }

  #hear(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#stream.push(bytes);
    this.#noise.follow(this.discardedBytes);
  }

  #newStream(): DelimitedStream {
    return new DelimitedStream({
      delimiter: RDM6300_END,
      maxLength: MAX_RECORD_BYTES,
      onRecord: record => this.#read(record),
    });
  }

  /** The port came or went: half a frame is void, and a card that cannot be seen is gone. */
  #turn(up: boolean): void {
    if (this.#closed) return;
    this.#droppedBytes += this.#stream.discardedBytes;
    this.#stream = this.#newStream();
    this.#silence?.cancel();
    this.#take({kind: 'silence', atMs: this.#options.clock.nowMs()});
    this.#options.listener.onLink(up);
  }

  #read(record: Uint8Array): void {
    if (this.#closed) return;
    const atMs = this.#options.clock.nowMs();
    const start = record.lastIndexOf(RDM6300_START);
    const body = decodeRdm6300Body(record.subarray(start + 1));
    const card = body.kind === 'card' ? canonicalUid(body.uid, this.#profile) : undefined;
    if (start >= 0 && card?.kind === 'card') {
      this.#droppedBytes += start;
      this.#take({kind: 'read', uid: asId<CardUid>(card.uid), atMs});
      return;
    }
    this.#droppedBytes += record.length + 1;
    // A piece of a frame is no frame with a wrong checksum: its repetition follows in 65 ms.
    const whole = body.kind === 'garbled' && body.why !== 'length';
    if (start >= 0 && whole) this.#take({kind: 'garbled', atMs});
  }

  #take(input: FieldInput): void {
    const {state, effects} = stepField(this.#field, input);
    this.#field = state;
    const {listener} = this.#options;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'card':
          listener.onCard({uid: effect.uid, atMs: effect.atMs});
          break;
        case 'gone':
          listener.onCardGone(effect.uid, effect.atMs);
          break;
        case 'error':
          listener.onReadError(effect.error, effect.atMs);
          break;
        case 'listen':
          this.#listen();
          break;
        default:
          unreachable(effect, 'field effect');
      }
    }
  }

  #listen(): void {
    const {clock} = this.#options;
    this.#silence?.cancel();
    this.#silence = clock.timer(`card gone ${this.id}`, FIELD_GONE_MS, () =>
      this.#take({kind: 'silence', atMs: clock.nowMs()}),
    );
  }
}
