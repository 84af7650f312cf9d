import {createHash} from 'node:crypto';
import type {StretchCode} from '../../edge/platform/stretch.js';
import {toHex} from '../../protocols/base/bytes.js';
import type {Millis, UnixMillis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {HOUR_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {codeSalt} from '../../protocols/credential/keypad-code.js';
import type {SiteEventBodies} from '../../protocols/site/events.js';
import type {Grant} from '../../protocols/site/grant.js';
import {asId} from '../../protocols/site/ids.js';
import {CountingInputs} from '../devices/counting-inputs.js';
import {Display} from '../devices/display.js';
import {EmergencyButton} from '../devices/emergency-button.js';
import {Keypad} from '../devices/keypad.js';
import {PulseMeter} from '../devices/pulse-meter.js';
import {RelayBoard} from '../devices/relay-board.js';
import {WaterMeter} from '../devices/water-meter.js';
import type {WaterPipe} from '../devices/water-pipe.js';
import type {LineDevice} from '../wire/line-device.js';
import type {World, WorldOptions} from '../world.js';
import {lineBlock, plantLine} from './plant-line.js';
import {StoreChannel} from './store-channel.js';

/** A digest instead of a scrypt: hundreds of codes in a story must cost no minutes. */
const quickStretch: StretchCode = (digits, salt) => Promise.resolve(stretched(digits, salt));

function stretched(digits: string, salt: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(salt).update(digits).digest());
}

/** One stall as a bather and a plumber know it. */
export interface SimStall {
  readonly id: string;
  readonly keypad: Keypad;
  readonly display: Display;
  readonly button: EmergencyButton;
  readonly pipe: WaterPipe;
  readonly meter: WaterMeter | PulseMeter;
}

export interface HouseOptions {
  /** Stalls with meters that have a valve in them, and with pulse sensors on boards. */
  readonly xintai?: number;
  readonly pulse?: number;
  readonly tariff?: object;
  readonly rules?: object;
  readonly more?: Partial<WorldOptions>;
}

/** At most four of its relays are pairs for valves. */
const PAIRS_OF_A_BOARD = 4;
const PULSES = 450;

/** A bathhouse on two lines: the first with Xintai meters, the second with pulse meters. */
export class BathHouse {
  readonly options: WorldOptions;
  readonly #stalls: SimStall[] = [];
  #world: World | undefined;
  #rights = 0;

  constructor({xintai = 1, pulse = 0, tariff, rules, more = {}}: HouseOptions = {}) {
    const names = [...place('X', xintai), ...place('P', pulse)];
    const boards = Math.ceil(pulse / PAIRS_OF_A_BOARD);
    this.options = {
      ...{collectors: [], stretch: quickStretch, ...more},
      plant: {
        buses: [
          ...busOf('line-X', names.filter(isXintai).flatMap(xintaiDevices)),
          ...busOf('line-P', names.filter(isPulse).flatMap(postDevices)),
          ...busOf('line-B', Array.from({length: boards}, (_, no) => boardDevices(no)).flat()),
        ],
        devices: names.filter(isPulse).map(pulseDevice),
        bath: {
          tariff: tariff ?? {by: 'water', fenPerLitre: 20},
          stalls: names.map(id => ({
            ...{id, keypad: `K-${id}`, display: `D-${id}`, meter: `M-${id}`, button: `E-${id}`},
          })),
          ...(rules ? {rules} : {}),
        },
        install: world => this.#install(world, names, boards),
      },
    };
  }

  get world(): World {
    if (!this.#world) throw new UsageError('sim/absent', 'the house is not built');
    return this.#world;
  }

  get stalls(): readonly SimStall[] {
    return this.#stalls;
  }

  stall(id: string): SimStall {
    const stall = this.#stalls.find(one => one.id === id);
    if (!stall) throw new UsageError('sim/absent', `no stall ${id}`);
    return stall;
  }

  /** Until every stall is free. */
  async ready(): Promise<void> {
    const all = () => this.#stalls.every(({id}) => this.screen(id).startsWith('Type your code'));
    await this.world.until(all, 60_000);
  }

  screen(id: string): string {
    return this.stall(id).display.screen?.lines.join(' / ') ?? '';
  }

  /** A code with a right to one shower, as the cloud would send it. */
  async code(digits: string, change: Partial<Grant> = {}): Promise<Grant> {
    const {world} = this;
    this.#rights += 1;
    const no = this.#rights;
    const channel = new StoreChannel(() => world.edge.grants);
    const holder = change.holder ?? asId<never>(`bather-${no}`);
    const digest = toHex(stretched(digits, salt()));
    await this.#channel(channel).putCredential({
      ...{kind: 'code', id: asId(`code-${no}`), holder, digest, epoch: 1},
      ...{uses: 'one', state: 'active', rev: 1},
    });
    const nowMs = world.clock.wallMs();
    const grant: Grant = {
      ...{id: asId(`shower-right-${no}`), number: String(7000 + no), kind: 'shower', holder},
      ...{holderMask: '陈** 138****5678', credentials: [asId<never>(`code-${no}`)]},
      points: this.#stalls.map(({id}) => asId<never>(id)),
      validFrom: nowMs as UnixMillis,
      validUntil: (nowMs + 30 * MINUTE_MS) as UnixMillis,
      ...{weekly: [], entries: 'one', budget: {fen: 1000, seconds: 1800}, state: 'active', rev: 1},
      leaseUntil: (nowMs + 720 * HOUR_MS) as UnixMillis,
      ...change,
    };
    await this.#channel(channel).putGrant(grant);
    return grant;
  }

  /** Digits and `#`, and the verdict is there when this settles. */
  async type(id: string, keys: string, gapMs: Millis = 300): Promise<void> {
    this.stall(id).keypad.type(keys, gapMs);
    await this.world.advance(keys.length * gapMs + 300);
    await this.world.edge.site.codes.settled();
    await this.world.advance(100);
  }

  key(id: string, key: '*' | '#'): Promise<void> {
    return this.type(id, key);
  }

  /** The last word of each shower, in the order of their beginnings. */
  showers(): readonly SiteEventBodies['shower'][] {
    const last = new Map<string, SiteEventBodies['shower']>();
    for (const {body} of this.world.events('shower')) last.set(body.session, body);
    return [...last.values()];
  }

  settled(count: number, limitMs = 60_000): Promise<void> {
    const isDone = () => this.showers().filter(({phase}) => phase === 'settled').length >= count;
    return this.world.until(isDone, limitMs);
  }

  #shared: StoreChannel | undefined;

  #channel(fresh: StoreChannel): StoreChannel {
    this.#shared ??= fresh;
    return this.#shared;
  }

  #install(world: World, names: readonly string[], boards: number) {
    this.#world = world;
    const {clock} = world;
    const relays = Array.from(
      {length: boards},
      (_, no) => new RelayBoard({clock, unit: 1 + 2 * no}),
    );
    const inputs = Array.from({length: boards}, (_, no) => new PulseBoard(2 + 2 * no));
    for (const id of names) {
      const no = indexOf(id);
      const unit = 1 + 4 * no;
      const post = {
        keypad: new Keypad({clock, unit: unit + 1}),
        display: new Display({clock, unit: unit + 2}),
        button: new EmergencyButton({clock, unit: unit + 3}),
      };
      if (isXintai(id)) {
        const meter = new WaterMeter({clock, unit, totalMl: 5000 * no});
        this.#stalls.push({id, ...post, meter, pipe: meter.pipe});
        continue;
      }
      const meter = new PulseMeter({clock, pulsesPerLitre: PULSES, counterBits: 32});
      const board = Math.floor(no / PAIRS_OF_A_BOARD);
      const pair = no % PAIRS_OF_A_BOARD;
      inputs[board]?.listen(pair, meter);
      for (const [order, output] of [
        ['open', 2 * pair],
        ['close', 2 * pair + 1],
      ] as const) {
        relays[board]?.wire(output, (isOn, untilMs) => {
          if (isOn) meter.pulse(order, (untilMs ?? clock.nowMs() + 1000) - clock.nowMs());
        });
      }
      this.#stalls.push({id, ...post, meter, pipe: meter.pipe});
    }
    const on = (fits: (id: string) => boolean): LineDevice[] =>
      this.#stalls
        .filter(({id}) => fits(id))
        .flatMap(({keypad, display, button, meter}) => [
          ...[keypad, display, button],
          ...(meter instanceof WaterMeter ? [meter] : []),
        ]);
    const keypads = this.#stalls.map(({keypad}) => ({close: () => keypad.close()}));
    return [
      plantLine(world, 'line-X', ...on(isXintai)),
      plantLine(world, 'line-P', ...on(isPulse)),
      plantLine(world, 'line-B', ...relays, ...inputs),
      ...keypads,
    ];
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

