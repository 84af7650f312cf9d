import test from 'ava';
import fc from 'fast-check';
import {rawDeflate} from '../../cloud-sync/raw-deflate.js';
import {batchLines, batchSchema, MAX_BATCH_EVENTS} from './event-batch.js';
import {decodePayload, encodeLines} from './payload.js';
import type {Batch, WireEvent} from './up-messages.js';

const EPOCH = '0123456789abcdef0123456789abcdef';
const [BEFORE, AFTER] = ['ab'.repeat(32), 'cd'.repeat(32)];

function batchOf(ev: readonly WireEvent[], from = 7): Batch {
  return {epoch: EPOCH, from, n: ev.length, ev, p: BEFORE, h: AFTER};
}

function event(changes: Partial<Record<0 | 1 | 2 | 3 | 4 | 5, unknown>> = {}): WireEvent {
  const whole = ['bay', 'boot-1', 100, 1_700_000_000_000, 'ok', '{"bay":"A-012"}'];
  return Object.assign(whole, changes) as unknown as WireEvent;
}

function sent(batch: Batch) {
  const payload = encodeLines(batchLines(batch), rawDeflate) ?? new Uint8Array();
  return decodePayload(payload, batchSchema, rawDeflate);
}

/** The head of two events with something else in its place, as its reader finds it. */
function placeOf(changes: object): string {
  const [head = '', ...lines] = batchLines(batchOf([event(), event({0: 'boot'})]));
  const checked = batchSchema.safeParse({...JSON.parse(head), lines, ...changes});
  return checked.success ? 'ok' : (checked.error.issues[0]?.path.join('.') ?? '');
}

test('a batch is a head and its bodies as they stand in the journal', t => {
  const ev = [event(), event({0: 'boot', 2: 103, 3: 1_700_000_000_004, 5: '{"cause":"start"}'})];
  t.deepEqual(batchLines(batchOf(ev)), [
    JSON.stringify({
      ...{epoch: EPOCH, from: 7, n: 2, p: BEFORE, h: AFTER, run: [[2, 'boot-1', 'ok']]},
      ...{kinds: ['bay', 'boot'], kind: [0, 1], mono: [100, 3], wall: [1_699_999_999_900, 1]},
    }),
    '{"bay":"A-012"}',
    '{"cause":"start"}',
  ]);
});

test('whatever events go in come out, over every change of boot, clock and kind', t => {
  const anyEvent = fc.tuple(
    fc.constantFrom('bay', 'boot', 'decision'),
    fc.constantFrom('boot-1', 'boot-2'),
    fc.nat(2 ** 50),
    fc.nat(253_402_300_799_999),
    fc.constantFrom('ok', 'holdover', 'floor'),
    fc.jsonValue().map(value => JSON.stringify(value)),
  ) as fc.Arbitrary<unknown> as fc.Arbitrary<WireEvent>;
  fc.assert(
    fc.property(fc.array(anyEvent, {minLength: 1, maxLength: 40}), ev => {
      const decoded = sent(batchOf(ev));
      t.deepEqual(decoded.ok && decoded.value, batchOf(ev));
    }),
  );
});

test('a head that does not fit its bodies is refused whole, and says where', t => {
  t.is(placeOf({}), 'ok');
  t.is(placeOf({later: true}), 'ok');
  t.is(placeOf({n: 3}), 'kind');
  t.is(placeOf({kind: [0, 2]}), 'kind');
  t.is(placeOf({kind: [0, -1]}), 'kind');
  t.is(placeOf({kind: 'no'}), 'kind');
  t.is(placeOf({mono: [1]}), 'mono');
  t.is(placeOf({mono: [1, -2]}), 'mono');
  t.is(placeOf({mono: [1, 0.5]}), 'mono');
  t.is(placeOf({wall: [-101, 0]}), 'wall');
  t.is(placeOf({wall: [253_402_300_799_900, 0]}), 'wall');
  t.is(placeOf({lines: ['{}']}), 'lines');
  t.is(placeOf({lines: ['{}', 5]}), 'lines');
  t.is(placeOf({lines: ['{}', 'x'.repeat(60_001)]}), 'lines');
  t.is(placeOf({run: [[1, 'boot-1', 'ok']]}), 'run');
  t.is(placeOf({run: [[3, 'boot-1', 'ok']]}), 'run');
  t.is(placeOf({run: [[2, 'boot-1', 'good']]}), 'run.0.2');
  t.is(placeOf({run: [[2, '', 'ok']]}), 'run.0.1');
  t.is(placeOf({kinds: ['']}), 'kinds.0');
  t.is(placeOf({from: 0}), 'from');
  t.is(placeOf({h: AFTER.toUpperCase()}), 'h');
});

test('500 events are a batch, 501 are none', t => {
  const ev = Array.from({length: MAX_BATCH_EVENTS + 1}, () => event());
  t.true(sent(batchOf(ev.slice(1))).ok);
  t.false(sent(batchOf(ev)).ok);
});

test('500 taps cost at most 50 bytes each', t => {
  const ids = (seed: number) => `01KB${((seed * 2_654_435_761) % 2 ** 32).toString(36)}XWQ7C2M4T9`;
  const ev = Array.from({length: MAX_BATCH_EVENTS}, (_, index) => {
    const body = {
      attempt: ids(index),
      tryNo: 1,
      result: 'ALLOW',
      reason: null,
      grant: ids(index % 90),
    };
    const rest = {holder: `h-${index % 90}`, bay: `A-0${index % 30}`, degraded: false};
    return event({0: 'decision', 2: index * 977, 5: JSON.stringify({...body, ...rest})});
  });
  const payload = encodeLines(batchLines(batchOf(ev)), rawDeflate);
  t.true((payload?.length ?? 0) < 50 * ev.length, `${payload?.length}`);
});
