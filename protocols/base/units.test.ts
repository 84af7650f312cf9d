import test from 'ava';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, wireTimeMs} from './units.js';

test('units build on each other', t => {
  t.is(MINUTE_MS, 60 * SECOND_MS);
  t.is(HOUR_MS, 60 * MINUTE_MS);
  t.is(DAY_MS, 24 * HOUR_MS);
});

test('8 characters of 8N1 take 8.33 ms at 9600, of 11 bits 9.17 ms', t => {
  t.is(wireTimeMs(8, 9600).toFixed(2), '8.33');
  t.is(wireTimeMs(8, 9600, 11).toFixed(2), '9.17');
  t.is(wireTimeMs(0, 9600), 0);
});
