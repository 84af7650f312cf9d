import type {FarEnd} from '../../drivers/port/byte-link.js';
import {concatBytes} from '../../protocols/base/bytes.js';
import type {Clock, Entropy, Millis, Timer} from '../../protocols/base/clock.js';
import {wireTimeMs} from '../../protocols/base/units.js';
import {interCharacterGapMs, interFrameSilenceMs} from '../../protocols/modbus/timing.js';
import {type Burst, collide, overlaps, ROUNDING_MS} from './burst.js';
import type {LineAddress, LineDevice} from './line-device.js';
import {LineFaults} from './line-faults.js';
import {LineLog} from './line-log.js';

/** Receive trigger of a 16550 UART with its FIFO full: as many bytes come to the host at once. */
const FIFO_BYTES = 16;
const DEFAULT_LOG_LIMIT = 4096;

export interface Rs485LineOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** The wire's end of the master's port. The line listens to it; its creator closes it. */
  readonly farEnd: FarEnd;
  readonly baudRate: number;
  /** 10 = 8N1 (default), 11 with parity. */
  readonly bitsPerCharacter?: number;
  /** How bytes reach the master: `frame` whole at its last bit (default), `bytes` as a UART's FIFO fills. */
  readonly pacing?: 'bytes' | 'frame';
  /** Hit every instant on the wire by `Clock.waitUntil`, at the price of short blocks of the thread. */
  readonly precise?: boolean;
  readonly logLimit?: number;
}

/** A timer that may already have run by the time it is handed over, as `waitUntil` may. */
interface Wait {
  timer: Timer | undefined;
}

/**
 * A half-duplex RS-485 line with its slaves, as seen by one master behind a port that has no wire
 * time of its own.
 *
 * - Master bytes that arrive at `t` occupy the wire from `t`, or from the end of those before them.
 *   A silence of t3.5 ends the frame; only then the devices hear it, all at the same instant.
 * - Replies begin after the device's turnaround and reach the master at the speed of the wire.
 * - Whoever talks while somebody else does, collides. Devices do not listen before they talk.
 * - `gapViolations`: master bytes that came too early after a reply (t3.5), or tore a frame (t1.5).
 *
 * Slaves do not hear each other: by their address they would ignore it.
 */
export class Rs485Line {
  readonly faults: LineFaults;
  readonly log: LineLog;
  readonly #clock: Clock;
  readonly #farEnd: FarEnd;
  readonly #options: Rs485LineOptions;
  readonly #silenceMs: Millis;
  readonly #tornMs: Millis;
  readonly #devices = new Set<LineDevice>();
  readonly #waits = new Set<Wait>();
  #bursts: Burst[] = [];
  #frame: Burst[] = [];
  #frameEnd: Wait | undefined;
  #masterEndMs: Millis = Number.NEGATIVE_INFINITY;
  #gapViolations = 0;
  #collisions = 0;

