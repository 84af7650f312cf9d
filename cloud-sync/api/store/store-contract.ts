import test, {type ExecutionContext} from 'ava';
import {StoreError} from '../../../protocols/base/errors.js';
import {EMPTY_STATE_HASH, type GrantStateRow} from '../../../protocols/cloud/grant-state.js';
import {accountsContract} from '../accounts/accounts-contract.js';
import {bookingsContract} from '../bookings/bookings-contract.js';
import {callsContract} from '../calls/calls-contract.js';
import {rightsContract} from '../credentials/rights-contract.js';
import {ledgerContract} from '../ledger/ledger-contract.js';
import {paymentsContract} from '../payments/payments-contract.js';
import {placesContract} from '../places/places-contract.js';
import {staysContract} from '../stays/stays-contract.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {webhooksContract} from '../webhooks/webhooks-contract.js';
import {ApiKeyTable} from './api-key-table.js';
import {changeContract} from './change-contract.js';
import type {CloudStore} from './cloud-store.js';
import {commandContract} from './command-contract.js';
import type {ContractBench, StoreUnderTest} from './contract-bench.js';
import {eventContract} from './event-contract.js';
import {EventLedger} from './event-ledger.js';
import {FaultTable} from './fault-table.js';
import {FixedQuery} from './fixed-query.js';
import {gatewayContract} from './gateway-contract.js';
import {GatewayTable} from './gateway-table.js';
import {GrantTable} from './grant-table.js';
import type {SecretBox} from './secret-box.js';
import {siteConfigContract} from './site-config-contract.js';
import {SiteView} from './site-view.js';

export interface StoreContractOptions {
  /** Stands before each title. */
  readonly name: string;
  /** A new and empty store; `reopen` opens the same one again. */
  readonly open: (t: ExecutionContext) => Promise<StoreUnderTest>;
  readonly box: SecretBox;
  /** Several processes write at once; SQLite has one writer, who must not wait for himself. */
  readonly hasManyWriters: boolean;
}

const grantRow = (id: string, state: 'active' | 'revoked' = 'active'): GrantStateRow =>
  ({
    table: 'grant',
    row: {
      ...{id, number: '7001', kind: 'park', holder: 'h-1', holderMask: '', credentials: []},
      ...{points: ['A-012'], validFrom: 1, validUntil: 2, weekly: [], entries: 'multi'},
      ...{state, rev: 3, leaseUntil: 9000},
    },
  }) as unknown as GrantStateRow;

/** What every database of the cloud must do alike. Registers its tests with AVA. */
export function storeContract({name, open, box, hasManyWriters}: StoreContractOptions): void {
  const check = (title: string, run: (t: ExecutionContext, use: StoreUnderTest) => Promise<void>) =>
    test(`${name}: ${title}`, async t => run(t, await open(t)));
  const opening = {gateways: new GatewayTable(), ledger: new EventLedger(), hasManyWriters, check};
  transactions(opening);
  sentWrites(opening);
  reopening(opening);
  eventContract(opening);
  grants(opening, new GrantTable(box));
  grantParts(opening, new GrantTable(box));
  gatewayContract(opening);
  revocations(opening, new GrantTable(box));
  commandContract(opening);
  views(opening);
  siteConfigContract(opening);
  changeContract(opening);
  bookingsContract(opening);
  staysContract(opening);
  callsContract(opening);
  placesContract(opening);
  ledgerContract(opening);
  paymentsContract(opening);
  accountsContract(opening);
  rightsContract(opening, box);
  webhooksContract(opening);
}

const addTenant = new FixedQuery((db, {id, at}: {readonly id: string; readonly at: number}) =>
  db.insertInto('tenant').values({id, name: id, state: 'active', created_wall: at}),
);

const tenantOf = new FixedQuery((db, {id}: {readonly id: string}) =>
  db.selectFrom('tenant').select('created_wall as at').where('id', '=', id),
);

