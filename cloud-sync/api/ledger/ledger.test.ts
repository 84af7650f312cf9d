import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {CloudStore} from '../store/cloud-store.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {Ledger} from './ledger.js';
import {LedgerTable} from './ledger-table.js';
import type {AccountName, MoneyMove} from './money-move.js';
import {linesOfReversal, sumFen} from './posting-rules.js';

async function rig(t: ExecutionContext) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const store = await CloudStore.open(':memory:');
  t.teardown(() => store.close());
  await store.read(db => new TenantTable().add(db, {id: 'ten', name: 'T', createdWall: 1}));
  const ledger = new Ledger({clock, entropy: new SeededEntropy(), table: new LedgerTable()});
  const move = (moved: MoneyMove) =>
    store.transaction(tx => ledger.move(tx, 'ten', moved, {orderId: null}));
  const balance = (account: AccountName) => store.read(db => ledger.balance(db, 'ten', account));
  const topUp = (key: string, amountFen: number) =>
    move({
      ...{move: 'transfer', key, from: 'house:clearing', reason: 'top-up'},
      to: [{account: 'member:m', amountFen}],
    });
  const expire = (hold: string) => store.transaction(tx => ledger.expire(tx, 'ten', hold));
  return {move, balance, topUp, expire};
}

const hold = (key: string, amountFen: number): MoneyMove => ({
  ...{move: 'hold', key, account: 'member:m', amountFen, expiresAt: undefined},
});

test('a hold sets aside, a capture takes a part once and lets the rest go', async t => {
  const {move, balance, topUp} = await rig(t);
  await topUp('t-1', 1000);
  t.is(await move(hold('h-1', 800)), undefined);
  t.deepEqual(await balance('member:m'), {postedFen: 1000, heldFen: 800, availableFen: 200});
  t.is(await move(hold('h-2', 201)), 'LOW_BALANCE');
  const capture: MoneyMove = {
    ...{move: 'capture', key: 'c-1', hold: 'h-1'},
    to: [
      {account: 'lender:l', amountFen: 400},
      {account: 'house:revenue', amountFen: 100},
    ],
  };
  t.is(await move(capture), undefined);
  t.is(await move(capture), undefined);
  t.is(await move({...capture, key: 'c-2'}), 'HOLD_OVER');
  t.is(await move({...capture, to: [{account: 'lender:l', amountFen: 1}]}), 'KEY_REUSED');
  t.deepEqual(await balance('member:m'), {postedFen: 500, heldFen: 0, availableFen: 500});
  t.is((await balance('lender:l')).postedFen, 400);
  t.is((await balance('house:revenue')).postedFen, 100);
  t.is((await balance('house:clearing')).postedFen, -1000);
});

test('more than was held is never taken, and an ended hold ends once', async t => {
  const {move, balance, topUp, expire} = await rig(t);
  await topUp('t-1', 1000);
  await move(hold('h-1', 300));
  const over: MoneyMove = {
    ...{move: 'capture', key: 'c-1', hold: 'h-1'},
    to: [{account: 'house:revenue', amountFen: 301}],
  };
  t.is(await move(over), 'OVER_HOLD');
  t.is(await move({move: 'release', key: 'r-1', hold: 'h-1'}), undefined);
  t.is(await move({move: 'release', key: 'r-1', hold: 'h-1'}), undefined);
  t.is(await expire('h-1'), 'HOLD_OVER');
  t.is(await move({move: 'release', key: 'r-2', hold: 'none'}), 'UNKNOWN_HOLD');
  t.deepEqual(await balance('member:m'), {postedFen: 1000, heldFen: 0, availableFen: 1000});
});

test('what is taken back comes from each receiver in proportion, to the fen, and never twice', async t => {
  const {move, balance, topUp} = await rig(t);
  await topUp('t-1', 1000);
  await move(hold('h-1', 1000));
  await move({
    ...{move: 'capture', key: 'c-1', hold: 'h-1'},
    to: [
      {account: 'lender:l', amountFen: 667},
      {account: 'house:revenue', amountFen: 333},
    ],
  });
  const back = (key: string, amountFen: number): MoneyMove => ({
    ...{move: 'reverse', key, of: 'c-1', amountFen, reason: 'cold water'},
  });
  t.is(await move(back('r-1', 500)), undefined);
  t.is((await balance('lender:l')).postedFen, 333);
  t.is((await balance('house:revenue')).postedFen, 167);
  t.is(await move(back('r-2', 501)), 'OVER_REFUND');
  t.is(await move(back('r-2', 500)), undefined);
  t.is(await move(back('r-3', 1)), 'OVER_REFUND');
  t.is((await balance('member:m')).postedFen, 1000);
  t.is((await balance('lender:l')).postedFen, 0);
});

test('reversals of any sizes sum to zero, and take from nobody more than he got', t => {
  const shares = fc.array(fc.integer({min: 1, max: 10_000}), {minLength: 1, maxLength: 5});
  const backs = fc.array(fc.integer({min: 1, max: 5000}), {maxLength: 8});
  fc.assert(
    fc.property(shares, backs, (amounts, wished) => {
      const to = amounts.map((amountFen, index) => ({account: `lender:${index}`, amountFen}));
      const moved = [{account: 'member:m', amountFen: -sumFen(to)}, ...to];
      let reversed: ReturnType<typeof linesOfReversal> = [];
      let backFen = 0;
      for (const amountFen of wished) {
        const lines = linesOfReversal(moved, reversed, amountFen);
        if (backFen + amountFen > sumFen(to)) {
          t.is(lines, undefined);
          continue;
        }
        backFen += amountFen;
        t.is(sumFen(lines ?? []), 0);
        reversed = [...reversed, ...(lines ?? [])];
      }
      for (const {account, amountFen} of to) {
        const takenFen = sumFen(reversed.filter(line => line.account === account));
        t.true(-takenFen <= amountFen);
      }
    }),
  );
});

test('an amount that is no whole number of fen is a mistake of the caller', async t => {
  const {move} = await rig(t);
  await t.throwsAsync(move(hold('h-1', 0.5)), {code: 'ledger/amount'});
  await t.throwsAsync(move(hold('h-1', -5)), {code: 'ledger/amount'});
});
