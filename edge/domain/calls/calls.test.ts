import test from 'ava';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import {asId, type DeviceId} from '../../../protocols/site/ids.js';
import {bayId, collectorId} from '../lot/rig-config.js';
import {DEFAULT_PLAN} from './call-config.js';
import {C1, CallsRig, CHIEF, DESK, GUARD, wang} from './calls-rig.js';
import {sounderLevel} from './stations-flow.js';

test('~EC-2 lamp and display assure the caller after the commit of the call, and show another word once somebody took it', t => {
  const rig = new CallsRig();
  const step = rig.input({kind: 'press', collector: C1, presses: 1});
  t.true(
    step.facts.some(({kind, body}) => kind === 'call' && 'step' in body && body.step === 'stored'),
  );
  t.true(step.records.some(({table}) => table === 'alarm'));
  t.true(step.effects.some(effect => effect.kind === 'signal' && effect.lamp));
  t.is(rig.screen('C1')?.code, 'CALL_SENT');
  rig.act('acknowledge');
  t.is(rig.screen('C1')?.code, 'STAFF_COMING');
});

test('EC-4 types: emergency first, then assistance, fault and test, oldest first; ten and more keep that order', t => {
  const rig = new CallsRig();
  rig.ask({kind: 'pathTest'});
  const cut = {kind: 'deviceFault', fault: 'BUTTON_FAULT', isStanding: true, detail: ''} as const;
  for (let at = 0; at < 6; at += 1) {
    rig.input({...cut, device: asId<DeviceId>(`E-${at}`)});
    rig.advance(100);
  }
  rig.grant('01', ['A-012']);
  rig.lock('A-012').deafTo = Number.POSITIVE_INFINITY;
  rig.tap('C1', '01');
  rig.advance(40_000);
  for (const post of ['C1', 'C2', 'C3']) {
    rig.press(post);
    rig.advance(100);
  }
  const {calls} = rig.view();
  t.deepEqual(
    calls.map(({type}) => type),
    [...Array(3).fill('emergency'), 'assistance', ...Array(6).fill('fault')],
  );
  t.is(calls.length, 10);
  t.deepEqual(
    calls.slice(0, 3).map(({place}) => place.collector),
    ['C1', 'C2', 'C3'] as never,
  );
  rig.ask({kind: 'watch', station: 'B1', act: 'begin'});
  rig.ask({kind: 'pathTest'});
  t.is(rig.view().calls.at(-1)?.type, 'test');
  t.is(rig.view().stations[0]?.sound?.type, 'emergency');
});

test('EC-6 silence is one station for 60 s: others sound on, light and tile stay, it comes back by itself, and a new call sounds at once', t => {
  const rig = new CallsRig();
  for (const id of ['B1', 'B2']) rig.alive(id);
  rig.press();
  const sounds = () => {
    const stations = rig.view().stations.filter(({id}) => id.startsWith('B'));
    return stations.map(({sound}) => sound?.type ?? 'silent');
  };
  t.deepEqual(sounds(), ['emergency', 'emergency']);
  t.deepEqual(rig.ask({kind: 'silence', station: 'B1'}), {kind: 'done'});
  t.deepEqual(rig.ask({kind: 'silence', station: 'sounder'}), {kind: 'done'});
  t.deepEqual(sounds(), ['silent', 'emergency']);
  t.is(sounderLevel(rig.state, rig.nowMs), 'off');
  t.is(rig.tile?.state, 'announced');
  t.like(rig.effects.findLast(({effect}) => effect.kind === 'signal')?.effect, {lamp: true});
  rig.advance(20_000);
  t.deepEqual(sounds(), ['silent', 'emergency']);
  rig.press('C2');
  t.deepEqual(sounds(), ['emergency', 'emergency'], 'a new call');
  rig.act('acknowledge');
  t.deepEqual(sounds(), ['silent', 'emergency']);
  rig.advance(39_999);
  t.deepEqual(sounds(), ['silent', 'emergency']);
  rig.advance(1);
  t.deepEqual(sounds(), ['emergency', 'emergency']);
  t.is(rig.view().stations[0]?.silentUntilMs, null);
  t.not(sounderLevel(rig.state, rig.nowMs), 'off');
  const silenced = rig.bodies('call').filter(({step}) => step === 'silenced');
  t.deepEqual(
    silenced.map(({where, person}) => [where, person]),
    [
      ['B1', wang],
      ['sounder', wang],
    ] as never,
  );
  t.like(rig.ask({kind: 'silence', station: 'B9'}), {why: 'UNKNOWN_STATION'});
});