/** Writes that nobody waits for. */
function sentWrites({check}: ContractBench): void {
  const tenants = new TenantTable();
  check(
    'a write that nobody waits for undoes all when it fails, and is told',
    async (t, {store}) => {
      const twice = store.transaction(async tx => {
        await addTenant.send(tx, {id: 'a', at: 1});
        await addTenant.send(tx, {id: 'a', at: 2});
      });
      await t.throwsAsync(twice, {code: 'store/failed', message: /unique|duplicate/i});
      const asked = store.transaction(async tx => {
        await addTenant.send(tx, {id: 'b', at: 1});
        await addTenant.send(tx, {id: 'b', at: 2});
        await tenants.get(tx, 'b');
      });
      await t.throwsAsync(asked, {code: 'store/failed', message: /unique|duplicate/i});
      await store.transaction(tx => addTenant.send(tx, {id: 'c', at: 3}));
      const held = await store.read(db => tenants.list(db, {after: '', limit: 9}));
      t.deepEqual(
        held.map(({id}) => id),
        ['c'],
      );
    },
  );
  check('what is asked at once in a transaction is done in its order', async (t, {store}) => {
    const seen = await store.transaction(async tx => {
      await addTenant.send(tx, {id: 'a', at: 1});
      const [before, , after] = await Promise.all([
        tenantOf.first(tx, {id: 'b'}),
        addTenant.run(tx, {id: 'b', at: 2}),
        tenantOf.first(tx, {id: 'b'}),
      ]);
      return [before, after?.at];
    });
    t.deepEqual(seen, [undefined, 2]);
  });
}

function transactions({check, gateways, hasManyWriters}: ContractBench): void {
  check(
    'what a transaction did is there for others when it settles, and only then',
    async (t, use) => {
      const {store} = use;
      const other = await use.reopen();
      await store.transaction(async tx => {
        await gateways.add(tx, ['gw-1']);
        t.truthy(await gateways.get(tx, 'gw-1'));
        t.is(await other.read(db => gateways.get(db, 'gw-1')), undefined);
      });
      t.like(await other.read(db => gateways.get(db, 'gw-1')), {
        ...{gw: 'gw-1', boot: null, seenWall: null, cfgVer: 0, cfgHash: EMPTY_STATE_HASH},
        ...{heldVer: 0, heldHash: null, misfit: 0, revVer: 0, heldRev: 0},
      });
    },
  );

  check(
    'a transaction that throws leaves nothing, and the next one is not harmed',
    async (t, {store}) => {
      const broken = store.transaction(async tx => {
        await gateways.add(tx, ['gw-1']);
        throw new Error('half-way');
      });
      await t.throwsAsync(broken, {message: 'half-way'});
      t.deepEqual(await store.read(db => gateways.all(db)), []);
      await store.transaction(tx => gateways.add(tx, ['gw-2', 'gw-1', 'gw-2']));
      await store.transaction(tx => gateways.add(tx, ['gw-1', 'gw-B', 'gw-a']));
      const names = (await store.read(db => gateways.all(db))).map(row => row.gw);
      t.deepEqual(names, ['gw-1', 'gw-2', 'gw-B', 'gw-a']);
    },
  );

  check('a broken rule of the schema is an error with a code', async (t, {store}) => {
    const orphan = store.transaction(tx =>
      tx.insertInto('revocation').values({gw: 'none', id: 'g', ver: 1, wall: 1}).execute(),
    );
    await t.throwsAsync(orphan, {instanceOf: StoreError, code: 'store/failed'});
  });

  check('counters asked by two at once never give a number twice', async (t, use) => {
    const other = hasManyWriters ? await use.reopen() : use.store;
    await use.store.transaction(tx => gateways.add(tx, ['gw-1']));
    const take = (store: CloudStore) => store.transaction(tx => gateways.nextCommand(tx, 'gw-1'));
    const taken: Promise<number>[] = [];
    for (let round = 0; round < 20; round += 1) taken.push(take(use.store), take(other));
    const numbers = [...(await Promise.all(taken))].sort((left, right) => left - right);
    t.deepEqual(
      numbers,
      Array.from({length: 40}, (_, index) => index + 1),
    );
  });
}

function reopening({check, gateways}: ContractBench): void {
  check(
    'a store that is opened again has the rows, and answers until it is closed',
    async (t, use) => {
      await use.store.transaction(tx => gateways.add(tx, ['gw-1']));
      await use.store.read(db => new ApiKeyTable().put(db, 'secret', 'option', 5));
      await use.store.read(db =>
        new TenantTable().add(db, {id: 'ten', name: 'ten', createdWall: 5}),
      );
      const again = await use.reopen();
      t.is((await again.read(db => gateways.all(db))).length, 1);
      const keys = new ApiKeyTable();
      t.is(await again.read(db => keys.nameOf(db, 'secret', 'ten')), 'option');
      t.is(await again.read(db => keys.nameOf(db, 'other', 'ten')), undefined);
      t.is(await again.read(db => keys.nameOf(db, 'secret', 'none')), undefined);
      t.true(await again.answers());
      await again.close();
      t.false(await again.answers());
    },
  );
}

