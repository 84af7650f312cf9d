import {z} from 'zod';
import {choice, exactly, identifier, integer} from '../fields.js';

const input = (sentence: string) => integer(0, 31, sentence);

/** A call button on two inputs of a board, whose cable is watched. */
export const loopButton = exactly({
  id: identifier('Name of the device.'),
  kind: z.literal('loop-button'),
  inputs: identifier('Discrete-inputs board of both contacts.'),
  wiring: choice(
    ['antivalent', 'endOfLine'],
    'A changeover button, or the two outputs of a module that measures the resistor of the loop.',
  ).default('antivalent'),
  first: input('Input that opens with a press.'),
  second: input('Input that closes with a press; of a module, the one that opens with a fault.'),
});
