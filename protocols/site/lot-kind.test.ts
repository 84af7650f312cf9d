import test from 'ava';
import {admissionAt} from './lot-kind.js';

test('~P5 who has not booked is refused where people live, and comes in on the ordinary tariff elsewhere', t => {
  t.is(admissionAt('residential', false), 'refused');
  t.is(admissionAt('public', false), 'ordinary');
  t.deepEqual(
    [admissionAt('residential', true), admissionAt('public', true)],
    ['booked', 'booked'],
  );
});
