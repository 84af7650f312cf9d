import {z} from 'zod';
import {choice, exactly, identifier, integer} from '../fields.js';
import {hidSchema} from '../link-schema.js';

const id = identifier('Name of the device.');
const maxDigits = integer(1, 32, 'Longest code that is typed.').default(12);

/** A keypad with Modbus registers. */
export const keypad = exactly({
  id,
  kind: z.literal('keypad'),
  profile: choice(['reference'], 'Register map of the device.').default('reference'),
  address: integer(1, 247, 'Modbus unit address, unique on its line.'),
  maxDigits,
});

/** A numeric keypad on USB. */
export const hidKeypad = exactly({id, kind: z.literal('hid-keypad'), hid: hidSchema, maxDigits});
