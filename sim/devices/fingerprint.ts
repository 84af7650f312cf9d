import {concatBytes, uint16Bytes} from '../../protocols/base/bytes.js';
import type {Clock, Millis} from '../../protocols/base/clock.js';
import {CODE, FINGERPRINT_INSTRUCTIONS} from '../../protocols/fingerprint/instructions.js';
import {DEFAULT_ADDRESS, decodePacket, encodePacket} from '../../protocols/fingerprint/packet.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';

/** `assumed:` what a sensor takes for an answer, and after power-up before it listens. */
const ANSWER_AFTER_MS: Millis = 20;
const BOOT_MS: Millis = 400;
const DEFAULT_LIBRARY = 162;
const SAME_FINGER_SCORE = 120;
const WHEN = FINGERPRINT_INSTRUCTIONS;

/** A finger as the sensor sees it. A wet one gives a messy image; a worn one a low score. */
export interface SimFinger {
  readonly name: string;
  readonly isWet?: boolean;
  readonly score?: number;
}

export interface FingerprintOptions {
  readonly clock: Clock;
  readonly password?: number;
  readonly librarySize?: number;
}

/**
 * A ZFM-20: one finger at a time on its glass, two buffers, a library in flash. It answers nothing while
 * it starts, and nothing but the password until that was right.
 */
export class Fingerprint implements LineDevice {
  readonly unit = 'fingerprint:0';
  /** No power, or no wire. */
  isUnplugged = false;
  /** Writes to the library fail. */
  isFlashBroken = false;
  /** So many answers to come are lost on their way; what was asked is done all the same. */
  lostAnswers = 0;
  password: number;
  readonly #clock: Clock;
  readonly #librarySize: number;
  readonly #library = new Map<number, string>();
  readonly #heard: number[] = [];
  #glass: SimFinger | undefined;
  /** What the last image showed; features are taken from it. */
  #image: SimFinger | undefined;
  #buffers: [string | undefined, string | undefined] = [undefined, undefined];
  #score = SAME_FINGER_SCORE;
  #isVerified = false;
  #listensFromMs: Millis;

  constructor({clock, password = 0, librarySize = DEFAULT_LIBRARY}: FingerprintOptions) {
    this.#clock = clock;
    this.password = password;
    this.#librarySize = librarySize;
    this.#listensFromMs = clock.nowMs() + BOOT_MS;
  }

  /** Instruction codes that reached it, oldest first. */
  get heard(): readonly number[] {
    return this.#heard;
  }

  /** Whose finger lies on a page. */
  get library(): ReadonlyMap<number, string> {
    return this.#library;
  }

  /** A finger was enrolled before, on these pages. */
  learn({name}: SimFinger, pages: readonly number[]): void {
    for (const page of pages) this.#library.set(page, name);
  }

  place(finger: SimFinger): void {
    this.#glass = finger;
  }

  lift(): void {
    this.#glass = undefined;
  }

  /** Power off and on: buffers and the right to ask are gone, the library stays. */
  restart(): void {
    this.#listensFromMs = this.#clock.nowMs() + BOOT_MS;
    this.#isVerified = false;
    this.#buffers = [undefined, undefined];
    this.#image = undefined;
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged || this.#clock.nowMs() < this.#listensFromMs) return [];
    const decoded = decodePacket(frame);
    if (decoded.kind !== 'frame' || decoded.frame.kind !== 'command') return [];
    const {address, payload} = decoded.frame;
    if (address !== DEFAULT_ADDRESS) return [];
    this.#heard.push(payload[0] ?? 0);
    const answer = this.#answer(payload);
    if (this.lostAnswers > 0) {
      this.lostAnswers -= 1;
      return [];
    }
    const bytes = encodePacket({address, kind: 'ack', payload: answer});
    return [{afterMs: ANSWER_AFTER_MS, bytes}];
  }

  #answer(payload: Uint8Array): Uint8Array {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const code = payload[0];
    if (code === WHEN.verifyPassword.code) {
      this.#isVerified = view.getUint32(1) === this.password;
      return says(this.#isVerified ? CODE.done : CODE.wrongPassword);
    }
    if (!this.#isVerified) return says(CODE.mustVerify);
    const buffer = payload[1] === 1 ? 0 : 1;
    switch (code) {
      case WHEN.readSystem.code:
        return this.#system();
      case WHEN.takeImage.code:
        this.#image = this.#glass;
        return says(this.#glass ? CODE.done : CODE.noFinger);
      case WHEN.extractFeatures.code:
        return says(this.#extract(buffer));
      case WHEN.combine.code:
        return says(this.#combine());
      case WHEN.store.code:
        return says(this.#store(buffer, view.getUint16(2)));
      case WHEN.load.code:
        return says(this.#load(buffer, view.getUint16(2)));
      case WHEN.match.code:
        return this.#match();
      case WHEN.remove.code:
        return says(this.#remove(view.getUint16(1), view.getUint16(3)));
      default:
        return says(0x01);
    }
  }

  #system(): Uint8Array {
    const words = [0, 9, this.#librarySize, 3, 0xffff, 0xffff, 1, 6];
    return concatBytes(says(CODE.done), ...words.map(uint16Bytes));
  }

  #extract(buffer: 0 | 1): number {
    if (!this.#image) return CODE.noImage;
    if (this.#image.isWet) return CODE.messy;
    this.#buffers[buffer] = this.#image.name;
    this.#score = this.#image.score ?? SAME_FINGER_SCORE;
    return CODE.done;
  }

  #combine(): number {
    const [first, second] = this.#buffers;
    return first !== undefined && first === second ? CODE.done : CODE.notOneFinger;
  }

  #store(buffer: 0 | 1, page: number): number {
    const template = this.#buffers[buffer];
    if (page >= this.#librarySize) return CODE.badPage;
    if (this.isFlashBroken || template === undefined) return CODE.flashFailed;
    this.#library.set(page, template);
    return CODE.done;
  }

  #load(buffer: 0 | 1, page: number): number {
    const template = this.#library.get(page);
    if (template === undefined) return CODE.noTemplate;
    this.#buffers[buffer] = template;
    return CODE.done;
  }

  #match(): Uint8Array {
    const [finger, template] = this.#buffers;
    const isSame = finger !== undefined && finger === template;
    return concatBytes(
      says(isSame ? CODE.done : CODE.mismatch),
      uint16Bytes(isSame ? this.#score : 0),
    );
  }

  #remove(page: number, count: number): number {
    if (this.isFlashBroken) return 0x10;
    for (let at = page; at < page + count; at += 1) this.#library.delete(at);
    return CODE.done;
  }
}

function says(code: number): Uint8Array {
  return Uint8Array.of(code);
}
