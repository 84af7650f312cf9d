import test from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {AlarmState} from '../../../protocols/site/events.js';
import {type AlarmId, asId, type PersonId} from '../../../protocols/site/ids.js';
import {rigConfig} from '../lot/rig-config.js';
import {contactLadder, ladderOf} from './alarm-ladder.js';
import {type AlarmInput, type AlarmStep, stepAlarm} from './alarm-machine.js';
import type {AlarmRecord} from './alarm-record.js';

const {contacts} = rigConfig();
const ladder = contactLadder(contacts);
const wang = asId<PersonId>('wang');
const act = (action: 'acknowledge' | 'onsite' | 'close'): AlarmInput => ({
  kind: 'act',
  action,
  person: wang,
});

const alarm = (state: AlarmState, more: Partial<AlarmRecord> = {}): AlarmRecord => ({
  id: asId<AlarmId>('a'),
  kind: 'UNLOCK_FAILED',
  state,
  bay: null,
  collector: null,
  device: null,
  count: 1,
  escalation: 0,
  ring: 'normal',
  raisedMs: 0,
  raisedWallMs: 0 as UnixMillis,
  ackedBy: null,
  closedBy: null,
  detail: '',
  ...more,
});

const contactsOf = ({rungs}: AlarmStep) =>
  rungs.flatMap(rung => (rung.step === 'escalated' ? [rung.contact] : []));

const TABLE: readonly (readonly [AlarmState, AlarmInput, AlarmState | 'refused'])[] = [
  ['raised', {kind: 'begin'}, 'notified'],
  ['notified', act('acknowledge'), 'acked'],
  ['notified', act('onsite'), 'onsite'],
  ['notified', act('close'), 'refused'],
  ['raised', act('close'), 'refused'],
  ['acked', act('acknowledge'), 'refused'],
  ['acked', act('onsite'), 'onsite'],
  ['acked', act('close'), 'closed'],
  ['onsite', act('onsite'), 'refused'],
  ['onsite', act('acknowledge'), 'refused'],
  ['onsite', act('close'), 'closed'],
  ['closed', act('acknowledge'), 'refused'],
  ['notified', {kind: 'recovered'}, 'closed'],
  ['acked', {kind: 'again', count: 4}, 'acked'],
];

for (const [from, input, to] of TABLE) {
  test(`${from} on ${JSON.stringify(input)} is ${to}`, t => {
    const before = alarm(from);
    const step = stepAlarm(before, input, ladder, 10);
    t.is(step.refused, to === 'refused');
    t.is(step.state.state, to === 'refused' ? from : to);
    if (step.refused) t.is(step.state, before);
  });
}

test('who acts is remembered, and counts add up', t => {
  t.is(stepAlarm(alarm('notified'), act('acknowledge'), ladder, 1).state.ackedBy, wang);
  t.is(stepAlarm(alarm('notified'), act('onsite'), ladder, 1).state.ackedBy, wang);
  t.is(stepAlarm(alarm('acked'), act('close'), ladder, 1).state.closedBy, wang);
  t.is(stepAlarm(alarm('acked'), {kind: 'again', count: 4}, ladder, 1).state.count, 5);
});

test('each contact is told in turn, measured from the call itself, and the last one ends the chain', t => {
  const first = stepAlarm(alarm('raised'), {kind: 'begin'}, ladder, 0);
  t.like(first, {notify: 0, wakeAfterMs: 60_000});
  const early = stepAlarm(first.state, {kind: 'timer'}, ladder, 59_000);
  t.like(early, {notify: undefined, wakeAfterMs: 1000});
  const second = stepAlarm(first.state, {kind: 'timer'}, ladder, 60_050);
  t.is(second.wakeAfterMs, 119_950);
  const third = stepAlarm(second.state, {kind: 'timer'}, ladder, 180_000);
  t.is(third.wakeAfterMs, undefined);
  t.deepEqual([contactsOf(second), contactsOf(third)], [[1], [2]]);
  t.deepEqual(stepAlarm(third.state, {kind: 'timer'}, ladder, 999_000).rungs, []);
});

test('a technical alarm tells the first contact only, and an answered one nobody more', t => {
  const technical = alarm('raised', {kind: 'DEVICE_OFFLINE'});
  const ofIt = ladderOf(technical, rigConfig());
  t.is(stepAlarm(technical, {kind: 'begin'}, ofIt, 0).wakeAfterMs, undefined);
  t.is(stepAlarm(alarm('acked'), {kind: 'timer'}, ladder, 99_000).notify, undefined);
  t.is(stepAlarm(alarm('acked'), {kind: 'restore', ageMs: 5}, ladder, 9).notify, undefined);
});

test('without contacts an alarm still stands and rings', t => {
  const step = stepAlarm(alarm('raised'), {kind: 'begin'}, contactLadder([]), 0);
  t.is(step.state.state, 'notified');
  t.is(step.wakeAfterMs, undefined);
});

test('a timer that rings when it should is taken so, whatever the fractions of its times say', t => {
  const raised = alarm('notified', {raisedMs: 128_000.3});
  const dueMs = contacts[1]?.afterMs ?? Number.NaN;
  const step = stepAlarm(raised, {kind: 'timer'}, ladder, raised.raisedMs + dueMs - 1e-9);
  t.deepEqual(contactsOf(step), [1]);
  const early = stepAlarm(raised, {kind: 'timer'}, ladder, raised.raisedMs + dueMs - 500);
  t.deepEqual(early.rungs, []);
  t.is(Math.round(early.wakeAfterMs ?? 0), 500);
});
