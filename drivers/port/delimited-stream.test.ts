import test from 'ava';
import fc from 'fast-check';
import {DelimitedStream} from './delimited-stream.js';

const ETX = 0x03;

function collect(maxLength = 14) {
  const records: number[][] = [];
  const stream = new DelimitedStream({
    delimiter: ETX,
    maxLength,
    onRecord: record => records.push([...record]),
  });
  return {records, stream, settle: () => new Promise(resolve => setImmediate(resolve))};
}

test('records come whole however the bytes are cut', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.integer({min: 4, max: 255}), {minLength: 1, maxLength: 14})),
      fc.integer({min: 1, max: 9}),
      async (sent, step) => {
        const {records, stream, settle} = collect();
        const bytes = Uint8Array.from(sent.flatMap(record => [...record, ETX]));
        for (let at = 0; at < bytes.length; at += step) stream.push(bytes.subarray(at, at + step));
        await settle();
        t.deepEqual(records, sent);
        t.is(stream.discardedBytes, 0);
      },
    ),
    {numRuns: 50},
  );
});

test('a megabyte without delimiter is dropped and counted, and the next record is read', async t => {
  const {records, stream, settle} = collect();
  const garbage = new Uint8Array(1_000_000).fill(0xaa);
  for (let at = 0; at < garbage.length; at += 4096) stream.push(garbage.subarray(at, at + 4096));
  stream.push(Uint8Array.of(ETX, 0x31, 0x32, ETX));
  await settle();
  t.deepEqual(records, [[0x31, 0x32]]);
  t.is(stream.discardedBytes, 1_000_000);
});

test('a record one byte too long is dropped whole, one of the full length is kept', async t => {
  const {records, stream, settle} = collect(4);
  stream.push(Uint8Array.of(9, 9, 9, 9, 9, ETX, 8, 8, 8, 8, ETX));
  await settle();
  t.deepEqual(records, [[8, 8, 8, 8]]);
  t.is(stream.discardedBytes, 5);
});
