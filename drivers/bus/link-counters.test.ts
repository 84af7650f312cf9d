import test from 'ava';
import {LinkCounters} from './link-counters.js';

test('a unit tells its counts and the middle and upper round trips', t => {
  const counters = new LinkCounters(1000);
  for (let rtt = 1; rtt <= 100; rtt += 1) counters.reply(3, 'ok', 1000 + rtt, rtt);
  counters.reply(3, 'exceptions', 2000, 50);
  for (const what of ['timeouts', 'crcErrors', 'late', 'resent'] as const) counters.count(3, what);
  t.deepEqual(counters.snapshot(2000).units, [
    {
      unit: 3,
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

test('dropped bytes are late when a unit of ours begins them, and noise otherwise', t => {
  const counters = new LinkCounters(0);
  counters.sent(3, 'poll', 0);
  counters.dropped(Uint8Array.of(3, 3, 2));
  counters.dropped(Uint8Array.of(77));
  const {units, noise} = counters.snapshot(1);
  t.is(units[0]?.late, 1);
  t.is(noise, 1);
});

test('lanes tell their waits, the line its utilisation and losses', t => {
  const counters = new LinkCounters(0);
  counters.sent(1, 'command', 12);
  counters.sent(1, 'command', 4);
  counters.refused('confirm');
  counters.busy(250);
  counters.linkLost();
  counters.reopened();
  const {lanes, utilisation, linkLosses, reopenings} = counters.snapshot(1000);
  t.deepEqual(lanes.command, {sent: 2, worstWaitMs: 12, lastWaitMs: 4, refused: 0});
  t.is(lanes.confirm.refused, 1);
  t.is(utilisation, 0.25);
  t.is(linkLosses + reopenings, 2);
  t.is(new LinkCounters(5).snapshot(5).utilisation, 0);
});
