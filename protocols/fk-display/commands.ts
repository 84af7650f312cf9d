import {concatBytes} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {decodeGbk, encodeGbk} from '../text/gbk.js';

/** @see FK display protocol V2.0 (2020-12-10), 2.3 */
export const FK_COMMAND = {
  /** Proves the display alive and unlocks one with a password. */
  connect: 0x00,
  speak: 0x30,
  lineText: 0x62,
} as const;

/** Delivered password of the maker's example. @see FK display protocol V2.0, command 00 */
export const FK_PASSWORD = '159753';

/** Say it at once, behind whatever is being said. */
const SPEAK_NOW = 0x01;
/** An option byte stands before the words. */
const LONGEST_SPEECH_BYTES = 254;
const LINE_HEADER_BYTES = 19;
const LONGEST_LINE_BYTES = 255 - LINE_HEADER_BYTES;
const FONT_SONG_16 = 0x03;
/** Offset of the colour in the data of a line. */
const COLOUR_AT = 9;

/** 0..255 each. */
export interface FkColour {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

export interface FkLine {
  /** 0 = the uppermost. */
  readonly line: number;
  readonly text: string;
  readonly colour: FkColour;
}

/**
 * Data of command 30: words to say once. The display knows phrases, separated by commas; what is
 * longer than 254 bytes of GBK is cut.
 * @see FK display protocol V2.0, command 30
 */
export function encodeFkSpeech(text: string): Uint8Array {
  return concatBytes(Uint8Array.of(SPEAK_NOW), encodeGbk(text, LONGEST_SPEECH_BYTES));
}

/** The words in the data of command 30; undefined when it is none. */
export function decodeFkSpeech(data: Uint8Array): string | undefined {
  return data.length < 1 ? undefined : decodeGbk(data.subarray(1));
}

/**
 * Data of command 62: a line of text that lasts until the next one and is not kept over a power cut.
 * Shown at once, in Song 16, for ever; what is longer than 236 bytes of GBK is cut. An empty line is
 * one blank (`assumed:` a text of no bytes might be refused). The reserved bytes are those of the
 * maker's example.
 * @throws CodecMisuse `codec/display` when the line is not 0..255 or a colour is none.
 * @see FK display protocol V2.0, command 62
 */
export function encodeFkLine({line, text, colour}: FkLine): Uint8Array {
  const {red, green, blue} = colour;
  if ([line, red, green, blue].some(byte => !Number.isInteger(byte) || byte < 0 || byte > 0xff)) {
    throw new CodecMisuse('codec/display', `no FK line ${line} in ${red}/${green}/${blue}`);
  }
  const words = encodeGbk(text === '' ? ' ' : text, LONGEST_LINE_BYTES);
  const header = [line, 0x00, 0x01, 0x00, 0x05, 0x00, 0x01, FONT_SONG_16, 0x00];
  const colours = [red, green, blue, 0, 0, 0, 0, 0];
  return concatBytes(Uint8Array.of(...header, ...colours, words.length, 0x00), words);
}

/** A line of text back from the data of command 62; undefined when it is none. */
export function decodeFkLine(data: Uint8Array): FkLine | undefined {
  const length = data[LINE_HEADER_BYTES - 2];
  if (length === undefined || data.length !== LINE_HEADER_BYTES + length) return undefined;
  const text = decodeGbk(data.subarray(LINE_HEADER_BYTES));
  if (text === undefined) return undefined;
  const [red = 0, green = 0, blue = 0] = data.subarray(COLOUR_AT);
  return {line: data[0] ?? 0, text, colour: {red, green, blue}};
}
