import test from 'ava';
import {WireTrace} from './wire-trace.js';

test('the ring keeps the last records, oldest first, spelt in hex', t => {
  const trace = new WireTrace(3);
  trace.note('tx', 1, Uint8Array.of(1, 5));
  t.deepEqual(trace.dump(), [{kind: 'tx', atMs: 1, hex: '0105'}]);
  trace.note('none', 2);
  trace.note('drop', 3, Uint8Array.of(0xff));
  trace.note('rx', 4, Uint8Array.of(2));
  t.deepEqual(
    trace.dump().map(({kind, hex}) => `${kind} ${hex}`),
    ['none ', 'drop ff', 'rx 02'],
  );
});

test('of a secret frame the first two bytes and the length are kept', t => {
  const trace = new WireTrace(3);
  trace.note('tx', 1, Uint8Array.of(1, 2, 3, 4, 5), true);
  trace.note('rx', 2, Uint8Array.of(9), true);
  trace.note('rx', 3, Uint8Array.of(6, 7, 8), undefined);
  t.deepEqual(
    trace.dump().map(({hex}) => hex),
    ['0102......', '09', '060708'],
  );
});

test('a late reply to a secret frame is hidden, whatever was asked since; noise long after it is not', t => {
  const trace = new WireTrace(20);
  trace.note('tx', 1000, Uint8Array.of(9, 9, 9), true);
  trace.note('none', 1300);
  // Flushed as the next frame leaves, then misfits while that waits.
  trace.note('tx', 1400, Uint8Array.of(1, 1, 1));
  trace.note('drop', 1400, Uint8Array.of(4, 2, 7));
  trace.note('drop', 1410, Uint8Array.of(4, 2, 7));
  trace.note('tx', 60_000, Uint8Array.of(1, 1, 1));
  trace.note('drop', 60_000, Uint8Array.of(4, 2, 7));
  trace.note('tx', 61_000, Uint8Array.of(1, 1, 1));
  trace.note('drop', 61_000, Uint8Array.of(4, 2, 7));
  t.deepEqual(
    trace.dump().flatMap(({kind, hex}) => (kind === 'drop' ? [hex] : [])),
    ['0402..', '0402..', '0402..', '040207'],
  );
});
