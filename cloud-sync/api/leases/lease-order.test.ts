import test from 'ava';
import fc from 'fast-check';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {OrderWorld} from '../orders/order-world.js';
import {
  type LeaseData,
  type LeaseInput,
  type LeaseState,
  proposedLease,
  type Side,
} from './lease-data.js';
import {leaseOrder, proposalEffects} from './lease-order.js';

const START = 1_772_467_200_000;
const MONTH = {priceFen: 72_000, termMs: 30 * DAY_MS};
const SHA = 'ab'.repeat(32);
const at = (ms: number) => (START + ms) as UnixMillis;

function lease(fen = 1_000_000, lasts = 10 * DAY_MS) {
  const data = proposedLease({
    ...{point: 'A-012', lender: 'len', fromMs: at(0), untilMs: at(lasts), rate: MONTH},
    ...{depositFen: 5000, lenderPercent: 80, overtimePercent: 150, agreement: 'agr-0', sha256: SHA},
    lapsesMs: at(15 * MINUTE_MS),
  });
  const order = {id: 'ord', tenant: 'ten', site: 'lot-1', holder: 'm'};
  const begin = {...order, state: 'proposed' as LeaseState, data};
  const world = new OrderWorld<LeaseState, LeaseData, LeaseInput>(leaseOrder, begin, START, {
    'member:m': fen,
  });
  world.begin(proposalEffects(data));
  return world;
}

const yes = (side: Side, agreement = 'agr-0'): LeaseInput => ({
  ...{kind: 'consent', agreement, side, by: `who-${side}`, sha256: SHA},
});
const stay = (phase: string, durationMs = 0, atMs: number | null = null): LeaseInput => ({
  ...{kind: 'session', session: 's-1', phase, closeCause: null, durationMs, atMs},
});
const offered = (agreement: string, fromMs: number, untilMs: number): LeaseInput => ({
  kind: 'renew',
  offer: {agreement, sha256: SHA, term: {fromMs: at(fromMs), untilMs: at(untilMs), rate: MONTH}},
});

test('nothing is issued or held before both have consented to the same text', t => {
  const world = lease();
  t.is(world.feed(yes('tenant')), 'moved');
  t.deepEqual([world.grants.size, world.heldFen('member:m')], [0, 0]);
  t.is(world.feed(yes('tenant')), 'CONSENTED');
  t.is(world.feed({...yes('lender'), sha256: 'cd'.repeat(32)} as LeaseInput), 'OTHER_TEXT');
  t.is(world.feed(yes('lender', 'agr-9')), 'PROPOSED');
  t.is(world.grants.size, 0);
  t.is(world.feed(yes('lender')), 'moved');
  t.is(world.order.state, 'active');
  t.like(world.grants.get('bay'), {kind: 'lease', entries: 'multi', credentials: ['key', 'qr']});
  t.is(world.heldFen('member:m'), 24_000 + 5000);
  t.deepEqual(world.works.at(-1), {
    name: 'agreement',
    data: {
      ...{agreement: 'agr-0', state: 'agreed'},
      consents: {
        tenant: {by: 'who-tenant', atMs: START},
        lender: {by: 'who-lender', atMs: START},
      },
    },
  });
});

test('what is refused, withdrawn or left alone for 15 minutes lets the bay go, for good', t => {
  const gone = (world: ReturnType<typeof lease>) =>
    [world.feed(yes('lender')), world.grants.size, world.works.map(({name}) => name)] as const;
  const refused = lease();
  refused.feed(yes('tenant'));
  refused.feed({kind: 'refuse', agreement: 'agr-0', note: 'no'});
  t.deepEqual(gone(refused), ['REFUSED', 0, ['agreement', 'agreement', 'free_place']]);
  const withdrawn = lease();
  withdrawn.feed({kind: 'withdraw', agreement: 'agr-0', note: null});
  t.is(gone(withdrawn)[0], 'WITHDRAWN');
  const lapsed = lease();
  lapsed.feed(yes('tenant'));
  lapsed.wait(15 * MINUTE_MS - 1);
  t.is(lapsed.order.state, 'proposed');
  lapsed.wait(1);
  t.is(gone(lapsed)[0], 'LAPSED');
  t.is(lapsed.order.state, 'lapsed');
});

test('who has not the money has 15 minutes more for it', t => {
  const world = lease(28_999);
  world.feed(yes('tenant'));
  world.feed(yes('lender'));
  t.is(world.order.state, 'agreed');
  t.deepEqual([world.grants.size, world.heldFen('member:m')], [0, 0]);
  t.is(world.feed({kind: 'pay'}), 'LOW_BALANCE');
  world.wait(14 * MINUTE_MS);
  world.give('member:m', 1);
  t.is(world.feed({kind: 'pay'}), 'moved');
  t.is(world.order.state, 'active');
  const late = lease(0);
  late.feed(yes('tenant'));
  late.feed(yes('lender'));
  late.wait(15 * MINUTE_MS);
  t.is(late.order.state, 'lapsed');
  t.is(late.feed({kind: 'pay'}), 'LAPSED');
});

