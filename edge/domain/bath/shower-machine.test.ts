import test from 'ava';
import fc from 'fast-check';
import {showerFen} from '../../../protocols/site/shower-tariff.js';
import {newShower, type ShowerInput, showerDueMs, stepShower} from './shower-machine.js';
import {BY_WATER, RULES, row, ShowerBench} from './shower-rig.js';
import {leftFen, rinseFen, spentFen, WET} from './shower-state.js';

test('~B11 a shower from the code to the dry valve: billed to the key, not to the last drop', t => {
  const bench = new ShowerBench();
  t.is(bench.phase, 'armed');
  bench.run(1);
  t.is(bench.phase, 'running');
  bench.run(59);
  bench.nowMs += 500;
  bench.totalMl += 75;
  bench.key('stop');
  t.is(bench.phase, 'closing');
  bench.nowMs += 500;
  bench.totalMl += 30;
  bench.feed({kind: 'reading', said: {totalMl: bench.totalMl, flowMlPerMin: 0, quality: 'good'}});
  bench.run(1);
  t.is(bench.phase, 'leak_check');
  bench.run(11);
  t.is(bench.phase, 'settled');
  const {billedMl, freeMl, meteredMl, end} = bench.shower.row;
  // Half of the last second was before the key.
  t.deepEqual(
    {billedMl, freeMl, meteredMl, end},
    {
      ...{billedMl: 60 * 150 + 52, freeMl: 53, meteredMl: 60 * 150 + 105, end: 'stop'},
    },
  );
});

test('~B15 budget 200: the warning comes at 40 left, the valve shuts at 0, one rinse of 60 s is owed, and no second one', t => {
  const bench = new ShowerBench({budgetFen: 200});
  const isToldOfShare = () => bench.effects.some(one => one.kind === 'warn' && one.of === 'share');
  while (!isToldOfShare()) bench.run(1);
  t.is(leftFen(bench.shower.row, RULES) > 36 && leftFen(bench.shower.row, RULES) <= 40, true);
  while (bench.phase === 'running') bench.run(1);
  t.is(bench.phase, 'rinse_offered');
  t.deepEqual(bench.kinds('warn').length, 2);
  t.is(spentFen(bench.shower.row, RULES), 200);
  t.false(bench.isOpen);
  bench.run(3);
  bench.key('confirm');
  t.true(bench.isOpen);
  bench.run(59);
  t.is(bench.phase, 'rinsing');
  bench.run(3);
  t.not(bench.phase, 'rinsing');
  t.false(bench.isOpen);
  const {rinseMl, billedMl, meteredMl, freeMl} = bench.shower.row;
  t.true(rinseMl >= 60 * 150 && rinseMl <= 61 * 150, `${rinseMl}`);
  t.is(rinseFen(bench.shower.row), showerFen(BY_WATER, rinseMl, 0));
  t.is(billedMl, 10_000);
  t.is(meteredMl, billedMl + rinseMl + freeMl);
  bench.key('confirm');
  bench.run(15);
  t.is(bench.phase, 'settled');
  t.is(bench.kinds('open').length, 2);
});

test('~B15 who owes a rinse already is given none', t => {
  const bench = new ShowerBench({budgetFen: 100, rinse: 'barred'});
  while (bench.phase === 'running' || bench.phase === 'armed') bench.run(1);
  t.is(bench.phase, 'leak_check');
  t.is(bench.shower.row.end, 'budget');
});

test('~E59 a pause is kept for 5 min, then the shower ends; going on opens the valve again', t => {
  const bench = new ShowerBench();
  bench.run(10);
  bench.key('confirm');
  t.is(bench.phase, 'paused');
  bench.run(299);
  t.is(bench.phase, 'paused');
  bench.key('confirm');
  bench.run(10);
  t.is(bench.phase, 'running');
  bench.key('confirm');
  bench.run(301);
  bench.run(15);
  t.is(bench.phase, 'settled');
  t.is(bench.shower.row.end, 'pause_over');
});

test('~B8 no water within 10 s: shut, nothing charged, the code given back once', t => {
  const bench = new ShowerBench();
  bench.flowMlPerS = 0;
  bench.run(11);
  t.deepEqual(bench.kinds('giveBack').length, 1);
  t.is(bench.kinds('alarm').length, 1);
  bench.run(20);
  t.is(bench.phase, 'settled');
  t.is(spentFen(bench.shower.row, RULES), 0);
  t.false(bench.isOpen);
});

