import {KEY_MEANINGS} from './key-usages.js';

/** Modifiers, one reserved byte, six places for keys that are down. */
const BOOT_REPORT_BYTES = 8;
const FIRST_KEY = 2;
/** Left and right shift. */
const SHIFT_MASK = 0x22;
/** In every place: more keys are down than a report can name. 00 stands in an empty place. */
const ROLL_OVER = 0x01;
/** 02 and 03 are faults of the keyboard itself; keys begin at 04. */
const FIRST_USAGE = 0x04;

/** What the last report said, which the next is compared with. */
export interface KeyboardState {
  readonly down: readonly number[];
}

/** A key that went down. `text` is undefined for keys that write nothing (Enter, Tab, F1, ...). */
export interface KeyStroke {
  readonly usage: number;
  readonly shift: boolean;
  readonly text: string | undefined;
}

export interface KeyboardStep {
  readonly state: KeyboardState;
  readonly strokes: readonly KeyStroke[];
}

export const NO_KEYS: KeyboardState = {down: []};

/**
 * Keys that this boot report has and the last had not, in the report's order. A roll-over report, a
 * short one, or one that names a fault changes nothing: the next sound report tells what is down.
 * Whatever follows the eight bytes is not looked at.
 * @see USB Device Class Definition for HID 1.11, appendix B.1; HID Usage Tables 1.12, section 10
 */
export function readKeyboard(state: KeyboardState, report: Uint8Array): KeyboardStep {
  const keys = [...report.subarray(FIRST_KEY, BOOT_REPORT_BYTES)];
  const faulty = keys.some(usage => usage >= ROLL_OVER && usage < FIRST_USAGE);
  if (report.length < BOOT_REPORT_BYTES || faulty) return {state, strokes: []};
  const down = keys.filter(usage => usage >= FIRST_USAGE);
  const shift = ((report[0] ?? 0) & SHIFT_MASK) !== 0;
  const strokes = down
    .filter((usage, place) => !state.down.includes(usage) && down.indexOf(usage) === place)
    .map(usage => ({usage, shift, text: textOf(usage, shift)}));
  return {state: {down}, strokes};
}

function textOf(usage: number, shift: boolean): string | undefined {
  const meaning = KEY_MEANINGS.get(usage);
  return shift ? meaning?.shifted : meaning?.plain;
}

/** A report with these keys down, as a keyboard sends it; more than six are a roll-over. */
export function encodeBootReport(down: readonly number[], shift = false): Uint8Array {
  const report = new Uint8Array(BOOT_REPORT_BYTES);
  report[0] = shift ? 0x02 : 0;
  if (down.length > BOOT_REPORT_BYTES - FIRST_KEY) report.fill(ROLL_OVER, FIRST_KEY);
  else report.set(down, FIRST_KEY);
  return report;
}
