import type {ContractBench} from '../store/contract-bench.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {type MessageRow, type WebhookRow, WebhookTable} from './webhook-table.js';

function webhook(id: string, tenant: string, changes: Partial<WebhookRow> = {}): WebhookRow {
  return {
    ...{id, tenant, url: 'https://hooks.example.com/', types: [], site: null, state: 'active'},
    ...{why: null, secret: 'sealed', oldSecret: null, oldUntilWall: null, cursorNo: 0},
    ...{restUntilWall: 0, failingSinceWall: null, createdWall: 1, ...changes},
  };
}

function message(id: string, to: string, changes: Partial<MessageRow> = {}): MessageRow {
  return {
    ...{id, webhook: to, tenant: 'ten', changeId: id, type: 'a.b', body: '{}', state: 'pending'},
    ...{attempts: 0, nextWall: 10, createdWall: 1, doneWall: null, ...changes},
  };
}

/** What is found for whom, on every database. */
export function webhooksContract({check}: ContractBench): void {
  const table = new WebhookTable();

  check('who waits is told with when, the longest waiting first', async (t, {store}) => {
    await store.transaction(async tx => {
      for (const id of ['ten', 'two']) {
        await new TenantTable().add(tx, {id, name: id, createdWall: 1});
      }
      await table.add(tx, webhook('w-1', 'ten'));
      await table.add(tx, webhook('w-2', 'two', {restUntilWall: 5000, failingSinceWall: 7}));
      await table.add(tx, webhook('w-3', 'ten', {state: 'paused'}));
      await table.add(tx, webhook('w-4', 'ten'));
      const sent = {state: 'delivered', doneWall: 9} as const;
      for (const one of [
        ...[message('m-1', 'w-1', {nextWall: 30}), message('m-2', 'w-1', {nextWall: 20})],
        ...[message('m-3', 'w-1', {nextWall: 20}), message('m-4', 'w-1', {nextWall: 1, ...sent})],
        ...[message('m-5', 'w-2'), message('m-6', 'w-3'), message('m-7', 'w-4', sent)],
      ]) {
        await table.addMessage(tx, one);
      }
    });
    await store.read(async db => {
      t.deepEqual(await table.waiting(db), [
        {webhook: 'w-1', tenant: 'ten', dueWall: 20, isFailing: false},
        {webhook: 'w-2', tenant: 'two', dueWall: 5000, isFailing: true},
      ]);
      const due = async (wallMs: number, limit: number) =>
        (await table.due(db, 'w-1', {wallMs, limit})).map(({id}) => id);
      t.deepEqual(await due(19, 9), []);
      t.deepEqual(await due(30, 9), ['m-2', 'm-3', 'm-1']);
      t.deepEqual(await due(30, 1), ['m-2']);
    });
  });

  check('who has changes before him is told, of his own tenant alone', async (t, {store}) => {
    await store.transaction(async tx => {
      for (const id of ['ten', 'two']) {
        await new TenantTable().add(tx, {id, name: id, createdWall: 1});
      }
      await table.add(tx, webhook('w-1', 'ten', {cursorNo: 1}));
      await table.add(tx, webhook('w-2', 'ten', {cursorNo: 2}));
      await table.add(tx, webhook('w-3', 'two'));
      await table.add(tx, webhook('w-4', 'ten', {state: 'disabled'}));
      for (const no of [1, 2, null]) {
        const what = {tenant: 'ten', site: null, type: 'a.b', subject: 'a', subject_id: 'x'};
        const row = {id: `c-${no}`, no, ...what, deleted: 0, data: '{}', at_wall: 1};
        await tx.insertInto('change').values(row).execute();
      }
    });
    t.deepEqual(await store.read(db => table.behind(db)), ['w-1']);
  });
}
