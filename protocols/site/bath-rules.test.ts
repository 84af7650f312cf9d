import test from 'ava';
import {bathBill, bathHoldFen} from './bath-rules.js';

test('the hold of a code is all that there is up to 10 yuan, and nothing below 1 yuan', t => {
  t.is(bathHoldFen(320), 320);
  t.is(bathHoldFen(1000), 1000);
  t.is(bathHoldFen(1001), 1000);
  t.is(bathHoldFen(100), 100);
  t.is(bathHoldFen(99), undefined);
  t.is(bathHoldFen(-5), undefined);
});

test('what was set aside pays first, the rest is owed', t => {
  t.deepEqual(bathBill(370, 1000), {takenFen: 370, owedFen: 0});
  t.deepEqual(bathBill(1000, 1000), {takenFen: 1000, owedFen: 0});
  t.deepEqual(bathBill(1060, 1000), {takenFen: 1000, owedFen: 60});
  t.deepEqual(bathBill(0, 1000), {takenFen: 0, owedFen: 0});
});
