import type {Clock, Millis} from '../../protocols/base/clock.js';
import {
  type RelayBoardProfile,
  relayCoil,
  relayOutputsRead,
  relayPulseWrite,
  WAVESHARE_RELAY_8CH,
} from '../../protocols/profiles/relay-board-profile.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, RegisterBus, WriteRequest} from '../bus/contract.js';
import {PolledUnit, type TroubleListener} from '../lifecycle/polled-unit.js';
import type {RelayBoard, RelayBoardListener, RelayOutcome, RelayWatcher} from './contract.js';
import {isWorthReading, judgeOrder, type RelayOrder, wireOutcome} from './relay-orders.js';

export interface ModbusRelaysOptions {
  readonly id: DeviceId;
  readonly bus: RegisterBus;
  readonly clock: Clock;
  readonly unit: number;
  readonly listener: RelayBoardListener;
  readonly profile?: RelayBoardProfile;
  /** Start to start of routine polls; default 1000. */
  readonly pollMs?: Millis;
  readonly onTrouble?: TroubleListener;
}

type CoilWrite = Pick<WriteRequest, 'address' | 'kind' | 'values'>;

const DEFAULT_POLL_MS: Millis = 1000;

/**
 * Relays behind Modbus coils, whatever their map: the map is the profile. An order is one FC05, never
 * repeated, and FC01 reads back what became of it. Source: device notes 3.5.
 */
export class ModbusRelays implements RelayBoard {
  readonly id: DeviceId;
  readonly #options: ModbusRelaysOptions;
  readonly #profile: RelayBoardProfile;
  readonly #poll: PolledUnit;
  readonly #watchers = new Set<RelayWatcher>();
  #outputs: readonly boolean[] | undefined;
  #isMisled = false;
  #closed = false;

  constructor(options: ModbusRelaysOptions) {
    const {id, bus, unit, listener, pollMs = DEFAULT_POLL_MS, onTrouble} = options;
    this.id = id;
    this.#options = options;
    this.#profile = options.profile ?? WAVESHARE_RELAY_8CH;
    this.#watchers.add(listener);
    this.#poll = new PolledUnit({
      name: id,
      bus,
      read: {unit, table: 'coil', ...relayOutputsRead(this.#profile)},
      periodMs: () => pollMs,
      onValues: (values, atMs) => this.#tell(values, atMs),
      onHealth: health => this.#turn(health),
      onTrouble,
    });
  }

  get health(): DeviceHealth {
    return this.#poll.health;
  }

  get outputs(): readonly boolean[] | undefined {
    return this.#outputs;
  }

  set(output: number, on: boolean): Promise<RelayOutcome> {
    const address = relayCoil(output, this.#profile);
    const write = address === undefined ? undefined : coil(address, on);
    return this.#order({output, on}, write, undefined);
  }

  pulse(output: number, pulseMs: Millis): Promise<RelayOutcome> {
    const pulse = relayPulseWrite(output, pulseMs, this.#profile);
    const write =
      pulse && ({address: pulse.address, kind: 'coilWord', values: [pulse.word]} as const);
    return this.#order({output, on: true}, write, pulseMs);
  }

  watch(watcher: RelayWatcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  close(): void {
    this.#closed = true;
    this.#poll.close();
  }

  async #order(
    order: Omit<RelayOrder, 'untilMs'>,
    write: CoilWrite | undefined,
    pulseMs: Millis | undefined,
  ): Promise<RelayOutcome> {
    if (this.#closed) return 'not_sent';
    if (!write) return 'refused';
    const {bus, unit, clock} = this.#options;
    const askedMs = clock.nowMs();
    const wire = wireOutcome(await bus.write({unit, ...write, lane: 'command'}));
    if (!isWorthReading(wire) || this.#closed) return wire;
    const untilMs = pulseMs === undefined ? undefined : askedMs + pulseMs;
    return judgeOrder({...order, untilMs}, wire, await this.#poll.confirm());
  }

  #tell(values: readonly number[], atMs: Millis): void {
    this.#outputs = values.map(value => value === 1);
    for (const watcher of [...this.#watchers]) watcher.onOutputs(this.#outputs, atMs);
  }

  #turn(health: DeviceHealth): void {
    if (health === 'ok') void this.#normalise();
    for (const watcher of [...this.#watchers]) watcher.onHealth(health);
  }

  /** An output in another mode follows an input or toggles: no order of ours would mean what it says. */
  async #normalise(): Promise<void> {
    const {modes, outputs} = this.#profile;
    if (!modes || this.#closed) return;
    const wrong = await this.#wrongModes();
    if (wrong === undefined || this.#closed) return;
    for (const output of wrong) {
      const address = modes.firstRegister + output;
      await this.#write({address, kind: 'register', values: [modes.normal]});
    }
    const left = wrong.length === 0 ? wrong : await this.#wrongModes();
    if (left !== undefined) this.#judgeModes(left, outputs.quantity);
  }

  /** Outputs that are in another mode than the normal one; undefined: not known. */
  async #wrongModes(): Promise<readonly number[] | undefined> {
    const {modes, outputs} = this.#profile;
    if (!modes) return [];
    const {bus, unit} = this.#options;
    const {quantity} = outputs;
    const read = {unit, table: 'holding', address: modes.firstRegister, quantity} as const;
    const outcome = await bus.read({...read, lane: 'confirm', resends: 1});
    if (outcome.kind !== 'values') return undefined;
    return outcome.values.flatMap((mode, output) => (mode === modes.normal ? [] : [output]));
  }

  #write(write: CoilWrite) {
    const {bus, unit} = this.#options;
    return bus.write({unit, ...write, lane: 'confirm'});
  }

  #judgeModes(left: readonly number[], quantity: number): void {
    const isMisled = left.length > 0;
    if (this.#closed || isMisled === this.#isMisled) return;
    this.#isMisled = isMisled;
    const detail = isMisled
      ? `outputs ${left.join(', ')} of ${quantity} do not stay in normal mode`
      : 'all outputs are in normal mode';
    this.#options.listener.onFault('output_mode', isMisled, detail);
  }
}

function coil(address: number, on: boolean): CoilWrite {
  return {address, kind: 'coil', values: [Number(on)]};
}
