import test from 'ava';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import {asId} from '../../../protocols/site/ids.js';
import {sounderLevel} from '../calls/stations-flow.js';
import {BathRig} from './bath-rig.js';

const CODE = '19057344';
const OTHER = '28460193';

test('E54 the same code keyed again, or at two stalls: the first wins, all others are told that it was used', t => {
  const bath = new BathRig();
  bath.code(CODE);
  t.is(bath.type('S-01', CODE), 'ALLOW');
  t.is(bath.type('S-02', CODE), 'ALREADY_USED');
  bath.run(5);
  t.is(bath.type('S-01', CODE), 'ALREADY_USED');
  t.deepEqual([bath.stall('S-01').isOpen, bath.stall('S-02').isOpen], [true, false]);
  bath.key('S-01', 'stop');
  bath.run(20);
  for (const stall of ['S-01', 'S-02']) t.is(bath.type(stall, CODE), 'ALREADY_USED');
  t.is(bath.showers().length, 1);
});

test('~E57 a code that nobody keyed in for 30 min is over, and renewed it opens', t => {
  const bath = new BathRig();
  const grant = bath.code(CODE);
  bath.lot.advance(30 * MINUTE_MS);
  t.is(bath.type('S-01', CODE), 'EXPIRED');
  const validUntil = (grant.validUntil + 30 * MINUTE_MS) as typeof grant.validUntil;
  bath.lot.grants.set(grant.id, {...grant, validUntil, rev: 2});
  bath.run(5);
  t.is(bath.type('S-01', CODE), 'ALLOW');
});

test('~E58 the budget ends with soap in the hair: warned twice, one rinse of 60 s that is owed, and no other', t => {
  const bath = new BathRig();
  const {holder, validFrom} = bath.code(CODE);
  bath.type('S-01', CODE);
  bath.until(() => bath.screen('S-01')?.code === 'RINSE_OFFERED', 400);
  const warned = bath.lot.shown.flatMap(({message}) =>
    message.code === 'SHOWER' && message.warned ? [message.warned] : [],
  );
  t.deepEqual([...new Set(warned)], ['share', 'time']);
  bath.run(3);
  bath.key('S-01', 'confirm');
  const fromMs = bath.lot.nowMs;
  bath.run(2);
  t.true(bath.stall('S-01').isOpen);
  t.is(bath.screen('S-01')?.code, 'RINSING');
  bath.until(() => !bath.stall('S-01').isOpen, 90);
  t.true(Math.abs(bath.lot.nowMs - fromMs - 60_000) <= 2000);
  bath.key('S-01', 'confirm');
  bath.run(20);
  const [shower] = bath.showers();
  t.like(shower, {phase: 'settled', end: 'budget', usedFen: 1000});
  t.is(shower?.owedFen, Math.floor(((shower?.rinseMl ?? 0) * 20) / 1000));
  t.true((shower?.owedFen ?? 0) >= 170);
  // The next code is older than the debt: whoever owes gets none.
  bath.code(OTHER, {holder, validFrom, budget: {fen: 100, seconds: 1800}});
  t.is(bath.type('S-01', OTHER), 'ALLOW');
  bath.until(() => !bath.stall('S-01').isOpen, 100);
  bath.run(20);
  t.like(bath.showers()[1], {phase: 'settled', end: 'budget', rinseMl: 0, owedFen: 0});
});

test('E59 who pauses keeps his stall for 5 min; then it is settled and shut, and another one comes in', t => {
  const bath = new BathRig();
  bath.code(CODE);
  bath.code(OTHER);
  bath.type('S-01', CODE);
  bath.run(30);
  bath.key('S-01', 'confirm');
  bath.run(2);
  t.is(bath.screen('S-01')?.code, 'SHOWER_PAUSED');
  t.false(bath.stall('S-01').isOpen);
  bath.run(200);
  t.is(bath.type('S-01', OTHER), 'BAY_OCCUPIED');
  bath.run(95);
  bath.key('S-01', 'confirm');
  bath.run(5);
  t.true(bath.stall('S-01').isOpen);
  bath.key('S-01', 'confirm');
  bath.run(301);
  t.is(bath.showers()[0]?.end, 'pause_over');
  bath.run(12);
  const [shower] = bath.showers();
  t.like(shower, {phase: 'settled', end: 'pause_over'});
  t.is(shower?.billedMl, 35 * 150);
  t.is(bath.type('S-01', OTHER), 'ALLOW');
});

