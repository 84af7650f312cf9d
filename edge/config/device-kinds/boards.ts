import {z} from 'zod';
import {choice, exactly, identifier, integer} from '../fields.js';

const id = identifier('Name of the device.');
export const unitAddress = integer(1, 247, 'Modbus unit address, unique on its line.');

/** Relays whose pulses the board times; some have inputs too. */
export const relayBoard = exactly({
  id,
  kind: z.literal('relay-board'),
  profile: choice(
    ['waveshareRelay8ch', 'waveshareIo8ch'],
    'Map of the board; the second has eight inputs beside its outputs.',
  ).default('waveshareRelay8ch'),
  address: unitAddress,
});

/** Inputs that count by themselves, so that no short pulse is lost. */
export const countingInputs = exactly({
  id,
  kind: z.literal('counting-inputs'),
  profile: choice(['adam4150', 'moxaR1210'], 'Map of the board.').default('adam4150'),
  address: unitAddress,
});

/** An output of a relay board, as a mapping of the site file. */
export const relayOutput = (what: string) => integer(0, 31, `Output ${what}, from 0.`);

export const relayBoardName = identifier('Relay board that drives it.');
export const inputBoardName = identifier(
  'Board of its contacts, which hang on one board together.',
);
export const countingBoardName = identifier('Board that counts its pulses.');

/** A contact on an input. */
export const contact = (what: string) =>
  exactly({
    input: integer(0, 31, 'Input of the board, from 0.'),
    activeWhen: choice(['closed', 'open'], 'How the contact stands then.').default('closed'),
  }).describe(what);

/** A contact that is left out on purpose only. */
export const contactOrNone = (what: string) =>
  z
    .union([z.literal('none'), contact(what)])
    .describe(`${what} none: said on purpose, there is no such contact.`);
