import type {ExecutionContext} from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {bathContract} from '../bath/bath-contract.js';
import {AgreementTable} from '../leases/agreement-table.js';
import {NOBODY_YET} from '../leases/lease-data.js';
import {OrderTable} from '../orders/order-table.js';
import {NoticeTable} from '../places/notice-table.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ContractBench, StoreUnderTest} from '../store/contract-bench.js';
import type {SecretBox} from '../store/secret-box.js';
import {SiteTable} from '../tenancy/site-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {CredentialTable} from './credential-table.js';
import {type Hold, HoldTable} from './hold-table.js';
import type {Right} from './right.js';
import {RightTable} from './right-table.js';
import {RightUseTable} from './right-use-table.js';
import type {ShownCredential} from './shown-credential.js';

const TENANT = 'ten';
const AT = {tenant: TENANT, holder: 'h-1', site: 'lot-1'};
const WINDOW = {validFrom: 1 as UnixMillis, validUntil: 900 as UnixMillis};
const RIGHT: Right = {
  ...{...AT, ...WINDOW, id: 'g-1', holderMask: '陈**', kind: 'park', points: ['A-1'], weekly: []},
  ...{entries: 'one', state: 'issued', isFrozen: false, number: '7', credentials: ['c-1']},
  ...{budget: {fen: 320, seconds: 1800}, orderId: null, name: null, createdWall: 1, changedWall: 1},
};
const CARD: ShownCredential = {
  ...{...AT, id: 'c-1', grant: null, kind: 'card', state: 'active', hint: '****1D80', mark: 'm'},
  facts: {kind: 'card', uid: '04782E21801D80', assurance: 'uid', keyVersion: undefined},
  ...{replacedBy: null, createdWall: 1, changedWall: 1},
} as unknown as ShownCredential;

/** Rights, their uses, what is held for a guard, agreements, bath codes and notices, on every database alike. */
export function rightsContract({check, gateways, hasManyWriters}: ContractBench, box: SecretBox) {
  const credentials = new CredentialTable(box);
  const fill = async (store: CloudStore) => {
    await store.transaction(async tx => {
      await new TenantTable().add(tx, {id: TENANT, name: 'T', createdWall: 1});
      const site = {tenant: TENANT, name: 'Lot', kind: 'public', zone: 'Asia/Shanghai'} as const;
      for (const id of ['lot-1', 'lot-2']) {
        const place = {address: '', latE7: null, lngE7: null, createdWall: 1};
        await new SiteTable().add(tx, {...site, id, ...place});
      }
      await gateways.add(tx, ['gw-1', 'gw-2']);
      await new SiteTable().bindGateway(tx, {tenant: TENANT, site: 'lot-1', gateway: 'gw-1'});
      await new RightTable().add(tx, RIGHT);
      await credentials.add(tx, CARD);
      for (const gateway of ['gw-1', 'gw-2']) {
        const place = {gateway, cfgVer: 1, revVer: 0};
        await credentials.putPlace(tx, 'credential', CARD.id, place);
      }
    });
  };
  check('a right and what is shown for it are read as they were written', async (t, {store}) => {
    await fill(store);
    const rights = new RightTable();
    t.deepEqual(await store.transaction(tx => rights.lockById(tx, 'g-1')), RIGHT);
    const bare = {...RIGHT, budget: undefined, state: 'consumed'} as const;
    await store.transaction(tx => rights.save(tx, bare));
    t.deepEqual(await store.read(db => rights.get(db, TENANT, 'g-1')), bare);
    t.like(await store.transaction(tx => credentials.lock(tx, 'c-1')), {
      id: 'c-1',
      hint: CARD.hint,
    });
  });
  check('a use is judged once, by one of two workers', async (t, use) => {
    await fill(use.store);
    await judgeUses(t, use, hasManyWriters);
  });
  check('what is held for a guard is found by the sites of both uses', async (t, {store}) => {
    await fill(store);
    await keepHolds(t, store);
  });
  check('a notice is of several sites, until it is over or withdrawn', async (t, {store}) => {
    await fill(store);
    await keepNotices(t, store);
  });
  check('texts of agreements count up, and an agreement is kept word for word', async (t, use) => {
    await fill(use.store);
    await keepAgreements(t, use.store);
  });
  bathContract({check, hasManyWriters, fill});
}

async function judgeUses(
  t: ExecutionContext,
  use: StoreUnderTest,
  hasManyWriters: boolean,
): Promise<void> {
  const {store} = use;
  const other = hasManyWriters ? await use.reopen() : store;
  const uses = new RightUseTable();
  const shown = {gateway: 'gw-1', epochNo: 1, grant: 'g-1', credential: 'c-1', bay: 'A-1'};
  const note = () =>
    store.transaction(tx =>
      uses.note(
        tx,
        [
          {...shown, seq: 1, wall: 10, clk: 'ok'},
          {...shown, seq: 2, wall: 20, clk: 'floor'},
          {...shown, seq: 3, wall: 30, clk: 'ok', credential: 'nobody'},
        ],
        [
          {
            ...{gateway: 'gw-1', epochNo: 1, seq: 4, session: 's', grant: 'g-1', point: 'A-1'},
            ...{phase: 'closed', closeCause: 'left', durationMs: 5, atWall: 40},
          },
        ],
      ),
    );
  await note();
  await note();
  const pending = await other.read(db => uses.pending(db, 10));
  const named = pending.map(({section, seq, usedWall}) => `${section} ${seq} ${usedWall}`);
  t.deepEqual(named.toSorted(), ['credential 1 10', 'credential 2 null', 'grant 4 40']);
  for (const each of pending) {
    const take = (by: CloudStore) => by.transaction(tx => uses.take(tx, each));
    t.deepEqual((await Promise.all([take(store), take(other)])).toSorted(), [false, true]);
  }
  t.deepEqual(await store.read(db => uses.pending(db, 10)), []);
  const between = await store.read(db => uses.between(db, 'c-1', {fromWall: 9, untilWall: 99}));
  t.deepEqual(
    between.map(({seq}) => seq),
    [1],
  );
  await store.read(db => uses.prune(db, 11));
  t.deepEqual(await store.read(db => uses.between(db, 'c-1', {fromWall: 0, untilWall: 99})), []);
}

