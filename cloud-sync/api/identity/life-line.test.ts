import test from 'ava';
import type {Hello} from '../../../protocols/cloud/up-messages.js';
import {type GatewayPast, judgeHello, type Life} from './life-line.js';

const E1 = 'a'.repeat(32);
const E2 = 'b'.repeat(32);

/** Plays hellos in order, `boot/sid` or `boot/sid/epoch`; gives back each verdict. */
function play(said: readonly string[], epochs: GatewayPast['epochs'] = [{epoch: E1, no: 1}]) {
  const lives = new Map<string, Life>();
  return said.map(text => {
    const [boot = '', sid = '', epoch = E1] = text.split('/');
    const hello = {boot, sid, epoch, mono: 1} as Hello;
    const {life, fence} = judgeHello({lives: [...lives.values()], epochs}, hello);
    if (life) lives.set(boot, life);
    return fence;
  });
}

test('a gateway that restarts and reconnects is never fenced', t => {
  const said = ['a/1', 'a/2', 'a/2', 'b/3', 'b/4', 'c/5', 'c/6', 'c/7'];
  t.deepEqual(new Set(play(said)), new Set([undefined]));
});

test('two gateways that take turns: the elder is fenced at its second return, the younger never', t => {
  t.deepEqual(play(['a/1', 'b/2', 'a/3', 'b/4', 'a/5', 'b/6']).slice(0, 5), [
    ...[undefined, undefined, undefined, undefined],
    'two_lives',
  ]);
});

test('a late or doubled hello of a connection long gone fences nobody', t => {
  const said = ['a/1', 'b/2', 'a/0', 'b/3', 'b/4', 'a/0', 'b/5', 'c/6', 'c/7'];
  t.deepEqual(new Set(play(said)), new Set([undefined]));
});

test('who uses a numbering that was followed by another is fenced at once, and each time', t => {
  const epochs = [
    {epoch: E1, no: 1},
    {epoch: E2, no: 2},
  ];
  t.deepEqual(play([`b/1/${E2}`, `a/2/${E1}`, `a/2/${E1}`, `b/3/${E2}`], epochs), [
    undefined,
    'superseded',
    'superseded',
    undefined,
  ]);
  t.deepEqual(play([`n/1/${'c'.repeat(32)}`], epochs), [undefined], 'an epoch not heard of yet');
});
