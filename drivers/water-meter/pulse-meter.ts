import type {Clock, Millis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {RelayOutcome} from '../relay-board/contract.js';
import type {WaterValve, WaterValveListener} from '../water-valve/contract.js';
import {ValveKeeper, type ValveWrite} from '../water-valve/valve-keeper.js';
import type {ValveRules} from '../water-valve/valve-machine.js';
import type {MeterMark, WaterMeter, WaterMeterListener, WaterMeterReading} from './contract.js';
import {stepTotal, type TotalState} from './total-machine.js';

/** Two relays on a latching valve: a pulse on one opens it, on the other closes it. */
export interface PulseOutput {
  /** Close the relay for `forMs`, once. Settles with what became of the order. */
  pulse(output: 'open' | 'close', forMs: Millis): Promise<RelayOutcome>;
}

export interface PulseMeterOptions {
  readonly id: DeviceId;
  readonly clock: Clock;
  readonly listener: WaterMeterListener & WaterValveListener;
  readonly output: PulseOutput;
  /** Have the counting input read ahead of the sweep; it arrives as `onCount`. Left out: the next poll will do. */
  readonly readCount?: () => void;
  /** Whole pulses in whole litres, such as 450 in 1: a factor with a fraction would drift. */
  readonly pulses: number;
  readonly litres?: number;
  /** Bits of the counter on the board; default 16. */
  readonly counterBits?: 16 | 32;
  /** How long each coil is driven (open factor and close factor of the terminal); default 100 each. */
  readonly openPulseMs?: Millis;
  readonly closePulseMs?: Millis;
  readonly mostMlPerMin?: number;
  /** True: somebody bounds what runs while the counter is lost; left out: its loss shuts the valve. */
  readonly runsUncounted?: boolean;
  readonly mark?: MeterMark | undefined;
  readonly valveRules?: ValveRules;
}

const DEFAULT_PULSE_MS: Millis = 100;
const DEFAULT_MOST_ML_PER_MIN = 60_000;
/** So long without a pulse the water stands: 0.1 l/min still gives one at 600 pulses a litre. */
const QUIET_MS: Millis = 1000;
/** What pulses may be late by between two readings of the board. */
const SLACK_LITRES = 1;

/**
 * A flow sensor on a counting input and a latching valve on two relays. The valve tells nothing of
 * itself: it counts as closed when its relay took the order to close and no pulse has come since. Source: device
 * notes 6.3.
 * @throws UsageError `usage/pulses` for a factor that is not whole.
 */
export class PulseMeter implements WaterMeter {
  readonly id: DeviceId;
  readonly valve: WaterValve;
  readonly #options: PulseMeterOptions;
  readonly #keeper: ValveKeeper;
  #health: DeviceHealth = 'unknown';
  #total: TotalState | undefined;
  #latest: WaterMeterReading | undefined;
  #order: 'open' | 'close' | undefined;
  #orderedMs: Millis = Number.NEGATIVE_INFINITY;
  /** Orders so far: the end of an earlier one says nothing. */
  #moves = 0;
  #pulseMs: Millis = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: PulseMeterOptions) {
    const {id, clock, listener, pulses, litres = 1, mark} = options;
    if (![pulses, litres].every(value => Number.isSafeInteger(value) && value > 0)) {
      throw new UsageError('usage/pulses', `${id}: ${pulses} pulses in ${litres} litres`);
    }
    this.id = id;
    this.#options = options;
    this.#total = mark && {...mark, atMs: undefined};
    this.#keeper = new ValveKeeper({
      id,
      clock,
      listener,
      actuator: {write: order => this.#move(order), read: () => options.readCount?.()},
      ...(options.valveRules ? {rules: options.valveRules} : {}),
    });
    this.valve = this.#keeper;
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  get latest(): WaterMeterReading | undefined {
    return this.#latest;
  }

  /** Every valid poll of the counting input, changed or not. */
  onCount(count: number, atMs: Millis): void {
    if (this.#closed) return;
    const {pulses, litres = 1, counterBits = 16} = this.#options;
    const {mostMlPerMin = DEFAULT_MOST_ML_PER_MIN, listener} = this.#options;
    const before = this.#total?.atMs;
    const {state, delta, quality} = stepTotal(this.#total, count, atMs, {
      modulus: 2 ** counterBits,
      mostPerMs: (mostMlPerMin * pulses) / (litres * 1000 * 60_000),
      slack: Math.ceil((SLACK_LITRES * pulses) / litres),
    });
    this.#total = state;
    if (delta > 0) this.#pulseMs = atMs;
    const elapsedMs = before === undefined ? 0 : atMs - before;
    const deltaMl = (delta * litres * 1000) / pulses;
    this.#latest = {
      totalMl: this.#ml(state.units),
      flowMlPerMin: elapsedMs > 0 ? Math.round((deltaMl * 60_000) / elapsedMs) : 0,
      quality,
      mark: {units: state.units, raw: state.raw},
      atMs,
    };
    listener.onReading(this.#latest);
    const isFlowing = atMs - this.#pulseMs < QUIET_MS;
    this.#keeper.onReading({valve: this.#position(isFlowing, atMs), isFlowing, atMs});
  }

  onCountHealth(health: DeviceHealth): void {
    if (this.#closed || health === this.#health) return;
    this.#health = health;
    const runsOn = this.#options.runsUncounted === true && this.#order === 'open';
    if (health === 'offline' && !runsOn) this.#keeper.onLost();
    this.#options.listener.onHealth(health);
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#keeper.shutDown();
  }

  /** From all pulses at once, so that no rounding ever adds up. */
  #ml(units: number): number {
    const {pulses, litres = 1} = this.#options;
    return Math.floor((units * litres * 1000) / pulses);
  }

  #position(isFlowing: boolean, atMs: Millis): 'open' | 'closed' | 'unknown' {
    if (this.#order === 'open') return 'open';
    if (this.#order === undefined) return isFlowing ? 'open' : 'unknown';
    if (isFlowing && this.#pulseMs > this.#orderedMs) {
      // Told to close and closed once, it is a leak; never closed, it is open.
      return this.#keeper.state.position === 'closed' ? 'closed' : 'open';
    }
    return atMs - this.#orderedMs >= QUIET_MS ? 'closed' : 'unknown';
  }

  async #move(order: 'open' | 'close'): Promise<ValveWrite> {
    const {output, clock, openPulseMs, closePulseMs} = this.#options;
    const forMs = (order === 'open' ? openPulseMs : closePulseMs) ?? DEFAULT_PULSE_MS;
    this.#moves += 1;
    const move = this.#moves;
    const before = this.#order;
    // From now on it may open at any moment; it is closed only once the relay has said so.
    if (order === 'open') this.#order = order;
    const outcome = await output.pulse(order, forMs);
    const written = writeOf(outcome);
    if (move !== this.#moves) return written;
    if (order === 'open' && (outcome === 'refused' || outcome === 'not_sent')) this.#order = before;
    if (outcome !== 'proven' && outcome !== 'acknowledged') return written;
    this.#order = order;
    this.#orderedMs = clock.nowMs();
    return written;
  }
}

/** An output that is read back as it was before did not hear the order. */
function writeOf(outcome: RelayOutcome): ValveWrite {
  if (outcome === 'not_sent') return 'not_sent';
  return outcome === 'unanswered' || outcome === 'contradicted' ? 'unanswered' : 'answered';
}