test('~E60 who leaves with the water running: it shuts at 30 min, and only what ran is used of what was set aside', t => {
  const bath = new BathRig();
  bath.code(CODE, {budget: {fen: 10_000, seconds: 7200}});
  bath.type('S-01', CODE);
  const fromMs = bath.lot.nowMs;
  bath.until(() => !bath.stall('S-01').isOpen, 2000);
  t.true(Math.abs(bath.lot.nowMs - fromMs - 30 * MINUTE_MS) <= 3000);
  bath.run(15);
  const [shower] = bath.showers();
  t.like(shower, {phase: 'settled', end: 'cap', owedFen: 0});
  t.is(shower?.usedFen, Math.floor(((shower?.billedMl ?? 0) * 20) / 1000));
  t.true((shower?.usedFen ?? 10_000) < 5500);
});

test('E61 a valve that sticks open: LEAK, staff is called, the master valve of its row shuts, and the bill ends with the key', t => {
  const stalls = ['S-01', 'S-02', 'S-03'];
  const row = {valve: asId<never>('V-1'), stalls: ['S-01', 'S-02'].map(id => asId<never>(id))};
  const bath = new BathRig({stalls, bath: {rows: [row]}});
  for (const [no, stall] of stalls.entries()) {
    bath.code(`${CODE}${no}`);
    bath.type(stall, `${CODE}${no}`);
  }
  bath.run(30);
  bath.stall('S-01').isStuck = true;
  bath.key('S-01', 'stop');
  const billed = bath.showers()[0]?.billedMl;
  const fromMs = bath.lot.nowMs;
  bath.until(() => bath.alarms('LEAK').length > 0, 20);
  t.true(bath.lot.nowMs - fromMs <= 12_000);
  t.deepEqual(bath.rowOrders, ['V-1 shut']);
  const called = bath.lot.bodies('alarm').filter(({kind, contact}) => kind === 'LEAK' && contact);
  t.deepEqual(
    called.map(({contact}) => contact),
    ['attendant'],
  );
  const leakedMl = bath.stall('S-01').totalMl;
  bath.run(30);
  t.is(bath.stall('S-01').totalMl, leakedMl, 'nothing runs any more');
  t.like(bath.showers()[0], {phase: 'settled', end: 'stop', billedMl: billed});
  t.like(bath.showers()[1], {phase: 'settled', end: 'device'});
  t.true(bath.stall('S-03').isOpen, 'another row goes on');
  bath.code(OTHER);
  for (const stall of row.stalls) t.is(bath.type(stall, OTHER), 'DEVICE_OFFLINE');
  t.is(bath.screen('S-02')?.code, 'STALL_OUT');
  bath.stall('S-01').isStuck = false;
  bath.stall('S-01').isOpen = false;
  bath.run(5);
  bath.closeAlarm('LEAK');
  t.deepEqual(bath.rowOrders, ['V-1 shut', 'V-1 open']);
  t.is(bath.type('S-02', OTHER), 'ALLOW');
});

test('~E61 water that runs in an idle stall, or while somebody pauses, is a leak; a start keeps the row of one shut', t => {
  const row = {valve: asId<never>('V-1'), stalls: ['S-01', 'S-02'].map(id => asId<never>(id))};
  const bath = new BathRig({bath: {rows: [row]}});
  bath.code(CODE);
  bath.type('S-02', CODE);
  bath.run(10);
  bath.say('S-02', {kind: 'leak'});
  t.deepEqual(bath.rowOrders, [], 'what runs there is wanted');
  bath.key('S-02', 'confirm');
  bath.run(2);
  bath.say('S-02', {kind: 'leak'});
  t.is(bath.showers()[0]?.end, 'device');
  bath.say('S-01', {kind: 'leak'});
  t.is(bath.alarms('LEAK').length, 2);
  const alarms = bath.alarms('LEAK');
  const again = new BathRig({
    bath: {rows: [row, {...row, valve: asId('V-2'), stalls: []}]},
    open: {alarms},
  });
  t.deepEqual(again.rowOrders, ['V-1 shut']);
  const [first] = alarms;
  if (!first) return t.fail();
  const person = asId<never>('wang');
  for (const action of ['acknowledge', 'close'] as const) {
    again.lot.input({kind: 'alarmAction', alarm: first.id, action, person, reason: 'mended'});
  }
  again.run(1);
  t.deepEqual(again.rowOrders, ['V-1 shut'], 'the other one leaks still');
  // A house without master valves has nothing but its staff.
  const plain = new BathRig();
  plain.say('S-01', {kind: 'leak'});
  plain.closeAlarm('LEAK');
  return t.deepEqual([plain.rowOrders, plain.alarms('LEAK')], [[], []]);
});

