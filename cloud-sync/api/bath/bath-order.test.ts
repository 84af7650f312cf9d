import test from 'ava';
import fc from 'fast-check';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {OrderWorld} from '../orders/order-world.js';
import {
  type BathData,
  type BathInput,
  type BathState,
  bathOrder,
  codeEffects,
  liveBath,
} from './bath-order.js';

const START = 1_772_467_200_000 as UnixMillis;

function code(fen = 1000, heldFen = 1000) {
  const data = liveBath(heldFen, START);
  const order = {id: 'ord', tenant: 'ten', site: 'bath-1', holder: 'm'};
  const view = {...order, state: 'live' as BathState, data};
  const world = new OrderWorld<BathState, BathData, BathInput>(bathOrder, view, START, {
    'member:m': fen,
  });
  const effects = codeEffects({...order, data}, ['S-1', 'S-2'], START);
  world.begin(effects);
  return world;
}

const opened = (session = 's-1'): BathInput => ({kind: 'opened', session, point: 'S-1'});
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

test('a code that nobody keys in lives for 30 minutes, and lets its money go', t => {
  const world = code();
  world.wait(30 * MINUTE_MS - 1);
  t.is(world.order.state, 'live');
  world.wait(1);
  t.deepEqual([world.order.state, world.openHolds(), world.grants.size], ['expired', 0, 0]);
  const dropped = code();
  t.is(dropped.feed({kind: 'replace'}), 'moved');
  t.deepEqual([dropped.order.state, dropped.openHolds(), dropped.grants.size], ['replaced', 0, 0]);
  t.is(dropped.feed({kind: 'cancel'}), 'REPLACED');
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
  rich.feed(opened());
  rich.feed(used(370));
  t.deepEqual([rich.posted('member:m'), rich.order.data.owedFen], [630, 0]);
  const poor = code(300, 300);
  poor.feed(opened());
  poor.wait(DAY_MS);
  t.is(poor.order.state, 'expired');
  t.true(poor.told.includes('bath.untold'));
  poor.feed(used(370));
  t.deepEqual([poor.posted('member:m'), poor.order.data.owedFen], [300, 370]);
});

test('whatever comes, in any order and however often: a hold ends once, and no money comes from nowhere', t => {
  const session = fc.constantFrom('s-1', 's-2');
  const act = fc.oneof(
    session.map(opened),
    fc.tuple(fc.constantFrom(0, 1, 370, 1000, 1060), session).map(([fen, who]) => used(fen, who)),
    fc.constantFrom<BathInput>({kind: 'replace'}, {kind: 'cancel'}),
    fc.constantFrom(1000, 29 * MINUTE_MS, 2 * DAY_MS),
  );
  fc.assert(
    fc.property(fc.constantFrom(1000, 5000), fc.array(act, {maxLength: 20}), (fen, acts) => {
      const world = code(fen);
      for (const one of acts) {
        if (typeof one === 'number') world.wait(one);
        else world.feed(one);
        const {state} = world.order;
        const isHeld = state === 'live' || state === 'running';
        t.is(world.openHolds(), isHeld ? 1 : 0, state);
        t.true(!world.grants.has('shower') || state !== 'replaced', state);
        t.is(world.total(), 0);
        t.true(world.posted('member:m') >= world.heldFen('member:m'));
      }
      world.wait(3 * DAY_MS);
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
