import {concatBytes} from '../../protocols/base/bytes.js';
import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {Decoded} from '../../protocols/base/decode.js';
import {
  CJT188_ANY_ADDRESS,
  CJT188_ERROR_BIT,
  CJT188_LONGEST_BYTES,
  CJT188_REPLY_BIT,
  CJT188_WAKE,
  type Cjt188Frame,
  decodeCjt188,
  encodeCjt188,
} from '../../protocols/cjt188/frame.js';
import {
  type Cjt188Maker,
  decodeReading,
  moveValve,
  readMeter,
  STANDARD_CJT188_MAKER,
} from '../../protocols/cjt188/water-meter.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, Frame, FrameBus, FrameOutcome} from '../bus/contract.js';
import type {WaterValve, WaterValveListener} from '../water-valve/contract.js';
import {ValveKeeper, type ValveWrite} from '../water-valve/valve-keeper.js';
import {DEFAULT_VALVE_RULES, type ValveRules} from '../water-valve/valve-machine.js';
import type {
  MeterFault,
  MeterMark,
  WaterMeter,
  WaterMeterListener,
  WaterMeterReading,
} from './contract.js';
import {stepTotal, type TotalState} from './total-machine.js';

export interface Cjt188MeterOptions {
  readonly id: DeviceId;
  /** A line of its own at 2400 8E1. */
  readonly bus: FrameBus;
  readonly clock: Clock;
  /** 14 digits as printed, maker's code first; `AAAAAAAAAAAAAA` for the only meter of a line. */
  readonly address: string;
  /** Default 10: cold water. */
  readonly type?: number;
  readonly maker?: Cjt188Maker;
  readonly listener: WaterMeterListener & WaterValveListener;
  /** Start to start; default 2000: a read and its reply take 250 ms of the line. */
  readonly pollMs?: Millis;
  readonly mostMlPerMin?: number;
  readonly mark?: MeterMark | undefined;
  readonly valveRules?: ValveRules;
}

const COLD_WATER = 0x10;
const DEFAULT_POLL_MS: Millis = 2000;
const DEFAULT_MOST_ML_PER_MIN = 100_000;
/** `assumed:` battery meters wake up slowly. */
const TURNAROUND_MS: Millis = 500;
/** Eight BCD digits of hundredths of a cubic metre. */
const MODULUS_ML = 100_000_000 * 10_000;
const STEP_ML = 10_000;

/** Too coarse to see a flow; a valve and a reply of 2400 baud take their time. */
const COARSE_RULES: ValveRules = {...DEFAULT_VALVE_RULES, noFlowMs: undefined};

/** A water meter with a valve that speaks CJ/T 188-2004. Its total steps by 10 l. Source: device notes 6.3. */
export class Cjt188Meter implements WaterMeter {
  readonly id: DeviceId;
  readonly valve: WaterValve;
  readonly #options: Cjt188MeterOptions;
  readonly #maker: Cjt188Maker;
  readonly #keeper: ValveKeeper;
  readonly #leave: () => void;
  readonly #faults = new Set<MeterFault>();
  #serial = 0;
  #health: DeviceHealth = 'unknown';
  #total: TotalState | undefined;
  #latest: WaterMeterReading | undefined;
  #closed = false;

