import test from 'ava';
import {exceptionName} from './exceptions.js';

test('names of the specification', t => {
  t.is(exceptionName(1), 'illegal function');
  t.is(exceptionName(2), 'illegal data address');
  t.is(exceptionName(6), 'server device busy');
  t.is(exceptionName(0x0b), 'gateway target device failed to respond');
});

test('a code nobody listed keeps its number', t => {
  t.is(exceptionName(7), 'exception 7');
  t.is(exceptionName(200), 'exception 200');
});