test('EC-7 a named person takes it; a shared account only where the site file says so; a double tap neither attends nor ends', t => {
  const rig = new CallsRig();
  rig.press();
  t.is(rig.act('acknowledge', DESK), 'NEEDS_NAME');
  t.is(rig.act('acknowledge', GUARD, {isTap: true}), 'done');
  t.is(rig.tile?.takenBy, wang);
  rig.advance(400);
  t.is(rig.act('onsite', GUARD, {isTap: true}), 'NOT_NOW');
  rig.advance(600);
  t.is(rig.act('onsite', GUARD, {isTap: true}), 'done');
  t.is(rig.act('acknowledge', CHIEF, {isTap: true}), 'WRONG_STATE');
  t.deepEqual(
    rig
      .bodies('call')
      .filter(({person}) => person)
      .map(({step, person}) => [step, person]),
    [
      ['acknowledged', wang],
      ['attending', wang],
    ] as never,
  );
  const shared = new CallsRig({takesShared: true});
  shared.press();
  t.is(shared.act('acknowledge', DESK), 'done');
  t.is(shared.act('close', DESK, {reason: 'over'}), 'NEEDS_NAME');
  t.true(shared.view().takesShared);
});

test('EC-8 a call ends by the key or a staff card at its place, or by a supervisor with a reason, and the log says which', t => {
  const ends = (rig: CallsRig) =>
    rig
      .bodies('call')
      .filter(({step}) => step === 'ended')
      .map(({end, person, where, note}) => [end, person, where, note]);
  const board = new CallsRig();
  board.press();
  t.is(
    board.act('close', CHIEF, {reason: 'seen'}),
    'WRONG_STATE',
    'raised to ended from the board',
  );
  board.act('acknowledge');
  t.is(board.act('close', GUARD, {reason: 'seen'}), 'NOT_AT_PLACE');
  t.is(board.act('close', CHIEF, {reason: ' '}), 'REASON_MISSING');
  t.is(board.act('close', CHIEF, {reason: 'seen by camera'}), 'done');
  t.deepEqual(ends(board), [['supervisor', 'li', null, 'seen by camera']] as never);

  const key = new CallsRig();
  key.press();
  key.press('C2');
  key.input({kind: 'resetKey', collector: C1, person: null});
  t.deepEqual(ends(key), [['reset_key', null, 'C1', null]] as never);
  t.deepEqual(
    key
      .bodies('call')
      .filter(({collector}) => collector === 'C1')
      .map(({step}) => step),
    ['raised', 'stored', 'announced', 'acknowledged', 'attending', 'ended'],
  );
  t.is(key.view().calls.length, 1, 'that of the other place stands');

  const card = new CallsRig({
    places: new Map([[collectorId('C2'), {text: undefined, advice: undefined, reader: C1}]]),
  });
  card.grant('07', ['A-012'], {kind: 'staff'});
  card.grant('08', ['A-012']);
  card.press('C2');
  card.tap('C1', '08');
  t.is(card.bodies('attempt.opened').length, 1, 'a tenant opens his bay as ever');
  card.advance(10_000);
  card.act('acknowledge', GUARD, {call: card.call});
  card.tap('C1', '07');
  t.deepEqual(ends(card), [['staff_card', 'holder-07', 'C1', null]] as never);
  t.is(card.bodies('attempt.opened').length, 1, 'and moves no arm');
  card.advance(5000);
  card.tap('C1', '07');
  t.is(card.bodies('attempt.opened').length, 2);
});

