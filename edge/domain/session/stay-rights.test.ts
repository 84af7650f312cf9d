import test from 'ava';
import fc from 'fast-check';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import type {Grant} from '../../../protocols/site/grant.js';
import type {SessionRecord} from '../lot/contract.js';
import {LotRig} from '../lot/lot-rig.js';
import {bayId} from '../lot/rig-config.js';
import {numberedConfig, ShownRig} from '../pipeline/shown-rig.js';

const leased = () => new ShownRig(numberedConfig('parkLease')).settled() as ShownRig;
const at = (rig: LotRig, ms: number) => (rig.wallMs + ms) as UnixMillis;
const phase = (rig: LotRig) => rig.bodies('session').at(-1)?.phase;

/** The cloud says it anew. */
function amend(rig: LotRig, grant: Grant, change: Partial<Grant>): void {
  const held = rig.grants.get(grant.id) ?? grant;
  rig.grants.set(grant.id, {...held, ...change, rev: held.rev + 1});
  rig.input({kind: 'grantsChanged'});
}

/** The tenant of A-012 stands in it; his lease ends in an hour. */
function standing(): {readonly rig: ShownRig; readonly grant: Grant} {
  const rig = leased();
  const grant = rig.right('77', ['A-012'], {kind: 'lease', validUntil: at(rig, HOUR_MS)});
  rig.code('19057344', grant);
  rig.key('C1', '19057344');
  rig.advance(5000);
  rig.sense('A-012', 'occupied');
  return {rig, grant};
}

test('~E36 who comes 20 min early is told the time, by card as by key; when his right is amended to begin now it opens', t => {
  for (const way of ['key', 'card'] as const) {
    const rig = way === 'key' ? leased() : (new ShownRig().settled() as ShownRig);
    const hours = {validFrom: at(rig, 20 * MINUTE_MS), validUntil: at(rig, 2 * HOUR_MS)};
    const grant = rig.right('77', ['A-012'], {kind: 'lease', ...hours});
    rig.code('19057344', grant);
    const show = () => {
      rig.advance(4000);
      if (way === 'key') rig.key('C1', '19057344');
      else rig.tap('C1', 'card-77');
    };
    show();
    const leftMs = 20 * MINUTE_MS - 4000;
    t.deepEqual(rig.screen('C1'), {code: 'REFUSED', reason: 'NOT_YET_VALID', leftMs});
    t.deepEqual(rig.sent, []);
    amend(rig, grant, {validFrom: at(rig, -1000)});
    show();
    t.is(rig.verdict, 'ALLOW', way);
    t.is(rig.commands('lower', 'A-012').length, 1);
  }
});

test('~Q11 an end that is moved under a parked car is kept: later it is no overtime, sooner it is', t => {
  const {rig, grant} = standing();
  rig.advance(50 * MINUTE_MS);
  amend(rig, grant, {validUntil: at(rig, HOUR_MS)});
  rig.advance(20 * MINUTE_MS);
  t.is(phase(rig), 'parked');
  amend(rig, grant, {validUntil: at(rig, 5 * MINUTE_MS)});
  rig.advance(6 * MINUTE_MS);
  t.is(phase(rig), 'overtime');
  amend(rig, grant, {validUntil: at(rig, HOUR_MS)});
  t.is(phase(rig), 'parked', 'the extension came a moment late');
  rig.advance(2 * HOUR_MS);
  t.is(phase(rig), 'overtime');
  t.deepEqual(rig.commands('raise'), []);
});

test('~Q14 a stay that a token alone opened bears the name of its right when that comes, and its end', t => {
  const rig = leased();
  rig.show('C1', rig.claim('903', {doors: {kind: 'point', number: 1}}));
  rig.advance(5000);
  rig.sense('A-012', 'occupied');
  t.is(rig.bodies('session').at(-1)?.grant, 'number-903' as never);
  rig.input({kind: 'grantsChanged'});
  t.is(rig.bodies('session').length, 2, 'nothing came of it yet');
  const right = {kind: 'lease', validUntil: at(rig, HOUR_MS), entries: 'one'} as const;
  const grant = rig.right('903', ['A-012'], right);
  rig.input({kind: 'grantsChanged'});
  t.like(rig.bodies('session').at(-1), {phase: 'parked', grant: grant.id, holder: grant.holder});
  t.true(rig.used.has(grant.id), 'this is its one entry');
  rig.input({kind: 'grantsChanged'});
  t.is(rig.bodies('session').length, 3);
  rig.advance(HOUR_MS + 1000);
  t.is(phase(rig), 'overtime');
  rig.sense('A-012', 'vacant');
  rig.advance(40_000);
  const ids = new Set(rig.bodies('session').map(({session}) => session));
  t.is(ids.size, 1);
  t.like(rig.bodies('session').at(-1), {phase: 'closed', closeCause: 'left'});
});

test('~E33 a power cut while the arm rises after who never came makes him none who left, and his entry is his again', t => {
  const first = new LotRig().settled();
  const grant = first.grant('01', ['A-012']);
  first.tap('C1', '01');
  first.advance(185_000);
  const rows = first.records.flatMap(record => (record.table === 'session' ? [record.row] : []));
  const row = rows.at(-1) as SessionRecord;
  t.like(row, {phase: 'relocking', closeCause: 'never_entered'});
  t.like(first.bodies('session').at(-1), {phase: 'relocking', closeCause: null});

  const open = {sessions: [row]};
  const again = new LotRig(undefined, open, [grant.id], {endedMs: first.nowMs, offMs: 5000});
  again.grants.set(grant.id, grant);
  again.lock('A-012').arm = 'down';
  again.settled();
  t.like(again.bodies('session')[0], {phase: 'open_wait_car', closeCause: null});
  again.advance(200_000);
  t.like(again.bodies('session').at(-1), {phase: 'closed', closeCause: 'never_entered'});
  t.false(again.used.has(grant.id));
});

