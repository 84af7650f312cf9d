import {z} from 'zod';
import {exactly, identifier, integer, listOf, secretReference} from '../fields.js';
import {linkAt} from '../link-schema.js';

const LARGEST_PAGE = 65_535;

/** A fingerprint sensor of the ZFM-20 family on a serial port of its own. */
export const fingerprint = exactly({
  id: identifier('Name of the device.'),
  kind: z.literal('fingerprint'),
  link: linkAt(57_600),
  password: secretReference('Password of the sensor: 4 bytes in hex.'),
  address: integer(0, 0xffff_ffff, 'Address of the sensor.').default(0xffff_ffff),
  threshold: integer(1, 1000, 'Least score of a match.').default(50),
  pages: listOf(integer(0, LARGEST_PAGE, 'A page of its library.'), 0, 48)
    .default([])
    .describe('Pages with which every finger is compared; none: the sensor waits to be asked.'),
});
