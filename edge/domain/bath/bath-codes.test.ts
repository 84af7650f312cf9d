import test from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {asId} from '../../../protocols/site/ids.js';
import type {LockoutRecord} from '../lockout/lockout-machine.js';
import type {OpenRecords} from '../lot/contract.js';
import {BathRig} from './bath-rig.js';

const CODE = '19057344';
const STALL = asId<never>('S-01');

/** Wrong codes, each as soon as it is looked at; how long the stall refuses after each, in seconds. */
function guess(bath: BathRig, count: number, stall = 'S-01'): readonly number[] {
  return Array.from({length: count}, (_, no) => {
    bath.type(stall, `wrong ${bath.lot.nowMs} ${no}`);
    const at = bath.lot.state.collectors.get(asId(stall));
    const lockMs = Math.max(0, (at?.lockout.lockedUntilMs ?? 0) - bath.lot.nowMs);
    bath.lot.advance(lockMs);
    return lockMs / SECOND_MS;
  });
}

function guessOnce(bath: BathRig, stall: string, wrong: string): void {
  bath.type(stall, `${stall} ${wrong}`);
}

function guessAgesOf({lot}: BathRig): readonly number[] {
  const rows = lot.records.flatMap(record => (record.table === 'guesses' ? [record.agesMs] : []));
  return rows.at(-1) ?? [];
}

function lockoutsOf({lot}: BathRig): OpenRecords['lockouts'] {
  const rows = new Map<string, LockoutRecord>();
  for (const record of lot.records) {
    if (record.table === 'lockout') rows.set(record.row.door, record.row);
  }
  return [...rows.values()];
}

