import type {StallSaid, WaterEffect} from '../../edge/domain/bath/contract.js';
import type {Clock, Millis} from '../../protocols/base/clock.js';
import {type PipeAilments, WaterPipe} from '../devices/water-pipe.js';

/** Readings go on so long after the last change: a leak shows itself within it. */
const AWAKE_MS = 20_000;
/** Water that runs on as it did is told so seldom: a long line with a slow wire does no better. */
const STEADY_MS = 5000;
/** Whatever has just changed is looked at every second. */
const NEWS_MS = 4000;
/** A valve that is not shut is told again. */
const AGAIN_MS = 3000;
/** Water through a shut valve for so long is told as a leak. */
const LEAK_MS = 10_000;

/** Meter and valve of a stall, and their drivers in short: what is told while anything may run. */
export class SoakStall {
  readonly id: string;
  readonly pipe: WaterPipe;
  /** Says nothing any more. */
  isMeterDead = false;
  /** The wire to both is cut. */
  isCutOff = false;
  /** Why water may have run under no shower since the last one: the faults that were put in. */
  readonly causes = new Set<string>();
  /** What the gateway was told last. */
  heardMl = 0;
  readonly #clock: Clock;
  readonly #tell: (stall: SoakStall, said: StallSaid) => void;
  #wanted: 'open' | 'closed' = 'closed';
  #told: 'open' | 'shut' | 'unknown' = 'unknown';
  #closeByMs = Number.POSITIVE_INFINITY;
  #movedMs: Millis = 0;
  #orderedMs: Millis = 0;
  /** When the valve did. */
  #changedMs: Millis = 0;
  #readMs: Millis = 0;
  #news = '';
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

  /** Something happens to it that shows in what it says next. */
  ail(ailments: Partial<PipeAilments>): void {
    this.#movedMs = this.#clock.nowMs();
    this.pipe.ail(ailments);
  }

  /** The gateway has just started: it shuts what it does not know. */
  restart(): void {
    this.#told = 'unknown';
    this.#news = '';
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
    const isNews = valve !== 'open' || nowMs - this.#changedMs < NEWS_MS;
    if (!this.isMeterDead && (isNews || nowMs - this.#readMs >= STEADY_MS)) this.#read(valve);
    if (valve === this.#told) return;
    this.#told = valve;
    this.#movedMs = nowMs;
    this.#changedMs = nowMs;
    this.#tell(this, {kind: 'valve', valve});
  }

  #read(valve: 'open' | 'shut' | 'unknown'): void {
    const nowMs = this.#clock.nowMs();
    this.#readMs = nowMs;
    const {totalMl, flowMlPerMin} = this.pipe;
    if (totalMl !== this.heardMl) this.#movedMs = nowMs;
    this.heardMl = totalMl;
    // As `StallWater` does: what says nothing new through a shut valve is not told.
    const news = `${totalMl} ${flowMlPerMin}`;
    if (news !== this.#news || valve !== 'shut') {
      this.#tell(this, {kind: 'reading', said: {totalMl, flowMlPerMin, quality: 'good'}});
    }
    this.#news = news;
    const isLeaking = valve === 'shut' && this.#told === 'shut' && flowMlPerMin > 0;
    this.#leakFromMs = isLeaking ? (this.#leakFromMs ?? nowMs) : undefined;
    if (this.#leakFromMs !== undefined && nowMs - this.#leakFromMs >= LEAK_MS) {
      this.#tell(this, {kind: 'leak'});
    }
  }
}