test('an extension moves the right and its deadlines, at the price of the term', t => {
  const world = agreed();
  t.is(world.feed({kind: 'extend', untilMs: at(10 * DAY_MS)}), 'WRONG_TIME');
  t.is(world.feed({kind: 'extend', untilMs: at(10 * DAY_MS + HOUR_MS)}), 'moved');
  t.is(world.grants.get('bay')?.validUntil, at(10 * DAY_MS + HOUR_MS));
  t.is(world.heldFen('member:m'), 24_000 + 5000 + 100);
  world.wait(10 * DAY_MS);
  t.is(world.order.state, 'active');
  t.false(world.told.includes('lease.ended'));
  world.wait(HOUR_MS);
  t.is(world.order.state, 'ended');
  t.is(world.posted('house:revenue') + world.posted('lender:len'), 24_100);
});

test('a lease that ends early costs what was used, and its right is withdrawn at once', t => {
  const world = agreed();
  world.feed({kind: 'extend', untilMs: at(20 * DAY_MS)});
  world.wait(5 * DAY_MS);
  world.feed(stay('parked'));
  t.is(world.feed({kind: 'end', note: null}), 'CAR_PRESENT');
  world.feed(stay('closed', HOUR_MS, world.now));
  t.is(world.feed({kind: 'end', note: null}), 'moved');
  t.deepEqual([world.order.state, world.grants.get('bay')], ['ended', undefined]);
  t.deepEqual([world.heldFen('member:m'), world.posted('lender:len')], [0, 9600]);
  t.is(world.posted('house:revenue'), 2400);
  const unbegun = lease();
  unbegun.feed(yes('tenant'));
  unbegun.feed(yes('lender'));
  unbegun.feed({kind: 'end', note: null});
  t.deepEqual([unbegun.posted('member:m'), unbegun.heldFen('member:m')], [1_000_000, 0]);
});

test('~Q14 the tenant is told 10 minutes before the end; a car that stays is overtime, billed when it leaves', t => {
  const world = agreed();
  world.feed(stay('parked'));
  world.wait(10 * DAY_MS - 10 * MINUTE_MS - 1);
  t.false(world.told.includes('lease.ending_soon'));
  world.wait(1);
  t.true(world.told.includes('lease.ending_soon'));
  world.wait(10 * MINUTE_MS);
  t.is(world.order.state, 'overtime');
  t.true(world.told.includes('lease.overtime'));
  world.wait(20 * HOUR_MS);
  // 20 h at 100 fen and half as much again: of the deposit.
  world.feed(stay('closed', 30 * HOUR_MS, world.now));
  t.is(world.order.state, 'ended');
  t.is(world.order.data.chargedFen, 24_000 + 3000);
  t.is(world.posted('member:m'), 1_000_000 - 27_000);
  t.is(world.heldFen('member:m'), 0);
});

test('a clock that was lost proves no overtime', t => {
  const world = agreed();
  world.feed(stay('parked'));
  world.wait(10 * DAY_MS);
  t.is(world.order.state, 'overtime');
  world.wait(20 * HOUR_MS);
  // Told of late, by a gateway that cannot say when he left.
  world.feed(stay('closed', 30 * HOUR_MS, null));
  t.like(world.order, {state: 'ended', data: {overtimeMs: 0, chargedFen: 24_000}});
});

test('overtime beyond the deposit of who has no more is owed', t => {
  const world = lease(29_000);
  world.feed(yes('tenant'));
  world.feed(yes('lender'));
  world.feed(stay('parked'));
  world.wait(12 * DAY_MS);
  world.feed(stay('closed', 3 * DAY_MS, world.now));
  // 48 h at 150 fen are 7200: 5000 of the deposit, 2200 owed.
  t.is(world.order.data.owedFen, 2200);
  t.deepEqual([world.posted('member:m'), world.posted('house:receivable')], [0, -2200]);
});

test('a stay that a gateway tells of when all was settled is charged once, however often it is told', t => {
  const world = agreed();
  world.wait(10 * DAY_MS);
  t.is(world.order.state, 'ended');
  const late = stay('closed', 30 * HOUR_MS, START + 10 * DAY_MS + 2 * HOUR_MS);
  t.is(world.feed(late), 'moved');
  t.is(world.order.data.chargedFen, 24_000 + 300);
  world.feed(late);
  t.is(world.order.data.chargedFen, 24_000 + 300);
});

