import test from 'ava';
import fc from 'fast-check';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {FrameInput} from '../orders/order-type.js';
import {OrderWorld} from '../orders/order-world.js';
import {
  type BathData,
  type BathInput,
  type BathState,
  liveBath,
  type ShowerInput,
} from './bath-code.js';
import {codeEffects} from './bath-effects.js';
import {bathOrder} from './bath-order.js';

const START = 1_772_467_200_000 as UnixMillis;

function code(fen = 1000, heldFen = 1000) {
  const data = liveBath(heldFen, START);
  const order = {id: 'ord', tenant: 'ten', site: 'bath-1', holder: 'm'};
  const view = {...order, state: 'live' as BathState, data};
  const world = new OrderWorld<BathState, BathData, BathInput>(bathOrder, view, START, {
    'member:m': fen,
  });
  const effects = codeEffects({...order, data}, ['S-1', 'S-2']);
  world.begin(effects);
  return world;
}

const opened = (session = 's-1'): BathInput => ({kind: 'opened', session, point: 'S-1'});
const shower = (phase: string, said: Partial<ShowerInput> = {}): BathInput => ({
  ...{kind: 'shower', session: 's-1', point: 'S-1', phase, usedFen: 0, owedFen: 0, usedMl: 0},
  ...{quality: 'good', isGivenBack: false, atMs: null, ...said},
});
const used = (amountFen: number, session = 's-1'): BathInput => ({
  kind: 'used',
  ...{session, amountFen},
});

test('~B12 what was used is taken of the hold once, whatever is resent; an unknown session is refused', t => {
  const world = code();
  t.is(world.heldFen('member:m'), 1000);
  t.like(world.grants.get('shower'), {entries: 'one', credentials: ['code'], kind: 'shower'});
  t.is(world.feed(used(370)), 'UNKNOWN_SESSION');
  t.is(world.feed(opened()), 'moved');
  t.is(world.feed(opened()), 'moved');
  t.is(world.feed(opened('s-2')), 'ALREADY_USED');
  t.is(world.feed(used(370, 's-2')), 'UNKNOWN_SESSION');
  for (const _ of [1, 2, 3]) t.is(world.feed(used(370)), 'moved');
  t.is(world.feed(used(371)), 'SETTLED');
  t.deepEqual(
    [world.order.state, world.posted('member:m'), world.openHolds()],
    ['settled', 630, 0],
  );
  t.is(world.posted('house:revenue'), 370);
});

/** The gateway has told of everything: what its work finds out when it is asked. */
const TOLD: FrameInput = {kind: 'deadline', name: 'told'};

test('a code that nobody keys in lives for 30 minutes; its money goes back when its gateway has told of all', t => {
  const world = code();
  world.wait(30 * MINUTE_MS - 1);
  t.is(world.order.state, 'live');
  world.wait(1);
  t.deepEqual([world.order.state, world.openHolds()], ['expired', 1]);
  world.wait(15 * SECOND_MS);
  t.deepEqual(world.works, [
    {name: 'ask', data: {sinceMs: START + 30 * MINUTE_MS + 15 * SECOND_MS}},
  ]);
  t.is(world.feed(TOLD), 'moved');
  t.is(world.openHolds(), 0);
  world.wait(30 * MINUTE_MS);
  t.is(world.grants.size, 0);
  const dropped = code();
  t.is(dropped.feed({kind: 'replace'}), 'moved');
  t.deepEqual([dropped.order.state, dropped.openHolds(), dropped.grants.size], ['replaced', 0, 0]);
  t.is(dropped.feed({kind: 'cancel', isReached: true}), 'REPLACED');
});

test('a gateway that is cut off is asked with growing rests for 30 days, and the hold stays; what it tells then is taken of it', t => {
  const world = code();
  world.wait(3 * DAY_MS);
  t.deepEqual([world.order.state, world.openHolds()], ['expired', 1]);
  t.true(world.works.length < 100, `${world.works.length} looks`);
  t.is(world.feed(shower('settled', {usedFen: 370})), 'moved');
  t.deepEqual([world.order.state, world.posted('member:m')], ['settled', 630]);
  t.is(world.openHolds(), 0);
  const silent = code();
  silent.wait(31 * DAY_MS);
  t.is(silent.openHolds(), 0);
  t.true(silent.told.includes('bath.untold'));
  const cancelled = code();
  t.is(cancelled.feed({kind: 'cancel', isReached: false}), 'moved');
  t.deepEqual([cancelled.order.state, cancelled.openHolds()], ['cancelled', 1]);
  cancelled.feed(shower('settled', {usedFen: 100}));
  t.deepEqual([cancelled.order.state, cancelled.posted('member:m')], ['settled', 900]);
});

test('a stall without water gives the code back: it is good with its hold at another one, as long as before', t => {
  const world = code();
  t.is(world.feed(shower('armed')), 'moved');
  t.is(world.order.state, 'running');
  t.is(world.feed(shower('closing', {isGivenBack: true})), 'moved');
  t.deepEqual([world.order.state, world.openHolds()], ['live', 1]);
  t.is(world.feed(shower('armed', {session: 's-2', point: 'S-2'})), 'moved');
  t.is(world.feed(shower('settled', {isGivenBack: true})), 'moved', 'the last word of the dry one');
  t.is(world.order.data.session, 's-2');
  t.is(world.feed(shower('settled', {session: 's-2', usedFen: 370})), 'moved');
  t.deepEqual([world.order.state, world.posted('member:m')], ['settled', 630]);
  const late = code();
  late.feed(shower('armed'));
  late.wait(31 * MINUTE_MS);
  late.feed(shower('settled', {isGivenBack: true}));
  t.deepEqual([late.order.state, late.openHolds()], ['expired', 1]);
  late.feed(TOLD);
  t.is(late.openHolds(), 0);
});

