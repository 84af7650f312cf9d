import {CodecMisuse} from '../base/errors.js';

export type MeterValve = 'open' | 'closed' | 'fault' | 'unknown';

/** What one poll of a Modbus water meter says. */
export interface MeterRegisters {
  readonly totalMl: number;
  readonly flowMlPerMin: number;
  /** The pipe holds no water; the flow is then none whatever the register says. */
  readonly pipeEmpty: boolean;
  /** Prepaid water left in the device: at 0 it closes by itself. */
  readonly remainingMl: number;
  readonly batteryMv: number;
  readonly lowBattery: boolean;
  readonly valve: MeterValve;
}

/**
 * Register map of a meter with a valve. Numbers are those of the wire; floats are IEEE 754 singles over
 * two registers. A new model is a new value of this type, not new code.
 */
export interface WaterMeterProfile {
  readonly name: string;
  /** The block of holding registers that one poll reads with FC03. */
  readonly block: {readonly register: number; readonly quantity: number};
  /** The part of it that moves while water runs: total, flow and pipe. */
  readonly flowBlock: {readonly register: number; readonly quantity: number};
  /** Bytes of a float as they come: `little` = least significant first. */
  readonly floatBytes: 'little' | 'big';
  readonly total: number;
  readonly flow: number;
  readonly pipe: {readonly register: number; readonly empty: number; readonly full: number};
  readonly remaining: number;
  readonly battery: number;
  readonly valve: {
    readonly register: number;
    readonly openBit: number;
    readonly closedBit: number;
    readonly faultBit: number;
    readonly lowBatteryBit: number;
    /** Words of the FC06 that moves it. */
    readonly orders: {readonly open: number; readonly close: number};
  };
}

/**
 * Kaifeng Xintai meter, 9600 8N1: forward total m3, flow m3/h, battery V. Bits of the valve register: 1
 * open, 2 closed, 4 abnormal, 8 low battery. `assumed:` those are values of bits, the pipe word stands in
 * the low byte, and the remaining water is a float in m3 like the total. @see devices.md 6.3
 */
export const XINTAI_METER_PROFILE: WaterMeterProfile = {
  name: 'xintai',
  block: {register: 0x01, quantity: 28},
  flowBlock: {register: 0x01, quantity: 7},
  floatBytes: 'little',
  total: 0x01,
  flow: 0x05,
  pipe: {register: 0x07, empty: 0x55, full: 0xaa},
  remaining: 0x08,
  battery: 0x1a,
  valve: {
    register: 0x1c,
    openBit: 1,
    closedBit: 2,
    faultBit: 4,
    lowBatteryBit: 8,
    orders: {open: 1, close: 2},
  },
};

const ML_PER_M3 = 1_000_000;
const MINUTES_PER_HOUR = 60;

/**
 * Read the words of one poll. Undefined when words are missing or the total is no number: a meter that
 * cannot be read must not look like an empty one. Both valve bits or none: `unknown`.
 * @see devices.md 6.3
 */
export function decodeMeterRegisters(
  words: readonly number[],
  profile: WaterMeterProfile = XINTAI_METER_PROFILE,
): MeterRegisters | undefined {
  const {block, valve} = profile;
  if (words.length < block.quantity) return undefined;
  const said = decodeFlowRegisters(words, profile);
  if (!said) return undefined;
  const float = (register: number) => floatAt(words, register - block.register, profile);
  const word = (register: number) => words[register - block.register] ?? 0;
  const remaining = float(profile.remaining);
  const batteryV = float(profile.battery);
  return {
    ...said,
    remainingMl: Number.isFinite(remaining) ? Math.max(0, Math.round(remaining * ML_PER_M3)) : 0,
    batteryMv: Number.isFinite(batteryV) ? Math.round(batteryV * 1000) : 0,
    lowBattery: (word(valve.register) & valve.lowBatteryBit) !== 0,
    valve: valveOf(word(valve.register), profile),
  };
}

