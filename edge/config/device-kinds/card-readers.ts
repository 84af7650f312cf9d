import {z} from 'zod';
import {choice, exactly, identifier, integer, secretReference} from '../fields.js';
import {linkAt} from '../link-schema.js';

/** A PN532 on a serial port of its own, 13.56 MHz. */
export const pn532 = exactly({
  id: identifier('Name of the device.'),
  kind: z.literal('pn532'),
  link: linkAt(115_200),
  sector: exactly({
    sector: integer(1, 31, 'Sector of MIFARE Classic cards that the key of each card opens.'),
    keyKind: choice(['A', 'B'], 'Which of both keys.').default('A'),
    siteKey: secretReference('Key from which those of the cards are made: 16 bytes in hex.'),
  })
    .optional()
    .describe('Left out, bare card numbers are read, which anybody can copy.'),
});
