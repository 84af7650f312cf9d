import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {Entropy} from '../../protocols/base/clock.js';
import {LineFaults} from './line-faults.js';

const FRAME = fromHex('0101000000083dcc');

/** Gives the fractions in turn, and counts how many were asked for. */
function scripted(...fractions: readonly number[]) {
  let asked = 0;
  const entropy: Entropy = {
    bytes: length => new Uint8Array(length).fill(0x5a),
    fraction: () => fractions[asked++ % fractions.length] ?? 0,
    ulid: () => '',
  };
  return {entropy, asked: () => asked};
}

function build(...fractions: readonly number[]) {
  const script = scripted(...fractions);
  return {faults: new LineFaults({entropy: script.entropy, baudRate: 9600}), asked: script.asked};
}

test('a sound line changes nothing and asks for no randomness', t => {
  const {faults, asked} = build(0);
  t.is(faults.request(1, FRAME), FRAME);
  t.deepEqual(faults.reply(1, {afterMs: 3, bytes: FRAME}), [{afterMs: 3, bytes: FRAME}]);
  t.is(asked(), 0);
});

test('loss hits the share of frames it is set for, each way by itself', t => {
  const {faults} = build(0.2, 0.4);
  faults.set({requestLoss: 0.3});
  t.is(faults.request(1, FRAME), undefined);
  t.is(faults.request(1, FRAME), FRAME);
  faults.clear();
  faults.setUnit(2, {replyLoss: 0.3});
  t.deepEqual(faults.reply(2, {afterMs: 0, bytes: FRAME}), []);
  t.is(faults.reply(2, {afterMs: 0, bytes: FRAME}).length, 1);
  t.is(faults.reply(1, {afterMs: 0, bytes: FRAME}).length, 1);
});

test('noise flips exactly the bits whose draw is below the rate, on a copy', t => {
  const {faults} = build(0.001, ...new Array<number>(63).fill(0.9));
  faults.set({bitErrorRate: 0.01});
  t.is(toHex(faults.request(1, FRAME) ?? FRAME), '0001000000083dcc');
  t.is(toHex(faults.reply(1, {afterMs: 0, bytes: FRAME})[0]?.bytes ?? FRAME), '0001000000083dcc');
  t.is(toHex(FRAME), '0101000000083dcc');
});

test('a unit at another rate hears garbage of the same length', t => {
  const {faults} = build(0.9);
  faults.setUnit(7, {baudMismatch: true});
  t.is(toHex(faults.request(7, FRAME) ?? FRAME), '5a'.repeat(8));
  t.is(faults.request(8, FRAME), FRAME);
});

test('late and duplicate replies keep the frame and move its time', t => {
  const {faults} = build(0.9);
  faults.set({lateMs: 100});
  faults.setUnit(3, {lateMs: 20, duplicateReply: true});
  const [first, second] = faults.reply(3, {afterMs: 5, bytes: FRAME});
  t.is(first?.afterMs, 125);
  t.is(second?.afterMs, 125 + (8 * 10) / 9.6 + 5);
  t.deepEqual(second?.bytes, FRAME);
  t.is(faults.reply(4, {afterMs: 5, bytes: FRAME})[0]?.afterMs, 105);
});

test('settings add up, and clearing a unit leaves the line', t => {
  const {faults} = build(0.5);
  faults.set({echo: true});
  faults.set({stuck: true, requestLoss: 1});
  t.true(faults.echo && faults.stuck);
  faults.setUnit(1, {requestLoss: 0.1});
  t.is(faults.request(1, FRAME), undefined);
  faults.set({requestLoss: 0});
  faults.clearUnit(1);
  t.is(faults.request(1, FRAME), FRAME);
  faults.clear();
  t.false(faults.echo || faults.stuck);
});
