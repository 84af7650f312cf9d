import type {Clock, Millis} from '../../protocols/base/clock.js';
import {
  COIL_OFF,
  COIL_ON,
  type ModbusReply,
  type ModbusRequest,
} from '../../protocols/modbus/pdu.js';
import {
  type RelayBoardProfile,
  WAVESHARE_RELAY_8CH,
} from '../../protocols/profiles/relay-board-profile.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {DEFAULT_TURNAROUND_MS, exceptionReply, readBits, serveFrame} from './modbus-slave.js';

export interface RelayBoardOptions {
  readonly clock: Clock;
  readonly unit: number;
  readonly profile?: RelayBoardProfile;
  /** What its contacts say now; default all open. */
  readonly inputs?: () => readonly boolean[];
  readonly turnaroundMs?: Millis;
}

/** `deaf`: acknowledges and moves nothing. `stubborn`: does not leave the modes it has. */
export interface RelayBoardAilments {
  readonly unplugged: boolean;
  readonly deaf: boolean;
  readonly stubborn: boolean;
}

/** What is wired to an output hears its contact close; `untilMs` undefined: until told otherwise. */
export type ContactListener = (isClosed: boolean, untilMs: Millis | undefined) => void;

interface Contact {
  readonly isOn: boolean;
  /** When the board itself opens it again. */
  readonly untilMs: Millis | undefined;
}

const OPEN: Contact = {isOn: false, untilMs: undefined};

/** A relay board with contacts: it times pulses itself, and a new order for an output ends the old one. */
export class RelayBoard implements LineDevice {
  readonly unit: number;
  readonly #options: RelayBoardOptions;
  readonly #profile: RelayBoardProfile;
  readonly #contacts: Contact[];
  readonly #modes: number[];
  readonly #wires = new Map<number, ContactListener>();
  #ailments: RelayBoardAilments = {unplugged: false, deaf: false, stubborn: false};
  #orders = 0;

  constructor(options: RelayBoardOptions) {
    this.unit = options.unit;
    this.#options = options;
    this.#profile = options.profile ?? WAVESHARE_RELAY_8CH;
    const {quantity} = this.#profile.outputs;
    this.#contacts = new Array<Contact>(quantity).fill(OPEN);
    this.#modes = new Array<number>(quantity).fill(0);
  }

  /** Writes that reached the outputs, obeyed or not. */
  get orders(): number {
    return this.#orders;
  }

  get outputs(): readonly boolean[] {
    const nowMs = this.#options.clock.nowMs();
    return this.#contacts.map(
      ({isOn, untilMs}) => isOn && (untilMs === undefined || nowMs < untilMs),
    );
  }

  get modes(): readonly number[] {
    return this.#modes;
  }

  ail(ailments: Partial<RelayBoardAilments>): void {
    this.#ailments = {...this.#ailments, ...ailments};
  }

  /** Somebody played with the board's own tool. */
  setMode(output: number, mode: number): void {
    this.#modes[output] = mode;
  }

  /** Power off and on: all contacts open. */
  restart(): void {
    this.#contacts.forEach((_, output) => {
      this.#put(output, OPEN);
    });
  }

  /** Connect something to an output. */
  wire(output: number, listener: ContactListener): void {
    this.#wires.set(output, listener);
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.#ailments.unplugged) return [];
    const turnaroundMs = this.#options.turnaroundMs ?? DEFAULT_TURNAROUND_MS;
    return serveFrame({unit: this.unit, turnaroundMs}, frame, request => this.#serve(request));
  }

  #serve(request: ModbusRequest): ModbusReply {
    switch (request.functionCode) {
      case 1:
        return readBits(request, this.outputs);
      case 2:
        return readBits(request, this.#inputs());
      case 3:
        return this.#readModes(request);
      case 5:
        return this.#writeCoil(request.address, request.value);
      case 6:
        return this.#writeMode(request.address, request.value);
      default:
        return exceptionReply(request.functionCode, 1);
    }
  }

  #inputs(): readonly boolean[] {
    const contacts = this.#options.inputs?.() ?? [];
    return Array.from({length: this.#profile.inputs}, (_, input) => contacts[input] ?? false);
  }

  #readModes({address, quantity}: {address: number; quantity: number}): ModbusReply {
    const first = address - (this.#profile.modes?.firstRegister ?? Number.NaN);
    if (!(first >= 0 && first + quantity <= this.#modes.length)) return exceptionReply(3, 2);
    const values = this.#modes.slice(first, first + quantity);
    return {kind: 'registers', functionCode: 3, values};
  }

  #writeMode(address: number, value: number): ModbusReply {
    const output = address - (this.#profile.modes?.firstRegister ?? Number.NaN);
    if (!(output >= 0 && output < this.#modes.length)) return exceptionReply(6, 2);
    if (!this.#ailments.stubborn) this.#modes[output] = value;
    return {kind: 'written', functionCode: 6, address, value};
  }

  #writeCoil(address: number, value: number): ModbusReply {
    const {outputs, pulse} = this.#profile;
    const output = address - outputs.firstCoil;
    const pulsed = address - (pulse?.firstAddress ?? Number.NaN);
    if (pulse && pulsed >= 0 && pulsed < outputs.quantity) {
      if (value < 1 || value > pulse.maxUnits) return exceptionReply(5, 3);
      const untilMs = this.#options.clock.nowMs() + value * pulse.msPerUnit;
      this.#obey(pulsed, {isOn: true, untilMs});
    } else if (output >= 0 && output < outputs.quantity) {
      if (value !== COIL_ON && value !== COIL_OFF) return exceptionReply(5, 3);
      this.#obey(output, {isOn: value === COIL_ON, untilMs: undefined});
    } else {
      return exceptionReply(5, 2);
    }
    return {kind: 'written', functionCode: 5, address, value};
  }

  #obey(output: number, contact: Contact): void {
    this.#orders += 1;
    if (!this.#ailments.deaf) this.#put(output, contact);
  }

  #put(output: number, contact: Contact): void {
    this.#contacts[output] = contact;
    this.#wires.get(output)?.(contact.isOn, contact.untilMs);
  }
}
