import {z} from 'zod';
import {exactly, flag, identifier, integer, secretReference} from '../fields.js';

const id = identifier('Name of the device.');
const address = (of: string) => integer(0, 255, `${of}, unique among its kind on the line.`);
const variable = integer(0, 0xffff, 'Variable of the panel.');

/** An FK display with voice. */
export const fkDisplay = exactly({
  id,
  kind: z.literal('fk-display'),
  address: address('Address of the display').default(0),
  replies: flag('False: the display was set never to answer.').default(true),
  password: secretReference(
    "Password of the display, six digits or more; left out: the maker's.",
  ).optional(),
});

/** An AA55 display with voice. Nothing tells whether it lives. */
export const aa55Display = exactly({
  id,
  kind: z.literal('aa55-display'),
  address: address('Address of the display').default(0x64),
});

const textVariable = exactly({
  address: variable,
  longestBytes: integer(1, 128, 'Bytes that the variable holds.'),
});

const page = integer(0, 0xffff, 'Page of the panel.');

/** A DWIN DGUS II touch panel, with pages of its owner. It has no address: one on a line. */
export const dwinDisplay = exactly({
  id,
  kind: z.literal('dwin-display'),
  first: textVariable.describe('Variable of the first line of text.'),
  second: textVariable.describe('Variable of the second line.'),
  pages: exactly({neutral: page, good: page, bad: page, call: page})
    .optional()
    .describe('Page for each tone; left out: one page for all.'),
  keyAddress: variable.describe('Variable into which the pages put the number of a pressed key.'),
  hasCrc: flag('The CRC is switched on in the panel.').default(false),
});

/** A Xunpeng board that shows how many bays are free. */
export const spaceCounter = exactly({
  id,
  kind: z.literal('space-counter'),
  address: address('Information code of the board').default(1),
  few: integer(0, 65_535, 'Up to so many free bays it shows in yellow.').default(5),
});
