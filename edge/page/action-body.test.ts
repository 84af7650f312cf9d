import test from 'ava';
import {asId, type PersonId} from '../../protocols/site/ids.js';
import {readActionBody} from './action-body.js';

const staff = [
  {id: asId<PersonId>('wang'), name: '王强', role: 'guard', shared: false},
  {id: asId<PersonId>('li'), name: '李丽', role: 'supervisor', shared: false},
] as const;

const refuses = test.macro((t, text: string, where: string, got: string) => {
  const result = readActionBody(text, {staff, needsReason: true});
  t.is(result.kind, 'problem');
  if (result.kind !== 'problem') return;
  t.is(result.problem.where, where);
  t.is(result.problem.got, got);
  t.not(result.problem.expected, '');
});

test('not JSON', refuses, '{person', 'body', '"{person"');
test('a list', refuses, '[]', 'body', '"[]"');
test('null', refuses, 'null', 'body', '"null"');
test('nobody', refuses, '{"reason":"x"}', 'body.person', 'nothing');
test('a stranger', refuses, '{"person":"mallory","reason":"x"}', 'body.person', '"mallory"');
test('a person of another type', refuses, '{"person":7,"reason":"x"}', 'body.person', '7');
test('no reason where one is needed', refuses, '{"person":"li"}', 'body.reason', '""');
test('a blank reason', refuses, '{"person":"li","reason":" \\t "}', 'body.reason', '" \\t "');
test('a reason of another type', refuses, '{"person":"li","reason":1}', 'body.reason', '1');
test('an unknown field', refuses, '{"person":"li","raeson":"x"}', 'body.raeson', '"raeson"');
test(
  'a false call of another type',
  refuses,
  '{"person":"li","reason":"x","falseCall":"yes"}',
  'body.falseCall',
  '"yes"',
);

test('a reason of 200 characters passes and one of 201 does not', t => {
  const body = (length: number) => JSON.stringify({person: 'li', reason: 'x'.repeat(length)});
  t.is(readActionBody(body(200), {staff, needsReason: true}).kind, 'body');
  t.is(readActionBody(body(201), {staff, needsReason: true}).kind, 'problem');
});

test('the reason is trimmed and may be absent where none is needed', t => {
  t.like(readActionBody('{"person":"wang","reason":" battery "}', {staff, needsReason: true}), {
    body: {person: 'wang', reason: 'battery', falseCall: false},
  });
  t.like(readActionBody('{"person":"li","falseCall":true}', {staff, needsReason: false}), {
    body: {person: 'li', reason: '', falseCall: true},
  });
});

test('a refusal names the staff that may act', t => {
  const result = readActionBody('{}', {staff, needsReason: true});
  t.is(result.kind === 'problem' ? result.problem.expected : '', 'one of the staff: wang, li');
});
