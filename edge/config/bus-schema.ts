import {z} from 'zod';
import {choice, duration, exactly, flag, identifier, integer, listOf, text} from './fields.js';

const baudRate = integer(300, 921_600, 'Speed of the line.', 'Bd');

const parity = choice(
  ['none', 'even', 'odd'],
  'Parity of every character; the specification of Modbus asks for even, most devices have none.',
).default('none');

/** Where bytes come from: a serial port of this computer, or a converter on the network. */
export const linkSchema = z.discriminatedUnion(
  'kind',
  [
    exactly({
      kind: z.literal('serial'),
      path: text(200, 'Port; a by-path name survives a replug.'),
      baudRate: baudRate.default(9600),
      parity,
    }),
    exactly({
      kind: z.literal('tcp'),
      host: text(253, 'Name or address of the converter.'),
      port: integer(1, 65_535, 'TCP port of the converter.'),
      baudRate: baudRate
        .default(9600)
        .describe('Speed of the line behind the converter; deadlines are computed from it.'),
      parity: parity.describe(
        'Parity behind the converter, which is told on the converter itself.',
      ),
    }),
  ],
  {error: 'expected one of serial, tcp'},
);

const unitAddress = integer(1, 247, 'Modbus unit address, unique on its line.');
const referenceProfile = choice(['reference'], 'Register map of the device.').default('reference');

const DEVICE_KINDS = ['parking-lock', 'display', 'emergency-button', 'discrete-inputs'] as const;

export const deviceSchema = z.discriminatedUnion(
  'kind',
  [
    exactly({
      id: identifier('Name of the device.'),
      kind: z.literal('parking-lock'),
      profile: referenceProfile,
      address: unitAddress,
      travelMs: duration(1000, 10_000, 'Full travel of the arm, one way.').default(3000),
      pollMs: duration(50, 2000, 'Routine polls, start to start.').default(500),
    }),
    exactly({
      id: identifier('Name of the device.'),
      kind: z.literal('display'),
      profile: referenceProfile,
      address: unitAddress,
    }),
    exactly({
      id: identifier('Name of the device.'),
      kind: z.literal('emergency-button'),
      profile: referenceProfile,
      address: unitAddress,
    }),
    exactly({
      id: identifier('Name of the device.'),
      kind: z.literal('discrete-inputs'),
      address: unitAddress,
    }),
  ],
  {error: `expected one of ${DEVICE_KINDS.join(', ')}`},
);

/** An RS-485 line and what hangs on it. */
export const busSchema = exactly({
  id: identifier('Name of the line.'),
  link: linkSchema,
  echo: flag('The adapter hears its own sending, which is then dropped.').default(false),
  devices: listOf(deviceSchema, 1, 247).describe('Units on the line.'),
});

export type LinkConfig = z.output<typeof linkSchema>;
export type DeviceConfig = z.output<typeof deviceSchema>;
export type BusConfig = z.output<typeof busSchema>;
