import test from 'ava';
import {concatBytes, fromHex, toHex} from '../../protocols/base/bytes.js';
import {decodeReply} from '../../protocols/modbus/rtu-frame.js';
import {
  type Exchange,
  freshTransaction,
  type LineTiming,
  stepTransaction,
  type TransactionEffect,
  type TransactionInput,
} from './transaction-machine.js';

const TIMING: LineTiming = {silenceMs: 3.65, perByteMs: 1, hostMs: 30, quarantineMs: 40};
/** FC03 of one register at 0, and the value 7; CRCs by an outside calculator. */
const REQUEST = fromHex('010300000001840a');
const REPLY = fromHex('0103020007f986');
const FOREIGN = fromHex('0203020007bd86');
const OTHER_FUNCTION = fromHex('010600010003980b');
const EXPECTED = {unit: 1, functionCode: 3, frameBytes: 7, echo: undefined};
const EXCHANGE: Exchange = {
  request: REQUEST,
  reply: {
    longestBytes: 7,
    read: received => {
      const decoded = decodeReply(received, EXPECTED);
      return decoded.kind === 'frame' ? {...decoded, frame: 'answer'} : decoded;
    },
  },
  turnaroundMs: 50,
};

function word(effect: TransactionEffect): string {
  switch (effect.kind) {
    case 'flushed':
      return `flushed ${toHex(effect.bytes)}`;
    case 'misfit':
      return `misfit ${toHex(effect.frame)}`;
    case 'armDeadline':
    case 'armQuarantine':
      return `${effect.kind} ${effect.afterMs}`;
    case 'reply':
    case 'timeout':
      return effect.garbled ? `${effect.kind} garbled` : effect.kind;
    case 'disarm':
    case 'gone':
      return effect.kind;
  }
}

function run(...inputs: readonly TransactionInput[]) {
  let state = freshTransaction(0);
  const effects: string[] = [];
  for (const input of inputs) {
    const step = stepTransaction(state, input, TIMING);
    state = step.state;
    effects.push(...step.effects.map(word));
  }
  return {state, effects};
}

const sent = (atMs: number, echoed = false): TransactionInput => ({
  kind: 'sent',
  atMs,
  exchange: EXCHANGE,
  echoed,
});
const bytes = (atMs: number, data: Uint8Array): TransactionInput => ({
  kind: 'bytes',
  atMs,
  bytes: data,
});

test('the deadline covers both frames, the turnaround and the host; the silence counts from the wire', t => {
  const {state, effects} = run(sent(100));
  t.deepEqual(effects, ['armDeadline 95']);
  t.is(state.quietSinceMs, 100 + 8);
});

test('no deadline is shorter than 60 ms', t => {
  const quick = {...EXCHANGE, turnaroundMs: 0};
  const step = stepTransaction(
    freshTransaction(0),
    {kind: 'sent', atMs: 0, exchange: quick, echoed: false},
    {...TIMING, perByteMs: 0.1},
  );
  t.deepEqual(step.effects.map(word), ['armDeadline 60']);
});

test('a reply may come byte by byte; the silence counts from its last', t => {
  const pieces = [...REPLY].map((byte, index) => bytes(120 + index, Uint8Array.of(byte)));
  const {state, effects} = run(sent(100), ...pieces);
  t.deepEqual(effects, ['armDeadline 95', 'disarm', 'reply']);
  t.is(state.phase.kind, 'free');
  t.is(state.quietSinceMs, 126);
});

test('foreign frames, other functions and noise do not end the wait', t => {
  const {effects} = run(
    sent(100),
    bytes(110, FOREIGN),
    bytes(120, OTHER_FUNCTION),
    bytes(130, concatBytes(Uint8Array.of(0xff, 0x00), REPLY)),
  );
  t.deepEqual(effects, [
    'armDeadline 95',
    `misfit ${toHex(FOREIGN)}`,
    `misfit ${toHex(OTHER_FUNCTION)}`,
    'disarm',
    'reply garbled',
  ]);
});

test('a timeout costs a quarantine; what comes in it is flushed with the next request', t => {
  const {state, effects} = run(sent(0), {kind: 'deadline', atMs: 95}, bytes(110, REPLY));
  t.deepEqual(effects, ['armDeadline 95', 'armQuarantine 40', 'timeout']);
  t.is(state.phase.kind, 'quarantine');
  const over = stepTransaction(state, {kind: 'quarantineOver'}, TIMING);
  t.is(over.state.phase.kind, 'free');
  const next = stepTransaction(over.state, sent(140), TIMING);
  t.deepEqual(next.effects.map(word), [`flushed ${toHex(REPLY)}`, 'armDeadline 95']);
});

test('a timeout after half a reply is told apart from silence', t => {
  const {effects} = run(sent(0), bytes(20, REPLY.slice(0, 4)), {kind: 'deadline', atMs: 95});
  t.is(effects.at(-1), 'timeout garbled');
});

test('the echo is taken off byte for byte, and what differs from it is judged as reply', t => {
  const {effects} = run(
    sent(0, true),
    bytes(4, REQUEST.slice(0, 3)),
    bytes(9, concatBytes(REQUEST.slice(3), REPLY.slice(0, 2))),
    bytes(20, REPLY.slice(2)),
  );
  t.deepEqual(effects, ['armDeadline 95', 'disarm', 'reply']);
  const withoutEcho = run(sent(0, true), bytes(20, REPLY.slice(0, 1)), bytes(21, REPLY.slice(1)));
  t.deepEqual(withoutEcho.effects, ['armDeadline 95', 'disarm', 'reply']);
});

test('bytes that nobody waits for lengthen the silence and are kept within one frame', t => {
  const {state} = run(bytes(50, new Uint8Array(200)), bytes(60, new Uint8Array(200)));
  t.is(state.quietSinceMs, 60);
  t.is(state.stray.length, 256);
});

test('a lost link ends a transaction unanswered and forgets what was half heard', t => {
  const {state, effects} = run(sent(0), bytes(10, REPLY.slice(0, 3)), {kind: 'linkLost'});
  t.deepEqual(effects, ['armDeadline 95', 'disarm', 'timeout']);
  t.like(state, {phase: {kind: 'free'}});
  t.is(state.stray.length, 0);
  t.deepEqual(run({kind: 'linkLost'}).effects, ['disarm']);
});

test('timers that fire in the wrong phase change nothing', t => {
  const fresh = freshTransaction(0);
  for (const kind of ['deadline', 'quarantineOver'] as const) {
    t.deepEqual(stepTransaction(fresh, {kind, atMs: 1}, TIMING), {state: fresh, effects: []});
  }
});
