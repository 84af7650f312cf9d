import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import type {CloudStore} from './cloud-store.js';
import type {ContractBench, StoreUnderTest} from './contract-bench.js';

/** What both databases must do alike for the feed of changes, read and numbered by two workers. */
export function changeContract({check, hasManyWriters}: ContractBench): void {
  check('two workers number one feed: no number twice, none left out', async (t, use) => {
    const workers = await twoWorkers(use);
    const [one, two] = workers;
    const number = async () => {
      if (hasManyWriters) await Promise.all(workers.map(({feed}) => feed.number()));
      else for (const {feed} of workers) await feed.number();
    };
    for (let at = 0; at < 60; at += 1) {
      const {store, feed} = at % 2 ? one : two;
      const about = {subject: 'order', subjectId: `o-${at}`, data: {at}};
      const change = {tenant: at % 3 ? 'a' : 'b', site: null, type: 'order.paid', ...about};
      await store.transaction(tx => feed.note(tx, change));
      if (at % 7 === 0) await number();
    }
    await number();
    t.is(await one.feed.number(), 0);
    for (const {tenant, count} of [
      {tenant: 'a', count: 40},
      {tenant: 'b', count: 20},
    ]) {
      const read = ({store, feed}: Worker, no: number, limit: number) =>
        store.read(db => feed.after(db, tenant, no, limit));
      const all = await read(one, 0, 100);
      t.deepEqual(
        all.map(({no}) => no),
        Array.from({length: count}, (_, index) => index + 1),
      );
      t.deepEqual(await read(two, 0, 100), all);
      t.deepEqual(await read(two, 5, 3), all.slice(5, 8));
    }
  });

  check('a change that is undone is never numbered', async (t, use) => {
    const [one, two] = await twoWorkers(use);
    const change = {tenant: 'a', site: null, type: 'order.paid', subject: 'order', data: {}};
    const broken = one.store.transaction(async tx => {
      await one.feed.note(tx, {...change, subjectId: 'undone'});
      throw new Error('undone');
    });
    await t.throwsAsync(broken, {message: 'undone'});
    t.is(await two.feed.number(), 0);
    await one.store.transaction(tx => one.feed.note(tx, {...change, subjectId: 'done'}));
    t.is(await two.feed.number(), 1);
    const seen = await two.store.read(db => two.feed.after(db, 'a', 0, 10));
    t.deepEqual(
      seen.map(({no, subjectId}) => [no, subjectId]),
      [[1, 'done']],
    );
  });
}

interface Worker {
  readonly store: CloudStore;
  readonly feed: ChangeFeed;
}

async function twoWorkers({store, reopen}: StoreUnderTest): Promise<readonly [Worker, Worker]> {
  let count = 0;
  const ulid = () => {
    count += 1;
    return String(count).padStart(26, '0');
  };
  const clock = {wallMs: () => 1} as unknown as Clock;
  const entropy = {ulid} as unknown as Entropy;
  const workerOn = (own: CloudStore) => ({
    store: own,
    feed: new ChangeFeed({clock, entropy, store: own}),
  });
  for (const id of ['a', 'b']) {
    await store.read(db => new TenantTable().add(db, {id, name: id, createdWall: 1}));
  }
  return [workerOn(store), workerOn(await reopen())];
}
