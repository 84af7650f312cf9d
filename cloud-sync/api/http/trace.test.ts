import test from 'ava';
import {traceOf} from './trace.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

test('a trace goes on under a span of its own, and what is none is not believed', t => {
  const id = '01J0000000000000000000000A';
  const went = traceOf(`00-${TRACE}-00f067aa0ba902b7-01`, id);
  t.regex(went, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  t.false(went.includes('00f067aa0ba902b7'));
  t.regex(traceOf(`01-${TRACE}-00f067aa0ba902b7-00-more`, id), new RegExp(`^00-${TRACE}-`));
  const bad = [
    ...[undefined, '', 'x', `ff-${TRACE}-00f067aa0ba902b7-01`, `00-${TRACE}-00f067aa0ba902b7-0`],
    ...[`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `00-${TRACE}-${'0'.repeat(16)}-01`],
    ...[`00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`, `00-${TRACE}-00f067aa0ba902b7-01\r\nx: y`],
  ];
  for (const header of bad) {
    const made = traceOf(header, id);
    t.regex(made, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/, header);
    t.false(made.includes(TRACE), header);
    t.is(made, traceOf(undefined, id));
  }
  t.not(traceOf(undefined, '01J0000000000000000000000B'), traceOf(undefined, id));
});
