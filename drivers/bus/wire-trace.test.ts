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
