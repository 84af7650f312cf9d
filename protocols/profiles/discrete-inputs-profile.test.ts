import test from 'ava';
import {discreteInputsRead} from './discrete-inputs-profile.js';

test('one read covers all inputs in use', t => {
  t.deepEqual(discreteInputsRead([0]), {address: 0, quantity: 1});
  t.deepEqual(discreteInputsRead([2, 7, 3]), {address: 0, quantity: 8});
});

test('nothing in use is nothing to read, and a board ends at 64', t => {
  t.is(discreteInputsRead([]), undefined);
  t.deepEqual(discreteInputsRead([63]), {address: 0, quantity: 64});
  t.is(discreteInputsRead([64]), undefined);
});