function grants({check, gateways}: ContractBench, table: GrantTable): void {
  check('grants are one line of versions with a hash that changes lead to', async (t, {store}) => {
    await store.transaction(async tx => {
      await gateways.add(tx, ['gw-1']);
      await gateways.lock(tx, 'gw-1');
      await table.put(tx, 'gw-1', grantRow('g-1'));
      await table.put(tx, 'gw-1', grantRow('g-2'));
      await table.put(tx, 'gw-1', grantRow('g-1', 'revoked'));
    });
    await store.read(async db => {
      const row = await gateways.get(db, 'gw-1');
      const changes = await table.changes(db, 'gw-1', 1, 10);
      t.deepEqual(
        changes.map(change => change.ver),
        [2, 3],
      );
      t.is(changes.at(-1)?.hash, row?.cfgHash);
      t.deepEqual(await table.changes(db, 'gw-1', 7, 10), []);
      t.like(await table.get(db, 'gw-1', 'grant', 'g-1'), grantRow('g-1', 'revoked'));
      t.is(await table.get(db, 'gw-1', 'credential', 'g-1'), undefined);
      t.deepEqual(await table.leasesBefore(db, 9001), [{gateway: 'gw-1', id: 'g-2'}]);
      t.deepEqual(await table.leasesBefore(db, 9000), []);
    });
    await store.transaction(tx => table.skipTo(tx, 'gw-1', 40));
    t.is((await store.read(db => gateways.get(db, 'gw-1')))?.cfgVer, 40);
  });
}

function grantParts({check, gateways}: ContractBench, table: GrantTable): void {
  check('a whole state is read in parts, by key, within a bound', async (t, {store}) => {
    const ids = Array.from({length: 25}, (_, index) => `g-${index}`);
    await store.transaction(async tx => {
      await gateways.add(tx, ['gw-1', 'gw-2']);
      for (const id of ids) await table.put(tx, 'gw-1', grantRow(id));
      await table.put(tx, 'gw-2', grantRow('other'));
    });
    const chars = 3 * JSON.stringify(grantRow('g-10')).length;
    for (const limit of [
      {rows: 7, chars: 1_000_000},
      {rows: 100, chars},
      {rows: 100, chars: 1},
    ]) {
      const found: string[] = [];
      let after: {table: 'grant'; id: string} | undefined;
      for (let isLast = false; !isLast; ) {
        const part = await store.read(db => table.part(db, 'gw-1', after, limit));
        t.true(part.rows.length <= Math.max(1, Math.min(limit.rows, limit.chars / 100)));
        found.push(...part.rows.map(({row}) => row.id as string));
        after = {table: 'grant', id: found.at(-1) ?? ''};
        isLast = part.isLast;
      }
      t.deepEqual(found, ids.toSorted());
    }
    const none = await store.read(db => table.part(db, 'gw-9', undefined, {rows: 5, chars: 5}));
    t.deepEqual(none, {rows: [], isLast: true});
  });
}

function revocations({check, gateways}: ContractBench, table: GrantTable): void {
  check('a revocation is counted once, for good', async (t, {store}) => {
    const revoke = (id: string) =>
      store.transaction(tx => table.revoke(tx, 'gw-1', {id, wallMs: 5, endsWall: null}));
    await store.transaction(tx => gateways.add(tx, ['gw-1']));
    t.deepEqual(
      [await revoke('g-1'), await revoke('g-2'), await revoke('g-1')],
      [true, true, false],
    );
    await store.read(async db => {
      t.true(await table.isRevoked(db, 'gw-1', 'g-1'));
      t.false(await table.isRevoked(db, 'gw-2', 'g-1'));
      t.deepEqual(await table.revokedSince(db, 'gw-1', 1, 10), [{id: 'g-2', ver: 2}]);
      t.is((await gateways.get(db, 'gw-1'))?.revVer, 2);
    });
  });

  check(
    'a tombstone goes after the end of its grant, when its gateway knows',
    async (t, {store}) => {
      await store.transaction(async tx => {
        await gateways.add(tx, ['gw-1']);
        const tombstone = {wallMs: 5, endsWall: 1000};
        await table.revoke(tx, 'gw-1', {...tombstone, id: 'g-1'});
        await table.revoke(tx, 'gw-1', {...tombstone, id: 'k-1', endsWall: null});
        await table.revoke(tx, 'gw-1', {...tombstone, id: 'g-2'});
        await gateways.setHeldRevocations(tx, 'gw-1', 2);
      });
      const left = async (endedBefore: number) => {
        await store.read(db => table.forgetEnded(db, endedBefore));
        const rows = await store.read(db => table.revokedSince(db, 'gw-1', 0, 10));
        return rows.map(({id}) => id);
      };
      t.deepEqual(await left(1000), ['g-1', 'k-1', 'g-2']);
      t.deepEqual(await left(1001), ['k-1', 'g-2'], 'the gateway has not heard of g-2');
      await store.read(db => gateways.setHeldRevocations(db, 'gw-1', 3));
      t.deepEqual(await left(1001), ['k-1']);
    },
  );

  check('what a gateway holds is kept with its row', async (t, {store}) => {
    await store.transaction(async tx => {
      await gateways.add(tx, ['gw-1']);
      await gateways.setSeen(tx, 'gw-1', {boot: 'b-1', firmware: '1.0', wallMs: 6});
      await gateways.setHeld(tx, 'gw-1', {ver: 3, hash: 'ff', misfit: 1});
      await gateways.setHeldRevocations(tx, 'gw-1', 2);
    });
    const held = {boot: 'b-1', firmware: '1.0', seenWall: 6, heldVer: 3, heldHash: 'ff'};
    const row = await store.read(db => gateways.get(db, 'gw-1'));
    t.like(row, {...held, misfit: 1, heldRev: 2});
    t.deepEqual(await store.read(db => gateways.some(db, ['gw-1', 'gw-2'])), row ? [row] : []);
  });
}

