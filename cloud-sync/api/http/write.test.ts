import test, {type ExecutionContext} from 'ava';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import {CloudStore} from '../store/cloud-store.js';
import {AnswerTable} from '../tenancy/answer-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {newApi} from './api.js';
import {type Caller, scopesOf} from './caller.js';
import {refuse} from './problem.js';
import {Refusal} from './refusals.js';
import {RequestWriter, type Written} from './write.js';

type Work = (tx: CloudTransaction) => Promise<Written>;

async function rigOf(t: ExecutionContext) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const store = await CloudStore.open(':memory:');
  t.teardown(() => store.close());
  const answers = new AnswerTable();
  const writer = new RequestWriter({clock, store, answers});
  const entropy = new SeededEntropy();
  let work: Work = () => Promise.reject(new Error('no work'));
  let ask: ((tx: CloudTransaction) => Promise<undefined>) | undefined;
  const app = newApi();
  app.post('/do/:what', async context => {
    const who = context.req.header('who') ?? 'one';
    const caller = {...{kind: 'key', id: who, tenant: 'demo', scopes: scopesOf(['operator'])}};
    const as = {...caller, member: undefined, sites: undefined} as Caller;
    return writer.once(context, as, await context.req.json(), tx => work(tx), ask);
  });
  app.onError((error, context) =>
    error instanceof Refusal ? refuse(context, error) : context.text('bug', 500),
  );
  const post = (key: string | undefined, body: unknown, path = '/do/it', who = 'one') =>
    app.request(path, {
      method: 'POST',
      headers: {who, ...(key === undefined ? {} : {'idempotency-key': key})},
      body: JSON.stringify(body),
    });
  /** Makes a tenant under a new name: whatever is done twice shows. */
  const making: Work = async tx => {
    const id = entropy.ulid();
    await new TenantTable().add(tx, {id, name: id, createdWall: 1});
    return {status: 201, body: {id}};
  };
  const rows = async () =>
    (await store.read(db => db.selectFrom('tenant').select('id').execute())).length;
  const doing = (next: Work) => {
    work = next;
  };
  const asking = (next: typeof ask) => {
    ask = next;
  };
  return {clock, store, answers, post, making, doing, asking, rows};
}

test('the same request again gets the same answer, and nothing is done twice', async t => {
  const {post, making, doing, rows} = await rigOf(t);
  let after = 0;
  doing(async tx => ({...(await making(tx)), after: () => (after += 1)}));
  const first = await post('k-1', {a: 1});
  const again = await post('k-1', {a: 1});
  t.is(first.status, 201);
  t.is(first.headers.get('idempotency-replayed'), null);
  t.is(again.status, 201);
  t.is(again.headers.get('idempotency-replayed'), 'true');
  t.deepEqual(await again.json(), await first.json());
  t.is(await rows(), 1);
  t.is(after, 1);
});

test('twenty at one instant under one key: one does it, all get its answer', async t => {
  const {post, making, doing, rows} = await rigOf(t);
  doing(making);
  const all = await Promise.all(Array.from({length: 20}, () => post('k-1', {a: 1})));
  const ids = await Promise.all(all.map(async one => ((await one.json()) as {id: string}).id));
  t.is(new Set(ids).size, 1);
  t.is(await rows(), 1);
  t.is(all.filter(one => one.headers.get('idempotency-replayed') === null).length, 1);
});

test('a key for another request is refused, and another caller may have the same key', async t => {
  const {post, making, doing, rows} = await rigOf(t);
  doing(making);
  await post('k-1', {a: 1});
  for (const other of [post('k-1', {a: 2}), post('k-1', {a: 1}, '/do/more')]) {
    const answer = await other;
    t.is(answer.status, 422);
    t.like(await answer.json(), {code: 'idempotency_key_reused'});
  }
  t.is((await post('k-1', {a: 2}, '/do/it', 'two')).status, 201);
  t.is(await rows(), 2);
});

test('without a key, or with one that is none, nothing is done', async t => {
  const {post, making, doing, rows} = await rigOf(t);
  doing(making);
  for (const key of [undefined, '', 'a b', 'x'.repeat(129), 'é']) {
    const answer = await post(key, {});
    t.is(answer.status, 400, key);
    t.like(await answer.json(), {code: 'idempotency_key_missing'});
  }
  t.is(await rows(), 0);
});

test('a refusal undoes what was done, and is remembered', async t => {
  const {post, making, doing, rows} = await rigOf(t);
  doing(async tx => {
    await making(tx);
    throw new Refusal('conflict', {detail: 'taken'});
  });
  const first = await post('k-1', {});
  t.is(first.status, 409);
  t.is(await rows(), 0);
  doing(making);
  const again = await post('k-1', {});
  t.is(again.status, 409);
  t.is(again.headers.get('idempotency-replayed'), 'true');
  t.like(await again.json(), {code: 'conflict', detail: 'taken'});
  t.is(await rows(), 0);
});

test('a fault is not remembered: the next try does it', async t => {
  const {post, making, doing, rows} = await rigOf(t);
  doing(async tx => {
    await making(tx);
    throw new Error('the disk');
  });
  t.is((await post('k-1', {})).status, 500);
  t.is(await rows(), 0);
  doing(making);
  t.is((await post('k-1', {})).status, 201);
  t.is(await rows(), 1);
});

test('a secret is in the first answer alone, and in no table', async t => {
  const {store, post, making, doing} = await rigOf(t);
  doing(async tx => ({...(await making(tx)), secret: {key: 'lk_secret'}}));
  t.is(((await (await post('k-1', {})).json()) as {key: string}).key, 'lk_secret');
  t.false('key' in ((await (await post('k-1', {})).json()) as object));
  const kept = await store.read(db => db.selectFrom('answer').selectAll().execute());
  t.false(JSON.stringify(kept).includes('lk_secret'));
});

test('answers are forgotten after their time, not before', async t => {
  const {store, answers, clock, post, making, doing, rows} = await rigOf(t);
  doing(making);
  await post('k-1', {});
  await clock.advance(1000);
  await store.read(db => answers.prune(db, clock.wallMs() - 1000));
  await post('k-1', {});
  t.is(await rows(), 1);
  await store.read(db => answers.prune(db, clock.wallMs() - 999));
  await post('k-1', {});
  t.is(await rows(), 2);
});

test('what is asked together with the key says nothing once the key is taken', async t => {
  const {post, making, doing, asking, rows} = await rigOf(t);
  doing(making);
  asking(() => Promise.resolve(undefined));
  const first = await post('k-1', {a: 1});
  t.is(first.status, 201);
  // By now the same wish would be refused; the answer is that of the first all the same.
  asking(() => Promise.reject(new Refusal('bay_taken')));
  const again = await post('k-1', {a: 1});
  t.is(again.headers.get('idempotency-replayed'), 'true');
  t.deepEqual(await again.json(), await first.json());
  t.is((await post('k-2', {a: 1})).status, 409);
  asking(() => Promise.reject(new Error('the database is away')));
  t.is((await post('k-1', {a: 1})).status, 500);
  t.is((await post('k-3', {a: 1})).status, 500);
  asking(undefined);
  t.is((await post('k-2', {a: 1})).status, 409, 'a refusal is remembered');
  t.is((await post('k-3', {a: 1})).status, 201, 'a fault is not');
  t.is(await rows(), 2);
});
