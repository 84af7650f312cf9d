import {z} from 'zod';
import {choice, exactly, integer, text} from './fields.js';

const parity = choice(
  ['none', 'even', 'odd'],
  'Parity of every character; the specification of Modbus asks for even, most devices have none.',
).default('none');

/**
 * Where bytes come from: a serial port of this computer, or a converter on the network. `baudRate`: what
 * devices of this kind have when they leave the factory.
 */
export function linkAt(baudRate: number) {
  const speed = integer(300, 921_600, 'Speed of the line.', 'Bd').default(baudRate);
  return z.discriminatedUnion(
    'kind',
    [
      exactly({
        kind: z.literal('serial'),
        path: text(200, 'Port; a by-path name survives a replug.'),
        baudRate: speed,
        parity,
      }),
      exactly({
        kind: z.literal('tcp'),
        host: text(253, 'Name or address of the converter.'),
        port: integer(1, 65_535, 'TCP port of the converter.'),
        baudRate: speed.describe(
          'Speed of the line behind the converter; deadlines are computed from it.',
        ),
        parity: parity.describe(
          'Parity behind the converter, which is told on the converter itself.',
        ),
      }),
    ],
    {error: 'expected one of serial, tcp'},
  );
}

export const linkSchema = linkAt(9600);

const word = (sentence: string) => integer(0, 0xffff, sentence);

/** A USB device that sends HID reports. Its path changes with every replug, so it has no place here. */
export const hidSchema = exactly({
  vendorId: word('USB vendor.'),
  productId: word('USB product.'),
  serial: text(126, 'Serial number, where two of a kind are plugged in.').optional(),
  usagePage: word('Usage page, where a device has several: 1 keyboard, 0x8C scanner.').optional(),
  interface: integer(0, 255, 'USB interface, where a device has several.').optional(),
});

export type LinkConfig = z.output<typeof linkSchema>;
export type HidConfig = z.output<typeof hidSchema>;
