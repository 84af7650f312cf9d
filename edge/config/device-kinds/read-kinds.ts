import {pn532} from './card-readers.js';
import {codeScanner, hidScanner} from './code-readers.js';
import {aa55Display, dwinDisplay, fkDisplay, spaceCounter} from './displays.js';
import {fingerprint} from './fingerprint.js';
import {hidKeypad, keypad} from './keypads.js';
import {osdpReader} from './osdp-reader.js';

/** What reads people's cards, codes and fingers, and shows them words: on a line. */
export const READ_LINE_KINDS = [
  osdpReader,
  keypad,
  fkDisplay,
  aa55Display,
  dwinDisplay,
  spaceCounter,
] as const;

/** The same with a link of their own. */
export const READ_OWN_KINDS = [codeScanner, hidScanner, hidKeypad, pn532, fingerprint] as const;