test('B13 the third wrong code locks for 60 s, doubling to 1 h, 30 a day and then one per 10 min, 20 in 10 min are an alarm, and a power cut forgives nothing', t => {
  const bath = new BathRig();
  bath.code(CODE);
  for (const wrong of ['1', '2']) t.is(bath.type('S-01', wrong), 'NOT_FOUND');
  t.is(bath.type('S-01', '3'), 'NOT_FOUND');
  t.deepEqual(bath.screen('S-01'), {code: 'LOCKED_OUT', leftMs: 60_000});
  bath.lot.advance(59_000);
  t.is(bath.type('S-01', CODE), 'LOCKED_OUT');
  bath.lot.advance(2000);
  t.is(bath.type('S-01', CODE), 'ALLOW', 'at 61 s');
  t.deepEqual(bath.alarms('CODE_GUESSING'), [], 'people mistype');

  const siege = new BathRig();
  t.deepEqual(guess(siege, 11), [0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
  t.deepEqual(siege.alarms('CODE_GUESSING'), [], 'the tries of the day are not spent');
  // One right code between forgives the row of wrong ones, not those of the day.
  const tired = new BathRig({
    open: {lockouts: [{door: STALL, fails: 0, lockLeftMs: 0, dayTries: 29, dayLeftMs: 3_600_000}]},
  });
  t.deepEqual(guess(tired, 2), [600, 600]);
  t.is(tired.alarms('CODE_GUESSING').length, 1);
  t.is(tired.alarms('CODE_GUESSING')[0]?.collector, STALL);

  const cut = new BathRig();
  for (const wrong of ['1', '2', '3', '4']) cut.type('S-01', wrong);
  const again = new BathRig({open: {lockouts: lockoutsOf(cut)}});
  again.code(CODE);
  t.is(again.type('S-01', CODE), 'LOCKED_OUT');
  again.lot.advance(61 * SECOND_MS);
  t.is(again.type('S-01', '5'), 'NOT_FOUND');
  t.deepEqual(again.screen('S-01'), {code: 'LOCKED_OUT', leftMs: 120_000}, 'it goes on doubling');

  // From stall to stall, with the power cut before the last of them.
  const stalls = Array.from({length: 10}, (_, no) => `S-${no}`);
  const house = new BathRig({stalls});
  for (const stall of stalls) for (const wrong of ['1', '2']) guessOnce(house, stall, wrong);
  t.is(house.alarms('CODE_GUESSING').length, 1, '20 in the house');
  const dark = new BathRig({stalls});
  for (const stall of stalls.slice(1))
    for (const wrong of ['1', '2']) guessOnce(dark, stall, wrong);
  const lit = new BathRig({stalls, open: {guessAgesMs: guessAgesOf(dark)}});
  guessOnce(lit, 'S-0', '1');
  t.deepEqual(lit.alarms('CODE_GUESSING'), [], '19');
  guessOnce(lit, 'S-0', '2');
  t.is(lit.alarms('CODE_GUESSING').length, 1);
  t.deepEqual(guessAgesOf(lit), [], 'and it counts anew');
});

test('~B13 20 wrong codes in 10 min from stall to stall are an alarm of the house, once for each 20, and slower ones are none', t => {
  const stalls = Array.from({length: 10}, (_, no) => `S-${no}`);
  const bath = new BathRig({stalls});
  for (const stall of stalls) {
    for (const wrong of ['1', '2']) bath.type(stall, `${stall} ${wrong}`);
    t.is(bath.alarms('CODE_GUESSING').length, stall === 'S-9' ? 1 : 0);
  }
  t.is(bath.alarms('CODE_GUESSING')[0]?.collector, null);
  // What is refused unseen counts as well.
  for (let tries = 0; tries < 20; tries += 1) bath.type('S-0', `more ${tries}`);
  t.is(bath.alarms('CODE_GUESSING')[0]?.count, 2);
  const slow = new BathRig({stalls});
  for (let round = 0; round < 3; round += 1) {
    for (const stall of stalls.slice(0, 8)) slow.type(stall, `${stall} ${round}`);
    slow.lot.advance(11 * MINUTE_MS);
  }
  t.deepEqual(slow.alarms('CODE_GUESSING'), []);
});

test('~B15 warned at 20 % and at 30 s, shut at 0, one rinse of 60 s as debt, and none for who owes', t => {
  const bath = new BathRig();
  const {holder, validFrom} = bath.code(CODE, {budget: {fen: 200, seconds: 1800}});
  bath.type('S-01', CODE);
  const shown = () => bath.screen('S-01');
  bath.until(() => JSON.stringify(shown()).includes('"warned":"time"'), 100);
  // 3 fen a second: 30 s are 90 fen, so here the time comes first.
  t.like(shown(), {code: 'SHOWER', leftFen: 89});
  bath.until(() => JSON.stringify(shown()).includes('"warned":"share"'), 100);
  const {leftFen} = shown() as {leftFen: number};
  t.true(leftFen <= 40 && leftFen > 36, `${leftFen}`);
  bath.until(() => !bath.stall('S-01').isOpen, 100);
  t.is(shown()?.code, 'RINSE_OFFERED');
  bath.run(3);
  bath.key('S-01', 'confirm');
  bath.run(1);
  t.true(bath.stall('S-01').isOpen);
  bath.run(80);
  bath.key('S-01', 'confirm');
  bath.run(10);
  const [shower] = bath.showers();
  t.like(shower, {phase: 'settled', end: 'budget', usedFen: 200});
  t.is(shower?.owedFen, Math.floor(((shower?.rinseMl ?? 0) * 20) / 1000));

  // Over a start too, as long as the cloud may not know of it.
  const rows = bath.lot.records.flatMap(record => (record.table === 'shower' ? [record.row] : []));
  const last = rows.at(-1);
  if (!last) return t.fail();
  const again = new BathRig({open: {showers: [last]}});
  again.code(CODE, {holder, validFrom, budget: {fen: 100, seconds: 1800}});
  t.is(again.type('S-01', CODE), 'ALLOW');
  again.until(() => !again.stall('S-01').isOpen, 100);
  t.not(again.screen('S-01')?.code, 'RINSE_OFFERED');
  const old = new BathRig({open: {showers: [{...last, openedWallMs: 0 as never}]}});
  return t.is(old.lot.state.rinses.size, 0);
});

test('who may not in is told so, and his code stays good: nothing set aside, no service, no admission, other stalls', t => {
  const bath = new BathRig();
  bath.code('1', {budget: undefined});
  t.is(bath.type('S-01', '1'), 'LOW_BALANCE');
  bath.code('2', {points: [asId('S-02')]});
  t.is(bath.type('S-01', '2'), 'OTHER_POINT');
  bath.lot.input({kind: 'admission', stop: 'identity', isStanding: true, detail: 'two of us'});
  t.is(bath.type('S-02', '2'), 'NO_ADMISSION');
  bath.lot.input({kind: 'admission', stop: 'identity', isStanding: false, detail: ''});
  bath.run(5);
  const storage = {
    room: 'full',
    isDurable: true,
    grants: 'sure',
    usesSureFromMs: 0 as UnixMillis,
  } as const;
  bath.lot.input({kind: 'storage', storage, detail: 'full'});
  t.not(bath.type('S-02', '2'), 'ALLOW');
  bath.lot.input({kind: 'storage', storage: {...storage, room: 'ample'}, detail: ''});
  bath.run(5);
  bath.say('S-02', {kind: 'valve', valve: 'unknown'});
  t.is(bath.type('S-02', '2'), 'DEVICE_OFFLINE');
  bath.say('S-02', {kind: 'valve', valve: 'shut'});
  bath.run(5);
  t.is(bath.type('S-02', '2'), 'ALLOW');
  t.is(bath.type('S-09', '2'), 'LOCKED_OUT', 'there is no such stall');
  bath.lot.input({kind: 'stall', collector: asId('S-09'), said: {kind: 'noFlow'}});
  bath.lot.input({kind: 'timer', timer: {kind: 'shower', collector: asId('S-01')}});
  t.is(bath.showers().length, 1);
});

test('a shower that a power cut left goes on with its own code at its own stall; what was over settles', t => {
  const bath = new BathRig();
  const grant = bath.code(CODE);
  bath.type('S-01', CODE);
  bath.run(30);
  const rows = () => bath.lot.records.flatMap(one => (one.table === 'shower' ? [one.row] : []));
  const cut = rows().at(-1);
  bath.key('S-01', 'stop');
  const over = rows().at(-1);
  if (!cut || !over) return t.fail();
  const gone = {...over, id: asId<never>('gone'), stall: asId<never>('S-07')};
  const ended = {...over, id: asId<never>('ended'), stall: asId<never>('S-02'), end: null};
  const again = new BathRig({open: {showers: [cut, gone, ended]}});
  t.is(again.screen('S-01')?.code, 'SHOWER_PAUSED');
  again.code(CODE, {id: grant.id, holder: grant.holder});
  again.lot.spent.add('code-1');
  again.code('other');
  t.is(again.type('S-01', 'other'), 'BAY_OCCUPIED');
  t.is(again.type('S-01', 'unknown'), 'NOT_FOUND');
  t.is(again.type('S-01', CODE), 'ALLOW');
  again.run(10);
  t.true(again.stall('S-01').isOpen);
  again.key('S-01', 'stop');
  again.run(20);
  t.deepEqual(
    again.showers().map(({stall, phase, end}) => [stall, phase, end]),
    [
      ['S-01', 'settled', 'stop'],
      ['S-02', 'settled', 'budget'],
    ],
  );
  const late = new BathRig({open: {showers: [cut]}});
  late.run(301);
  t.like(late.showers()[0], {phase: 'settled', end: 'power_cut'});
  const afar = new BathRig({open: {showers: [cut]}});
  afar.say('S-01', {kind: 'halt', end: 'remote'});
  return t.like(afar.showers()[0], {phase: 'settled', end: 'remote'});
});
