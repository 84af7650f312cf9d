import type {DeviceHealth} from '../../drivers/bus/contract.js';
import {ModbusBus} from '../../drivers/bus/modbus-bus.js';
import {SharedLine} from '../../drivers/bus/shared-line.js';
import type {WireRecord} from '../../drivers/bus/wire-trace.js';
import type {Collector} from '../../drivers/collector/contract.js';
import type {ParkingLock} from '../../drivers/parking-lock/contract.js';
import type {Millis} from '../../protocols/base/clock.js';
import {InternalError} from '../../protocols/base/errors.js';
import {
  asId,
  type BayId,
  type CollectorId,
  type DeviceId,
  type LineId,
} from '../../protocols/site/ids.js';
import type {BusConfig, DeviceConfig} from '../config/bus-schema.js';
import {unitKeyOf} from '../config/device-kinds/line-protocols.js';
import {buttonName, stallPosts} from '../config/device-use.js';
import type {SiteConfig} from '../config/schema.js';
import type {DeviceWire, WaterSeen} from '../device-test/contract.js';
import type {RowValveEffect, WaterEffect} from '../domain/bath/contract.js';
import type {SounderLevel} from '../domain/calls/stations-flow.js';
import type {BaySense} from '../domain/lot/contract.js';
import type {FrameCounters} from '../store/counters.js';
import {type BayHardware, createBayHardware} from './bay-hardware.js';
import {ClashWatch} from './clash-watch.js';
import {createCollector} from './collector-hardware.js';
import type {HostedDevice} from './devices/device-host.js';
import {characterBits} from './devices/own-line.js';
import type {DeviceLine, DeviceOrders, SiteDevice} from './devices/site-device.js';
import {type DeviceSurroundings, SiteDevices} from './devices/site-devices.js';
import {InputHub} from './input-hub.js';
import {LockMaker} from './lock-maker.js';
import {PortWatch} from './port-watch.js';
import {StallWater} from './stall-water.js';

export interface SiteHardwareOptions extends DeviceSurroundings {
  readonly counters: FrameCounters;
  /** Keys of the smart collectors. */
  readonly keys: ReadonlyMap<CollectorId, Uint8Array>;
  /** How many presses each button had counted when the run before ended. */
  readonly pressCounts: ReadonlyMap<DeviceId, number>;
  /** Panels that told of a fire in the run before, and may not have told its end. */
  readonly firesLeft: ReadonlySet<DeviceId>;
}

/** What a reader of the log can still survey; the ring itself holds more. */
const TRACE_FRAMES = 48;

const NO_STALL: CollectorId = asId('');

interface Line {
  readonly config: BusConfig;
  readonly line: SharedLine;
  /** Its Modbus units. */
  readonly bus: ModbusBus;
  readonly clashes: ClashWatch;
  /** Of a serial port of this machine. */
  readonly port: PortWatch | undefined;
}

/** Everything on the site's wires: built from the site file, heard by the lot, closed as one. */
export class SiteHardware {
  readonly locks: ReadonlyMap<BayId, ParkingLock>;
  readonly collectors: ReadonlyMap<CollectorId, Collector>;
  readonly #options: SiteHardwareOptions;
  readonly #lines: ReadonlyMap<string, Line>;
  readonly #lockMaker: LockMaker;
  readonly #bays = new Map<BayId, BayHardware>();
  readonly #inputs: InputHub;
  readonly #devices: SiteDevices;
  /** Of stalls. */
  readonly #waters: ReadonlyMap<CollectorId, StallWater>;

