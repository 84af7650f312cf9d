import test from 'ava';
import {interCharacterGapMs, interFrameSilenceMs, SPEC_CHARACTER_BITS} from './timing.js';

const near = (actual: number, expected: number) => Math.abs(actual - expected) < 0.001;

test('t3.5 of 8N1 is 35 bit times up to 19200', t => {
  t.true(near(interFrameSilenceMs(9600), 3.646));
  t.true(near(interFrameSilenceMs(19_200), 1.823));
});

test('t3.5 and t1.5 of the 11-bit character as the specification counts', t => {
  t.true(near(interFrameSilenceMs(9600, SPEC_CHARACTER_BITS), 4.01));
  t.true(near(interFrameSilenceMs(19_200, SPEC_CHARACTER_BITS), 2.005));
  t.true(near(interCharacterGapMs(9600, SPEC_CHARACTER_BITS), 1.719));
  t.true(near(interCharacterGapMs(19_200, SPEC_CHARACTER_BITS), 0.859));
});

test('both are fixed above 19200', t => {
  for (const baudRate of [19_201, 38_400, 115_200]) {
    t.is(interFrameSilenceMs(baudRate), 1.75);
    t.is(interCharacterGapMs(baudRate), 0.75);
  }
});
