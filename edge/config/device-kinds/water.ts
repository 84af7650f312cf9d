import {z} from 'zod';
import {choice, duration, exactly, identifier, integer} from '../fields.js';
import {countingBoardName, relayBoardName, relayOutput, unitAddress} from './boards.js';
import {inputRange} from './gates.js';

const id = identifier('Name of the device.');
const mostMlPerMin = (usual: number) =>
  integer(1000, 10_000_000, 'Most water that the pipe can give.', 'ml per minute').default(usual);

/** A Modbus water meter with a valve in it. */
export const waterMeter = exactly({
  id,
  kind: z.literal('water-meter'),
  profile: choice(['xintai'], 'Register map of the meter.').default('xintai'),
  address: unitAddress,
  pollMs: duration(200, 60_000, 'Readings, start to start.').default(1000),
  mostMlPerMin: mostMlPerMin(100_000),
});

/** A flow meter on Modbus without a valve. */
export const flowMeter = exactly({
  id,
  kind: z.literal('flow-meter'),
  profile: choice(
    ['tuf2000m', 'tuf2000mFrom1'],
    'Register map; the second for firmware that counts registers from 1.',
  ).default('tuf2000m'),
  address: unitAddress,
  pollMs: duration(200, 60_000, 'Readings, start to start.').default(1000),
  mostMlPerMin: mostMlPerMin(1_000_000),
});

/** A water meter with a valve that speaks CJ/T 188, on a line of its own at 2400 baud, even parity. */
export const cjt188Meter = exactly({
  id,
  kind: z.literal('cjt188-meter'),
  address: z
    .string({error: 'expected 14 digits in quotes'})
    .regex(/^(\d{14}|A{14})$/, {error: 'expected 14 digits in quotes'})
    .describe(
      "Printed on the meter, its maker's code first; AAAAAAAAAAAAAA for the only one of a line.",
    ),
  profile: choice(['standard', 'swapped', 'highStatus'], 'How its maker writes.').default(
    'standard',
  ),
  pollMs: duration(1000, 60_000, 'Readings, start to start.').default(2000),
  mostMlPerMin: mostMlPerMin(100_000),
});

/** A master valve on two relays, before a row of stalls: shut when one of them leaks. */
export const rowValve = exactly({
  id,
  kind: z.literal('row-valve'),
  relays: relayBoardName,
  outputs: exactly({open: relayOutput('that opens'), close: relayOutput('that closes')}),
  pulseMs: duration(20, 60_000, 'How long its motor or coil is driven.').default(1000),
});

const coil = (order: string) =>
  duration(20, 2000, `How long the coil that ${order} is driven.`).default(100);

/** A flow sensor on a counting input with a latching valve on two relays. */
export const pulseMeter = exactly({
  id,
  kind: z.literal('pulse-meter'),
  counters: countingBoardName,
  input: inputRange,
  relays: relayBoardName,
  outputs: exactly({open: relayOutput('that opens'), close: relayOutput('that closes')}),
  pulses: integer(1, 1_000_000, 'Pulses in the litres below, both whole.'),
  litres: integer(1, 1_000_000, 'Litres for these pulses.', 'l').default(1),
  openPulseMs: coil('opens'),
  closePulseMs: coil('closes'),
  mostMlPerMin: mostMlPerMin(60_000),
});
