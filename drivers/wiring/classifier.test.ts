import test from 'ava';
import {
  type AskingPace,
  classifyLine,
  type PacedExchange,
  type WiringFinding,
} from './classifier.js';
import type {ExchangePattern} from './exchange.js';

function asked(
  unit: number,
  pattern: ExchangePattern,
  options: {readonly times?: number; readonly pace?: AskingPace; readonly detail?: number} = {},
): readonly PacedExchange[] {
  const {times = 1, pace = 'calm', detail} = options;
  const isEchoed = pattern === 'echo';
  return Array.from({length: times}, () => ({unit, pattern, isEchoed, detail, pace}));
}

const all = (times: number, pattern: ExchangePattern, pace: AskingPace = 'calm') =>
  Array.from({length: 8}, (_, index) => asked(index + 1, pattern, {times, pace})).flat();

const rows: readonly {
  readonly name: string;
  readonly exchanges: readonly PacedExchange[];
  readonly findings: readonly WiringFinding[];
}[] = [
  {name: 'nobody was asked', exchanges: [], findings: []},
  {name: 'silence', exchanges: all(3, 'nothing'), findings: [{kind: 'nothing'}]},
  {name: 'a sound line', exchanges: all(10, 'answer'), findings: []},
  {
    name: 'echo of the adapter and nobody else',
    exchanges: all(3, 'echo'),
    findings: [{kind: 'echoOnly'}],
  },
  {name: 'garbage from everybody', exchanges: all(3, 'garbage'), findings: [{kind: 'allGarbage'}]},
  {
    name: 'one bad stub among eight',
    exchanges: [...all(10, 'answer'), ...asked(3, 'garbage', {times: 5})],
    findings: [{kind: 'errors', unit: 3, errorPercent: 33}],
  },
  {
    name: 'one broken frame in a hundred is weather',
    exchanges: [...all(99, 'answer'), ...asked(3, 'garbage')],
    findings: [],
  },
  {
    name: 'a unit that never answers soundly while all others do',
    exchanges: [
      ...all(10, 'answer').filter(({unit}) => unit !== 4),
      ...asked(4, 'garbage', {times: 4}),
    ],
    findings: [{kind: 'clash', unit: 4}],
  },
  {
    name: 'two answers to one request, again and again',
    exchanges: [...all(10, 'answer'), ...asked(4, 'twice', {times: 3})],
    findings: [{kind: 'clash', unit: 4}],
  },
  {
    name: 'two broken answers prove no clash',
    exchanges: [
      ...all(10, 'answer').filter(({unit}) => unit !== 4),
      ...asked(4, 'garbage', {times: 2}),
    ],
    findings: [{kind: 'errors', unit: 4, errorPercent: 100}],
  },
  {
    name: 'a line that breaks only under load',
    exchanges: [...all(10, 'answer'), ...all(9, 'answer', 'busy'), ...all(1, 'garbage', 'busy')],
    findings: [{kind: 'failsWithLoad', errorPercent: 10}],
  },
  {
    name: 'an answer of another unit',
    exchanges: [...all(10, 'answer'), ...asked(2, 'foreign', {detail: 7})],
    findings: [{kind: 'foreign', unit: 2, heard: 7}],
  },
  {
    name: 'a unit that refuses the register is alive',
    exchanges: [...all(10, 'answer'), ...asked(9, 'exception', {times: 2, detail: 2})],
    findings: [{kind: 'exception', unit: 9, exceptionCode: 2}],
  },
];

for (const {name, exchanges, findings} of rows) {
  test(`wiring: ${name}`, t => {
    t.deepEqual(classifyLine(exchanges), findings);
  });
}
