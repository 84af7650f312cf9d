import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {NoiseMeter} from '../lifecycle/noise-meter.js';
import {DelimitedStream} from '../port/delimited-stream.js';
import {CodeIntake} from './code-intake.js';
import {LONGEST_CODE_BYTES} from './code-machine.js';
import type {CodeReaderListener} from './contract.js';

/** A code that pauses for so long has broken off: at 9600 baud a byte takes 1 ms. */
const PARTIAL_IDLE_MS: Millis = 200;
/** What still comes of a broken code is void with it, up to its end mark; nobody shows another so soon. */
const PARTIAL_REST_MS: Millis = 1000;
const FIRST_PRINTING = 0x20;

export interface CodeStreamOptions {
  /** How timers and the noise meter name the reader. */
  readonly name: string;
  readonly clock: Clock;
  /** The byte that ends a code. */
  readonly suffix: number;
  readonly listener: CodeReaderListener;
  /** Bytes dropped in all, now and then. */
  onNoise(bytes: number): void;
}

/** Bytes of a scanner to codes: cuts at the suffix, bounds the length, tells what broke off. */
export class CodeStream {
  readonly #options: CodeStreamOptions;
  readonly #intake: CodeIntake;
  readonly #noise: NoiseMeter;
  #stream: DelimitedStream;
  #idle: Timer | undefined;
  /** Something printing stands since the last suffix; LF behind CR is nothing. */
  #hasText = false;
  #voidUntilMs = Number.NEGATIVE_INFINITY;
  #dropped = 0;
  #closed = false;

  constructor(options: CodeStreamOptions) {
    this.#options = options;
    this.#intake = new CodeIntake(options.listener);
    this.#noise = new NoiseMeter({clock: options.clock, tell: bytes => options.onNoise(bytes)});
    this.#stream = this.#newStream();
  }

  push(bytes: Uint8Array): void {
    if (this.#closed) return;
    const sound = this.#withoutRest(bytes);
    if (sound.length === 0) return;
    const before = this.#stream.discardedBytes;
    this.#stream.push(sound);
    if (this.#stream.discardedBytes > before) this.#tellOverlong();
    const unfinished = sound.subarray(sound.lastIndexOf(this.#options.suffix) + 1);
    if (unfinished.length < sound.length) this.#hasText = false;
    this.#hasText ||= unfinished.some(byte => byte >= FIRST_PRINTING);
    this.#idle?.cancel();
    if (unfinished.length > 0 || this.#hasText) this.#await();
  }

  /** The port came or went: half a code is void, and nobody is to blame for it. */
  reset(): void {
    this.#idle?.cancel();
    this.#voidUntilMs = Number.NEGATIVE_INFINITY;
    this.#restart();
  }

  close(): void {
    this.#closed = true;
    this.#idle?.cancel();
  }

  #await(): void {
    const {clock, name} = this.#options;
    this.#idle = clock.timer(`code idle ${name}`, PARTIAL_IDLE_MS, () => {
      const hadText = this.#hasText;
      this.#restart();
      if (!hadText) return;
      const atMs = clock.nowMs();
      this.#voidUntilMs = atMs + PARTIAL_REST_MS;
      this.#intake.take({kind: 'broken', error: 'partial', atMs});
    });
  }

  #restart(): void {
    this.#dropped += this.#stream.discardedBytes;
    this.#stream = this.#newStream();
    this.#hasText = false;
  }

  /** The bytes without what belongs to a code that was already given up. */
  #withoutRest(bytes: Uint8Array): Uint8Array {
    if (this.#options.clock.nowMs() >= this.#voidUntilMs) return bytes;
    const end = bytes.indexOf(this.#options.suffix);
    const rest = end < 0 ? bytes.length : end + 1;
    if (end >= 0) this.#voidUntilMs = Number.NEGATIVE_INFINITY;
    this.#dropped += rest;
    this.#noise.follow(this.#dropped + this.#stream.discardedBytes);
    return bytes.subarray(rest);
  }

  #tellOverlong(): void {
    this.#noise.follow(this.#dropped + this.#stream.discardedBytes);
    const atMs = this.#options.clock.nowMs();
    this.#intake.take({kind: 'broken', error: 'overlong', atMs});
  }

  #newStream(): DelimitedStream {
    return new DelimitedStream({
      delimiter: this.#options.suffix,
      maxLength: LONGEST_CODE_BYTES,
      onRecord: bytes => {
        if (this.#closed) return;
        this.#intake.take({kind: 'record', bytes, atMs: this.#options.clock.nowMs()});
      },
    });
  }
}
