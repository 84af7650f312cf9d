import test from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {SessionPhase} from '../../../protocols/site/events.js';
import {asId, type SessionId} from '../../../protocols/site/ids.js';
import {bayId} from '../lot/rig-config.js';
import {
  openSession,
  restoreSession,
  type Session,
  type SessionInput,
  stepSession,
} from './session-machine.js';

const OPENED = openSession({
  id: asId<SessionId>('s'),
  bay: bayId('A-012'),
  grant: null,
  holder: null,
  actuation: null,
  nowMs: 1000,
  wallMs: 50_000 as UnixMillis,
});

const inPhase = (phase: SessionPhase, entered = true): Session => ({
  row: {...OPENED.row, phase},
  entered,
});

const lunch: SessionInput = {kind: 'carOut', mayReturn: true};
const gone: SessionInput = {kind: 'carOut', mayReturn: false};

const TABLE: readonly (readonly [SessionPhase, SessionInput, SessionPhase])[] = [
  ['open_wait_car', {kind: 'carIn'}, 'parked'],
  ['open_wait_car', gone, 'open_wait_car'],
  ['open_wait_car', {kind: 'windowOver'}, 'open_wait_car'],
  ['open_wait_car', {kind: 'raising'}, 'relocking'],
  ['parked', {kind: 'carIn'}, 'parked'],
  ['parked', lunch, 'away'],
  ['parked', gone, 'leaving'],
  ['parked', {kind: 'windowOver'}, 'overtime'],
  ['overtime', {kind: 'carIn'}, 'overtime'],
  ['overtime', gone, 'leaving'],
  ['away', {kind: 'carIn'}, 'parked'],
  ['away', {kind: 'windowOver'}, 'leaving'],
  ['away', {kind: 'raising'}, 'relocking'],
  ['leaving', {kind: 'carIn'}, 'parked'],
  ['leaving', {kind: 'raiseAborted'}, 'leaving'],
  ['relocking', {kind: 'raising'}, 'relocking'],
  ['relocking', {kind: 'carIn'}, 'relocking'],
  ['relocking', {kind: 'raiseAborted'}, 'leaving'],
  ['relocking', {kind: 'raised'}, 'closed'],
  ['relocking', {kind: 'raiseFailed'}, 'closed'],
  ['closed', {kind: 'carIn'}, 'closed'],
];

for (const [from, input, to] of TABLE) {
  test(`${from} on ${JSON.stringify(input)} is ${to}`, t => {
    const session = inPhase(from);
    const step = stepSession(session, input, 5000);
    t.is(step.state.row.phase, to);
    t.is(step.changed, from !== to);
    if (from === to) t.is(step.state, session);
    else t.is(step.state.row.durationMs, 4000);
  });
}

const CAUSES = [
  ['left by car', inPhase('relocking'), {kind: 'raised'}, 'left'],
  ['nobody came', inPhase('relocking', false), {kind: 'raised'}, 'never_entered'],
  ['raised by hand', inPhase('parked'), {kind: 'raised'}, 'manual'],
  ['the arm did not rise', inPhase('relocking'), {kind: 'raiseFailed'}, 'relock_failed'],
  ['an intruder', inPhase('parked'), {kind: 'close', cause: 'intruder'}, 'intruder'],
] as const;

for (const [name, session, input, cause] of CAUSES) {
  test(`close cause: ${name}`, t => {
    t.is(stepSession(session, input, 9000).state.row.closeCause, cause);
  });
}

test('an aborted raise over a bay that nobody entered waits for the car again', t => {
  const {state} = stepSession(inPhase('relocking', false), {kind: 'raiseAborted'}, 1);
  t.is(state.row.phase, 'open_wait_car');
});

test('a restart carries the time of the stay over to the new monotonic clock', t => {
  const row = {...OPENED.row, phase: 'parked' as const, durationMs: 2000};
  const later = restoreSession(row, 100, 3_600_000);
  t.is(later.row.durationMs, 3_600_000);
  t.is(stepSession(later, gone, 1100).state.row.durationMs, 3_601_000);
  t.is(restoreSession({...row, phase: 'relocking'}, 0, 0).row.phase, 'leaving');
});