  constructor(options: Cjt188MeterOptions) {
    const {id, bus, clock, listener, pollMs = DEFAULT_POLL_MS, mark} = options;
    this.id = id;
    this.#options = options;
    this.#maker = options.maker ?? STANDARD_CJT188_MAKER;
    this.#total = mark && {...mark, atMs: undefined};
    this.#keeper = new ValveKeeper({
      id,
      clock,
      listener,
      rules: options.valveRules ?? COARSE_RULES,
      actuator: {write: order => this.#move(order), read: () => this.#confirm()},
    });
    this.valve = this.#keeper;
    // Last: a line tells at once what it knows of the unit, and a lost one must reach the valve.
    this.#leave = bus.poll({
      unit: `cjt188:${options.address}`,
      periodMs: () => pollMs,
      compose: () => this.#readFrame(),
      onOutcome: outcome => this.#onRead(outcome),
      onHealth: health => this.#turn(health),
    });
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  get latest(): WaterMeterReading | undefined {
    return this.#latest;
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#leave();
    }
    return this.#keeper.shutDown();
  }

  #target() {
    this.#serial = (this.#serial + 1) & 0xff;
    const {address, type = COLD_WATER} = this.#options;
    return {address, type, serial: this.#serial};
  }

  #readFrame(): Frame {
    return this.#frame(readMeter(this.#target(), this.#maker));
  }

  #frame(request: Cjt188Frame): Frame {
    const wake = new Uint8Array(this.#maker.wakeBytes).fill(CJT188_WAKE);
    return {
      bytes: concatBytes(wake, encodeCjt188(request)),
      reply: {
        longestBytes: CJT188_LONGEST_BYTES,
        read: received => readReply(received, request),
      },
      turnaroundMs: TURNAROUND_MS,
    };
  }

  #move(order: 'open' | 'close'): Promise<ValveWrite> {
    return new Promise(resolve => {
      this.#options.bus.submit({
        unit: `cjt188:${this.#options.address}`,
        lane: 'command',
        compose: () => this.#frame(moveValve(this.#target(), order, this.#maker)),
        settle: ({kind}) => {
          if (kind === 'down') resolve('not_sent');
          else resolve(kind === 'timeout' ? 'unanswered' : 'answered');
        },
      });
    });
  }

  #confirm(): void {
    this.#options.bus.submit({
      unit: `cjt188:${this.#options.address}`,
      lane: 'confirm',
      compose: () => (this.#closed ? undefined : this.#readFrame()),
      settle: outcome => this.#onRead(outcome),
    });
  }

  #onRead(outcome: FrameOutcome): void {
    if (this.#closed || outcome.kind !== 'reply') return;
    const {atMs} = outcome;
    const decoded = decodeCjt188(outcome.bytes);
    const data = decoded.kind === 'frame' ? decoded.frame.data : new Uint8Array(0);
    const reading = outcome.verdict === 'answer' ? decodeReading(data, this.#maker) : undefined;
    this.#fault('unreadable', reading === undefined);
    if (!reading) return;
    this.#fault('low_battery', reading.lowBattery);
    const {mostMlPerMin = DEFAULT_MOST_ML_PER_MIN, listener} = this.#options;
    const {state, quality} = stepTotal(this.#total, reading.totalMl, atMs, {
      modulus: MODULUS_ML,
      mostPerMs: mostMlPerMin / 60_000,
      slack: STEP_ML,
    });
    this.#total = state;
    const mark = {units: state.units, raw: state.raw};
    this.#latest = {totalMl: state.units, flowMlPerMin: undefined, quality, mark, atMs};
    listener.onReading(this.#latest);
    this.#keeper.onReading({valve: reading.valve, isFlowing: undefined, atMs});
  }

  #turn(health: DeviceHealth): void {
    if (this.#closed || health === this.#health) return;
    this.#health = health;
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

/** Is it the reply to `request`: same meter, same function, same identifier and serial? */
function readReply(received: Uint8Array, request: Cjt188Frame): Decoded<'answer' | 'refusal'> {
  const decoded = decodeCjt188(received);
  if (decoded.kind === 'wait') return decoded;
  if (decoded.kind === 'discard') {
    // Wake bytes come before a sound frame and are no damage.
    return decoded.why === 'wake' ? {...decoded, why: 'foreign'} : decoded;
  }
  const {address, control, data} = decoded.frame;
  const isMeter = request.address === CJT188_ANY_ADDRESS || request.address === address;
  const isRefusal = control === (request.control | CJT188_REPLY_BIT | CJT188_ERROR_BIT);
  const isAnswer = control === (request.control | CJT188_REPLY_BIT);
  const isMine = [0, 1, 2].every(index => data[index] === request.data[index]);
  if (isMeter && isRefusal) return {kind: 'frame', frame: 'refusal', used: decoded.used};
  if (isMeter && isAnswer && isMine) return {kind: 'frame', frame: 'answer', used: decoded.used};
  return {kind: 'discard', used: decoded.used, why: 'foreign'};
}
