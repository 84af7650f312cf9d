import test from 'ava';
import type {ReplyReader} from './contract.js';
import {LinkCounters} from './link-counters.js';

test('a unit tells its counts and the middle and upper round trips', t => {
  const counters = new LinkCounters(1000);
  for (let rtt = 1; rtt <= 100; rtt += 1) counters.reply('modbus:3', 'ok', 1000 + rtt, rtt);
  counters.reply('modbus:3', 'exceptions', 2000, 50);
  for (const what of ['timeouts', 'crcErrors', 'late', 'resent'] as const)
    counters.count('modbus:3', what);
  t.deepEqual(counters.snapshot(2000).units, [
    {
      unit: 'modbus:3',
      ok: 100,
      exceptions: 1,
      timeouts: 1,
      crcErrors: 1,
      late: 1,
      resent: 1,
      lastOkAtMs: 2000,
      // Of the last 64: 38..100 and the 50 of the exception.
      rttP50Ms: 68,
      rttP95Ms: 96,
    },
  ]);
});

/** Knows its reply by the first byte, after any number of zeros. */
function readerOf(first: number): ReplyReader {
  return {
    longestBytes: 3,
    read: bytes => {
      if (bytes[0] === 0) return {kind: 'discard', used: 1, why: 'noise'};
      if (bytes.length < 3) return {kind: 'wait'};
      return bytes[0] === first
        ? {kind: 'frame', frame: 'answer', used: 3}
        : {kind: 'discard', used: 3, why: 'foreign'};
    },
  };
}

test('dropped bytes are late when a recent request of a unit called for them, and noise otherwise', t => {
  const counters = new LinkCounters(0);
  counters.sent('toy:3', 'poll', 0, readerOf(3));
  counters.sent('toy:4', 'poll', 0, readerOf(4));
  counters.sent('toy:4', 'command', 0, readerOf(5));
  counters.sent('toy:4', 'command', 0, undefined);
  counters.dropped(Uint8Array.of(0, 3, 3, 2));
  counters.dropped(Uint8Array.of(4, 0, 0));
  counters.dropped(Uint8Array.of(5, 0, 0));
  counters.dropped(Uint8Array.of(77, 3, 3));
  counters.dropped(Uint8Array.of(3, 3));
  const {units, noise} = counters.snapshot(1);
  t.deepEqual(
    units.map(({unit, late}) => [unit, late]),
    [
      ['toy:3', 1],
      ['toy:4', 2],
    ],
  );
  t.is(noise, 2);
});

test('lanes tell their waits, the line its utilisation and losses', t => {
  const counters = new LinkCounters(0);
  counters.sent('modbus:1', 'command', 12, undefined);
  counters.sent('modbus:1', 'command', 4, undefined);
  counters.refused('confirm');
  counters.starved();
  counters.busy(250);
  counters.linkLost();
  counters.reopened();
  const {lanes, utilisation, linkLosses, reopenings, starvedPolls} = counters.snapshot(
    1000,
    () => 7,
  );
  t.deepEqual(lanes.command, {
    sent: 2,
    worstWaitMs: 12,
    lastWaitMs: 4,
    p99WaitMs: 4,
    queueAgeMs: 7,
    refused: 0,
  });
  t.is(lanes.confirm.refused, 1);
  t.is(utilisation, 0.25);
  t.is(linkLosses + reopenings, 2);
  t.is(starvedPolls, 1);
  t.is(new LinkCounters(5).snapshot(5).utilisation, 0);
});