  constructor(options: SiteHardwareOptions) {
    this.#options = options;
    const {clock, log} = options;
    this.#lockMaker = new LockMaker({
      clock,
      onTrouble: (device, code, text) => log.warn('device.trouble', {device, code, text}),
    });
    this.#lines = new Map(options.config.buses.map(bus => [bus.id, this.#createLine(bus)]));
    for (const collector of options.config.collectors) {
      for (const bay of collector.bays) this.#bays.set(asId(bay.id), this.#createBay(bay));
    }
    this.#inputs = this.#createInputHub();
    const stalls = options.config.bath?.stalls ?? [];
    this.#waters = new Map(stalls.map(({id}) => [asId(id), new StallWater(asId(id), options)]));
    const parts = new Map(
      stalls.flatMap(({id, meter, probe}) =>
        [meter, probe].map(part => [part, asId<CollectorId>(id)] as const),
      ),
    );
    this.#devices = new SiteDevices({
      ...options,
      waterOf: device => this.#waters.get(parts.get(device) ?? NO_STALL),
      lineOf: device => this.#lineOf(device),
      listenTo: (...input) => this.#inputs.listen(...input),
    });
    this.#watchDistances();
    this.locks = new Map([...this.#bays].map(([bay, hardware]) => [bay, hardware.lock]));
    this.collectors = new Map(
      [...options.config.collectors, ...stallPosts(options.config)].map(collector => [
        asId<CollectorId>(collector.id),
        createCollector({
          ...options,
          collector,
          unitOf: device => this.#unitOf(device).device,
          readerOf: device => this.#devices.reader(device),
          partsFor: device => this.#devices.partsFor(device),
        }),
      ]),
    );
    this.#devices.start();
    this.#inputs.start();
  }

  open(): void {
    for (const {line, port} of this.#lines.values()) {
      line.open();
      port?.opened();
    }
    this.#devices.open();
  }

  sense(bay: BayId): BaySense {
    return this.#bays.get(bay)?.sense() ?? {raw: 'unknown', polledMs: undefined};
  }

  lineStates(): readonly {
    readonly id: LineId;
    readonly state: 'ok' | 'down';
    readonly bays: readonly BayId[];
    readonly trouble?: string | undefined;
  }[] {
    return [...this.#lines.values()].map(({config, line, port}) => ({
      id: asId(config.id),
      state: line.isDown ? 'down' : 'ok',
      bays: this.#baysOn(config),
      ...(port?.trouble === undefined ? {} : {trouble: port.trouble}),
    }));
  }

  /** How long each line has stood still though it had work; undefined: it had none. */
  stillLines(
    nowMs: Millis,
  ): readonly {readonly id: string; readonly stillMs: Millis | undefined}[] {
    return [...this.#lines].map(([id, {line}]) => ({id, stillMs: line.stillMs(nowMs)}));
  }

  devices(): readonly HostedDevice[] {
    return this.#devices.list();
  }

  device(id: DeviceId): SiteDevice | undefined {
    return this.#devices.get(id);
  }

  /** What the cloud may have it do: a device, or what runs at a stall. */
  ordersOf(id: DeviceId): DeviceOrders | undefined {
    return this.#waters.get(asId(id))?.orders ?? this.device(id)?.orders;
  }

  /** At once and without waiting: what becomes of it is told by the stall. */
  orderWater(effect: WaterEffect | RowValveEffect): void {
    if (effect.kind === 'water') this.#waters.get(effect.stall)?.order(effect);
    else this.device(effect.valve)?.onRow?.(effect.order);
  }

  tellCalls(level: SounderLevel): void {
    this.#devices.tellCalls(level);
  }

  tellFreeBays(count: number): void {
    this.#devices.tellFreeBays(count);
  }

  /** Write the last frames of the line of a bay to the log: a fault of its lock is best seen there. */
  dumpTraceOf(bay: BayId): void {
    for (const [line, {config}] of this.#lines) {
      if (this.#baysOn(config).includes(bay)) this.#dumpTrace(line);
    }
  }

  /** Release everything, past any failure. */
  async close(): Promise<void> {
    for (const {clashes, port} of this.#lines.values()) {
      clashes.close();
      port?.close();
    }
    for (const bay of this.#bays.values()) bay.close();
    this.#inputs.close();
    for (const water of this.#waters.values()) water.close();
    const closing = [...this.collectors.values()].map(collector => collector.close());
    await Promise.allSettled(closing);
    await this.#devices.close();
    await Promise.allSettled([...this.#lines.values()].map(({line}) => line.close()));
  }

  /** The wire of a device on a line; undefined: it is on none. */
  wireOf(id: string): DeviceWire | undefined {
    const found = [...this.#lines.values()].flatMap(line =>
      line.config.devices.filter(device => device.id === id).map(device => ({line, device})),
    );
    const [place] = found;
    if (!place) return undefined;
    const {line, device} = place;
    const [protocol, address] = unitKeyOf(device).split(':');
    return {
      ...{line: line.config.id, kind: device.kind, base: 'base' in device ? device.base : 0},
      unit: protocol === 'modbus' ? Number(address) : undefined,
      read: request => line.bus.read(request),
      trace: () => line.line.dumpTrace(),
    };
  }

  async runWater(stall: CollectorId, seconds: number): Promise<WaterSeen | undefined> {
    return await this.#waters.get(stall)?.tryWater(seconds * 1000);
  }

  #createLine(config: BusConfig): Line {
    const {clock, entropy, dispatch, log, openLink} = this.#options;
    const id: LineId = asId(config.id);
    const port = this.#watchPort(config);
    const line = new SharedLine({
      link: openLink(config.link, config.id),
      clock,
      fraction: () => entropy.fraction(),
      baudRate: config.link.baudRate,
      bitsPerCharacter: characterBits(config.link),
      echo: config.echo,
      onLine: (down, why) => {
        log.warn(down ? 'line.down' : 'line.up', {line: id, why});
        port?.line(down);
        if (down) this.#dumpTrace(config.id);
        const devices = partsOn(config, this.#options.config).map(part => asId<DeviceId>(part));
        dispatch({kind: 'line', line: id, down, bays: this.#baysOn(config), devices});
      },
      onLateCommand: (unit, waitedMs) => log.warn('line.commandLate', {line: id, unit, waitedMs}),
    });
    const clashes = new ClashWatch({
      clock,
      line: config.id,
      devices: config.devices.map(device => ({
        id: device.id,
        kind: device.kind,
        unit: unitKeyOf(device),
      })),
      counters: () => line.counters(),
      dispatch,
    });
    return {config, line, bus: new ModbusBus(line), clashes, port};
  }

  #watchPort({id, link}: BusConfig): PortWatch | undefined {
    const {clock, log, ports, config} = this.#options;
    if (!ports || link.kind !== 'serial') return undefined;
    const {language} = config.site;
    return new PortWatch({...{clock, log, language, line: id, path: link.path}, sight: ports});
  }

  #dumpTrace(line: string): void {
    const frames = this.#lines.get(line)?.line.dumpTrace() ?? [];
    const lines = frames.slice(-TRACE_FRAMES).map(traceLine);
    this.#options.log.warn('line.trace', {line, frames: lines});
  }

  #createBay(bay: SiteConfig['collectors'][number]['bays'][number]): BayHardware {
    const {clock, dispatch} = this.#options;
    const {line, device} = this.#unitOf(bay.lock);
    const {kind} = device;
    if (kind !== 'parking-lock' && kind !== 'board-lock') throw wrongKind(bay.lock, kind);
    const place = {config: line.config, frames: line.line, registers: line.bus};
    return createBayHardware({
      bay,
      makeLock: listener => this.#lockMaker.make(device, place, listener),
      clock,
      dispatch,
    });
  }

  #createInputHub(): InputHub {
    const {config, log} = this.#options;
    const hub = new InputHub({
      placeOf: board => {
        const {line, device} = this.#unitOf(board);
        if (device.kind !== 'discrete-inputs' && device.kind !== 'relay-board') {
          throw wrongKind(board, device.kind);
        }
        return {bus: line.bus, unit: device.address};
      },
      onHealth: (board, health) => this.#boardHealth(board, health),
      onTrouble: (device, code, text) => log.warn('device.trouble', {device, code, text}),
    });
    for (const {id, sensor} of config.collectors.flatMap(collector => collector.bays)) {
      const input = this.#bays.get(asId(id))?.input;
      if (sensor.from === 'input' && input) hub.listen(sensor.device, sensor.input, input);
    }
    return hub;
  }

  #watchDistances(): void {
    for (const {id, sensor} of this.#options.config.collectors.flatMap(({bays}) => bays)) {
      const input = this.#bays.get(asId(id))?.input;
      if (sensor.from === 'ultrasonic' && input) {
        this.#devices.watchDistance(sensor.device, input);
      }
    }
  }

  #boardHealth(device: string, health: DeviceHealth): void {
    this.#options.dispatch({
      kind: 'partHealth',
      device: asId(device),
      collector: undefined,
      health,
    });
  }

  #lineOf(id: string): DeviceLine {
    const {line, bus} = this.#unitOf(id).line;
    return {frames: line, registers: bus};
  }

  #unitOf(id: string): {readonly line: Line; readonly device: DeviceConfig} {
    for (const line of this.#lines.values()) {
      const device = line.config.devices.find(candidate => candidate.id === id);
      if (device) return {line, device};
    }
    throw new InternalError('internal/config', `device ${id} slipped through the check`, {id});
  }

  #baysOn(bus: BusConfig): readonly BayId[] {
    const locks = new Set(bus.devices.map(device => device.id));
    return this.#options.config.collectors
      .flatMap(collector => collector.bays)
      .filter(bay => locks.has(bay.lock))
      .map(bay => asId(bay.id));
  }
}

/** All that is silent with a line: its devices, and buttons that are wired to its readers and boards. */
function partsOn(bus: BusConfig, {collectors, devices: own}: SiteConfig): readonly string[] {
  const devices = new Set(bus.devices.map(({id}) => id));
  const wired = collectors.flatMap(collector =>
    collector.kind === 'plain' &&
    typeof collector.button === 'object' &&
    devices.has(collector.button.device)
      ? [buttonName(collector)]
      : [],
  );
  const loops = own.filter(device => device.kind === 'loop-button' && devices.has(device.inputs));
  return [...devices, ...wired, ...loops.map(({id}) => id)];
}

function traceLine({atMs, kind, hex}: WireRecord): string {
  return `${atMs.toFixed(1)} ${kind} ${hex}`;
}

function wrongKind(id: string, kind: string): InternalError {
  return new InternalError('internal/config', `${id} is a ${kind}, and that slipped through`, {id});
}
