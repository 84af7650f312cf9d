import type {Clock, Millis} from '../../protocols/base/clock.js';
import {
  decodeFlowRegisters,
  decodeMeterRegisters,
  type MeterRegisters,
  remainingWrite,
  type WaterMeterProfile,
  XINTAI_METER_PROFILE,
} from '../../protocols/profiles/water-meter-profile.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, RegisterBus} from '../bus/contract.js';
import {PolledUnit, type TroubleListener} from '../lifecycle/polled-unit.js';
import type {WaterValve, WaterValveListener} from '../water-valve/contract.js';
import {ValveKeeper, type ValveWrite} from '../water-valve/valve-keeper.js';
import type {ValveRules} from '../water-valve/valve-machine.js';
import type {
  MeterFault,
  MeterMark,
  WaterMeter,
  WaterMeterListener,
  WaterMeterReading,
} from './contract.js';
import {stepTotal, type TotalState} from './total-machine.js';

export interface ModbusMeterOptions {
  readonly id: DeviceId;
  readonly bus: RegisterBus;
  readonly clock: Clock;
  readonly unit: number;
  readonly listener: WaterMeterListener & WaterValveListener;
  readonly profile?: WaterMeterProfile;
  /** Start to start; default 1000, so that flow and cost are never older than a second (B9). */
  readonly pollMs?: Millis;
  /** Most water the pipe can give; default 100 l/min. */
  readonly mostMlPerMin?: number;
  /** Where the total stood when the gateway stopped. */
  readonly mark?: MeterMark | undefined;
  readonly valveRules?: ValveRules;
  readonly onTrouble?: TroubleListener;
}

const DEFAULT_POLL_MS: Millis = 1000;
/** All registers are read so often while water runs and only the total moves. */
const WHOLE_MS: Millis = 8000;
/** Water is told of so much more often while it runs, so that a display is no second behind it (B9). */
const FLOW_SHARE = 0.6;
/** As good as never. */
const NEVER_MS: Millis = 1_000_000_000;
/** Behind a valve that is proved shut nothing moves: so many times more seldom. */
const SHUT_TIMES = 3;
const DEFAULT_MOST_ML_PER_MIN = 100_000;
/** A float of a big total steps by this much at once: 4 ml at 100 m3, 64 ml at 1000 m3. */
const FLOAT_STEP_ML = 1000;

/** A Modbus water meter with a valve in it. Source: device notes 6.3. */
export class ModbusMeter implements WaterMeter {
  readonly id: DeviceId;
  readonly valve: WaterValve;
  readonly #options: ModbusMeterOptions;
  readonly #profile: WaterMeterProfile;
  readonly #keeper: ValveKeeper;
  readonly #poll: PolledUnit;
  readonly #leaveFlow: () => void;
  readonly #faults = new Set<MeterFault>();
  #total: TotalState | undefined;
  #latest: WaterMeterReading | undefined;

