import {decodeFloat, encodeFloat} from './water-meter-profile.js';

/** What one poll of a flow meter says. */
export interface FlowMeterRegisters {
  /** All that ever ran forwards. */
  readonly totalMl: number;
  /** Never below 0: what runs backwards is no water given. */
  readonly flowMlPerMin: number;
  /** 0..99; below `poorBelow` of the profile the flow is a guess. */
  readonly signalPercent: number;
}

/**
 * Register map of a flow meter without a valve. Registers are wire addresses; values of four bytes stand
 * in two registers, the low word first. A new model is a new value of this type, not new code.
 */
export interface FlowMeterProfile {
  readonly name: string;
  /** The block of holding registers that one poll reads with FC03. */
  readonly block: {readonly register: number; readonly quantity: number};
  /** IEEE 754 single, m3/h. */
  readonly flow: number;
  /** Whole part: signed, 32 bits; fraction: IEEE 754 single of the same unit. */
  readonly total: {
    readonly whole: number;
    readonly fraction: number;
    readonly mlPerUnit: number;
  };
  /** Percent in the low byte. */
  readonly signal: {readonly register: number; readonly poorBelow: number};
}

/**
 * TUF-2000M, clamp-on or insert, 9600 8N1, unit 1. The totaliser stands in m3 without multiplier, as
 * delivered (M31, M33). `assumed:` below 60 % the maker calls the signal poor.
 * @see TUF-2000F User Manual (same registers), 5.1.1 MODBUS registers table; devices.md 6.3 [S38]
 */
export const TUF_2000M_PROFILE: FlowMeterProfile = {
  name: 'tuf-2000m',
  block: {register: 0, quantity: 92},
  flow: 0,
  total: {whole: 8, fraction: 10, mlPerUnit: 1_000_000},
  signal: {register: 91, poorBelow: 60},
};

/** Firmware that counts registers from 1 on the wire as well. @see devices.md 6.3 */
export const TUF_2000M_FROM_1_PROFILE: FlowMeterProfile = {
  ...TUF_2000M_PROFILE,
  name: 'tuf-2000m-from-1',
  block: {register: 1, quantity: 92},
  flow: 1,
  total: {whole: 9, fraction: 11, mlPerUnit: 1_000_000},
  signal: {register: 92, poorBelow: 60},
};

const ML_PER_M3 = 1_000_000;
const MINUTES_PER_HOUR = 60;
const MOST_PERCENT = 100;

/**
 * Read the words of one poll. Undefined when words are missing, the total is none, or the signal is no
 * percentage: then this is another firmware, whose registers are shifted by one.
 * @see devices.md 6.3
 */
export function decodeFlowMeter(
  words: readonly number[],
  profile: FlowMeterProfile,
): FlowMeterRegisters | undefined {
  const {block, flow, total, signal} = profile;
  if (words.length < block.quantity) return undefined;
  const pair = (register: number): [low: number, high: number] => {
    const [low = 0, high = 0] = words.slice(register - block.register);
    return [low, high];
  };
  const [low, high] = pair(total.whole);
  const whole = (high << 16) | low;
  const fraction = floatOf(pair(total.fraction));
  const signalPercent = (words[signal.register - block.register] ?? 0) & 0xff;
  const isTotal = whole >= 0 && fraction >= 0 && fraction < 1;
  if (!isTotal || signalPercent > MOST_PERCENT) return undefined;
  const m3PerHour = floatOf(pair(flow));
  const flowMlPerMin = Number.isFinite(m3PerHour) ? (m3PerHour * ML_PER_M3) / MINUTES_PER_HOUR : 0;
  return {
    totalMl: whole * total.mlPerUnit + Math.round(fraction * total.mlPerUnit),
    flowMlPerMin: Math.max(0, Math.round(flowMlPerMin)),
    signalPercent,
  };
}

/** The words that a meter of this model answers to a poll: the other side of `decodeFlowMeter`. */
export function encodeFlowMeter(
  registers: FlowMeterRegisters,
  profile: FlowMeterProfile,
): readonly number[] {
  const {block, flow, total, signal} = profile;
  const words = new Array<number>(block.quantity).fill(0);
  const put = (register: number, [low, high]: readonly [number, number]) => {
    words.splice(register - block.register, 2, low, high);
  };
  const whole = Math.floor(registers.totalMl / total.mlPerUnit);
  put(flow, wordsOf((registers.flowMlPerMin * MINUTES_PER_HOUR) / ML_PER_M3));
  put(total.whole, [whole & 0xffff, whole >>> 16]);
  put(total.fraction, wordsOf((registers.totalMl % total.mlPerUnit) / total.mlPerUnit));
  words[signal.register - block.register] = registers.signalPercent;
  return words;
}

/** A big-endian single whose words stand the other way round. */
function floatOf([low, high]: readonly [number, number]): number {
  return decodeFloat([high, low], 'big');
}

function wordsOf(value: number): [low: number, high: number] {
  const [high, low] = encodeFloat(value, 'big');
  return [low, high];
}
