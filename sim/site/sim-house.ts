import type {FarEnd} from '../../drivers/port/byte-link.js';
import type {Clock, Entropy, Millis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {CountingInputs} from '../devices/counting-inputs.js';
import {Display} from '../devices/display.js';
import {EmergencyButton} from '../devices/emergency-button.js';
import {Keypad} from '../devices/keypad.js';
import {PulseMeter} from '../devices/pulse-meter.js';
import {RelayBoard} from '../devices/relay-board.js';
import {TemperatureInput} from '../devices/temperature-input.js';
import {WaterMeter} from '../devices/water-meter.js';
import type {WaterPipe} from '../devices/water-pipe.js';
import {
  baudRateOf,
  boardLineOf,
  boardsOf,
  boardUnitOf,
  firstUnitOf,
  type HousePlan,
  houseLines,
  indexOfStall,
  isPulse,
  isXintai,
  meterLineOf,
  PAIRS_OF_A_BOARD,
  PULSES_PER_LITRE,
  probeUnitOf,
  ROW_OUTPUTS,
  stallNames,
} from '../plan/house-plan.js';
import type {LineDevice} from '../wire/line-device.js';
import {Rs485Line} from '../wire/rs485-line.js';

/** One stall as a bather and a plumber know it. */
export interface SimStall {
  readonly id: string;
  readonly keypad: Keypad;
  readonly display: Display;
  readonly button: EmergencyButton;
  readonly pipe: WaterPipe;
  readonly meter: WaterMeter | PulseMeter;
  /** What its probe says, where the plan has probes. */
  readonly probe: TemperatureInput;
}

export interface SimHouseOptions {
  readonly plan: HousePlan;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly farEnd: (line: string) => FarEnd;
  /** `bytes` on real ports, where replies must come at the pace of the wire. */
  readonly pacing?: 'bytes' | 'frame';
  /** @see Rs485LineOptions.precise */
  readonly precise?: boolean;
  /** What the valve of a stall is told, whatever it does. */
  readonly onValve?: (stall: string, order: 'open' | 'close') => void;
}

/** The hardware of a bathhouse, standing on whatever links it is given. */
export class SimHouse {
  readonly stalls: readonly SimStall[];
  readonly lines: ReadonlyMap<string, Rs485Line>;
  /** Boards that count the pulses. */
  readonly counters: readonly CountingInputs[];

  constructor(options: SimHouseOptions) {
    const {plan, clock, entropy, farEnd, pacing = 'frame', precise = false} = options;
    const boards = new Boards(clock, plan);
    this.stalls = stallNames(plan).map(id => createStall(id, options, boards));
    this.counters = boards.counters;
    const row = this.stalls.filter(({id}) => isPulse(id));
    if (plan.hasRow)
      boards.wireRow(isShut => row.forEach(({pipe}) => void pipe.ail({dry: isShut})));
    const lines = houseLines(plan).map(name => {
      const wire = {baudRate: baudRateOf(plan, name), pacing, precise};
      return [name, new Rs485Line({clock, entropy, farEnd: farEnd(name), ...wire})] as const;
    });
    this.lines = new Map(lines);
    this.lines.get('line-X')?.attach(...this.#on(isXintai));
    this.lines.get(meterLineOf(plan))?.attach(...this.#meters());
    this.lines.get('line-P')?.attach(...this.#on(isPulse));
    this.lines.get(boardLineOf(plan))?.attach(...boards.all);
  }

  stall(id: string): SimStall {
    const stall = this.stalls.find(one => one.id === id);
    if (!stall) throw new UsageError('sim/absent', `no stall ${id}`);
    return stall;
  }

  /** What the display of a stall reads, both lines in one. */
  screen(id: string): string {
    return this.stall(id).display.screen?.lines.join(' / ') ?? '';
  }

  close(): void {
    for (const line of this.lines.values()) line.close();
    for (const {keypad} of this.stalls) keypad.close();
  }

  #on(fits: (id: string) => boolean): readonly LineDevice[] {
    return this.stalls
      .filter(({id}) => fits(id))
      .flatMap(({keypad, display, button, meter, probe}) => [
        ...[keypad, display, button],
        ...(meter instanceof WaterMeter ? [probe] : []),
      ]);
  }

  #meters(): readonly LineDevice[] {
    return this.stalls.flatMap(({meter}) => (meter instanceof WaterMeter ? [meter] : []));
  }
}

function createStall(
  id: string,
  {clock, onValve, plan}: SimHouseOptions,
  boards: Boards,
): SimStall {
  const flow = flowOf(plan);
  const unit = firstUnitOf(id);
  const onOrder = (order: 'open' | 'close') => onValve?.(id, order);
  const post = {
    keypad: new Keypad({clock, unit: unit + 1}),
    display: new Display({clock, unit: unit + 2}),
    button: new EmergencyButton({clock, unit: unit + 3}),
  };
  const meter = isXintai(id)
    ? new WaterMeter({clock, unit, totalMl: 5000 * indexOfStall(id), onOrder, ...flow})
    : boards.meterOf(indexOfStall(id), onOrder);
  const probe = new TemperatureInput({unit: probeUnitOf(id)});
  return {id, ...post, meter, pipe: meter.pipe, probe};
}

function flowOf({flowMlPerMin}: HousePlan): {readonly flowMlPerMin?: number} {
  return flowMlPerMin === undefined ? {} : {flowMlPerMin};
}

/** Boards with four pulse sensors and four latching valves each. */
class Boards {
  readonly #clock: Clock;
  readonly #flow: {readonly flowMlPerMin?: number};
  readonly #relays: readonly RelayBoard[];
  readonly #inputs: readonly PulseBoard[];

  constructor(clock: Clock, plan: HousePlan) {
    const numbers = Array.from({length: boardsOf(plan)}, (_, no) => no);
    this.#clock = clock;
    this.#flow = flowOf(plan);
    this.#relays = numbers.map(no => new RelayBoard({clock, unit: boardUnitOf(no)}));
    this.#inputs = numbers.map(no => new PulseBoard(boardUnitOf(no) + 1));
  }

  get counters(): readonly CountingInputs[] {
    return this.#inputs;
  }

  /** The master valve of a row. */
  wireRow(onValve: (isShut: boolean) => void): void {
    for (const order of ['open', 'close'] as const) {
      this.#relays[0]?.wire(ROW_OUTPUTS[order], isOn => {
        if (isOn) onValve(order === 'close');
      });
    }
  }

  get all(): readonly LineDevice[] {
    return [...this.#relays, ...this.#inputs];
  }

  meterOf(index: number, onOrder: (order: 'open' | 'close') => void): PulseMeter {
    const clock = this.#clock;
    const meter = new PulseMeter({
      ...{clock, pulsesPerLitre: PULSES_PER_LITRE, counterBits: 32, onOrder},
      ...this.#flow,
    });
    const board = Math.floor(index / PAIRS_OF_A_BOARD);
    const pair = index % PAIRS_OF_A_BOARD;
    this.#inputs[board]?.listen(pair, meter);
    for (const [order, output] of [
      ['open', 2 * pair],
      ['close', 2 * pair + 1],
    ] as const) {
      this.#relays[board]?.wire(output, (isOn, untilMs?: Millis) => {
        if (isOn) meter.pulse(order, (untilMs ?? clock.nowMs() + 1000) - clock.nowMs());
      });
    }
    return meter;
  }
}

/** A counting board whose counters are those of the sensors that hang on it. */
class PulseBoard extends CountingInputs {
  readonly #meters = new Map<number, PulseMeter>();
  readonly #told = new Map<number, number>();

  constructor(unit: number) {
    super({unit});
  }

  listen(input: number, meter: PulseMeter): void {
    this.#meters.set(input, meter);
  }

  override receive(frame: Uint8Array) {
    for (const [input, meter] of this.#meters) {
      const {count} = meter;
      this.pulse(input, count - (this.#told.get(input) ?? 0));
      this.#told.set(input, count);
    }
    return super.receive(frame);
  }
}