function views({check}: ContractBench): void {
  const view = new SiteView();
  const place = (epochNo: number, seq: number) => ({gateway: 'gw-1', epochNo, seq, wall: seq});
  const bay = (arm: string, epochNo: number, seq: number, name = 'A-012') => ({
    place: place(epochNo, seq),
    body: {bay: name, arm, occupancy: 'vacant', online: true, saleable: false} as never,
  });

  check('a view never goes back to an older event, also of an older epoch', async (t, {store}) => {
    const put = (item: ReturnType<typeof bay>) =>
      store.transaction(async tx => store.events.putBays(tx, [item]));
    await put(bay('up', 1, 5));
    await put(bay('down', 1, 4));
    const shown = async () => (await store.read(db => view.bays(db, 'gw-1'))).map(row => row.arm);
    t.deepEqual(await shown(), ['up']);
    await put(bay('down', 2, 1));
    await put(bay('up', 1, 9));
    t.deepEqual(await shown(), ['down']);
    const many = Array.from({length: 250}, (_, index) => bay('up', 3, index + 1, `B-${index}`));
    await store.transaction(async tx => store.events.putBays(tx, many));
    t.is((await shown()).length, 251);
    const mixed = [bay('up', 3, 1, 'B-7'), bay('up', 4, 2, 'B-6'), bay('up', 4, 1, 'B-5')];
    const newer = await store.transaction(async tx => store.events.putBays(tx, mixed));
    t.deepEqual(newer, mixed.slice(1), 'those that were newer, in their order');
    const rows = await store.read(db => view.bays(db, 'gw-1'));
    t.deepEqual([rows[0]?.bay, rows[0]?.online, rows[0]?.saleable], ['A-012', true, false]);
  });

  check('alarms come newest first, and a fault is raised and cleared once', async (t, {store}) => {
    const alarm = (id: string, state: string, seq: number) => ({
      place: place(1, seq),
      body: {
        ...{alarm: id, kind: 'call', state, bay: null, collector: null, count: 1},
        ...{contact: null, person: null, note: '备注'},
      } as never,
    });
    await store.transaction(tx => view.putAlarms(tx, [alarm('a', 'raised', 1)]));
    await store.transaction(tx => view.putAlarms(tx, [alarm('b', 'raised', 2)]));
    await store.transaction(tx => view.putAlarms(tx, [alarm('a', 'closed', 3)]));
    const rows = await store.read(db => view.alarms(db, 'gw-1'));
    t.deepEqual(
      rows.map(row => [row.alarm, row.state, row.note]),
      [
        ['a', 'closed', '备注'],
        ['b', 'raised', '备注'],
      ],
    );
    const faults = new FaultTable();
    await store.read(async db => {
      const gap = {kind: 'gap', wallMs: 4, detail: 'missing from 2'};
      t.deepEqual(
        [await faults.raise(db, 'gw-1', gap), await faults.raise(db, 'gw-1', gap)],
        [true, false],
      );
      t.deepEqual(await faults.list(db, 'gw-1'), [
        {kind: 'gap', raisedWall: 4, detail: gap.detail},
      ]);
      t.true(await faults.clear(db, 'gw-1', ['chain_broken', 'gap']));
      t.false(await faults.clear(db, 'gw-1', ['gap']));
    });
  });
}
