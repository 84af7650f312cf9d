import {concatBytes, fromHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {CJT188_CONTROL, type Cjt188Frame} from './frame.js';

export type Cjt188Valve = 'open' | 'closed' | 'fault' | 'unknown';

/** What differs between makers of meters. A new maker is a new value, not new code. */
export interface Cjt188Maker {
  readonly name: string;
  /** Data identifiers in the order of the wire. */
  readonly readIdentifier: string;
  readonly valveIdentifier: string;
  /** Where the two valve bits stand in the first status byte, as the lower bit of them. */
  readonly valveShift: number;
  readonly lowBatteryBit: number;
  /** FE bytes before each frame of the master. */
  readonly wakeBytes: number;
}

/** As the standard says; the status bits as most makers place them. @see devices.md 6.3 */
export const STANDARD_CJT188_MAKER: Cjt188Maker = {
  name: 'standard',
  readIdentifier: '1F90',
  valveIdentifier: 'A017',
  valveShift: 0,
  lowBatteryBit: 2,
  wakeBytes: 3,
};

/** Sends the identifier high byte first. @see devices.md 6.3 */
export const SWAPPED_CJT188_MAKER: Cjt188Maker = {
  ...STANDARD_CJT188_MAKER,
  name: 'swapped',
  readIdentifier: '901F',
};

/** Valve in bits 7-6, battery in bit 5. @see devices.md 6.3 */
export const HIGH_STATUS_CJT188_MAKER: Cjt188Maker = {
  ...STANDARD_CJT188_MAKER,
  name: 'high-status',
  valveShift: 6,
  lowBatteryBit: 5,
};

/** Millilitres in one hundredth of the unit. 2C = m3; `assumed:` 29 = litre, as in the unit table of M-Bus kin. */
const ML_PER_HUNDREDTH: Readonly<Record<number, number>> = {44: 10_000, 41: 10};

const OPEN_WORD = 0x55;
const CLOSE_WORD = 0x99;
const VALVE_STATES = ['open', 'closed', 'unknown', 'fault'] as const;

/** Identifier, serial, total BCD4 unit, month BCD4 unit, time BCD7, status 2. */
const READING_BYTES = 22;
/** Identifier, serial, status 2. */
const VALVE_REPLY_BYTES = 5;

export interface Cjt188Status {
  readonly valve: Cjt188Valve;
  readonly lowBattery: boolean;
}

export interface Cjt188Reading extends Cjt188Status {
  /** 10 litres a step where the unit is m3. */
  readonly totalMl: number;
}

export interface Cjt188Target {
  readonly type: number;
  readonly address: string;
  /** Counted up by the master and given back in the reply. */
  readonly serial: number;
}

/** The frame that asks for total and status. @see devices.md 6.3 */
export function readMeter(target: Cjt188Target, maker: Cjt188Maker): Cjt188Frame {
  const data = concatBytes(fromHex(maker.readIdentifier), Uint8Array.of(target.serial & 0xff));
  return {type: target.type, address: target.address, control: CJT188_CONTROL.read, data};
}

/** The frame that moves the valve: 55 opens, 99 closes. @see devices.md 6.3 */
export function moveValve(
  target: Cjt188Target,
  order: 'open' | 'close',
  maker: Cjt188Maker,
): Cjt188Frame {
  const word = order === 'open' ? OPEN_WORD : CLOSE_WORD;
  const data = concatBytes(
    fromHex(maker.valveIdentifier),
    Uint8Array.of(target.serial & 0xff, word),
  );
  return {type: target.type, address: target.address, control: CJT188_CONTROL.write, data};
}

/** The order in the data of a valve frame; undefined for all others. */
export function valveOrderOf(data: Uint8Array): 'open' | 'close' | undefined {
  if (data[3] === OPEN_WORD) return 'open';
  return data[3] === CLOSE_WORD ? 'close' : undefined;
}

/**
 * Read the data of a reply to `readMeter`. Undefined when it is too short, a digit is none, or the unit
 * is unknown: a total in a wrong unit would be a wrong bill. @see devices.md 6.3
 */
export function decodeReading(data: Uint8Array, maker: Cjt188Maker): Cjt188Reading | undefined {
  if (data.length < READING_BYTES) return undefined;
  const hundredths = bcd(data.subarray(3, 7));
  const mlPerHundredth = ML_PER_HUNDREDTH[data[7] ?? 0];
  if (hundredths === undefined || mlPerHundredth === undefined) return undefined;
  const status = decodeStatus(data[READING_BYTES - 2] ?? 0, maker);
  return {totalMl: hundredths * mlPerHundredth, ...status};
}

/** Read the data of a reply to `moveValve`: where the valve stands now. Undefined when it is too short. */
export function decodeValveReply(data: Uint8Array, maker: Cjt188Maker): Cjt188Status | undefined {
  return data.length < VALVE_REPLY_BYTES ? undefined : decodeStatus(data[3] ?? 0, maker);
}

/** What a meter answers to a read: the other side of `decodeReading`. The total is rounded down to 10 l. */
export function encodeReading(
  reading: Cjt188Reading,
  serial: number,
  maker: Cjt188Maker,
): Uint8Array {
  const total = toBcd(Math.floor(reading.totalMl / 10_000), 4);
  const unit = Uint8Array.of(0x2c);
  return concatBytes(
    fromHex(maker.readIdentifier),
    Uint8Array.of(serial & 0xff),
    total,
    unit,
    toBcd(0, 4),
    unit,
    fromHex('00 00 12 01 01 26 20'),
    Uint8Array.of(encodeStatus(reading, maker), 0),
  );
}

export function encodeValveReply(
  status: Cjt188Status,
  serial: number,
  maker: Cjt188Maker,
): Uint8Array {
  return concatBytes(
    fromHex(maker.valveIdentifier),
    Uint8Array.of(serial & 0xff, encodeStatus(status, maker), 0),
  );
}

function decodeStatus(byte: number, maker: Cjt188Maker): Cjt188Status {
  return {
    valve: VALVE_STATES[(byte >> maker.valveShift) & 3] ?? 'unknown',
    lowBattery: ((byte >> maker.lowBatteryBit) & 1) === 1,
  };
}

function encodeStatus(status: Cjt188Status, maker: Cjt188Maker): number {
  const valve = VALVE_STATES.indexOf(status.valve) << maker.valveShift;
  return valve | (Number(status.lowBattery) << maker.lowBatteryBit);
}

/** BCD with the low byte first; undefined when a digit is none. */
function bcd(bytes: Uint8Array): number | undefined {
  let value = 0;
  for (const byte of bytes.toReversed()) {
    const high = byte >> 4;
    const low = byte & 15;
    if (high > 9 || low > 9) return undefined;
    value = value * 100 + high * 10 + low;
  }
  return value;
}

function toBcd(value: number, length: number): Uint8Array {
  const digits = String(value % 10 ** (2 * length)).padStart(2 * length, '0');
  if (!/^\d+$/.test(digits))
    throw new CodecMisuse('codec/cjt188-frame', `no meter total: ${value}`);
  return fromHex(digits).reverse();
}
