import {CommandBook} from '../command-book.js';
import {tellingCommands} from '../command-changes.js';
import type {CommandInput} from '../command-machine.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {SiteTable} from '../tenancy/site-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import type {CloudStore} from './cloud-store.js';
import {type CommandRow, CommandTable} from './command-table.js';
import type {ContractBench} from './contract-bench.js';
import {GatewayTable} from './gateway-table.js';

const EPOCH = 'ab'.repeat(16);
const SEND: CommandInput = {kind: 'send', session: 's-1'};

function command(id: string, changes: Partial<CommandRow> = {}): CommandRow {
  return {
    ...{id, tenant: 't-1', site: 'lot-1', point: 'A-012', gateway: 'gw-1', bay: 'A-012'},
    ...{kind: 'open', by: 'key-1', reason: 'a guest', ttlMs: 8000, use: null, trace: `00-${id}`},
    ...{state: 'pending', why: null, createdWall: 1000, dueWall: 9000, session: null},
    ...{sentWall: null, deliveredWall: null, closedWall: null, journal: null},
    ...changes,
  };
}

/** The part of the contract that is about acts. */
export function commandContract(bench: ContractBench): void {
  steps(bench);
  lists(bench);
  journals(bench);
  feed(bench);
}

const table = new CommandTable();
const book = new CommandBook({table});

function begin(store: CloudStore, ...rows: readonly CommandRow[]): Promise<void> {
  return store.transaction(async tx => {
    await new TenantTable().add(tx, {id: 't-1', name: 't-1', createdWall: 1});
    const place = {address: '', latE7: null, lngE7: null, zone: 'Asia/Shanghai'};
    const site = {id: 'lot-1', tenant: 't-1', name: 'lot-1', kind: 'public' as const};
    await new SiteTable().add(tx, {...site, ...place, createdWall: 1});
    await new GatewayTable().add(tx, ['gw-1', 'gw-2']);
    for (const row of rows) await book.add(tx, row);
  });
}

function steps({check, hasManyWriters}: ContractBench): void {
  check('a command is sent by one of two workers who try at one instant', async (t, use) => {
    const other = hasManyWriters ? await use.reopen() : use.store;
    const ids = Array.from({length: 10}, (_, at) => `c-${at}`);
    await begin(use.store, ...ids.map(id => command(id)));
    const send = (store: CloudStore, id: string) =>
      store.transaction(async tx => (await book.step(tx, {id}, SEND, 2000))?.effects.length);
    for (const id of ids) {
      const tried = await Promise.all([send(use.store, id), send(other, id)]);
      t.deepEqual([...tried].sort(), [0, 1], id);
    }
  });

  check(
    'a command comes back as it was stored, and ends by its own gateway',
    async (t, {store}) => {
      const journal = {epoch: EPOCH, head: 7};
      const row = command('c-1', {state: 'unknown', why: 'GATEWAY_AWAY', session: 's-1', journal});
      await begin(store, row);
      t.deepEqual(await store.read(db => table.get(db, 'c-1')), row);
      const end = (gateway: string, input: CommandInput) =>
        store.transaction(tx => book.step(tx, {id: 'c-1', gateway}, input, 6));
      t.is(await end('gw-2', {kind: 'done'}), undefined);
      t.is(await end('gw-1', {kind: 'done'}).then(stepped => stepped?.row.state), 'confirmed');
      await end('gw-1', {kind: 'neverBegan', why: 'late'});
      const end6 = {why: null, dueWall: null, closedWall: 6};
      const closed = {...row, ...end6, state: 'confirmed' as const};
      t.deepEqual(await store.read(db => table.get(db, 'c-1')), closed);
      t.is(await store.read(db => table.get(db, 'c-2')), undefined);
    },
  );
}

