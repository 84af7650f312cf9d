import test from 'ava';
import {
  type AlarmId,
  asId,
  type DeviceId,
  type LineId,
  type PersonId,
} from '../../../protocols/site/ids.js';
import {LotRig} from '../lot/lot-rig.js';
import {bayId, collectorId} from '../lot/rig-config.js';

const C1 = collectorId('C1');
const wang = asId<PersonId>('wang');

const press = (rig: LotRig, presses = 1) => rig.input({kind: 'press', collector: C1, presses});
const firstAlarm = (rig: LotRig): AlarmId =>
  [...rig.state.alarms.keys()][0] ?? asId<AlarmId>('none');
const act = (
  rig: LotRig,
  action: 'acknowledge' | 'onsite' | 'close',
  reason = '',
  falseCall = false,
) => {
  const alarm = firstAlarm(rig);
  const step = rig.input({kind: 'alarmAction', alarm, action, person: wang, reason, falseCall});
  return step.effects.flatMap(effect => (effect.kind === 'alarmResult' ? [effect.result] : []))[0];
};
const signals = (rig: LotRig) =>
  rig.effects.flatMap(({effect}) =>
    effect.kind === 'signal' ? [[effect.buzzer, effect.lamp]] : [],
  );
const notified = (rig: LotRig) =>
  rig.effects.flatMap(({atMs, effect}) =>
    effect.kind === 'notify' ? [[effect.contact, atMs]] : [],
  );

test('P22 a press rings page and buzzer in the same step; ten presses in 5 s are one alarm with count 10', t => {
  const rig = new LotRig().settled();
  const step = press(rig);
  t.true(step.effects.some(effect => effect.kind === 'notify' && effect.contact === 'guard'));
  t.deepEqual(signals(rig), [[true, true]]);
  for (let times = 1; times < 10; times += 1) {
    rig.advance(500);
    press(rig);
  }
  t.deepEqual(rig.openAlarms(), ['EMERGENCY_BUTTON']);
  t.is([...rig.state.alarms.values()][0]?.count, 10);
  t.is(notified(rig).length, 1);
});

test('~E49 playing children: one alarm with count; three false calls in 10 min lower the ring and never mute it', t => {
  const rig = new LotRig().settled();
  const rings: string[] = [];
  for (let call = 0; call < 4; call += 1) {
    press(rig, 3);
    const [alarm] = rig.state.alarms.values();
    rings.push(`${alarm?.ring} ${alarm?.count}`);
    t.deepEqual(signals(rig).at(-1), [true, true]);
    t.is(act(rig, 'acknowledge'), 'done');
    t.is(act(rig, 'close', 'children playing', true), 'done');
    rig.advance(60_000);
  }
  t.deepEqual(rings, ['normal 3', 'normal 3', 'normal 3', 'low 3']);
  rig.advance(600_000);
  press(rig);
  t.is([...rig.state.alarms.values()][0]?.ring, 'normal');
});

test('~E50 nobody answers: next contact at 60 s, operator at 180 s, buzzer on; on the way only after acknowledgement', t => {
  const rig = new LotRig().settled();
  const startMs = rig.nowMs;
  press(rig);
  rig.advance(300_000);
  t.deepEqual(
    notified(rig).map(([name, atMs]) => [name, Number(atMs) - startMs]),
    [
      ['guard', 0],
      ['captain', 60_000],
      ['operator', 180_000],
    ],
  );
  t.deepEqual(signals(rig), [[true, true]]);
  t.false(rig.codes('C1').includes('STAFF_COMING'));
  t.is(rig.screen('C1')?.code, 'CALL_SENT');
  t.is(act(rig, 'acknowledge'), 'done');
  t.is(rig.screen('C1')?.code, 'STAFF_COMING');
  t.deepEqual(signals(rig).at(-1), [false, true]);
  act(rig, 'onsite');
  t.is(act(rig, 'close', 'helped'), 'done');
  t.deepEqual(signals(rig).at(-1), [false, false]);
  t.is(rig.screen('C1')?.code, 'IDLE');
  t.deepEqual(
    rig.bodies('alarm').map(body => body.state),
    ['raised', 'notified', 'notified', 'notified', 'acked', 'onsite', 'closed'],
  );
});

test('an acknowledged alarm escalates no further', t => {
  const rig = new LotRig().settled();
  press(rig);
  rig.advance(59_000);
  act(rig, 'acknowledge');
  rig.advance(300_000);
  t.is(notified(rig).length, 1);
});

test('alarm actions that do not fit are refused', t => {
  const rig = new LotRig().settled();
  t.is(act(rig, 'acknowledge'), 'UNKNOWN_ALARM');
  press(rig);
  t.is(act(rig, 'close', 'no'), 'WRONG_STATE');
  t.is(act(rig, 'acknowledge'), 'done');
  t.is(act(rig, 'acknowledge'), 'WRONG_STATE');
  t.is(act(rig, 'close', '  '), 'REASON_MISSING');
  t.is(rig.state.alarms.size, 1);
});

test('a press long after the last one rings again, also once acknowledged', t => {
  const rig = new LotRig().settled();
  press(rig);
  act(rig, 'acknowledge');
  rig.advance(6000);
  press(rig);
  t.is(notified(rig).length, 2);
  t.is(press(rig, 0).facts.length, 0);
});

