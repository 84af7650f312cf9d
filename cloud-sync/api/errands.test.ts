import test from 'ava';
import {Errands} from './errands.js';

/** Errands whose work ends when the test says so. */
function heldErrands() {
  const ran: string[] = [];
  const failed: string[] = [];
  const ends: (() => void)[] = [];
  const errands = new Errands<string>({
    merge: (earlier, later) => `${earlier}+${later}`,
    run: async (gateway, order) => {
      ran.push(`${gateway} ${order}`);
      await new Promise<void>(resolve => ends.push(resolve));
      if (order === 'bad') throw new TypeError('no');
    },
    onError: gateway => void failed.push(gateway),
  });
  const turn = () => new Promise(resolve => setImmediate(resolve));
  const endOne = async () => {
    ends.shift()?.();
    await turn();
  };
  return {errands, ran, failed, endOne};
}

test('of a gateway one errand is in hand and one waits, however many come', async t => {
  const {errands, ran, endOne} = heldErrands();
  for (const order of ['a', 'b', 'c', 'd']) errands.add('gw-1', order);
  errands.add('gw-2', 'x');
  t.deepEqual(ran, ['gw-1 a', 'gw-2 x']);
  await endOne();
  t.deepEqual(ran.slice(2), ['gw-1 b+c+d']);
  errands.add('gw-1', 'e');
  await endOne();
  await endOne();
  t.deepEqual(ran.slice(3), ['gw-1 e']);
  const closed = errands.close();
  await endOne();
  await closed;
  t.is(ran.length, 4);
});

test('an errand that fails is told, and the next one runs', async t => {
  const {errands, ran, failed, endOne} = heldErrands();
  errands.add('gw-1', 'bad');
  errands.add('gw-1', 'b');
  await endOne();
  t.deepEqual(failed, ['gw-1']);
  await endOne();
  t.deepEqual(ran, ['gw-1 bad', 'gw-1 b']);
  await errands.close();
});