/** The same of its `flowBlock`, whose words the whole block begins with. */
export function decodeFlowRegisters(
  words: readonly number[],
  profile: WaterMeterProfile = XINTAI_METER_PROFILE,
): Pick<MeterRegisters, 'totalMl' | 'flowMlPerMin' | 'pipeEmpty'> | undefined {
  const {flowBlock, pipe} = profile;
  if (words.length < flowBlock.quantity) return undefined;
  const totalM3 = floatAt(words, profile.total - flowBlock.register, profile);
  const totalMl = Math.round(totalM3 * ML_PER_M3);
  // Words of something else make floats of any size; beyond whole millilitres no sum would be right.
  if (!Number.isSafeInteger(totalMl) || totalM3 < 0) return undefined;
  const flow = floatAt(words, profile.flow - flowBlock.register, profile);
  const pipeEmpty = ((words[pipe.register - flowBlock.register] ?? 0) & 0xff) === pipe.empty;
  const flowMlPerMin =
    Number.isFinite(flow) && !pipeEmpty ? (flow * ML_PER_M3) / MINUTES_PER_HOUR : 0;
  return {totalMl, flowMlPerMin: Math.max(0, Math.round(flowMlPerMin)), pipeEmpty};
}

/** The words that a meter of this model answers to a poll: the other side of `decodeMeterRegisters`. */
export function encodeMeterRegisters(
  registers: MeterRegisters,
  profile: WaterMeterProfile = XINTAI_METER_PROFILE,
): number[] {
  const {block, valve, pipe} = profile;
  const words = new Array<number>(block.quantity).fill(0);
  const putFloat = (register: number, value: number) => {
    const [first, second] = encodeFloat(value, profile.floatBytes);
    words.splice(register - block.register, 2, first, second);
  };
  putFloat(profile.total, registers.totalMl / ML_PER_M3);
  putFloat(profile.flow, (registers.flowMlPerMin * MINUTES_PER_HOUR) / ML_PER_M3);
  putFloat(profile.remaining, registers.remainingMl / ML_PER_M3);
  putFloat(profile.battery, registers.batteryMv / 1000);
  words[pipe.register - block.register] = registers.pipeEmpty ? pipe.empty : pipe.full;
  words[valve.register - block.register] =
    (registers.valve === 'open' ? valve.openBit : 0) |
    (registers.valve === 'closed' ? valve.closedBit : 0) |
    (registers.valve === 'fault' ? valve.faultBit : 0) |
    (registers.lowBattery ? valve.lowBatteryBit : 0);
  return words;
}

/** The FC16 that says how much water the device may still give before it closes by itself. */
export function remainingWrite(
  volumeMl: number,
  profile: WaterMeterProfile = XINTAI_METER_PROFILE,
): {readonly address: number; readonly values: readonly number[]} {
  if (!Number.isFinite(volumeMl) || volumeMl < 0) {
    throw new CodecMisuse('codec/water-volume', `no volume of water: ${volumeMl} ml`);
  }
  const values = encodeFloat(volumeMl / ML_PER_M3, profile.floatBytes);
  return {address: profile.remaining, values};
}

/** An IEEE 754 single over two registers. @see devices.md 6.3: `1E 85 0B 3F` = 0.545 */
export function decodeFloat(
  [first, second]: readonly [number, number],
  order: 'little' | 'big',
): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, first);
  view.setUint16(2, second);
  return view.getFloat32(0, order === 'little');
}

export function encodeFloat(value: number, order: 'little' | 'big'): [number, number] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, order === 'little');
  return [view.getUint16(0), view.getUint16(2)];
}

function floatAt(words: readonly number[], place: number, {floatBytes}: WaterMeterProfile): number {
  const [first = 0, second = 0] = words.slice(place);
  return decodeFloat([first, second], floatBytes);
}

function valveOf(word: number, {valve}: WaterMeterProfile): MeterValve {
  if (word & valve.faultBit) return 'fault';
  const isOpen = (word & valve.openBit) !== 0;
  const isClosed = (word & valve.closedBit) !== 0;
  if (isOpen === isClosed) return 'unknown';
  return isOpen ? 'open' : 'closed';
}