function lists({check}: ContractBench): void {
  check(
    'what is open, and lists by site, point and state, a page at a time',
    async (t, {store}) => {
      const old = {createdWall: 1000 - 8 * 86_400_000};
      await begin(
        store,
        ...[command('c-1'), command('c-2', {state: 'sent', session: 's-1'})],
        command('c-3', {state: 'confirmed'}),
        ...[
          command('c-4', {state: 'unknown', session: 's-0'}),
          command('c-5', {state: 'unknown', ...old}),
        ],
        ...[command('c-6', {state: 'unknown', deliveredWall: 5, point: 'A-013'})],
        command('c-7', {tenant: 't-1', point: 'A-014'}),
      );
      await store.read(async db => {
        const ids = async (asked: Promise<readonly CommandRow[]>) =>
          (await asked).map(({id}) => id);
        t.deepEqual(await table.pendingGateways(db), ['gw-1']);
        t.deepEqual(await ids(table.pending(db, ['gw-1', 'gw-2'], 10)), ['c-1', 'c-7']);
        t.deepEqual(await ids(table.pending(db, ['gw-1'], 1)), ['c-1']);
        t.deepEqual(await ids(table.pending(db, [], 1)), []);
        t.deepEqual(await ids(table.due(db, 8999, 10)), []);
        t.is((await table.due(db, 9000, 10)).length, 7);
        t.is(await table.nextDue(db), 9000);
        t.deepEqual(await ids(table.stranded(db, 999, 10)), ['c-1', 'c-7']);
        t.deepEqual(await ids(table.stranded(db, 1000, 10)), []);
        t.deepEqual(await table.askedOf(db, ['gw-1', 'gw-2'], 1000), ['gw-1']);
        const part = {wallMs: 1000, after: '', limit: 10};
        const gateway = {gateway: 'gw-1', session: undefined};
        t.deepEqual(await ids(table.sentBefore(db, gateway, part)), ['c-2', 'c-4']);
        const after = {...part, after: 'c-2'};
        t.deepEqual(await ids(table.sentBefore(db, gateway, after)), ['c-4']);
        const present = {...gateway, session: 's-1'};
        t.deepEqual(await ids(table.sentBefore(db, present, part)), ['c-4']);
        const nothing = {site: undefined, point: undefined, state: undefined, before: undefined};
        const all = {tenant: 't-1', sites: undefined, ...nothing, limit: 10};
        const page = async (changes: object) =>
          (await table.page(db, {...all, ...changes})).map(({id}) => id);
        t.deepEqual(await page({}), ['c-7', 'c-6', 'c-5', 'c-4', 'c-3', 'c-2', 'c-1']);
        t.deepEqual(await page({before: 'c-4', limit: 2}), ['c-3', 'c-2']);
        t.deepEqual(await page({site: 'lot-1', point: 'A-013'}), ['c-6']);
        t.deepEqual(await page({state: 'unknown', sites: new Set(['lot-1'])}), [
          'c-6',
          'c-5',
          'c-4',
        ]);
        t.deepEqual(await page({sites: new Set(['lot-2'])}), []);
        t.deepEqual(await page({tenant: 't-2'}), []);
      });
    },
  );
}

function journals({check, ledger}: ContractBench): void {
  check(
    'a journal is whole when all up to its head is here and nothing is gone',
    async (t, use) => {
      const {store} = use;
      await begin(store);
      await store.transaction(tx =>
        ledger.addEpoch(tx, 'gw-1', {epoch: EPOCH, known: 7, knownHash: null, wallMs: 500}),
      );
      const isWhole = (head: number, changes: Partial<CommandRow> = {}) =>
        store.read(db => table.isJournalWhole(db, command('c-1', changes), {epoch: EPOCH, head}));
      t.true(await isWhole(7));
      t.false(await isWhole(8), 'not here yet');
      t.false(await isWhole(7, {gateway: 'gw-2'}));
      t.false(await isWhole(7, {createdWall: 499}), 'numbered anew since');
      const gap = {from: 2, to: 3, why: 'lost'};
      await store.transaction(tx => ledger.addGap(tx, 'gw-1', 1, gap, 999));
      t.true(await isWhole(7), 'gone before');
      await store.transaction(tx => ledger.addGap(tx, 'gw-1', 1, gap, 1000));
      t.false(await isWhole(7));
    },
  );
}

function feed({check}: ContractBench): void {
  check('each state of a command is a change that others can follow', async (t, {store}) => {
    const clock = {wallMs: () => 5};
    let count = 0;
    const ulid = () => {
      count += 1;
      return `change-${count}`;
    };
    const changes = new ChangeFeed({...{clock, entropy: {ulid}, store}} as never);
    const told = new CommandBook({table, onCommand: tellingCommands(changes)});
    await begin(store);
    await store.transaction(tx => told.add(tx, command('c-1')));
    for (const input of [SEND, SEND, {kind: 'begun'}, {kind: 'done'}, {kind: 'done'}] as const) {
      await store.transaction(tx => told.step(tx, {id: 'c-1'}, input, 2000));
    }
    await changes.number();
    const found = await store.read(db => changes.after(db, 't-1', 0, 10));
    const states = ['pending', 'sent', 'delivered', 'confirmed'];
    t.deepEqual(
      found.map(({type}) => type),
      states.map(state => `command.${state}`),
    );
    t.like(found.at(-1), {site: 'lot-1', subject: 'command', subjectId: 'c-1'});
    t.deepEqual(found.at(-1)?.data, {
      ...{point: 'A-012', gateway: 'gw-1', kind: 'open', state: 'confirmed', why: null},
      traceparent: '00-c-1',
    });
  });
}
