import {z} from 'zod';
import {choice, exactly, identifier} from '../fields.js';
import {hidSchema, linkAt} from '../link-schema.js';

const id = identifier('Name of the device.');

/** A scanner of QR codes and bar codes on a serial port, or on USB in COM mode. */
export const codeScanner = exactly({
  id,
  kind: z.literal('code-scanner'),
  link: linkAt(9600),
  family: choice(
    ['generic', 'gm65', 'honeywell'],
    'Make: generic talks by itself, gm65 is set up from here, honeywell is told when to look.',
  ).default('generic'),
  mode: choice(
    ['sense', 'continuous'],
    'When a gm65 looks: as something moves before it, or always.',
  ).default('sense'),
  zones: choice(['gm65', 'gm65TailAt0e'], 'Where a gm65 keeps what stands behind a code.').default(
    'gm65',
  ),
});

/** A scanner on USB that speaks HID. */
export const hidScanner = exactly({
  id,
  kind: z.literal('hid-scanner'),
  hid: hidSchema,
  format: choice(
    ['pos', 'keyboard'],
    'HID-POS, to be preferred, or typing like a keyboard.',
  ).default('pos'),
});
