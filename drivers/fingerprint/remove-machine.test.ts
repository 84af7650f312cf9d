import test from 'ava';
import {CODE} from '../../protocols/fingerprint/instructions.js';
import type {OperationInput} from './operation.js';
import {removeOperation} from './remove-machine.js';

const lost: OperationInput = {kind: 'lost', atMs: 0};
const ack = (code: number): OperationInput => ({kind: 'ack', ack: {code, values: {}}, atMs: 0});

/** Questions and outcome of emptying pages 10 and 11 with these answers. */
function play(answers: readonly OperationInput[]): readonly string[] {
  const operation = removeOperation([10, 11]);
  let step = operation.start(0);
  const told: string[] = [];
  const note = () => {
    for (const effect of step.effects) {
      if (effect.kind === 'ask') told.push(`${effect.ask.name} ${effect.ask.values.join(' ')}`);
      else if (effect.kind === 'done') {
        const {outcome} = effect;
        told.push(outcome.kind === 'incomplete' ? `left ${outcome.left.join(' ')}` : outcome.kind);
      }
    }
  };
  note();
  for (const input of answers) {
    step = operation.step(step.state, input);
    note();
  }
  return told;
}

test('pages are emptied one by one; a lost answer is settled by reading, never by removing again', t => {
  const [first, second] = ['remove 10 1', 'remove 11 1'];
  const table: readonly (readonly [readonly OperationInput[], readonly string[]])[] = [
    [
      [ack(CODE.done), ack(CODE.done)],
      [first, second, 'removed'],
    ],
    [
      [lost, ack(CODE.noTemplate)],
      [first, 'load 2 10', second],
    ],
    [
      [lost, ack(CODE.done)],
      [first, 'load 2 10', 'left 10 11'],
    ],
    [
      [lost, lost],
      [first, 'load 2 10', 'left 10 11'],
    ],
    [
      [ack(CODE.done), ack(CODE.badPage)],
      [first, second, 'left 11'],
    ],
    [[ack(CODE.noTemplate)], [first, 'left 10 11']],
    [[{kind: 'due', atMs: 0}], [first]],
  ];
  for (const [answers, told] of table) t.deepEqual(play(answers), told);
});

test('called off, it names what is left; before its first question it did nothing', t => {
  const operation = removeOperation([10, 11]);
  const fault = {kind: 'unavailable', why: 'closed', detail: 'called off'} as const;
  t.deepEqual(operation.broken(undefined, fault), fault);
  t.deepEqual(operation.broken(operation.start(0).state, fault), {
    kind: 'incomplete',
    left: [10, 11],
    detail: 'called off',
  });
});