test('a renewal wants both again; it prolongs the same right, and its refusal leaves the lease as it is', t => {
  const world = agreed();
  t.is(world.feed(offered('agr-1', 10 * DAY_MS, 40 * DAY_MS)), 'moved');
  t.is(world.feed(offered('agr-2', 10 * DAY_MS, 40 * DAY_MS)), 'OFFER_OPEN');
  t.is(world.feed({kind: 'extend', untilMs: at(11 * DAY_MS)}), 'OFFER_OPEN');
  world.feed({kind: 'refuse', agreement: 'agr-1', note: null});
  t.deepEqual(
    [world.order.state, world.grants.get('bay')?.validUntil],
    ['active', at(10 * DAY_MS)],
  );
  t.deepEqual(world.works.at(-1), {
    name: 'keep_place',
    data: {fromMs: START, untilMs: START + 10 * DAY_MS},
  });
  world.feed(offered('agr-3', 10 * DAY_MS, 40 * DAY_MS));
  world.feed(yes('lender', 'agr-3'));
  t.is(world.grants.get('bay')?.validUntil, at(10 * DAY_MS));
  world.feed(yes('tenant', 'agr-3'));
  t.is(world.grants.get('bay')?.validUntil, at(40 * DAY_MS));
  t.true(world.told.includes('lease.renewed'));
  world.wait(40 * DAY_MS);
  t.deepEqual([world.order.state, world.order.data.chargedFen], ['ended', 24_000 + 72_000]);
});

test('whatever comes, in any order and however often: no right without an agreement, no hold of what is over', t => {
  const side = fc.constantFrom<Side>('tenant', 'lender');
  const agreement = fc.constantFrom('agr-0', 'agr-1', 'agr-2');
  const hours = fc.integer({min: -30, max: 600});
  const input: fc.Arbitrary<LeaseInput> = fc.oneof(
    fc.tuple(side, agreement).map(([who, which]) => yes(who, which)),
    fc
      .tuple(fc.constantFrom('refuse' as const, 'withdraw' as const), agreement)
      .map(([kind, which]) => ({kind, agreement: which, note: null})),
    fc.constant<LeaseInput>({kind: 'pay'}),
    hours.map(count => ({kind: 'extend' as const, untilMs: at(count * HOUR_MS)})),
    fc.constant<LeaseInput>({kind: 'end', note: null}),
    fc
      .tuple(agreement, hours)
      .map(([which, more]) => offered(which, 240 * HOUR_MS, more * HOUR_MS)),
    fc
      .tuple(fc.constantFrom('parked', 'closed'), fc.nat(100), fc.option(hours))
      .map(([phase, lasted, end]) =>
        stay(phase, lasted * HOUR_MS, end === null ? null : START + end * HOUR_MS),
      ),
  );
  const act = fc.oneof(
    {weight: 3, arbitrary: input},
    {weight: 1, arbitrary: fc.constantFrom(1000, 10 * MINUTE_MS, 26 * HOUR_MS, 11 * DAY_MS)},
  );
  const fen = fc.constantFrom(0, 28_999, 29_000, 60_000, 1_000_000);
  fc.assert(
    fc.property(fen, fc.boolean(), fc.array(act, {maxLength: 30}), (has, isAgreed, acts) => {
      const world = lease(has);
      if (isAgreed) for (const who of ['tenant', 'lender'] as const) world.feed(yes(who));
      for (const one of acts) {
        if (typeof one === 'number') world.wait(one);
        else world.feed(one);
        checkLease(world);
      }
      for (const which of ['agr-0', 'agr-1', 'agr-2']) {
        world.feed({kind: 'withdraw', agreement: which, note: null});
      }
      world.wait(700 * DAY_MS);
      world.feed(stay('closed', HOUR_MS, null));
      checkLease(world);
      t.true(isOver(world.order.state), world.order.state);
    }),
    {numRuns: 400},
  );
});

function agreed() {
  const world = lease();
  world.feed(yes('tenant'));
  world.feed(yes('lender'));
  return world;
}

function isOver(state: LeaseState): boolean {
  return !['proposed', 'agreed', 'active', 'overtime'].includes(state);
}

function checkLease(world: ReturnType<typeof lease>): void {
  const {order, grants, works} = world;
  const complete = works.filter(({data}) => data.state === 'agreed');
  const both = complete.every(({data}) => {
    const consents = data.consents as Record<Side, unknown>;
    return consents.tenant !== null && consents.lender !== null;
  });
  const right = grants.get('bay');
  const fails = [
    right && complete.length === 0 && 'a right without an agreement',
    !both && 'an agreement without both',
    right && right.validUntil !== order.data.untilMs && 'a right to another end',
    right && isOver(order.state) && right.validUntil > world.now && 'a right of what is over',
    isOver(order.state) && world.openHolds() > 0 && 'a hold of what is over',
    order.state === 'active' && world.openHolds() === 0 && 'no hold while it goes on',
    world.total() !== 0 && 'money that came from nowhere',
    world.posted('member:m') - world.heldFen('member:m') < 0 && 'overspent',
  ].filter(Boolean);
  if (fails.length > 0) throw new Error(`${order.state}: ${fails.join(', ')}`);
}
