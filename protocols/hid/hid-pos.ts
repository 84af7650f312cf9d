import {CodecMisuse} from '../base/errors.js';

/** `assumed:` as Honeywell and its clones do; the descriptor of another scanner may say otherwise. */
const HID_POS_REPORT_BYTES = 64;
const REPORT_ID = 0x02;
const AIM_OFFSET = 2;
const AIM_BYTES = 3;
const DATA_OFFSET = AIM_OFFSET + AIM_BYTES;
export const HID_POS_DATA_BYTES = 56;
const MORE_OFFSET = HID_POS_REPORT_BYTES - 1;

/** One report: a piece of a code, or the whole of it. */
export interface HidPosPart {
  /** AIM symbology identifier such as `]Q1`; may be empty. */
  readonly aim: string;
  readonly data: Uint8Array;
  /** The code goes on in the next report. */
  readonly more: boolean;
}

/**
 * Read a report of a scanner in HID-POS mode: report id, length of data, three bytes of AIM identifier,
 * up to 56 bytes of data, last byte 1 = more follows. Undefined for a report of another shape.
 * `assumed:` the places. @see devices.md 4.7; HID Point of Sale Usage Tables 1.02, section 4
 */
export function decodeHidPos(report: Uint8Array): HidPosPart | undefined {
  const [id, length] = report;
  if (report.length !== HID_POS_REPORT_BYTES || id !== REPORT_ID) return undefined;
  if (length === undefined || length > HID_POS_DATA_BYTES) return undefined;
  const aim = report.subarray(AIM_OFFSET, DATA_OFFSET).filter(byte => byte !== 0);
  return {
    aim: String.fromCharCode(...aim),
    data: report.slice(DATA_OFFSET, DATA_OFFSET + length),
    more: ((report[MORE_OFFSET] ?? 0) & 1) !== 0,
  };
}

/**
 * The report of a piece.
 * @throws CodecMisuse `codec/hid-pos` for more than 56 bytes of data or three characters of AIM.
 */
export function encodeHidPos({aim, data, more}: HidPosPart): Uint8Array {
  if (data.length > HID_POS_DATA_BYTES || aim.length > AIM_BYTES) {
    throw new CodecMisuse('codec/hid-pos', `no report holds ${data.length} bytes of code`);
  }
  const report = new Uint8Array(HID_POS_REPORT_BYTES);
  report.set([REPORT_ID, data.length]);
  report.set(
    [...aim].map(character => character.charCodeAt(0)),
    AIM_OFFSET,
  );
  report.set(data, DATA_OFFSET);
  report[MORE_OFFSET] = Number(more);
  return report;
}
