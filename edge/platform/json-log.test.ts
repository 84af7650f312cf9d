import test from 'ava';
import {LinkError} from '../../protocols/base/errors.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {yieldTurn} from './event-loop.js';
import {createJsonLog} from './json-log.js';
import type {Log, LogLevel} from './log.js';

function listen(level: LogLevel): {readonly log: Log; readonly lines: () => unknown[]} {
  const written: string[] = [];
  const log = createJsonLog({
    clock: new VirtualClock({yieldTurn, wallMs: 1_700_000_000_123}),
    level,
    destination: {write: line => void written.push(line)},
  });
  return {log, lines: () => written.map(line => JSON.parse(line) as unknown)};
}

test('one line an event, with level, time, part and values', t => {
  const {log, lines} = listen('info');
  log.child('runtime').child('line-1').notice('line.down', {units: 8, why: 'no answer'});
  t.deepEqual(lines(), [
    {
      level: 'notice',
      time: '2023-11-14T22:13:20.123Z',
      part: 'runtime.line-1',
      event: 'line.down',
      units: 8,
      why: 'no answer',
    },
  ]);
});

test('levels below the asked one are silent, and debug values are not even made', t => {
  const {log, lines} = listen('notice');
  log.debug('wire', () => t.fail('made') as never);
  log.info('quiet');
  for (const level of ['notice', 'warn', 'error', 'fatal'] as const) log[level](level);
  t.deepEqual(
    lines().map(line => (line as {event: string}).event),
    ['notice', 'warn', 'error', 'fatal'],
  );
  const loud = listen('debug');
  loud.log.debug('wire', () => ({bytes: Uint8Array.of(1, 0xab)}));
  t.like(loud.lines()[0], {level: 'debug', bytes: '01ab'});
});

test('secrets are hidden at any depth, card numbers are not', t => {
  const {log, lines} = listen('info');
  const card = {uid: '0104F2A7B3', secretHex: '00', proof: Uint8Array.of(1), SecretKey: 'x'};
  log.info('card', {card, list: [{token: 't', key: 'k'}], publicKey: 'shown'});
  t.like(lines()[0], {
    card: {uid: '0104F2A7B3', secretHex: '[hidden]', proof: '[hidden]', SecretKey: '[hidden]'},
    list: [{token: '[hidden]', key: '[hidden]'}],
    publicKey: 'shown',
  } as never);
});

test('errors show code, values and cause; bugs show where they are', t => {
  const {log, lines} = listen('info');
  const cause = new TypeError('bad');
  log.error('port', {error: new LinkError('port/locked', 'busy', {path: '/dev/a'}, cause)});
  const [line] = lines() as {error: {cause: {stack: string}}}[];
  t.like(line, {
    error: {message: 'busy [port/locked]', code: 'port/locked', context: {path: '/dev/a'}},
  } as never);
  t.regex(line?.error.cause.stack ?? '', /json-log\.test/);
});

test('values that JSON lacks are written, and endless ones are cut', t => {
  const {log, lines} = listen('info');
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  log.info('odd', {big: 2n ** 64n, none: null, loop});
  t.like(lines()[0], {big: '18446744073709551616', none: null});
  t.true(JSON.stringify(lines()[0]).includes('[deep]'));
});
