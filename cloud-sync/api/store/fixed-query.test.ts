import test from 'ava';
import {CloudStore} from './cloud-store.js';
import {type FixedCall, FixedQuery} from './fixed-query.js';

type Given = {readonly id: string};

/** As the driver is given it. */
async function callOf(query: FixedQuery<Given>): Promise<FixedCall> {
  const store = await CloudStore.open(':memory:');
  const calls: FixedCall[] = [];
  await store.transaction(async tx => {
    const heard = new Proxy(tx, {
      get: (target, name) => {
        if (name === 'executeQuery') return (call: FixedCall) => void calls.push(call);
        const held: unknown = Reflect.get(target, name, target);
        return typeof held === 'function' ? held.bind(target) : held;
      },
    });
    await query.send(heard, {id: 't-1'});
  });
  await store.close();
  const [call] = calls;
  if (!call) throw new Error('nothing was sent');
  return call;
}

test('a plain write says which table it is of, so that it may share a statement', async t => {
  const added = new FixedQuery((db, {id}: Given) =>
    db.insertInto('tenant').values({id, name: id, state: 'active', created_wall: 1}),
  );
  const changed = new FixedQuery((db, {id}: Given) =>
    db.updateTable('site').set({name: 'new'}).where('id', '=', id),
  );
  t.is((await callOf(added)).table, 'tenant');
  t.is((await callOf(changed)).table, 'site');
});

test('a write that reads, be it in its condition or its values, shares none', async t => {
  const where = new FixedQuery((db, {id}: Given) =>
    db
      .updateTable('site')
      .set({name: 'new'})
      .where('tenant', 'in', ({selectFrom}) =>
        selectFrom('tenant').select('id').where('id', '=', id),
      ),
  );
  const values = new FixedQuery((db, {id}: Given) =>
    db
      .insertInto('tenant')
      .columns(['id', 'name', 'state', 'created_wall'])
      .expression(({selectFrom}) =>
        selectFrom('tenant').select(['name', 'id', 'state', 'created_wall']).where('id', '=', id),
      ),
  );
  const other = new FixedQuery((db, {id}: Given) => db.deleteFrom('tenant').where('id', '=', id));
  for (const query of [where, values, other]) t.is((await callOf(query)).table, undefined);
});
