import test from 'ava';
import {
  decodeButtonRegisters,
  encodeButtonRegisters,
  pressesBetween,
  REFERENCE_BUTTON_PROFILE,
} from './emergency-button-profile.js';

test('three input registers: pressed, counter, loop', t => {
  t.deepEqual(REFERENCE_BUTTON_PROFILE.status, {register: 0, quantity: 3});
  t.deepEqual(decodeButtonRegisters([1, 7, 0]), {pressed: true, pressCount: 7, loop: 'ok'});
  t.deepEqual(decodeButtonRegisters([0, 65_535, 1]), {
    pressed: false,
    pressCount: 65_535,
    loop: 'open',
  });
  t.is(decodeButtonRegisters([0, 0, 2])?.loop, 'short');
});

test('the button answers what is read', t => {
  t.deepEqual(encodeButtonRegisters({pressed: true, pressCount: 7, loop: 'short'}), [1, 7, 2]);
  t.deepEqual(encodeButtonRegisters({pressed: false, pressCount: 65_537, loop: 'ok'}), [0, 1, 0]);
});

test('a loop that cannot be read is not supervised', t => {
  t.is(decodeButtonRegisters([0, 0, 9])?.loop, 'open');
});

test('a short answer is no reading of a button', t => {
  t.is(decodeButtonRegisters([1, 7]), undefined);
  t.is(decodeButtonRegisters([]), undefined);
});

test('presses are counted over the wrap', t => {
  t.is(pressesBetween(7, 7), 0);
  t.is(pressesBetween(7, 17), 10);
  t.is(pressesBetween(65_534, 2), 4);
});