test('~E61 a valve that does not shut: LEAK within 12 s of the key, and the bill stands where it was', t => {
  const bench = new ShowerBench();
  bench.run(30);
  const billed = bench.shower.row.billedMl;
  bench.obeys = false;
  bench.key('stop');
  bench.run(12);
  t.deepEqual(bench.kinds('alarm').length, 1);
  t.is(bench.phase, 'settled');
  t.is(bench.shower.row.billedMl, billed);
  t.true(bench.shower.row.freeMl >= 200);
});

test('~E61 a valve that does not shut for a pause, at the end of the budget or after a power cut: LEAK, and nobody pays for it', t => {
  const paused = new ShowerBench();
  paused.run(30);
  paused.obeys = false;
  paused.key('confirm');
  const {billedMl} = paused.shower.row;
  paused.run(10);
  t.is(paused.phase, 'paused', 'a slow valve is no leak');
  paused.run(8);
  t.deepEqual([paused.phase, paused.kinds('alarm').length], ['settled', 1]);
  t.like(paused.shower.row, {end: 'device', billedMl});

  const spent = new ShowerBench({budgetFen: 40});
  spent.run(13);
  spent.obeys = false;
  spent.run(20);
  t.deepEqual([spent.phase, spent.kinds('alarm').length], ['settled', 1]);
  t.like(spent.shower.row, {end: 'budget', billedMl: 2000, rinseMl: 0});

  for (const isStopped of [false, true]) {
    const cut = new ShowerBench({phase: 'resumable', meteredMl: 5000, billedMl: 5000});
    Object.assign(cut, {isOpen: true, obeys: false});
    cut.run(5);
    t.is(cut.phase, 'resumable', 'its valve is being shut');
    if (isStopped) cut.key('stop');
    cut.run(12);
    t.deepEqual([cut.phase, cut.kinds('alarm').length], ['settled', 1]);
    t.is(cut.shower.row.billedMl, 5000);
  }
});

test('~E63 60 s without a meter and with an open valve: time is charged up to the budget, ESTIMATED', t => {
  const bench = new ShowerBench({budgetFen: 400});
  bench.run(10);
  const before = spentFen(bench.shower.row, RULES);
  bench.isMeterDead = true;
  bench.run(60);
  t.is(spentFen(bench.shower.row, RULES), before);
  bench.run(60);
  t.is(spentFen(bench.shower.row, RULES), before + 180);
  t.is(bench.shower.row.quality, 'estimated');
  bench.run(200);
  t.is(spentFen(bench.shower.row, RULES), 400);
  t.false(bench.isOpen);
});

test('~E60 the longest shower ends by itself, and at 80 % of it somebody is told that no key was pressed', t => {
  const bench = new ShowerBench({budgetFen: 100_000});
  bench.run(1440);
  t.deepEqual(
    bench.kinds('alarm').map(effect => 'alarm' in effect && effect.alarm),
    ['BATHER_SILENT'],
  );
  bench.run(361);
  t.is(bench.shower.row.end, 'cap');
  const dry = new ShowerBench();
  dry.run(10);
  dry.flowMlPerS = 0;
  dry.run(181);
  t.is(dry.shower.row.end, 'no_flow');
});

test('~E66 a code for 10 min runs out before anybody is asked to look: 80 % is of the longest shower, not of its own', t => {
  const bench = new ShowerBench({budgetFen: 100_000, mostMs: 600_000});
  bench.run(601);
  t.is(bench.shower.row.end, 'cap');
  t.deepEqual(bench.kinds('alarm'), []);
});

test('~E61 a reading that was long on its way tells of water before the close, and that is no leak', t => {
  const bench = new ShowerBench();
  bench.run(20);
  bench.isMeterDead = true;
  bench.run(3);
  bench.key('stop');
  bench.run(4);
  t.is(bench.phase, 'leak_check');
  bench.isMeterDead = false;
  bench.run(1);
  t.is(bench.totalMl, 5000 + 23 * 150);
  t.deepEqual(bench.kinds('alarm'), []);
  bench.run(12);
  t.like(bench.shower.row, {phase: 'settled', end: 'stop', meteredMl: 23 * 150});
  t.deepEqual(bench.kinds('alarm'), []);
});

