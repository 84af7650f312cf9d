/**
 * Map of a relay board on a Modbus line. Addresses are 0-based as on the wire; a new model is a new
 * value of this type, not new code. Toggle commands of a board have no place here: a frame that may be
 * lost or doubled must mean the same state however often it arrives.
 */
export interface RelayBoardProfile {
  readonly name: string;
  /** Switched with FC05, read back with FC01. */
  readonly outputs: {readonly firstCoil: number; readonly quantity: number};
  /** FC05 to `firstAddress` + output, its word the length: the board ends the pulse. Undefined: it cannot. */
  readonly pulse:
    | {readonly firstAddress: number; readonly msPerUnit: number; readonly maxUnits: number}
    | undefined;
  /** Registers (FC03, FC06) that say what else may move an output; undefined: nothing else does. */
  readonly modes: {readonly firstRegister: number; readonly normal: number} | undefined;
  /** Contacts, read with FC02 from 0 on. */
  readonly inputs: number;
}

/**
 * Waveshare Modbus RTU Relay 8CH. `assumed:` longest pulse 0x7FFF units.
 * @see devices.md 3.5 [S18]
 */
export const WAVESHARE_RELAY_8CH: RelayBoardProfile = {
  name: 'waveshare-relay-8ch',
  outputs: {firstCoil: 0x0000, quantity: 8},
  pulse: {firstAddress: 0x0200, msPerUnit: 100, maxUnits: 0x7fff},
  modes: undefined,
  inputs: 8,
};

/**
 * Waveshare Modbus RTU IO 8CH. No pulse is documented for it. `assumed:` the meaning of the modes
 * (0 normal, 1 linkage with the input, 2 toggle, 3 edge).
 * @see devices.md 3.5 [S19]
 */
export const WAVESHARE_IO_8CH: RelayBoardProfile = {
  name: 'waveshare-io-8ch',
  outputs: {firstCoil: 0x0000, quantity: 8},
  pulse: undefined,
  modes: {firstRegister: 0x1000, normal: 0},
  inputs: 8,
};

/** Coil of an output, 0-based; undefined when the board has no such output. @see devices.md 3.5 */
export function relayCoil(output: number, profile: RelayBoardProfile): number | undefined {
  const {firstCoil, quantity} = profile.outputs;
  const exists = Number.isInteger(output) && output >= 0 && output < quantity;
  return exists ? firstCoil + output : undefined;
}

/**
 * Address and word of the FC05 that closes an output for `pulseMs`, rounded up to the unit of the
 * board. Undefined when the board cannot time a pulse, or none of this length, or has no such output.
 * @see devices.md 3.5
 */
export function relayPulseWrite(
  output: number,
  pulseMs: number,
  profile: RelayBoardProfile,
): {readonly address: number; readonly word: number} | undefined {
  const {pulse} = profile;
  if (!pulse || relayCoil(output, profile) === undefined) return undefined;
  const word = Math.ceil(pulseMs / pulse.msPerUnit);
  if (!(word >= 1 && word <= pulse.maxUnits)) return undefined;
  return {address: pulse.firstAddress + output, word};
}

/** Address and quantity of the FC01 that reads all outputs. @see devices.md 3.5 */
export function relayOutputsRead(profile: RelayBoardProfile): {
  readonly address: number;
  readonly quantity: number;
} {
  return {address: profile.outputs.firstCoil, quantity: profile.outputs.quantity};
}
