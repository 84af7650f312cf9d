import test from 'ava';
import fc from 'fast-check';
import {isoText} from './iso-text.js';

test('an instant is written as RFC 3339 has it', t => {
  t.is(isoText(0), '1970-01-01T00:00:00.000Z');
  t.is(isoText(951_782_400_000), '2000-02-29T00:00:00.000Z');
  t.is(isoText(1_795_334_400_123), '2026-11-22T08:00:00.123Z');
  t.is(isoText(253_402_300_799_999), '9999-12-31T23:59:59.999Z');
});

test('it says what the platform says, from 1970 to 9999', t => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 253_402_300_799_999}), wallMs => {
      t.is(isoText(wallMs), new Date(wallMs).toISOString());
    }),
    {numRuns: 2000},
  );
});