test('E62 no water: each code is good again, its stall is out of service, and 3 of them are one trouble of the house', t => {
  const stalls = ['S-01', 'S-02', 'S-03', 'S-04'];
  const bath = new BathRig({stalls});
  for (const [no, stall] of ['S-01', 'S-02', 'S-03'].entries()) {
    const digits = `${CODE}${no}`;
    const grant = bath.code(digits);
    bath.stall(stall).flowMlPerS = 0;
    bath.type(stall, digits);
    t.is(bath.alarms('NO_WATER').length, 0);
    bath.run(30);
    t.like(bath.showers()[no], {end: 'no_flow', usedFen: 0, meteredMl: 0, phase: 'settled'});
    t.is(bath.screen(stall)?.code, 'STALL_OUT');
    t.false(bath.lot.used.has(grant.id));
    t.deepEqual(bath.lot.records.filter(({table}) => table === 'unspent').length, no + 1);
  }
  t.is(bath.alarms('NO_FLOW').length, 3);
  t.is(bath.alarms('NO_WATER').length, 1);
  t.is(bath.type('S-01', `${CODE}0`), 'DEVICE_OFFLINE');
  t.is(bath.type('S-04', `${CODE}0`), 'ALLOW', 'the code works once, elsewhere');
  bath.closeAlarm('NO_FLOW');
  bath.run(2);
  t.deepEqual(bath.alarms('NO_WATER'), []);
});

test('~E63 the meter is dead while water runs: after 60 s time is charged, at most what was set aside, and it is ESTIMATED', t => {
  const bath = new BathRig();
  bath.code(CODE, {budget: {fen: 400, seconds: 1800}});
  bath.type('S-01', CODE);
  bath.run(10);
  bath.stall('S-01').isMeterDead = true;
  const used = () => bath.lot.state.stalls.get(asId('S-01'))?.shower?.row;
  const before = used()?.billedMl;
  bath.run(58);
  t.is(used()?.estimatedMs, 0);
  bath.run(62);
  t.is(used()?.billedMl, before);
  t.true(Math.abs((used()?.estimatedMs ?? 0) - 60_000) <= 2000);
  bath.until(() => !bath.stall('S-01').isOpen, 200);
  bath.run(20);
  bath.stall('S-01').isMeterDead = false;
  bath.run(80);
  const [shower] = bath.showers();
  t.like(shower, {phase: 'settled', usedFen: 400, quality: 'estimated'});
});