  constructor(options: Rs485LineOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#farEnd = options.farEnd;
    this.#silenceMs = interFrameSilenceMs(options.baudRate, options.bitsPerCharacter);
    this.#tornMs = interCharacterGapMs(options.baudRate, options.bitsPerCharacter);
    this.faults = new LineFaults(options);
    this.log = new LineLog(options.logLimit ?? DEFAULT_LOG_LIMIT);
    options.farEnd.onBytes(bytes => this.#hearMaster(bytes));
  }

  /** Master bytes that began before the line had been silent long enough. */
  get gapViolations(): number {
    return this.#gapViolations;
  }

  get collisions(): number {
    return this.#collisions;
  }

  attach(...devices: readonly LineDevice[]): void {
    for (const device of devices) this.#devices.add(device);
  }

  detach(device: LineDevice): void {
    this.#devices.delete(device);
  }

  unplug(): void {
    this.#farEnd.unplug();
  }

  replug(): void {
    this.#farEnd.replug();
  }

  /** Put bytes on the wire that nobody asked for: noise, or a device that talks out of turn. */
  inject(bytes: Uint8Array, afterMs: Millis = 0): void {
    this.#transmit(-1, this.#clock.nowMs() + afterMs, bytes);
  }

  /** Stop all that is on the way. */
  close(): void {
    for (const wait of this.#waits) wait.timer?.cancel();
    this.#waits.clear();
    this.#devices.clear();
  }

  #hearMaster(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const startMs = Math.max(this.#clock.nowMs(), this.#masterEndMs);
    // A late timer of the host must not glue two frames together that the wire kept apart.
    if (startMs >= this.#masterEndMs + this.#silenceMs - ROUNDING_MS) this.#endFrame();
    this.#judgeSilence(startMs);
    const burst = this.#occupy('master', startMs, bytes);
    this.#masterEndMs = burst.endMs;
    this.#frame.push(burst);
    if (this.faults.echo) this.#deliver(burst, 0);
    this.#cancelFrameEnd();
    this.#frameEnd = this.#at(burst.endMs + this.#silenceMs, () => this.#endFrame());
  }

  #judgeSilence(startMs: Millis): void {
    const begun = this.#bursts.filter(burst => burst.startMs <= startMs);
    if (begun.length === 0) return;
    const last = begun.reduce((late, burst) => (burst.endMs > late.endMs ? burst : late));
    const silenceMs = startMs - last.endMs;
    // While somebody still talks it is a collision and counted there; a frame may rest for t1.5.
    const allowedMs = last.from === 'master' ? this.#tornMs : -ROUNDING_MS;
    const isTooShort = silenceMs < this.#silenceMs - ROUNDING_MS;
    if (isTooShort && silenceMs > allowedMs + ROUNDING_MS) this.#gapViolations += 1;
  }

  #endFrame(): void {
    const parts = this.#frame;
    const first = parts[0];
    this.#frame = [];
    this.#cancelFrameEnd();
    if (!first) return;
    const atMs = this.#masterEndMs + this.#silenceMs;
    const frame = concatBytes(...parts.map(part => part.bytes));
    this.log.add({atMs: first.startMs, direction: 'toDevices', bytes: frame});
    const whole: Burst = {from: 'master', startMs: first.startMs, endMs: atMs, bytes: frame};
    const disturbed = this.#bursts.some(burst => burst.from !== 'master' && overlaps(burst, whole));
    if (this.faults.stuck || disturbed) return;
    for (const device of this.#devices) this.#hand(device, frame, atMs);
  }

  #hand(device: LineDevice, frame: Uint8Array, atMs: Millis): void {
    const heard = this.faults.request(device.unit, frame);
    if (!heard) return;
    for (const reply of device.receive(heard, atMs)) {
      for (const sent of this.faults.reply(device.unit, reply)) {
        this.#transmit(device.unit, atMs + sent.afterMs, sent.bytes);
      }
    }
  }

  #transmit(unit: LineAddress, startMs: Millis, bytes: Uint8Array): void {
    if (bytes.length > 0) this.#deliver(this.#occupy(unit, startMs, bytes), 0);
  }

  #occupy(from: Burst['from'], startMs: Millis, bytes: Uint8Array): Burst {
    const endMs = startMs + this.#wireTimeMs(bytes.length);
    const burst: Burst = {from, startMs, endMs, bytes: bytes.slice()};
    const oldestMs = this.#clock.nowMs() - 2 * this.#silenceMs;
    this.#bursts = this.#bursts.filter(other => other.endMs > oldestMs);
    for (const other of this.#bursts) if (collide(other, burst)) this.#collisions += 1;
    this.#bursts.push(burst);
    return burst;
  }

  /** Hand the bytes from `offset` on to the master as their last bits pass. */
  #deliver(burst: Burst, offset: number): void {
    const {bytes, startMs} = burst;
    const step = this.#options.pacing === 'bytes' ? FIFO_BYTES : bytes.length;
    const next = Math.min(offset + step, bytes.length);
    this.#at(startMs + this.#wireTimeMs(next), () => {
      if (offset === 0 && burst.from !== 'master') {
        this.log.add({atMs: startMs, direction: 'toMaster', bytes});
      }
      if (!this.faults.stuck) this.#farEnd.send(bytes.slice(offset, next));
      if (next < bytes.length) this.#deliver(burst, next);
    });
  }

  #wireTimeMs(byteCount: number): Millis {
    return wireTimeMs(byteCount, this.#options.baudRate, this.#options.bitsPerCharacter);
  }

  #at(atMs: Millis, run: () => void): Wait {
    const wait: Wait = {timer: undefined};
    this.#waits.add(wait);
    const go = () => {
      this.#waits.delete(wait);
      run();
    };
    wait.timer = this.#options.precise
      ? this.#clock.waitUntil(atMs, go)
      : this.#clock.timer('rs485 wire', atMs - this.#clock.nowMs(), go);
    return wait;
  }

  #cancelFrameEnd(): void {
    if (!this.#frameEnd) return;
    this.#frameEnd.timer?.cancel();
    this.#waits.delete(this.#frameEnd);
    this.#frameEnd = undefined;
  }
}