test('EC-9 30 s louder, 60 s next contact and cloud, 180 s operator and cloud, again at 360 and 540 s, unanswered at 600 s; by hour as the site file says', t => {
  const rig = new CallsRig();
  rig.press();
  const level = () => sounderLevel(rig.state, rig.nowMs);
  t.is(level(), 'on');
  rig.advance(29_999);
  t.is(level(), 'on');
  rig.advance(1);
  t.deepEqual([level(), rig.tile?.ring], ['loud', 'loud']);
  rig.advance(569_999);
  t.is(rig.tile?.state, 'announced');
  rig.advance(1);
  t.is(rig.tile?.state, 'unanswered');
  t.deepEqual(rig.steps(), [
    ...(['raised', 'stored'] as const).map(step => [step, 0, null] as const),
    ['announced', 0, 'guard'],
    ['louder', 30_000, null],
    ['escalated', 60_000, 'captain'],
    ['cloud_1', 60_000, null],
    ['escalated', 180_000, 'operator'],
    ['cloud_2', 180_000, null],
    ['escalated', 360_000, 'operator'],
    ['escalated', 540_000, 'operator'],
    ['unanswered', 600_000, null],
  ]);
  rig.advance(3_600_000);
  t.is(rig.steps().length, 11, 'and it stands, and may still be taken');
  t.is(rig.act('acknowledge'), 'done');

  const weekly = [{days: [1, 2, 3, 4, 5, 6, 7] as const, fromMinute: 0, toMinute: 1440}];
  const night = {...DEFAULT_PLAN, louderMs: 5000, unansweredMs: 120_000, weekly};
  const contacts = [
    {name: 'night', afterMs: 0},
    {name: 'police', afterMs: 20_000},
  ];
  const other = new CallsRig({hours: [{...night, contacts}]});
  other.press();
  other.advance(150_000);
  t.deepEqual(other.steps().slice(2), [
    ['announced', 0, 'night'],
    ['louder', 5000, null],
    ['escalated', 20_000, 'police'],
    ['cloud_1', 60_000, null],
    ['unanswered', 120_000, null],
  ]);
});

test('EC-10 taken and not ended for 10 min: whoever took it is called again, then the contacts in turn; taken anew it waits again', t => {
  const rig = new CallsRig();
  rig.press();
  rig.advance(10_000);
  rig.act('acknowledge');
  rig.advance(10 * MINUTE_MS - 1);
  t.false(rig.tile?.isReminded);
  rig.advance(1);
  t.true(rig.tile?.isReminded);
  t.is(sounderLevel(rig.state, rig.nowMs), 'loud');
  rig.advance(2 * MINUTE_MS);
  const late = () => rig.steps().filter(([step]) => step === 'reminded' || step === 'escalated');
  t.deepEqual(late(), [
    ['reminded', 610_000, 'wang'],
    ['escalated', 670_000, 'captain'],
    ['escalated', 730_000, 'operator'],
  ]);
  t.is(rig.act('acknowledge', CHIEF), 'done');
  t.is(rig.tile?.takenBy, CHIEF.person);
  rig.advance(9 * MINUTE_MS);
  t.is(late().length, 3);
  rig.advance(MINUTE_MS);
  t.deepEqual(late().at(-1)?.[2], 'li');
  rig.act('close', CHIEF, {reason: 'helped'});
  rig.advance(3_600_000);
  t.is(late().length, 4);
});

