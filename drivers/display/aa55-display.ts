import {
  AA55_ADDRESS,
  AA55_COLOUR,
  AA55_COMMAND,
  type Aa55Colour,
  encodeAa55Frame,
  encodeAa55Line,
  encodeAa55Speech,
} from '../../protocols/aa55-display/frame.js';
import type {Millis} from '../../protocols/base/clock.js';
import type {Frame} from '../bus/contract.js';
import type {DisplayTone} from './contract.js';
import type {DisplayModel} from './frame-display.js';

const TONE_COLOURS: Readonly<Record<DisplayTone, Aa55Colour>> = {
  neutral: AA55_COLOUR.yellow,
  good: AA55_COLOUR.green,
  bad: AA55_COLOUR.red,
  call: AA55_COLOUR.red,
};

/** `assumed:` what the display needs between two frames, since it confirms none. */
const REST_MS: Millis = 100;

/**
 * An AA55 display with voice. No paper shows a reply, so a frame that has gone out counts as shown
 * until the refresh repeats it, and nobody knows the display's health.
 * @see device notes 5.2, S31
 */
export function aa55DisplayModel(options: {readonly address?: number} = {}): DisplayModel {
  const {address = AA55_ADDRESS} = options;
  let serial = 0;
  const frame = (command: number, data: Uint8Array): Frame => {
    serial = (serial + 1) & 0xff;
    const bytes = encodeAa55Frame({serial, address, command, data});
    return {bytes, reply: undefined, turnaroundMs: REST_MS};
  };
  return {
    unit: `aa55-display:${address}`,
    screen: ({lines, tone}) =>
      lines.map(
        (text, index) => () =>
          frame(
            AA55_COMMAND.lineText,
            encodeAa55Line({line: index + 1, colour: TONE_COLOURS[tone], text}),
          ),
      ),
    speech: text => frame(AA55_COMMAND.speak, encodeAa55Speech(text)),
    probe: undefined,
  };
}
