import {z} from 'zod';
import {boardLock, parkingLock} from './device-kinds/locks.js';
import {PLANT_LINE_KINDS} from './device-kinds/plant-kinds.js';
import {READ_LINE_KINDS} from './device-kinds/read-kinds.js';
import {choice, exactly, flag, identifier, integer, kindOf, listOf} from './fields.js';
import {linkSchema} from './link-schema.js';

const unitAddress = integer(1, 247, 'Modbus unit address, unique on its line.');
const referenceProfile = choice(['reference'], 'Register map of the device.').default('reference');

const LINE_KINDS = [
  parkingLock,
  boardLock,
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
  ...READ_LINE_KINDS,
  ...PLANT_LINE_KINDS,
] as const;

export const deviceSchema = kindOf(LINE_KINDS);

/** An RS-485 line and what hangs on it. */
export const busSchema = exactly({
  id: identifier('Name of the line.'),
  link: linkSchema,
  echo: flag('The adapter hears its own sending, which is then dropped.').default(false),
  devices: listOf(deviceSchema, 1, 247).describe('Units on the line.'),
});

export type DeviceConfig = z.output<typeof deviceSchema>;
export type BusConfig = z.output<typeof busSchema>;
