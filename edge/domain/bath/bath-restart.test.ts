import test from 'ava';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {asId} from '../../../protocols/site/ids.js';
import {BathRig} from './bath-rig.js';
import type {BathConfig} from './contract.js';
import type {ShowerRow} from './shower-state.js';

const CODE = '19057344';
const OTHER = '28460193';
/** Seconds of water before the power goes. */
const RAN_S = 30;
/** Of the rig, and from midnight on. */
const [OLD_FEN_PER_LITRE, NEW_FEN_PER_LITRE] = [20, 40];

/** What the database of the house holds of its shower. */
function stored(bath: BathRig): ShowerRow {
  const rows = bath.lot.records.flatMap(record => (record.table === 'shower' ? [record.row] : []));
  const row = rows.at(-1);
  if (!row) throw new Error('no shower was stored');
  return row;
}

/** Cut off while water runs, and back `offMs` later, perhaps with other prices. */
function cut(offMs: number, bath?: Partial<BathConfig>) {
  const before = new BathRig();
  const grant = before.code(CODE);
  before.type('S-01', CODE);
  before.run(RAN_S);
  const after = new BathRig({
    ...(bath && {bath}),
    open: {showers: [stored(before)]},
    former: {endedMs: 995_000, offMs},
  });
  after.lot.spent.add('code-1');
  const code = after.code(CODE);
  after.lot.grants.delete(code.id);
  after.lot.grants.set(grant.id, grant);
  return {before, after};
}

test('~E6 a power cut in a shower: within 5 min the same code goes on at that stall with what is left, and no later', t => {
  const {before, after} = cut(4 * MINUTE_MS);
  t.false(after.stall('S-01').isOpen, 'shut until the code is keyed in again');
  t.is(after.screen('S-01')?.code, 'SHOWER_PAUSED');
  t.is(after.type('S-02', CODE), 'ALREADY_USED', 'at its own stall alone');
  after.run(MINUTE_MS / SECOND_MS - 5);
  t.is(after.type('S-01', CODE), 'ALLOW');
  after.run(2);
  t.true(after.stall('S-01').isOpen);
  after.key('S-01', 'stop');
  after.run(20);
  const [whole] = after.showers();
  t.like(whole, {phase: 'settled', end: 'stop', session: before.showers()[0]?.session});
  t.true((whole?.meteredMl ?? 0) > stored(before).meteredMl);

  const late = cut(4 * MINUTE_MS).after;
  late.run(MINUTE_MS / SECOND_MS + 5);
  t.is(late.type('S-01', CODE), 'ALREADY_USED');
  late.run(20);
  const [settled] = late.showers();
  t.like(settled, {phase: 'settled', end: 'power_cut'});
  t.is(settled?.meteredMl, stored(before).meteredMl, 'at its last reading');
});

test('a cut while the valve was being shut: what ran meanwhile is read, and free, and a valve that leaks on is told', t => {
  const before = new BathRig();
  before.code(CODE);
  before.type('S-01', CODE);
  before.run(RAN_S);
  before.key('S-01', 'stop');
  t.is(stored(before).phase, 'closing');
  const lostMl = 900;
  const restarted = (flowMlPerS: number) => {
    const after = new BathRig({
      open: {showers: [stored(before)]},
      former: {endedMs: 995_000, offMs: 20 * MINUTE_MS},
    });
    const stall = after.stall('S-01');
    const totalMl = stall.totalMl + lostMl;
    after.say('S-01', {kind: 'reading', said: {totalMl, flowMlPerMin: 0, quality: 'good'}});
    Object.assign(stall, {totalMl, flowMlPerS, isOpen: flowMlPerS > 0, isStuck: true});
    after.run(20);
    return after;
  };
  const tight = restarted(0);
  const [settled] = tight.showers();
  t.like(settled, {phase: 'settled', end: 'stop', billedMl: stored(before).billedMl});
  t.is(settled?.meteredMl, stored(before).meteredMl + lostMl);
  t.is(tight.alarms('LEAK').length, 0);
  t.is(restarted(50).alarms('LEAK').length, 1);
});

test('E67 the price changes at midnight during a shower: it is billed at the price of its start, the next one at the new one', t => {
  const dearer = {by: 'water', fenPerLitre: NEW_FEN_PER_LITRE} as const;
  const stalls = ['S-01', 'S-02'].map(id => ({
    ...{id: asId<never>(id), meter: asId<never>(`M-${id}`), tariff: dearer, hasProbe: false},
  }));
  const {after} = cut(MINUTE_MS, {stalls});
  t.is(after.type('S-01', CODE), 'ALLOW');
  after.run(RAN_S);
  after.key('S-01', 'stop');
  after.run(20);
  after.code(OTHER);
  t.is(after.type('S-01', OTHER), 'ALLOW');
  after.run(RAN_S);
  after.key('S-01', 'stop');
  after.run(20);
  const [begun, next] = after.showers();
  const fenOf = (ml: number, fenPerLitre: number) => Math.floor((ml * fenPerLitre) / 1000);
  t.true((begun?.billedMl ?? 0) > 5000 && (next?.billedMl ?? 0) > 3000);
  t.is(begun?.usedFen, fenOf(begun?.billedMl ?? 0, OLD_FEN_PER_LITRE));
  t.is(next?.usedFen, fenOf(next?.billedMl ?? 0, NEW_FEN_PER_LITRE));
});
