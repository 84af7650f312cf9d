import {z} from 'zod';
import {choice, duration, exactly, identifier, integer} from '../fields.js';
import {linkAt} from '../link-schema.js';
import {unitAddress} from './boards.js';

const id = identifier('Name of the device.');

/** A distance sensor over a bay; the sensors of one line measure one after the other. */
export const ultrasonic = exactly({
  id,
  kind: z.literal('ultrasonic'),
  profile: choice(['urm14', 'urm13'], 'Register map of the sensor.').default('urm14'),
  address: unitAddress,
  floorMm: integer(500, 10_000, 'From the sensor to the empty floor, as measured.', 'mm'),
});

/** A temperature probe. */
export const temperatureInput = exactly({
  id,
  kind: z.literal('temperature-input'),
  profile: choice(['reference', 'urm'], 'Register map of the probe.').default('reference'),
  address: unitAddress,
  pollMs: duration(500, 600_000, 'Readings, start to start.').default(5000),
});

/** A card dispenser. */
export const cardDispenser = exactly({
  id,
  kind: z.literal('card-dispenser'),
  profile: choice(['reference'], 'Register map of the machine.').default('reference'),
  address: unitAddress,
  reader: exactly({
    kind: z.literal('rdm6300', {error: 'expected rdm6300'}),
    link: linkAt(9600),
  })
    .optional()
    .describe('Card reader at the mouth; left out, no card of it can ever be made live.'),
});