async function keepHolds(t: ExecutionContext, store: CloudStore): Promise<void> {
  const holds = new HoldTable();
  const at = (site: string, atWall: number) => ({site, gateway: 'gw-1', point: 'A-1', atWall});
  const hold: Hold = {
    ...{id: 'h-1', tenant: TENANT, credential: 'c-1', was: 'active', state: 'open'},
    ...{first: at('lot-1', 5), second: at('lot-2', 6), leastMs: 600_000, raisedWall: 7},
    ...{closedWall: null, closedBy: null, note: null},
  };
  await store.transaction(tx => holds.add(tx, hold));
  const list = (change: object) =>
    store.read(db => holds.list(db, {tenant: TENANT, after: '', limit: 9, ...change}));
  t.deepEqual(await list({sites: ['lot-2']}), [hold]);
  t.deepEqual(await list({sites: ['lot-3']}), []);
  const closed = {
    ...hold,
    state: 'revoked',
    closedWall: 8,
    closedBy: 'wang',
    note: '看过',
  } as const;
  await store.transaction(tx => holds.close(tx, closed));
  t.deepEqual(await list({state: 'open'}), []);
  t.deepEqual(await store.read(db => holds.latest(db, 'c-1')), closed);
  t.deepEqual(await store.read(db => holds.get(db, TENANT, 'h-1')), closed);
}

async function keepNotices(t: ExecutionContext, store: CloudStore): Promise<void> {
  const table = new NoticeTable();
  const at = (ms: number) => ms as UnixMillis;
  const notice = {
    ...{id: 'n-1', tenant: TENANT, sites: ['lot-1', 'lot-2'], text: 'B出口关闭'},
    ...{fromMs: at(5), untilMs: at(50), createdMs: at(1), withdrawnMs: null},
  };
  const later = {...notice, id: 'n-2', sites: ['lot-1'], untilMs: at(90)};
  await store.transaction(async tx => {
    await table.add(tx, notice);
    await table.add(tx, later);
  });
  const live = async (gateway: string, wallMs: number) =>
    (await store.read(db => table.liveFor(db, gateway, wallMs))).map(({id}) => id);
  t.deepEqual(await live('gw-1', 1), ['n-2', 'n-1']);
  t.deepEqual(await live('gw-1', 50), ['n-2']);
  t.deepEqual(await live('gw-2', 1), [], 'it serves no site');
  t.deepEqual(await store.read(db => table.get(db, TENANT, 'n-1')), notice);
  const list = (change: object) =>
    store.read(db => table.list(db, {tenant: TENANT, before: '~', limit: 9, ...change}));
  t.deepEqual(await list({}), [later, notice]);
  t.deepEqual(await list({site: 'lot-2'}), [notice]);
  t.true(await store.transaction(tx => table.withdraw(tx, 'n-2', 9)));
  t.false(await store.transaction(tx => table.withdraw(tx, 'n-2', 10)));
  t.deepEqual(await live('gw-1', 1), ['n-1']);
}

async function keepAgreements(t: ExecutionContext, store: CloudStore): Promise<void> {
  const table = new AgreementTable();
  const text = {
    ...({language: 'en', text: '{{bay}}', depositFen: 5} as const),
    ...{lenderPercent: 80, overtimePercent: 150, createdWall: 1},
  };
  const addText = () => store.transaction(tx => table.addText(tx, TENANT, text));
  t.deepEqual([await addText(), await addText()], [1, 2]);
  t.deepEqual(await store.read(db => table.text(db, TENANT)), {...text, ver: 2});
  const order = {...AT, id: 'o-1', type: 'lease', state: 'proposed', data: '{}', createdWall: 1};
  await store.transaction(tx => new OrderTable().add(tx, order));
  const row = {
    ...{id: 'a-1', tenant: TENANT, site: 'lot-1', order: 'o-1', holder: 'h-1', lender: null},
    ...{textVer: 2, body: 'A-1 归您', sha256: 'ab'.repeat(32), proposedWall: 3},
    ...({state: 'proposed', consents: NOBODY_YET} as const),
  };
  await store.transaction(tx => table.add(tx, row));
  const consents = {...NOBODY_YET, tenant: {by: 'h-1', atMs: 4 as UnixMillis}};
  const settled = {state: 'agreed', consents} as const;
  await store.transaction(tx => table.settle(tx, 'a-1', settled));
  t.deepEqual(await store.read(db => table.get(db, TENANT, 'a-1')), {...row, ...settled});
  const list = (change: object) =>
    store.read(db => table.list(db, {tenant: TENANT, after: '', limit: 9, ...change}));
  t.is((await list({member: 'h-1'})).length, 1);
  t.is((await list({member: 'h-2'})).length, 0);
}
