import {z} from 'zod';
import {choice, duration, exactly, flag, identifier, integer, secretReference} from '../fields.js';

/** A reader that speaks OSDP: cards, keys, lights, sounder, text, inputs. */
export const osdpReader = exactly({
  id: identifier('Name of the device.'),
  kind: z.literal('osdp-reader'),
  address: integer(0, 126, 'OSDP address, unique among the OSDP readers of its line.'),
  key: secretReference('Key of its Secure Channel (SCBK): 16 bytes in hex.').optional(),
  requireSecure: flag('A reader without a Secure Channel stays off-line.').default(true),
  install: flag(
    'Give a reader that has the default key a key of its own: the one here, or a fresh one that is kept beside the database.',
  ).default(false),
  pollMs: duration(50, 4000, 'Polls, start to start.').default(100),
  number: choice(
    ['bits', 'data'],
    'Number of a card: all bits as reported, or what a Wiegand card has between its parity bits.',
  ).default('bits'),
  goneAfterMs: duration(100, 5000, 'A card counts as gone so long after its last report.').default(
    300,
  ),
  columns: integer(8, 80, 'Characters in a row of its text.').default(16),
  maxDigits: integer(1, 32, 'Longest code that is typed.').default(12),
});