/** Of the first epoch. */
function salt(): Uint8Array {
  return codeSalt('lot-1', 1);
}

function busOf(name: string, devices: readonly object[]) {
  return devices.length > 0 ? [lineBlock(name, devices)] : [];
}

function place(letter: string, count: number): readonly string[] {
  return Array.from({length: count}, (_, no) => `${letter}-${String(no + 1).padStart(2, '0')}`);
}

function indexOf(id: string): number {
  return Number(id.slice(2)) - 1;
}

function isXintai(id: string): boolean {
  return id.startsWith('X');
}

function isPulse(id: string): boolean {
  return id.startsWith('P');
}

function postDevices(id: string) {
  const unit = 1 + 4 * indexOf(id);
  return [
    {id: `K-${id}`, kind: 'keypad', address: unit + 1},
    {id: `D-${id}`, kind: 'display', address: unit + 2},
    {id: `E-${id}`, kind: 'emergency-button', address: unit + 3},
  ];
}

function xintaiDevices(id: string) {
  return [{id: `M-${id}`, kind: 'water-meter', address: 1 + 4 * indexOf(id)}, ...postDevices(id)];
}

function boardDevices(no: number) {
  return [
    {id: `R-${no}`, kind: 'relay-board', address: 1 + 2 * no},
    {id: `N-${no}`, kind: 'counting-inputs', profile: 'adam4150', address: 2 + 2 * no},
  ];
}

function pulseDevice(id: string) {
  const no = indexOf(id);
  const board = Math.floor(no / PAIRS_OF_A_BOARD);
  const pair = no % PAIRS_OF_A_BOARD;
  return {
    ...{id: `M-${id}`, kind: 'pulse-meter', counters: `N-${board}`, input: pair},
    ...{relays: `R-${board}`, outputs: {open: 2 * pair, close: 2 * pair + 1}, pulses: PULSES},
  };
}