test('~E57 a code that is over lives for another 30 minutes, once, with a hold of its own when the first went back', t => {
  const world = code();
  world.wait(31 * MINUTE_MS);
  world.feed(TOLD);
  t.is(world.openHolds(), 0);
  t.is(world.feed({kind: 'renew', points: ['S-1']}), 'moved');
  t.deepEqual([world.order.state, world.openHolds()], ['live', 1]);
  t.is(world.grants.get('shower')?.validUntil, (START + 61 * MINUTE_MS) as UnixMillis);
  t.is(world.feed({kind: 'renew', points: ['S-1']}), 'RENEWED');
  world.wait(30 * MINUTE_MS);
  t.is(world.order.state, 'expired');
  const forgotten = code();
  forgotten.wait(60 * MINUTE_MS);
  t.is(forgotten.feed({kind: 'renew', points: ['S-1']}), 'EXPIRED');
  const poor = code();
  poor.wait(31 * MINUTE_MS);
  poor.feed(TOLD);
  poor.give('member:m', -999);
  t.is(poor.feed({kind: 'renew', points: ['S-1']}), 'LOW_BALANCE');
});

test('water runs on: the hold stays beyond the life of the code, and the rinse is owed', t => {
  const world = code(200, 200);
  world.wait(29 * MINUTE_MS);
  world.feed(opened());
  world.wait(31 * MINUTE_MS);
  t.is(world.heldFen('member:m'), 200);
  t.is(world.feed({kind: 'replace'}), 'RUNNING');
  world.feed(used(260));
  t.is(world.order.data.owedFen, 60);
  t.deepEqual([world.posted('member:m'), world.posted('house:receivable')], [0, -60]);
  t.deepEqual(world.works, [{name: 'owe', data: {amountFen: 60}}]);
});

test('a shower that a gateway tells of when the hold went back is charged at once, or owed', t => {
  const rich = code();
  rich.wait(31 * MINUTE_MS);
  rich.feed(TOLD);
  rich.feed(opened());
  rich.feed(used(370));
  t.deepEqual([rich.posted('member:m'), rich.order.data.owedFen], [630, 0]);
  const poor = code(300, 300);
  poor.feed(opened());
  poor.wait(30 * DAY_MS);
  t.is(poor.order.state, 'expired');
  t.true(poor.told.includes('bath.untold'));
  poor.feed(used(370));
  t.deepEqual([poor.posted('member:m'), poor.order.data.owedFen], [0, 70]);
  const broke = code(300, 300);
  broke.wait(31 * DAY_MS);
  broke.give('member:m', -100);
  broke.feed(opened());
  broke.feed(used(300));
  t.deepEqual([broke.posted('member:m'), broke.order.data.owedFen], [200, 300]);
});

test('whatever comes, in any order and however often: a hold ends once, and no money comes from nowhere', t => {
  const session = fc.constantFrom('s-1', 's-2');
  const act = fc.oneof(
    session.map(opened),
    fc.tuple(fc.constantFrom(0, 1, 370, 1000, 1060), session).map(([fen, who]) => used(fen, who)),
    fc.constantFrom<BathInput | FrameInput>(
      {kind: 'replace'},
      {kind: 'cancel', isReached: true},
      {kind: 'cancel', isReached: false},
      {kind: 'renew', points: ['S-1']},
      TOLD,
    ),
    fc
      .tuple(session, fc.constantFrom('armed', 'settled'), fc.boolean())
      .map(([who, phase, isGivenBack]) =>
        shower(phase, {session: who, isGivenBack, usedFen: 370, owedFen: 0}),
      ),
    fc.constantFrom(1000, 29 * MINUTE_MS, 2 * DAY_MS, 31 * DAY_MS),
  );
  fc.assert(
    fc.property(fc.constantFrom(1000, 5000), fc.array(act, {maxLength: 20}), (fen, acts) => {
      const world = code(fen);
      for (const one of acts) {
        if (typeof one === 'number') world.wait(one);
        else world.feed(one);
        const {state, data} = world.order;
        t.is(world.openHolds(), data.isHeld ? 1 : 0, state);
        t.true(data.isHeld || (state !== 'live' && state !== 'running'), state);
        t.true(!world.grants.has('shower') || state !== 'replaced', state);
        t.is(world.total(), 0);
        t.true(world.posted('member:m') >= world.heldFen('member:m'));
      }
      world.wait(63 * DAY_MS);
      t.is(world.openHolds(), 0);
      const usedFen = world.order.data.usedFen ?? 0;
      t.is(world.posted('house:revenue'), usedFen);
      t.is(
        world.posted('member:m') - world.posted('house:receivable'),
        fen - usedFen + 2 * world.order.data.owedFen,
      );
    }),
    {numRuns: 300},
  );
});
