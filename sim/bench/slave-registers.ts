import type {ModbusReply, ModbusRequest} from '../../protocols/modbus/pdu.js';
import {REFERENCE_BUTTON_PROFILE} from '../../protocols/profiles/emergency-button-profile.js';
import {REFERENCE_LOCK_PROFILE} from '../../protocols/profiles/parking-lock-profile.js';

const REGISTERS = 256;
/** 12 V in the unit of the profile. */
const SUPPLY = 12_000 / REFERENCE_LOCK_PROFILE.supply.mvPerUnit;

/**
 * Registers of all units of a line. Each looks like a lock of the reference profile whose arm is up
 * and moves at once; what writes or reads elsewhere finds plain memory.
 */
export class SlaveRegisters {
  readonly #units = new Map<number, Uint16Array>();
  readonly #buttons = new Map<number, Uint16Array>();

  /** A call button of the reference profile, which nobody has pressed so far. */
  addButton(unit: number): void {
    this.#buttons.set(unit, new Uint16Array(REGISTERS));
  }

  /** It was pressed and let go: it counts. */
  press(unit: number): void {
    const registers = this.#of(unit);
    const counter = REFERENCE_BUTTON_PROFILE.status.register + 1;
    registers[counter] = (registers[counter] ?? 0) + 1;
  }

  answer(unit: number, request: ModbusRequest): ModbusReply {
    const registers = this.#of(unit);
    const {address} = request;
    switch (request.kind) {
      case 'read': {
        const {functionCode, quantity} = request;
        const values = Array.from(
          {length: quantity},
          (_, index) => registers[address + index] ?? 0,
        );
        return functionCode === 3 || functionCode === 4
          ? {kind: 'registers', functionCode, values}
          : {kind: 'bits', functionCode, bits: values.map(() => false)};
      }
      case 'writeOne':
        // Coils of a button are no registers.
        if (request.functionCode === 6) registers[address] = request.value;
        if (address === REFERENCE_LOCK_PROFILE.command.register) obey(registers, request.value);
        return {kind: 'written', functionCode: request.functionCode, address, value: request.value};
      case 'writeRegisters':
        registers.set(request.values.slice(0, REGISTERS - address), address);
        return {kind: 'written', functionCode: 16, address, value: request.values.length};
      case 'writeCoils':
        return {kind: 'written', functionCode: 15, address, value: request.bits.length};
    }
  }

  #of(unit: number): Uint16Array {
    const button = this.#buttons.get(unit);
    if (button) return button;
    let registers = this.#units.get(unit);
    if (!registers) {
      const {arm, supply} = REFERENCE_LOCK_PROFILE;
      registers = new Uint16Array(REGISTERS);
      registers[arm.register] = arm.values.indexOf('up');
      registers[supply.register] = SUPPLY;
      this.#units.set(unit, registers);
    }
    return registers;
  }
}

function obey(registers: Uint16Array, command: number): void {
  const {arm, command: orders, cycles} = REFERENCE_LOCK_PROFILE;
  const moved = {[orders.values.raise]: 'up', [orders.values.lower]: 'down'} as const;
  const state = moved[command];
  if (!state) return;
  registers[arm.register] = arm.values.indexOf(state);
  registers[cycles.lowRegister] = (registers[cycles.lowRegister] ?? 0) + 1;
}
