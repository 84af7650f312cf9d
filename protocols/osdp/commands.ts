import {concatBytes} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {decodeRecord, decodeRecords, encodeRecord, layoutBytes, type RecordOf} from './record.js';

/** `control`: 0 nothing, 1 off, 2 on, 3 off and 4 on once the timer ends, 5 on and 6 off for `time100ms`. */
const OUTPUT = [
  ['output', 1],
  ['control', 1],
  ['time100ms', 2],
] as const;

/**
 * `tempCode`: 0 nothing, 1 cancel, 2 set for `tempTime100ms`; `permCode`: 0 nothing, 1 set. On and off
 * times in 100 ms. Colours: 0 black 1 red 2 green 3 amber 4 blue 5 magenta 6 cyan 7 white.
 */
const LED = [
  ['reader', 1],
  ['led', 1],
  ['tempCode', 1],
  ['tempOn100ms', 1],
  ['tempOff100ms', 1],
  ['tempOnColour', 1],
  ['tempOffColour', 1],
  ['tempTime100ms', 2],
  ['permCode', 1],
  ['permOn100ms', 1],
  ['permOff100ms', 1],
  ['permOnColour', 1],
  ['permOffColour', 1],
] as const;

/** `tone`: 1 off, 2 default; `count` 0 = for ever. */
const BUZZER = [
  ['reader', 1],
  ['tone', 1],
  ['on100ms', 1],
  ['off100ms', 1],
  ['count', 1],
] as const;

/** `mode`: 1 permanent, 2 permanent wrapped, 3 for `tempSeconds`, 4 the same wrapped; rows and columns from 1. */
const TEXT = [
  ['reader', 1],
  ['mode', 1],
  ['tempSeconds', 1],
  ['row', 1],
  ['column', 1],
] as const;

const COMMUNICATION = [
  ['address', 1],
  ['baudRate', 4],
] as const;

const SIZE = [['bytes', 2]] as const;

export const LED_COLOURS = {
  black: 0,
  red: 1,
  green: 2,
  amber: 3,
  blue: 4,
  magenta: 5,
  cyan: 6,
  white: 7,
} as const;

export type OutputControl = RecordOf<typeof OUTPUT>;
export type LedControl = RecordOf<typeof LED>;
export type BuzzerControl = RecordOf<typeof BUZZER>;
export type TextPlace = RecordOf<typeof TEXT>;
export type Communication = RecordOf<typeof COMMUNICATION>;

/** A command of the access control unit, as in the clear. */
export type OsdpCommand =
  | {readonly kind: 'poll' | 'id' | 'cap' | 'lstat' | 'istat' | 'ostat' | 'rstat'}
  | {readonly kind: 'out'; readonly outputs: readonly OutputControl[]}
  | {readonly kind: 'led'; readonly leds: readonly LedControl[]}
  | {readonly kind: 'buz'; readonly buzzer: BuzzerControl}
  /** `text`: printable ASCII, at most 255 characters. */
  | {readonly kind: 'text'; readonly place: TextPlace; readonly text: string}
  | {readonly kind: 'comset'; readonly communication: Communication}
  /** 16 bytes; only inside a Secure Channel. */
  | {readonly kind: 'keyset'; readonly key: Uint8Array}
  | {readonly kind: 'chlng'; readonly random: Uint8Array}
  | {readonly kind: 'scrypt'; readonly cryptogram: Uint8Array}
  | {readonly kind: 'acurxsize'; readonly size: number};

export type OsdpCommandKind = OsdpCommand['kind'];

/** @see SIA OSDP 2.2, table of commands; devices.md 2.3 */
export const COMMAND_CODES: Readonly<Record<OsdpCommandKind, number>> = {
  poll: 0x60,
  id: 0x61,
  cap: 0x62,
  lstat: 0x64,
  istat: 0x65,
  ostat: 0x66,
  rstat: 0x67,
  out: 0x68,
  led: 0x69,
  buz: 0x6a,
  text: 0x6b,
  comset: 0x6e,
  keyset: 0x75,
  chlng: 0x76,
  scrypt: 0x77,
  acurxsize: 0x7b,
};

const KINDS = new Map<number, OsdpCommandKind>(
  Object.entries(COMMAND_CODES).map(([kind, code]) => [code, kind as OsdpCommandKind]),
);