test('a raise that was broken off forgets how it was to end', t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012'], {entries: 'multi'});
  rig.tap('C1', '01');
  rig.advance(184_000);
  t.is(phase(rig), 'relocking');
  rig.sense('A-012', 'occupied');
  rig.advance(10_000);
  t.is(phase(rig), 'parked');
  const row = rig.records.findLast(record => record.table === 'session');
  t.like(row, {row: {phase: 'parked', closeCause: null}});
});

test('a bay that lies open, or opens, for somebody who is still to drive in is no bay for another, until his time is over', t => {
  const rig = leased();
  const ann = rig.right('1', ['A-012'], {kind: 'lease', validUntil: at(rig, 60_000)});
  rig.code('11111111', ann);
  const staff = rig.right('2', ['A-012', 'A-013'], {kind: 'staff'});
  rig.code('22222222', staff);
  const bob = rig.right('3', ['A-012'], {kind: 'lease', validUntil: at(rig, DAY_MS)});
  rig.code('33333333', bob);
  rig.key('C1', '11111111');
  rig.key('C1', '33333333');
  t.is(rig.screen('C1')?.code, 'BAY_OCCUPIED', 'while it opens');
  rig.advance(5000);
  rig.key('C1', '22222222');
  t.deepEqual(rig.commands('lower', 'A-013').length, 1, 'another one for him');
  rig.advance(4000);
  rig.key('C1', '33333333');
  t.is(rig.screen('C1')?.code, 'BAY_OCCUPIED');
  t.is(rig.state.bays.get(bayId('A-012'))?.session?.row.grant, ann.id);
  rig.advance(60_000);
  rig.key('C1', '33333333');
  t.is(rig.verdict, 'ALLOW');
  t.is(rig.state.bays.get(bayId('A-012'))?.session?.row.grant, bob.id);
  t.is(rig.commands('lower', 'A-012').length, 1);
});

type Deed =
  | {readonly kind: 'wait'; readonly ms: number}
  | {readonly kind: 'scan' | 'in' | 'out' | 'extend' | 'shorten' | 'order' | 'flicker' | 'mend'};

const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({kind: fc.constant('wait' as const), ms: fc.nat(10 * MINUTE_MS)}),
  },
  {weight: 4, arbitrary: fc.record({kind: fc.constantFrom('scan' as const, 'in', 'out')})},
  fc.record({kind: fc.constantFrom('extend' as const, 'shorten', 'order', 'flicker', 'mend')}),
);

test('~E27 whatever becomes of a lease, no arm is told to rise while a car stands over it, in overtime or not', t => {
  const phases = new Set<string>();
  fc.assert(
    fc.property(fc.array(anyDeed, {minLength: 4, maxLength: 25}), deeds => {
      const {rig, grant} = standing();
      for (const deed of deeds) {
        act(rig, grant, deed);
        for (const {phase: now} of rig.bodies('session')) phases.add(now);
        const raised = rig.sent.slice(-1).find(({command}) => command === 'raise');
        if (raised?.atMs === rig.nowMs) t.is(rig.lock('A-012').vehicle, 'absent');
      }
      return underCar(rig) === 0;
    }),
    {numRuns: 30},
  );
  t.true(phases.has('overtime') && phases.has('relocking'), [...phases].join(' '));
});

function act(rig: ShownRig, grant: Grant, deed: Deed): void {
  switch (deed.kind) {
    case 'wait':
      waitUnderWatch(rig, deed.ms);
      return;
    case 'scan':
      waitUnderWatch(rig, 4000);
      rig.key('C1', '19057344');
      return;
    case 'in':
      if (rig.lock('A-012').arm === 'down') rig.sense('A-012', 'occupied');
      return;
    case 'out':
      rig.sense('A-012', 'vacant');
      return;
    case 'flicker':
      rig.sense('A-012', 'vacant', 'flapping');
      return;
    case 'mend':
      rig.sense('A-012', rig.lock('A-012').vehicle === 'present' ? 'occupied' : 'vacant');
      return;
    case 'extend':
      amend(rig, grant, {validUntil: at(rig, HOUR_MS)});
      return;
    case 'shorten':
      amend(rig, grant, {validUntil: at(rig, 1000)});
      return;
    case 'order':
      rig.input({
        ...({kind: 'order', bay: bayId('A-012'), desired: 'up'} as const),
        by: {kind: 'person', person: 'wang' as never, reason: 'closing time'},
      });
  }
}

const WATCHED = new WeakMap<LotRig, number>();

function underCar(rig: LotRig): number {
  return WATCHED.get(rig) ?? 0;
}

/** Counts raises that went out while a car stood there; it comes and goes only between waits. */
function waitUnderWatch(rig: ShownRig, ms: number): void {
  const before = rig.commands('raise').length;
  rig.advance(ms);
  const isCar = rig.lock('A-012').vehicle === 'present';
  if (isCar && rig.commands('raise').length > before) WATCHED.set(rig, underCar(rig) + 1);
}
