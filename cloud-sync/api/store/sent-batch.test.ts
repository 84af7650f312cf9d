import test from 'ava';
import {CompiledQuery} from 'kysely';
import type {FixedCall} from './fixed-query.js';
import {JoinedTexts, SentBatch} from './sent-batch.js';

function call(table: string | undefined, sql: string, ...parameters: string[]): FixedCall {
  return {...CompiledQuery.raw(sql, parameters), name: `n-${sql}`, table, isSent: true};
}

const order = call('order_row', 'insert into order_row values ($1, $2, $1)', 'o-1', 'paid');
const hold = call('ledger_hold', 'update ledger_hold set state = $2 where key = $1', 'k', 'open');
const note = call('change', 'insert into change values ($1)', 'c-1');

function taken(batch: SentBatch): readonly (readonly [string, readonly unknown[]])[] {
  return batch.take().map(({sql, parameters}) => [sql, parameters]);
}

test('writes of different tables go as one statement, each with its own values', t => {
  const batch = new SentBatch(new JoinedTexts());
  for (const one of [order, hold, note]) batch.add(one);
  t.deepEqual(taken(batch), [
    [
      'with w0 as (insert into order_row values ($1, $2, $1)), ' +
        'w1 as (update ledger_hold set state = $4 where key = $3) insert into change values ($5)',
      ['o-1', 'paid', 'k', 'open', 'c-1'],
    ],
  ]);
  t.deepEqual(taken(batch), []);
});

test('writes of one table stay in their order, and what may read another table goes alone', t => {
  const batch = new SentBatch(new JoinedTexts());
  const begin = call(undefined, 'begin');
  const again = call('order_row', 'update order_row set state = $1', 'over');
  for (const one of [begin, order, note, again, hold, begin]) batch.add(one);
  t.deepEqual(
    taken(batch).map(([sql]) => sql),
    [
      'begin',
      'with w0 as (insert into order_row values ($1, $2, $1)) insert into change values ($3)',
      'with w0 as (update order_row set state = $1) update ledger_hold set state = $3 where key = $2',
      'begin',
    ],
  );
});

test('a server keeps one statement for the same writes, and what is undone is not asked', t => {
  const texts = new JoinedTexts();
  const names = Array.from({length: 2}, () => {
    const batch = new SentBatch(texts);
    batch.add(order);
    batch.add(note);
    return batch.take().map(({name}) => name);
  });
  t.deepEqual(names[0], names[1]);
  const undone = new SentBatch(texts);
  undone.add(order);
  undone.clear();
  t.deepEqual(undone.take(), []);
});