test('E64 water over 45 °C shuts the valve with an alarm; a child has 40 °C and 10 min, and staff may flush hot', t => {
  const bath = new BathRig({probes: true});
  const warm = (milliCelsius: number | undefined, stall = 'S-01') =>
    bath.say(stall, {kind: 'temperature', milliCelsius});
  warm(20_000);
  bath.code(CODE);
  bath.type('S-01', CODE);
  warm(46_000);
  warm(45_000);
  bath.run(10);
  warm(45_000);
  t.true(bath.stall('S-01').isOpen === false, 'hot from the first moment');
  bath.run(15);
  t.like(bath.showers()[0], {phase: 'settled', end: 'hot'});
  t.is(bath.alarms('HOT_WATER').length, 1);
  bath.code(OTHER);
  t.is(bath.type('S-01', OTHER), 'DEVICE_OFFLINE');
  bath.closeAlarm('HOT_WATER');
  bath.run(5);
  t.is(bath.type('S-01', OTHER), 'ALLOW');
  bath.run(5);
  warm(45_000);
  bath.run(5);
  t.true(bath.stall('S-01').isOpen);
  // Nobody tells any more: the water of the others runs on.
  warm(undefined);
  t.true(bath.stall('S-01').isOpen);
  warm(45_500);
  t.false(bath.stall('S-01').isOpen, 'hot while it runs');
  bath.run(15);
  t.like(bath.showers().at(-1), {phase: 'settled', end: 'hot'});
  bath.closeAlarm('HOT_WATER');
  warm(undefined);
  bath.run(5);

  const child = {budget: {fen: 1000, seconds: 600, mostMilliCelsius: 40_000}};
  bath.code('1', child);
  t.is(bath.type('S-01', '1'), 'DEVICE_OFFLINE', 'nobody would see how hot it is');
  warm(38_000);
  bath.run(4);
  t.is(bath.type('S-01', '1'), 'ALLOW');
  warm(40_000);
  bath.run(10);
  t.true(bath.stall('S-01').isOpen);
  warm(40_500);
  t.false(bath.stall('S-01').isOpen);
  bath.run(15);
  t.like(bath.showers().at(-1), {end: 'hot', phase: 'settled'});
  t.deepEqual(bath.alarms('HOT_WATER'), []);

  bath.code('2', child);
  warm(38_000);
  bath.type('S-01', '2');
  bath.run(10);
  warm(undefined);
  t.is(bath.showers().at(-1)?.end, 'device');
  bath.run(15);
  warm(38_000);
  bath.code('3', {budget: {...child.budget, fen: 5000}});
  bath.type('S-01', '3');
  const fromMs = bath.lot.nowMs;
  bath.until(() => !bath.stall('S-01').isOpen, 700);
  t.true(Math.abs(bath.lot.nowMs - fromMs - 10 * MINUTE_MS) <= 3000);
  bath.run(15);
  t.is(bath.showers().at(-1)?.end, 'cap');

  bath.code('4', {kind: 'staff', entries: 'multi', budget: undefined}, 'multi');
  bath.type('S-01', '4');
  bath.run(10);
  warm(60_000);
  t.true(bath.stall('S-01').isOpen, 'a flush against legionella is hot');
});

test('E66 water runs and no key is pressed for 80 % of the longest shower: staff is asked to look, the call button works, and nothing is locked', t => {
  const bath = new BathRig();
  bath.code(CODE, {budget: {fen: 10_000, seconds: 1800}});
  bath.type('S-01', CODE);
  bath.run(24 * 60 - 5);
  t.is(bath.alarms('BATHER_SILENT').length, 0);
  bath.run(10);
  t.is(bath.alarms('BATHER_SILENT').length, 1);
  const calls = bath.lot.bodies('alarm').filter(({contact}) => contact !== null);
  t.deepEqual(
    calls.map(({kind, contact}) => [kind, contact]),
    [['BATHER_SILENT', 'attendant']],
  );
  t.is(sounderLevel(bath.lot.state, bath.lot.nowMs), 'on');
  t.true(bath.stall('S-01').isOpen, 'she is not left in the cold for it');
  bath.lot.input({kind: 'press', collector: asId('S-01'), presses: 1});
  bath.run(1);
  t.is(bath.alarms('EMERGENCY_BUTTON').length, 1);
  t.false(bath.stall('S-01').isOpen);
  t.is(bath.showers()[0]?.end, 'emergency');
  const kinds = new Set(bath.lot.effects.map(({effect}) => effect.kind));
  const known = ['cancelTimer', 'notify', 'show', 'signal', 'startTimer', 'water'];
  t.deepEqual([...kinds].sort(), known as never, 'nothing else is moved');
});

test('E70 staff flushes: nobody is billed, it is journalled as service, and the stall says so', t => {
  const bath = new BathRig();
  bath.code(CODE, {kind: 'staff', entries: 'multi', budget: undefined}, 'multi');
  for (const stall of ['S-01', 'S-02']) t.is(bath.type(stall, CODE), 'ALLOW');
  bath.run(300);
  for (const stall of ['S-01', 'S-02']) {
    t.deepEqual(bath.screen(stall), {code: 'STALL_SERVICE'});
    bath.key(stall, 'stop');
  }
  bath.run(20);
  for (const shower of bath.showers()) {
    t.like(shower, {phase: 'settled', isService: true, usedFen: 0, owedFen: 0, billedMl: 0});
    t.true(shower.freeMl >= 299 * 150);
    t.is(shower.freeMl, shower.meteredMl);
  }
  t.is(bath.showers().length, 2);
  t.is(bath.type('S-01', CODE), 'ALLOW', 'and again');
});
