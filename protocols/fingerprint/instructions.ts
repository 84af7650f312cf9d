import {concatBytes} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';

/** A field of an instruction or of its answer, most significant byte first. */
interface Field {
  readonly name: string;
  readonly bytes: 1 | 2 | 4;
}

interface Instruction {
  readonly code: number;
  readonly params: readonly Field[];
  /** What follows the confirmation code 00; other codes may come alone. */
  readonly answer: readonly Field[];
}

const buffer: Field = {name: 'buffer', bytes: 1};
const page: Field = {name: 'page', bytes: 2};
const count: Field = {name: 'count', bytes: 2};
const score: Field = {name: 'score', bytes: 2};
const search = {
  params: [buffer, {name: 'start', bytes: 2}, count],
  answer: [page, score],
} as const;

/**
 * Instructions of the ZFM-20 family (R30x, AS608). Those that carry a template or an image to the host
 * (08 to 0B) are left out on purpose: a fingerprint never leaves its sensor.
 * @see device notes 4.8; ZFM-20 manual, 5.4
 */
export const FINGERPRINT_INSTRUCTIONS = {
  verifyPassword: {code: 0x13, params: [{name: 'password', bytes: 4}], answer: []},
  readSystem: {
    code: 0x0f,
    params: [],
    answer: [
      {name: 'status', bytes: 2},
      {name: 'systemId', bytes: 2},
      {name: 'librarySize', bytes: 2},
      {name: 'security', bytes: 2},
      {name: 'address', bytes: 4},
      {name: 'packetCode', bytes: 2},
      {name: 'baudFactor', bytes: 2},
    ],
  },
  takeImage: {code: 0x01, params: [], answer: []},
  extractFeatures: {code: 0x02, params: [buffer], answer: []},
  match: {code: 0x03, params: [], answer: [score]},
  search: {code: 0x04, ...search},
  fastSearch: {code: 0x1b, ...search},
  combine: {code: 0x05, params: [], answer: []},
  store: {code: 0x06, params: [buffer, page], answer: []},
  load: {code: 0x07, params: [buffer, page], answer: []},
  remove: {code: 0x0c, params: [page, count], answer: []},
  removeAll: {code: 0x0d, params: [], answer: []},
  countTemplates: {code: 0x1d, params: [], answer: [count]},
  setParameter: {
    code: 0x0e,
    params: [
      {name: 'number', bytes: 1},
      {name: 'value', bytes: 1},
    ],
    answer: [],
  },
  setPassword: {code: 0x12, params: [{name: 'password', bytes: 4}], answer: []},
} as const satisfies Readonly<Record<string, Instruction>>;

export type InstructionName = keyof typeof FINGERPRINT_INSTRUCTIONS;

/** What a confirmation code says, and whether asking the finger again may help. */
const CONFIRMATION_CODES = {
  0: 'done',
  1: 'the sensor did not understand the packet',
  2: 'no finger',
  3: 'the image could not be taken',
  6: 'the image is messy',
  7: 'too few features',
  8: 'the fingers do not match',
  9: 'not in the library',
  10: 'the two images are not of one finger',
  11: 'no such page',
  12: 'the template cannot be read',
  13: 'the template cannot be sent',
  14: 'the sensor cannot receive',
  15: 'the image cannot be sent',
  16: 'the template cannot be deleted',
  17: 'the library cannot be cleared',
  19: 'wrong password',
  21: 'no image to work on',
  24: 'the memory of the sensor failed',
  26: 'no such register',
  32: 'wrong address',
  33: 'the password must be verified first',
} as const satisfies Readonly<Record<number, string>>;

/** The codes that a program decides by. */
export const CODE = {
  done: 0x00,
  noFinger: 0x02,
  imageFailed: 0x03,
  messy: 0x06,
  fewFeatures: 0x07,
  mismatch: 0x08,
  notOneFinger: 0x0a,
  badPage: 0x0b,
  noTemplate: 0x0c,
  wrongPassword: 0x13,
  noImage: 0x15,
  flashFailed: 0x18,
  mustVerify: 0x21,
} as const;

/** A sentence's worth of a confirmation code, also of one that nobody documented. */
export function codeText(code: number): string {
  const texts: Readonly<Record<number, string>> = CONFIRMATION_CODES;
  return texts[code] ?? `code ${code.toString(16).padStart(2, '0')}`;
}

/**
 * Payload of a command: its code and its parameters in the order of the table.
 * @throws CodecMisuse `codec/fingerprint` when values and parameters differ in number or size.
 */
export function encodeInstruction(name: InstructionName, values: readonly number[]): Uint8Array {
  const {code, params}: Instruction = FINGERPRINT_INSTRUCTIONS[name];
  if (params.length !== values.length) {
    throw new CodecMisuse('codec/fingerprint', `${name} takes ${params.length} values`);
  }
  const parts = params.map((field, index) => fieldBytes(name, field, values[index] ?? 0));
  return concatBytes(Uint8Array.of(code), ...parts);
}

export interface FingerprintAck {
  readonly code: number;
  /** The fields of the table by name; empty unless the code is 00. */
  readonly values: Readonly<Record<string, number>>;
}

/** An ack to `name`; undefined when it is no answer to that instruction. Extra bytes are ignored. */
export function decodeAck(name: InstructionName, payload: Uint8Array): FingerprintAck | undefined {
  const [code] = payload;
  if (code === undefined) return undefined;
  if (code !== CODE.done) return {code, values: {}};
  const {answer}: Instruction = FINGERPRINT_INSTRUCTIONS[name];
  const values: Record<string, number> = {};
  let at = 1;
  for (const field of answer) {
    if (at + field.bytes > payload.length) return undefined;
    values[field.name] = payload
      .subarray(at, at + field.bytes)
      .reduce((value, byte) => value * 256 + byte, 0);
    at += field.bytes;
  }
  return {code, values};
}

/** Longest payload of the ack to an instruction. */
export function ackBytes(name: InstructionName): number {
  const {answer}: Instruction = FINGERPRINT_INSTRUCTIONS[name];
  return answer.reduce((bytes, field) => bytes + field.bytes, 1);
}

function fieldBytes(instruction: string, field: Field, value: number): Uint8Array {
  const isWhole = Number.isInteger(value) && value >= 0 && value < 256 ** field.bytes;
  if (!isWhole) {
    const text = `${field.name} of ${instruction} does not fit ${field.bytes} bytes`;
    throw new CodecMisuse('codec/fingerprint', text);
  }
  return Uint8Array.from(
    {length: field.bytes},
    (_, index) => Math.floor(value / 256 ** (field.bytes - 1 - index)) & 0xff,
  );
}
