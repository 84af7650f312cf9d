import {z} from 'zod';
import {choice, duration, exactly, identifier, integer} from '../fields.js';
import {contact, contactOrNone, inputBoardName, relayBoardName, relayOutput} from './boards.js';

const id = identifier('Name of the device.');

/** A barrier gate with dry contacts. */
export const barrier = exactly({
  id,
  kind: z.literal('barrier'),
  relays: relayBoardName,
  outputs: exactly({
    open: relayOutput('that opens'),
    close: relayOutput('that closes'),
    stop: relayOutput('that stops').optional(),
  }).describe('Terminals of the gate.'),
  inputs: inputBoardName,
  contacts: exactly({
    openLimit: contact('The arm stands upright.'),
    closedLimit: contact('The arm lies across the lane.'),
    safetyLoop: contact('A car is below the arm.'),
    photocell: contactOrNone('Somebody breaks the beam below the arm.'),
    approachLoop: contactOrNone('A car waits before the arm.'),
  }),
  pulseMs: duration(500, 1000, 'How long a terminal is driven.').default(700),
  camera: identifier(
    'Plate camera over the lane in: by what it surely reads the gate opens, as `site.kind` says. Left out: the gate is opened by persons alone.',
  ).optional(),
});

/** The strike of a room door. */
export const doorStrike = exactly({
  id,
  kind: z.literal('door-strike'),
  relays: relayBoardName,
  output: relayOutput('that lets in'),
  inputs: inputBoardName,
  door: contact('The door is open.'),
  exit: contactOrNone('Somebody inside uses the exit button or handle.'),
  failMode: choice(
    ['fail_safe', 'fail_secure'],
    'What the loss of power does to the way in: opens it, or leaves it shut.',
  ),
  releaseMs: duration(500, 25_000, 'How long the strike is released.').default(5000),
  heldAfterMs: duration(5000, 3_600_000, 'An open door is held open after it.').default(60_000),
});

/** The contact of a fire panel. Barriers go up and doors are released while it tells of a fire; locks stay as they are. */
export const firePanel = exactly({
  id,
  kind: z.literal('fire-panel'),
  inputs: inputBoardName,
  fire: contact('The panel tells of a fire. One that opens then tells of a cut cable too.'),
  opens: z
    .array(identifier('Barrier or door strike.'))
    .min(1, {error: 'expected one barrier or door strike at least'})
    .optional()
    .describe('What it opens. Left out: every barrier and door strike of the site.'),
  stops: z
    .array(identifier('Stall.'))
    .default([])
    .describe('Stalls of its zone whose water stops. Left out: none.'),
});

/** A sounder on a relay. It sounds with every open alarm that calls for help. */
export const siren = exactly({
  id,
  kind: z.literal('siren'),
  relays: relayBoardName,
  output: relayOutput('of the sounder'),
  second: z
    .boolean({error: 'expected true or false'})
    .default(false)
    .describe('Sounds only once nobody has taken a call in time.'),
});

/** One output of a board, for what has no kind of its own: a lamp, a fan, a lock somebody else built. */
export const relayOutputDevice = exactly({
  id,
  kind: z.literal('relay-output'),
  relays: relayBoardName,
  output: relayOutput('that is switched'),
  remote: z
    .array(choice(['open', 'close', 'pulse'], 'An act that the cloud may order.'))
    .default([])
    .describe('What may be ordered from afar: open switches on, close off. Left out: nothing.'),
  pulseMs: duration(500, 25_000, 'How long a pulse switches it on.').default(1000),
});

export const inputRange = integer(0, 31, 'Input of the board, from 0.');
