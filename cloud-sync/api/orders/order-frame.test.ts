import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import type {MoneyMove, MoneyRefusal} from '../ledger/money-move.js';
import {CloudStore} from '../store/cloud-store.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {DueRunner} from './due-runner.js';
import {OrderFrame} from './order-frame.js';
import {OrderTable} from './order-table.js';
import type {OrderType} from './order-type.js';

interface Visit {
  readonly fen: number;
  readonly heard: readonly string[];
}
type VisitInput =
  | {readonly kind: 'arm'; readonly afterMs: readonly number[]}
  | {readonly kind: 'pay'; readonly fens: readonly number[]}
  | {readonly kind: 'break'};

/** An order that writes down what it hears. */
const visit: OrderType<'open' | 'paid' | 'unpaid', Visit, VisitInput> = {
  name: 'visit',
  read: data => data as Visit,
  step({id, state, data}, input, now) {
    const moved = {kind: 'moved', state, data, effects: []} as const;
    switch (input.kind) {
      case 'arm': {
        const effects = input.afterMs.map((afterMs, index) => ({
          ...{effect: 'set_deadline' as const, name: `bell-${index}`},
          dueAt: (now + afterMs) as UnixMillis,
        }));
        return {...moved, effects};
      }
      case 'deadline':
        if (data.fen < 0) throw new Error('broken order');
        return {
          ...{...moved, data: {...data, heard: [...data.heard, input.name]}},
          effects: [{effect: 'tell', type: 'visit.rang', data: {name: input.name}}],
        };
      case 'pay': {
        if (state === 'paid') return {kind: 'refused', why: 'PAID'};
        const effects = input.fens.map((amountFen, index) => ({
          effect: 'money' as const,
          move: {
            ...{move: 'hold' as const, key: `${id}/${index}`, account: 'member:m' as const},
            ...{amountFen, expiresAt: undefined},
          },
        }));
        return {...moved, state: 'paid', effects};
      }
      case 'money_refused':
        return {...moved, state: 'unpaid', data: {...data, heard: [...data.heard, input.why]}};
      case 'break':
        return {...moved, data: {...data, fen: -1}};
    }
  },
};

const newClock = () =>
  new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});

interface RigOptions {
  readonly clock?: VirtualClock;
  readonly file?: string;
  readonly seed?: number;
}

async function rig(
  t: ExecutionContext,
  {clock = newClock(), file = ':memory:', seed = 1}: RigOptions = {},
) {
  const entropy = new SeededEntropy(seed);
  const store = await CloudStore.open(file);
  t.teardown(() => store.close());
  const changes = new ChangeFeed({clock, entropy, store});
  const orders = new OrderTable();
  const moved: MoneyMove[] = [];
  const errors: string[] = [];
  const log = {debug() {}, info() {}, warn() {}, error: (event: string) => void errors.push(event)};
  const frame = new OrderFrame({
    ...{clock, entropy, log, store, orders, changes},
    money: {
      async move(tx, tenant, move): Promise<MoneyRefusal | undefined> {
        if (move.move === 'hold' && move.amountFen > 100) return 'LOW_BALANCE';
        const note = {tenant, site: null, type: 'money.moved', subject: 'm', subjectId: move.key};
        await changes.note(tx, {...note, data: {}});
        moved.push(move);
        return undefined;
      },
    },
    rights: {grant: () => Promise.resolve([]), revoke: () => Promise.resolve([])},
    onGateways: () => {},
  });
  frame.register(visit);
  await store.read(db => new TenantTable().add(db, {id: 'ten', name: 'T', createdWall: 1}));
  const runner = new DueRunner({
    name: 'cloud.orders',
    ...{clock, log, isShared: false},
    runDue: () => frame.runDue(),
    nextDue: () => frame.nextDue(),
  });
  const open = () =>
    store.transaction(tx =>
      frame.create(tx, {
        ...{tenant: 'ten', site: 's', holder: 'm', type: 'visit', state: 'open'},
        data: {fen: 0, heard: []},
      }),
    );
  const feed = (id: string, input: VisitInput, inputId: string) =>
    store.transaction(tx => frame.feed(tx, id, input, inputId));
  const see = async (id: string) => {
    const row = await store.read(db => orders.get(db, id));
    return {state: row?.state, ...(JSON.parse(row?.data ?? '{}') as Visit)};
  };
  /** Deadlines that fired, in their order. */
  const rang = async () => {
    await changes.number();
    const told = await store.read(db => changes.after(db, 'ten', 0, 100));
    return told
      .filter(({type}) => type === 'visit.rang')
      .map(({subjectId: order, data, atWall: at}) => ({order, ...data, at}));
  };
  return {clock, store, frame, runner, changes, errors, open, feed, see, rang};
}