test('~P7 a lock that falls silent is one alarm, its return is logged once', t => {
  const rig = new LotRig().settled();
  const health = (state: 'suspect' | 'offline' | 'ok') =>
    rig.input({kind: 'lockHealth', bay: bayId('A-012'), health: state});
  for (const state of ['suspect', 'offline', 'offline'] as const) health(state);
  t.deepEqual(rig.openAlarms(), ['DEVICE_OFFLINE']);
  t.is(rig.bodies('bay').at(-1)?.online, false);
  health('ok');
  health('ok');
  t.deepEqual(rig.openAlarms(), []);
  t.deepEqual(
    rig.bodies('health').map(body => body.health),
    ['offline', 'ok'],
  );
  t.deepEqual(
    rig.bodies('alarm').map(body => body.state),
    ['raised', 'notified', 'closed'],
  );
});

test('~E19 a dead line is one BUS_DOWN alarm; whoever stays silent afterwards is missed by name', t => {
  const rig = new LotRig().settled();
  const line = asId<LineId>('line-1');
  const bays = [bayId('A-012'), bayId('A-013')];
  const display = {device: asId<DeviceId>('D-1'), collector: C1};
  const reader = {device: asId<DeviceId>('C1.reader'), collector: C1};
  const devices = [display.device];
  rig.input({kind: 'partHealth', ...reader, health: 'offline'});
  rig.input({kind: 'lockHealth', bay: bayId('A-012'), health: 'offline'});
  rig.input({kind: 'partHealth', ...display, health: 'offline'});
  t.is(rig.openAlarms().length, 3);
  rig.input({kind: 'line', line, down: true, bays, devices});
  rig.input({kind: 'line', line, down: true, bays, devices});
  rig.input({kind: 'lockHealth', bay: bayId('A-013'), health: 'offline'});
  const missing = () => [...rig.state.alarms.values()].map(({device}) => device);
  t.deepEqual(missing(), [reader.device, line], 'a reader has a port of its own');
  rig.input({kind: 'partHealth', ...reader, health: 'ok'});
  rig.input({kind: 'line', line, down: false, bays, devices});
  t.deepEqual(rig.openAlarms(), []);
  rig.input({kind: 'lockHealth', bay: bayId('A-012'), health: 'ok'});
  rig.advance(10_000);
  const silent = [...rig.state.alarms.values()].map(({kind, bay, device}) => [kind, bay ?? device]);
  t.deepEqual(silent, [
    ['DEVICE_OFFLINE', 'A-013'],
    ['DEVICE_OFFLINE', 'D-1'],
  ]);
  rig.input({kind: 'partHealth', ...display, health: 'ok'});
  t.is(rig.bodies('health').at(-1)?.device, display.device);
});

test('a cut button loop is a fault of the button at its collector, and ends when it is mended', t => {
  const rig = new LotRig().settled();
  const loop = (isStanding: boolean) =>
    rig.input({
      kind: 'deviceFault',
      device: asId<DeviceId>('E-1'),
      collector: collectorId('C1'),
      fault: 'BUTTON_FAULT',
      isStanding,
      detail: 'E-1: its loop is cut',
    });
  loop(true);
  t.like([...rig.state.alarms.values()][0], {
    kind: 'BUTTON_FAULT',
    collector: 'C1',
    device: 'E-1',
  });
  loop(false);
  t.deepEqual(rig.openAlarms(), []);
});

test('a fault that a driver finds stands until it is taken back; a drifted count until staff end it', t => {
  const rig = new LotRig().settled();
  const fault = (kind: 'KEYPAD_FAULT' | 'COUNTER_DRIFT', isStanding: boolean) =>
    rig.input({
      kind: 'deviceFault',
      device: asId<DeviceId>('K-1'),
      fault: kind,
      isStanding,
      detail: 'K-1: key 5 is stuck',
    });
  fault('KEYPAD_FAULT', true);
  fault('KEYPAD_FAULT', true);
  t.like([...rig.state.alarms.values()][0], {
    kind: 'KEYPAD_FAULT',
    device: 'K-1',
    count: 1,
    detail: 'K-1: key 5 is stuck',
  });
  fault('COUNTER_DRIFT', true);
  t.is(rig.openAlarms().length, 2);
  fault('KEYPAD_FAULT', false);
  fault('COUNTER_DRIFT', false);
  t.deepEqual(
    [...rig.state.alarms.values()].map(({kind}) => kind),
    ['COUNTER_DRIFT'],
  );
});

test('a second failed series at one bay counts up the call that is still open', t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012']);
  rig.lock('A-012').deafTo = Number.POSITIVE_INFINITY;
  rig.tap('C1', '01');
  rig.advance(40_000);
  rig.tap('C1', '01');
  rig.advance(40_000);
  const [alarm] = rig.state.alarms.values();
  t.like(alarm, {kind: 'UNLOCK_FAILED', count: 2, bay: 'A-012', collector: 'C1'});
  t.regex(
    alarm?.detail ?? '',
    /A-012 failed: arm_up; tries 1@0\.0s acknowledged, 2@5\.0s.*6@25\.0s.*138\*\*\*\*5678/,
  );
});