/** Key type 1 (the secure channel base key), 16 bytes. */
const KEYSET_HEADER = Uint8Array.of(1, 16);
const NONE = new Uint8Array(0);

/** Code and data of a command. @throws CodecMisuse `codec/osdp` for what no command can carry. @see devices.md 2.3 */
export function encodeCommand(command: OsdpCommand): {
  readonly code: number;
  readonly data: Uint8Array;
} {
  return {code: COMMAND_CODES[command.kind], data: commandData(command)};
}

function commandData(command: OsdpCommand): Uint8Array {
  switch (command.kind) {
    case 'poll':
    case 'lstat':
    case 'istat':
    case 'ostat':
    case 'rstat':
      return NONE;
    case 'id':
    case 'cap':
      return Uint8Array.of(0);
    case 'out':
      return concatBytes(...command.outputs.map(output => encodeRecord(OUTPUT, output)));
    case 'led':
      return concatBytes(...command.leds.map(led => encodeRecord(LED, led)));
    case 'buz':
      return encodeRecord(BUZZER, command.buzzer);
    case 'text':
      return encodeText(command.place, command.text);
    case 'comset':
      return encodeRecord(COMMUNICATION, command.communication);
    case 'keyset':
      return concatBytes(KEYSET_HEADER, sized(command.key, 16));
    case 'chlng':
      return sized(command.random, 8);
    case 'scrypt':
      return sized(command.cryptogram, 16);
    case 'acurxsize':
      return encodeRecord(SIZE, {bytes: command.size});
  }
}

function encodeText(place: TextPlace, text: string): Uint8Array {
  if (!/^[\x20-\x7e]{0,255}$/.test(text)) {
    throw new CodecMisuse('codec/osdp', 'a text is up to 255 printable ASCII characters');
  }
  const letters = Uint8Array.from(text, letter => letter.charCodeAt(0));
  return concatBytes(encodeRecord(TEXT, place), Uint8Array.of(letters.length), letters);
}

function sized(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  throw new CodecMisuse('codec/osdp', `${length} bytes are due, not ${bytes.length}`);
}

/** What a reader hears: a command, a length that does not fit it, or a code that it does not know. */
export type DecodedCommand =
  | {readonly kind: 'command'; readonly command: OsdpCommand}
  | {readonly kind: 'length'}
  | {readonly kind: 'unknown'};

/** Read a command. `data`: in the clear. @see devices.md 2.3 */
export function decodeCommand(code: number, data: Uint8Array): DecodedCommand {
  const kind = KINDS.get(code);
  if (!kind) return {kind: 'unknown'};
  const command = readCommand(kind, data);
  return command ? {kind: 'command', command} : {kind: 'length'};
}

function readCommand(kind: OsdpCommandKind, data: Uint8Array): OsdpCommand | undefined {
  const has = (length: number) => data.length === length;
  switch (kind) {
    case 'poll':
    case 'lstat':
    case 'istat':
    case 'ostat':
    case 'rstat':
      return has(0) ? {kind} : undefined;
    case 'id':
    case 'cap':
      return has(1) ? {kind} : undefined;
    case 'out': {
      const outputs = decodeRecords(OUTPUT, data);
      return outputs && {kind, outputs};
    }
    case 'led': {
      const leds = decodeRecords(LED, data);
      return leds && {kind, leds};
    }
    case 'buz':
      return has(layoutBytes(BUZZER)) ? {kind, buzzer: decodeRecord(BUZZER, data)} : undefined;
    case 'text': {
      const letters = data.subarray(layoutBytes(TEXT) + 1);
      if (letters.length !== data[layoutBytes(TEXT)]) return undefined;
      return {kind, place: decodeRecord(TEXT, data), text: String.fromCharCode(...letters)};
    }
    case 'comset':
      if (!has(layoutBytes(COMMUNICATION))) return undefined;
      return {kind, communication: decodeRecord(COMMUNICATION, data)};
    case 'keyset':
      if (!has(18) || data[0] !== KEYSET_HEADER[0] || data[1] !== KEYSET_HEADER[1])
        return undefined;
      return {kind, key: data.slice(2)};
    case 'chlng':
      return has(8) ? {kind, random: data.slice()} : undefined;
    case 'scrypt':
      return has(16) ? {kind, cryptogram: data.slice()} : undefined;
    case 'acurxsize':
      return has(2) ? {kind, size: decodeRecord(SIZE, data).bytes} : undefined;
  }
}