test('E101 what fell due while the platform was down happens at the first tick after its restart, in due order, once each', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-orders-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const file = join(folder, 'cloud.db');
  const clock = newClock();
  const before = await rig(t, {clock, file});
  before.runner.start();
  const [late, early] = [await before.open(), await before.open()];
  await before.feed(late, {kind: 'arm', afterMs: [3 * HOUR_MS, HOUR_MS]}, 'i-1');
  await before.feed(early, {kind: 'arm', afterMs: [2 * HOUR_MS, 5 * DAY_MS]}, 'i-2');
  await before.runner.stop();
  await before.store.close();
  await clock.advance(2 * DAY_MS);

  const after = await rig(t, {clock, file, seed: 2});
  after.runner.start();
  await after.runner.stop();
  t.deepEqual(await after.rang(), [
    {order: late, name: 'bell-1', at: clock.wallMs()},
    {order: early, name: 'bell-0', at: clock.wallMs()},
    {order: late, name: 'bell-0', at: clock.wallMs()},
  ]);
  await after.store.close();

  const third = await rig(t, {clock, file, seed: 3});
  third.runner.start();
  for (let day = 0; day < 5; day += 1) await clock.advance(DAY_MS);
  await third.runner.stop();
  const rang = await third.rang();
  t.is(rang.length, 4);
  t.like(rang.at(-1), {order: early, name: 'bell-1', at: clock.wallMs() - 2 * DAY_MS});
  t.deepEqual([...before.errors, ...after.errors, ...third.errors], []);
});

test('equal instants fire in the order in which they were set; one that is set anew forgets its old time', async t => {
  const {clock, frame, open, feed, see} = await rig(t);
  const order = await open();
  await feed(order, {kind: 'arm', afterMs: [MINUTE_MS, MINUTE_MS, MINUTE_MS]}, 'i-1');
  await feed(order, {kind: 'arm', afterMs: [2 * MINUTE_MS]}, 'i-2');
  await clock.advance(MINUTE_MS);
  t.is(await frame.runDue(), 2);
  await clock.advance(MINUTE_MS);
  t.is(await frame.runDue(), 1);
  t.deepEqual((await see(order)).heard, ['bell-1', 'bell-2', 'bell-0']);
});

test('an input of one id is fed once, and what does not fit is refused without a trace', async t => {
  const {open, feed, see} = await rig(t);
  const order = await open();
  t.like(await feed(order, {kind: 'pay', fens: [60]}, 'pay-1'), {kind: 'moved', state: 'paid'});
  t.like(await feed(order, {kind: 'pay', fens: [60]}, 'pay-1'), {kind: 'before', state: 'paid'});
  t.like(await feed(order, {kind: 'pay', fens: [60]}, 'pay-2'), {kind: 'refused', why: 'PAID'});
  t.is((await see(order)).state, 'paid');
  t.deepEqual(await feed('nobody', {kind: 'break'}, 'x'), {kind: 'unknown'});
});

test('when the ledger refuses a part of a step, no part of it stays', async t => {
  const {open, feed, see, store, changes} = await rig(t);
  const order = await open();
  const result = await feed(order, {kind: 'pay', fens: [60, 101]}, 'pay-1');
  t.like(result, {kind: 'moved', state: 'unpaid'});
  t.deepEqual(await see(order), {state: 'unpaid', fen: 0, heard: ['LOW_BALANCE']});
  await changes.number();
  const told = await store.read(db => changes.after(db, 'ten', 0, 100));
  t.deepEqual(
    told.map(({type}) => type),
    ['visit.open', 'visit.unpaid'],
  );
});

test('an order that breaks at its deadline holds up no other, and keeps it', async t => {
  const {clock, frame, open, feed, see, errors} = await rig(t);
  const [broken, whole] = [await open(), await open()];
  await feed(broken, {kind: 'arm', afterMs: [MINUTE_MS]}, 'i-1');
  await feed(broken, {kind: 'break'}, 'i-2');
  await feed(whole, {kind: 'arm', afterMs: [HOUR_MS]}, 'i-3');
  await clock.advance(HOUR_MS);
  t.is(await frame.runDue(), 1);
  t.deepEqual(errors, ['order.deadline_failed']);
  t.deepEqual((await see(whole)).heard, ['bell-0']);
  t.is(await frame.runDue(), 0);
  t.is(errors.length, 1, 'it rests');
  await clock.advance(MINUTE_MS);
  t.is(await frame.runDue(), 0);
  t.is(errors.length, 2);
});