  constructor(options: ModbusMeterOptions) {
    const {id, bus, clock, unit, listener, pollMs = DEFAULT_POLL_MS, mark} = options;
    this.id = id;
    this.#options = options;
    this.#profile = options.profile ?? XINTAI_METER_PROFILE;
    this.#total = mark && {...mark, atMs: undefined};
    const {block} = this.#profile;
    this.#keeper = new ValveKeeper({
      id,
      clock,
      listener,
      actuator: {
        write: order => this.#move(order),
        read: () => void this.#poll.confirm(),
      },
      ...(options.valveRules ? {rules: options.valveRules} : {}),
    });
    this.valve = this.#keeper;
    // Last: a line tells at once what it knows of the unit, and a lost one must reach the valve.
    this.#poll = new PolledUnit({
      name: id,
      bus,
      read: {unit, table: 'holding', address: block.register, quantity: block.quantity},
      periodMs: () => this.#wholeMs(pollMs),
      onValues: (values, atMs) => this.#read(values, atMs),
      onHealth: health => this.#turn(health),
      onTrouble: options.onTrouble,
    });
    const {flowBlock} = this.#profile;
    // A shower wants its total, and 28 registers take twice as long on the wire as these.
    this.#leaveFlow = bus.poll({
      read: {unit, table: 'holding', address: flowBlock.register, quantity: flowBlock.quantity},
      periodMs: () => (this.#isOpen ? FLOW_SHARE * pollMs : NEVER_MS),
      onOutcome: outcome => {
        if (outcome.kind === 'values') this.#readFlow(outcome.values, outcome.atMs);
      },
      onHealth: () => {},
    });
  }

  get health(): DeviceHealth {
    return this.#poll.health;
  }

  get latest(): WaterMeterReading | undefined {
    return this.#latest;
  }

  /**
   * Leave `volumeMl` in the device, so that it closes by itself when the gateway dies. True only when
   * the device took it; what it has left is in every reading.
   */
  async setCredit(volumeMl: number): Promise<boolean> {
    const {bus, unit} = this.#options;
    const {address, values} = remainingWrite(volumeMl, this.#profile);
    const outcome = await bus.write({unit, address, kind: 'registers', values, lane: 'command'});
    return outcome.kind === 'written';
  }

  close(): Promise<void> {
    this.#leaveFlow();
    this.#poll.close();
    return this.#keeper.shutDown();
  }

  async #move(order: 'open' | 'close'): Promise<ValveWrite> {
    const {bus, unit} = this.#options;
    const {register: address, orders} = this.#profile.valve;
    const values = [orders[order]];
    const outcome = await bus.write({unit, address, kind: 'register', values, lane: 'command'});
    if (outcome.kind === 'down') return 'not_sent';
    return outcome.kind === 'timeout' ? 'unanswered' : 'answered';
  }

  get #isOpen(): boolean {
    const {position, confirmed} = this.#keeper.state;
    return position === 'open' && confirmed;
  }

  #wholeMs(pollMs: Millis): Millis {
    const {position, confirmed} = this.#keeper.state;
    if (!confirmed) return pollMs;
    if (position === 'open') return Math.max(pollMs, WHOLE_MS);
    return position === 'closed' && this.#latest?.flowMlPerMin === 0 ? SHUT_TIMES * pollMs : pollMs;
  }

  #read(words: readonly number[], atMs: Millis): void {
    const registers = decodeMeterRegisters(words, this.#profile);
    this.#fault('unreadable', registers === undefined);
    if (!registers) return;
    this.#fault('low_battery', registers.lowBattery);
    this.#tell(registers, atMs);
    const isFlowing = registers.flowMlPerMin > 0;
    this.#keeper.onReading({valve: registers.valve, isFlowing, atMs});
  }

  /** Says nothing of the valve: told to shut meanwhile, it is looked at whole. */
  #readFlow(words: readonly number[], atMs: Millis): void {
    if (!this.#isOpen || (this.#latest && this.#latest.atMs > atMs)) return;
    const said = decodeFlowRegisters(words, this.#profile);
    if (!said) return;
    this.#tell({...said, remainingMl: this.#latest?.remainingMl ?? 0}, atMs);
    this.#keeper.onReading({valve: 'open', isFlowing: said.flowMlPerMin > 0, atMs});
  }

  #tell(
    registers: Pick<MeterRegisters, 'totalMl' | 'flowMlPerMin' | 'remainingMl'>,
    atMs: Millis,
  ): void {
    const {mostMlPerMin = DEFAULT_MOST_ML_PER_MIN, listener} = this.#options;
    const {state, quality} = stepTotal(this.#total, registers.totalMl, atMs, {
      modulus: undefined,
      mostPerMs: mostMlPerMin / 60_000,
      slack: FLOAT_STEP_ML,
    });
    this.#total = state;
    const {flowMlPerMin, remainingMl} = registers;
    const mark = {units: state.units, raw: state.raw};
    this.#latest = {totalMl: state.units, flowMlPerMin, quality, mark, remainingMl, atMs};
    listener.onReading(this.#latest);
  }

  #turn(health: DeviceHealth): void {
    if (health === 'offline') this.#keeper.onLost();
    this.#options.listener.onHealth(health);
  }

  #fault(fault: MeterFault, isStanding: boolean): void {
    if (isStanding === this.#faults.has(fault)) return;
    if (isStanding) this.#faults.add(fault);
    else this.#faults.delete(fault);
    this.#options.listener.onMeterFault(fault, isStanding);
  }
}
