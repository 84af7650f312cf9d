import type {StallSaid, WaterEffect} from '../../edge/domain/bath/contract.js';
import type {Clock, Millis} from '../../protocols/base/clock.js';
import {WaterPipe} from '../devices/water-pipe.js';

/** Readings go on so long after the last change: a leak shows itself within it. */
const AWAKE_MS = 30_000;
/** A valve that is not shut is told again. */
const AGAIN_MS = 3000;
/** Water through a shut valve for so long is told as a leak. */
const LEAK_MS = 10_000;

/** Meter and valve of a stall, and their drivers in short: what is told once a second while anything may run. */
export class SoakStall {
  readonly id: string;
  readonly pipe: WaterPipe;
  /** Says nothing any more. */
  isMeterDead = false;
  /** The wire to both is cut. */
  isCutOff = false;
  /** What the gateway was told last. */
  heardMl = 0;
  readonly #clock: Clock;
  readonly #tell: (stall: SoakStall, said: StallSaid) => void;
  #wanted: 'open' | 'closed' = 'closed';
  #told: 'open' | 'shut' | 'unknown' = 'unknown';
  #closeByMs = Number.POSITIVE_INFINITY;
  #movedMs: Millis = 0;
  #orderedMs: Millis = 0;
  #leakFromMs: Millis | undefined;

  constructor(id: string, clock: Clock, tell: (stall: SoakStall, said: StallSaid) => void) {
    this.id = id;
    this.#clock = clock;
    this.#tell = tell;
    this.pipe = new WaterPipe({clock});
  }

  get isAwake(): boolean {
    return this.#told !== 'shut' || this.#clock.nowMs() - this.#movedMs < AWAKE_MS;
  }

  order({order, forMs}: Pick<WaterEffect, 'order' | 'forMs'>): void {
    const nowMs = this.#clock.nowMs();
    this.#movedMs = nowMs;
    if (order === 'open' && (this.isCutOff || this.#told !== 'shut')) {
      this.#tell(this, {kind: 'valveRefused'});
      return;
    }
    this.#wanted = order === 'open' ? 'open' : 'closed';
    this.#closeByMs = order === 'open' ? nowMs + forMs : Number.POSITIVE_INFINITY;
    this.#orderedMs = nowMs;
    if (!this.isCutOff) this.pipe.order(order === 'open' ? 'open' : 'close');
  }

  /** The gateway has just started: it shuts what it does not know. */
  restart(): void {
    this.#told = 'unknown';
    this.#wanted = 'closed';
    this.#movedMs = this.#clock.nowMs();
    this.pipe.order('close');
  }

  second(): void {
    if (this.isCutOff) return;
    const nowMs = this.#clock.nowMs();
    if (nowMs >= this.#closeByMs) this.order({order: 'shut', forMs: 0});
    const isOpen = this.pipe.valve === 'open';
    if (this.#wanted === 'closed' && isOpen && nowMs - this.#orderedMs > AGAIN_MS) {
      this.order({order: 'shut', forMs: 0});
    }
    const valve = isOpen ? 'open' : this.#wanted === 'closed' ? 'shut' : this.#told;
    if (!this.isMeterDead) this.#read(valve);
    if (valve === this.#told) return;
    this.#told = valve;
    this.#movedMs = nowMs;
    this.#tell(this, {kind: 'valve', valve});
  }

  #read(valve: 'open' | 'shut' | 'unknown'): void {
    const nowMs = this.#clock.nowMs();
    const {totalMl, flowMlPerMin} = this.pipe;
    if (totalMl !== this.heardMl) this.#movedMs = nowMs;
    this.heardMl = totalMl;
    this.#tell(this, {kind: 'reading', said: {totalMl, flowMlPerMin, quality: 'good'}});
    const isLeaking = valve === 'shut' && this.#told === 'shut' && flowMlPerMin > 0;
    this.#leakFromMs = isLeaking ? (this.#leakFromMs ?? nowMs) : undefined;
    if (this.#leakFromMs !== undefined && nowMs - this.#leakFromMs >= LEAK_MS) {
      this.#tell(this, {kind: 'leak'});
    }
  }
}
