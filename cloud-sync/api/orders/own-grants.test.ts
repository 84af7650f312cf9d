import test from 'ava';
import {CloudStore} from '../store/cloud-store.js';
import {GatewayTable} from '../store/gateway-table.js';
import {SiteTable} from '../tenancy/site-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {OrderUseTable, type SessionReport} from './order-use-table.js';
import {underOwnGrants} from './own-grants.js';

const TENANT = 'ten';

const report: SessionReport = {
  ...{gateway: 'gw-1', epochNo: 1, seq: 7, session: 's-1', grant: 'number-77', point: 'A-001'},
  ...{phase: 'closed', closeCause: 'left', durationMs: 7_200_000, atWall: 5000},
};

test('~E2 a stay under the number in its token, closed before its grant came to the gateway, is told to the order of that grant; of another site, or of no right, to nobody', async t => {
  const store = await CloudStore.open(':memory:');
  t.teardown(() => store.close());
  const sites = new SiteTable();
  await store.transaction(async tx => {
    await new TenantTable().add(tx, {id: TENANT, name: TENANT, createdWall: 1});
    for (const [id, gateway] of [
      ['lot-1', 'gw-1'],
      ['lot-2', 'gw-2'],
    ] as const) {
      const place = {zone: 'Asia/Shanghai', address: '', latE7: null, lngE7: null};
      const site = {id, tenant: TENANT, name: id, kind: 'public'} as const;
      await sites.add(tx, {...site, ...place, createdWall: 1});
      await sites.bindGateway(tx, {tenant: TENANT, site: id, gateway});
    }
    const made = {created_wall: 1, changed_wall: 1};
    const order = {id: 'o-1', tenant: TENANT, site: 'lot-1', type: 'stay', state: 'paid'};
    await tx
      .insertInto('order_row')
      .values({...order, holder: 'h-1', data: '{}', ...made})
      .execute();
    await tx
      .insertInto('access_grant')
      .values({
        ...{id: 'g-1', tenant: TENANT, site: 'lot-1', holder: 'h-1', holder_mask: '', number: '77'},
        ...{kind: 'park', points: '["A-001"]', valid_from: 1, valid_until: 9, weekly: '[]'},
        ...{entries: 'multi', state: 'issued', frozen: 0, credentials: '[]', ...made},
      })
      .execute();
    const uses = new OrderUseTable();
    await new GatewayTable().add(tx, ['gw-1']);
    await uses.addGrant(tx, {gateway: 'gw-1', grant: 'g-1', order: 'o-1', name: 'entry'});
    const told = await underOwnGrants(tx, [
      report,
      {...report, gateway: 'gw-2', session: 's-2'},
      {...report, grant: 'number-78', session: 's-3'},
      {...report, grant: 'g-1', session: 's-4'},
    ]);
    t.deepEqual(
      told.map(({grant}) => grant),
      ['g-1', 'number-77', 'number-78', 'g-1'],
    );
    await uses.note(tx, told.slice(0, 1), store.events);
    t.like(await uses.firstPending(tx, []), {order: 'o-1', session: 's-1', phase: 'closed'});
  });
});
