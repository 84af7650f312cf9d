import test from 'ava';
import {mergeReads} from './read-merging.js';

const block = (address: number, quantity: number, periodMs = 500, mostQuantity = 125) => ({
  address,
  quantity,
  periodMs,
  mostQuantity,
});

const spans = (blocks: readonly ReturnType<typeof block>[]) =>
  mergeReads(blocks).map(({address, quantity, blocks: parts}) => [
    address,
    quantity,
    parts.map(part => part.address),
  ]);

test('blocks that touch, overlap or leave up to 8 registers between them are one read', t => {
  t.deepEqual(spans([block(10, 2), block(0, 4), block(2, 3), block(20, 1)]), [
    [0, 21, [0, 2, 10, 20]],
  ]);
  t.deepEqual(spans([block(0, 2), block(11, 1)]), [
    [0, 2, [0]],
    [11, 1, [11]],
  ]);
});

test('a block within another adds nothing', t => {
  t.deepEqual(spans([block(0, 30), block(5, 2)]), [[0, 30, [0, 5]]]);
});

test('what is asked at another tempo is another read', t => {
  t.deepEqual(spans([block(0, 2, 500), block(2, 2, 50), block(4, 2, 500)]), [
    [2, 2, [2]],
    [0, 6, [0, 4]],
  ]);
});

test('no read is longer than the device gives, by the most modest of its blocks', t => {
  t.deepEqual(spans([block(0, 100), block(100, 25), block(125, 1)]), [
    [0, 125, [0, 100]],
    [125, 1, [125]],
  ]);
  t.deepEqual(spans([block(0, 6), block(6, 2, 500, 4)]), [
    [0, 6, [0]],
    [6, 2, [6]],
  ]);
  t.deepEqual(spans([]), []);
});