test('EC-12 without internet a relay or modem is set off at its time, until somebody takes the call; boards say that the cloud cannot', t => {
  const modem = asId<DeviceId>('modem');
  const rig = new CallsRig({local: {device: modem, afterMs: 60_000}});
  const outputs = () =>
    rig.effects.flatMap(({atMs, effect}) =>
      effect.kind === 'callOutput' ? [[effect.device, effect.isOn, atMs - rig.startMs]] : [],
    );
  rig.press();
  rig.advance(59_999);
  t.deepEqual(outputs(), []);
  rig.advance(1);
  t.deepEqual(outputs(), [['modem', true, 60_000]]);
  t.true(rig.steps().some(([step, , where]) => step === 'local' && where === 'modem'));
  rig.advance(5000);
  rig.act('acknowledge');
  t.deepEqual(outputs().at(-1), ['modem', false, 65_000]);
  t.is(rig.view().localStep, 'available');
  t.is(new CallsRig().view().localStep, 'none');
});

test('EC-21 three calls from one device within 5 min are drawn as one with a count, and each rings', t => {
  const rig = new CallsRig();
  const grouped: (number | undefined)[] = [];
  for (let call = 0; call < 3; call += 1) {
    rig.press();
    grouped.push(rig.tile?.grouped);
    t.not(sounderLevel(rig.state, rig.nowMs), 'off');
    rig.act('acknowledge');
    rig.act('close', CHIEF, {reason: 'children'});
    rig.advance(MINUTE_MS);
  }
  t.deepEqual(grouped, [1, 2, 3]);
  rig.press('C2');
  t.is(rig.tile?.grouped, 1);
  rig.act('acknowledge');
  rig.advance(10 * MINUTE_MS);
  rig.press();
  t.is(rig.view().calls.find(({place}) => place.collector === C1)?.grouped, 1);
});

test('EC-22 whoever may not know of persons sees the place, and no tenant', t => {
  const rig = new CallsRig();
  rig.grant('01', ['A-012']);
  rig.lock('A-012').deafTo = Number.POSITIVE_INFINITY;
  rig.tap('C1', '01');
  rig.advance(40_000);
  t.regex(rig.view(true).calls[0]?.detail ?? '', /138\*\*\*\*5678/);
  const blind = JSON.stringify(rig.view(false));
  t.notRegex(blind, /5678|陈|holder-/);
  t.like(rig.view(false).calls[0]?.place, {bay: 'A-012', collector: 'C1', zone: 'A'});
  t.notRegex(JSON.stringify(rig.bodies('call')), /5678|陈|holder-/);
});

test('EC-23 nothing is set off unless the site file says so; then bays go flat and lights on, after the call is stored, and whatever fails keeps no call back', t => {
  const light = asId<DeviceId>('light');
  const plain = new CallsRig();
  plain.press();
  t.deepEqual(plain.commands('lower'), []);
  const rig = new CallsRig({
    safeActions: [
      {kind: 'lower', collector: C1, bays: [bayId('A-012'), bayId('A-013'), bayId('none')]},
      {kind: 'switch_on', collector: C1, device: light},
      {kind: 'water_off', collector: C1, stalls: [collectorId('S-1')]},
    ],
  });
  rig.lock('A-013').deafTo = Number.POSITIVE_INFINITY;
  const step = rig.input({kind: 'press', collector: C1, presses: 1});
  const lights = () =>
    rig.effects.flatMap(({effect}) => (effect.kind === 'callOutput' ? [effect.isOn] : []));
  const names = step.facts.flatMap(({kind, body}) => (kind === 'call' ? [body.step] : []));
  t.deepEqual(names.slice(0, 2), ['raised', 'stored']);
  t.deepEqual(lights(), [true]);
  rig.advance(40_000);
  t.true(rig.commands('lower', 'A-012').length > 0);
  t.is(rig.state.bays.get(bayId('A-012'))?.reading?.arm, 'down');
  t.true(rig.openAlarms().includes('EMERGENCY_BUTTON'));
  rig.input({kind: 'resetKey', collector: C1, person: null});
  t.is(lights().at(-1), false);
});