test('~E65 who may have 20 litres gets no drop more billed, also after a pause, and his meter no more credit', t => {
  const bench = new ShowerBench({mostMl: 20_000});
  bench.run(60);
  bench.key('confirm');
  bench.run(10);
  const {billedMl} = bench.shower.row;
  bench.key('confirm');
  bench.run(240);
  t.like(bench.shower.row, {end: 'cap', billedMl: 20_000, rinse: 'none'});
  t.false(bench.isOpen);
  const credits = bench.kinds('open').map(effect => 'creditMl' in effect && effect.creditMl);
  t.deepEqual(credits, [21_000, 21_000 - billedMl]);
});

test('by time: 1 min at 60 fen costs 60, paused time nothing', t => {
  const bench = new ShowerBench({tariff: {by: 'time', fenPerMinute: 60}, budgetFen: 100});
  bench.run(61);
  t.is(spentFen(bench.shower.row, RULES), 60);
  bench.key('confirm');
  bench.run(120);
  t.is(spentFen(bench.shower.row, RULES), 60);
});

const inputs = fc.oneof(
  fc.record({
    kind: fc.constant('reading' as const),
    ml: fc.integer({min: 0, max: 4000}),
    quality: fc.constantFrom('good' as const, 'rollover' as const, 'estimated' as const),
  }),
  fc.record({
    kind: fc.constant('valve' as const),
    valve: fc.constantFrom('open' as const, 'shut' as const, 'unknown' as const),
  }),
  fc.constantFrom(
    {kind: 'key', key: 'confirm'} as const,
    {kind: 'key', key: 'stop'} as const,
    {kind: 'noFlow'} as const,
    {kind: 'valveRefused'} as const,
    {kind: 'resume'} as const,
    {kind: 'halt', end: 'emergency'} as const,
  ),
  fc.constant({kind: 'due'} as const),
);
const scripts = fc.array(fc.tuple(fc.integer({min: 0, max: 90_000}), inputs), {maxLength: 60});
const budgets = fc.record({
  budgetFen: fc.integer({min: 1, max: 1000}),
  tariff: fc.oneof(
    fc.record({by: fc.constant('water' as const), fenPerLitre: fc.integer({min: 1, max: 999})}),
    fc.record({by: fc.constant('time' as const), fenPerMinute: fc.integer({min: 1, max: 999})}),
  ),
  rinse: fc.constantFrom('none' as const, 'barred' as const),
  isService: fc.boolean(),
});

test('whatever happens: metered is billed, rinse and free to the millilitre, no more than the budget is charged, and the valve is open in a wet phase alone', t => {
  const holds = fc.property(budgets, scripts, (change, script) => {
    let shower = newShower(row({...change, meterMl: 700}), 0);
    let [nowMs, totalMl, isOpen, rinses] = [0, 700, false, 0];
    const feed = (input: ShowerInput) => {
      const step = stepShower(shower, input, nowMs, RULES);
      const wasSettled = shower.row.phase === 'settled';
      shower = step.shower;
      for (const {kind} of step.effects) {
        if (kind === 'open') isOpen = true;
        if (kind === 'open' && shower.row.phase === 'rinsing') rinses += 1;
        if (kind === 'shut') isOpen = false;
      }
      const {meteredMl, billedMl, rinseMl, freeMl, phase, budgetFen} = shower.row;
      return (
        meteredMl === totalMl - 700 &&
        meteredMl === billedMl + rinseMl + freeMl &&
        Math.min(billedMl, rinseMl, freeMl) >= 0 &&
        spentFen(shower.row, RULES) <= budgetFen &&
        (!isOpen || WET.has(phase)) &&
        (!wasSettled || step.effects.length === 0) &&
        rinses <= 1
      );
    };
    if (!feed({kind: 'begin'})) return false;
    for (const [afterMs, one] of script) {
      nowMs += afterMs;
      if (one.kind === 'reading') totalMl += one.ml;
      const said = {totalMl, flowMlPerMin: undefined, quality: 'good' as const};
      const isFine =
        one.kind === 'reading'
          ? feed({kind: 'reading', said: {...said, quality: one.quality}})
          : feed(one);
      if (!isFine) return false;
    }
    // Left alone it always comes to its end.
    for (let steps = 0; shower.row.phase !== 'settled'; steps += 1) {
      const dueMs = showerDueMs(shower, RULES);
      if (steps > 2500 || dueMs === undefined || dueMs < nowMs) return false;
      nowMs = dueMs;
      if (!feed({kind: 'due'})) return false;
    }
    return !isOpen;
  });
  fc.assert(holds, {numRuns: 300});
  t.pass();
});
