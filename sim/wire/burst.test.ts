import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {type Burst, collide} from './burst.js';

/** One character takes one millisecond. */
function burst(startMs: number, hex: string): Burst {
  const bytes = fromHex(hex);
  return {from: 1, startMs, endMs: startMs + bytes.length, bytes};
}

test('zeros win where two bursts share the wire, and nowhere else', t => {
  const early = burst(0, 'ffffffff');
  const late = burst(2, '0ff0aaaa');
  t.true(collide(early, late));
  t.is(toHex(early.bytes), 'ffff0ff0');
  t.is(toHex(late.bytes), '0ff0aaaa');
});

test('both sides see the AND of what was sent, not of what the other had become', t => {
  const left = burst(0, '0f');
  const right = burst(0, '33');
  collide(left, right);
  t.is(toHex(left.bytes), '03');
  t.is(toHex(right.bytes), '03');
});

test('bursts that only touch never met', t => {
  const early = burst(0, 'ffff');
  const next = burst(2, '0000');
  t.false(collide(early, next));
  t.false(collide(next, early));
  t.is(toHex(early.bytes), 'ffff');
});

test('bursts shifted by part of a character spoil each byte that faces another', t => {
  const early = burst(0, 'ffff');
  const late = burst(0.4, '0000');
  t.true(collide(early, late));
  t.is(toHex(early.bytes), '0000');
  t.is(toHex(late.bytes), '0000');
});
