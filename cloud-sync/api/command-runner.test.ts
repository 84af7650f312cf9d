import test, {type ExecutionContext} from 'ava';
import {SECOND_MS} from '../../protocols/base/units.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {CommandBook} from './command-book.js';
import type {CommandStand} from './command-machine.js';
import {CommandRunner} from './command-runner.js';
import {GatewaySessions} from './gateway-sessions.js';
import {CloudStore} from './store/cloud-store.js';
import {type CommandRow, CommandTable} from './store/command-table.js';
import {GatewayTable} from './store/gateway-table.js';
import {SiteTable} from './tenancy/site-table.js';
import {TenantTable} from './tenancy/tenant-table.js';

const EPOCH = 'ab'.repeat(16);
const QUIET = {debug() {}, info() {}, warn() {}, error() {}};

/** Tenants `crowd` and `small`, each with a site of its name; who is connected is up to the test. */
async function rigOf(t: ExecutionContext) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const store = await CloudStore.open(':memory:');
  const table = new CommandTable();
  const [book, gateways, sessions] = [
    new CommandBook({table}),
    new GatewayTable(),
    new GatewaySessions(clock),
  ];
  const sent: string[] = [];
  const runner = new CommandRunner({
    ...{clock, log: QUIET, store, gateways, book, sessions},
    downlink: {send: (_: string, __: string, {id}: {id: string}) => sent.push(id)} as never,
  });
  t.teardown(async () => {
    await runner.stop();
    await store.close();
  });
  await store.transaction(async tx => {
    for (const id of ['crowd', 'small']) {
      await new TenantTable().add(tx, {id, name: id, createdWall: 1});
      const place = {address: '', latE7: null, lngE7: null, zone: 'Asia/Shanghai'};
      const site = {id, tenant: id, name: id, kind: 'public' as const, ...place, createdWall: 1};
      await new SiteTable().add(tx, site);
    }
    const names = Array.from({length: 10}, (_, at) => `gw-${at}`);
    await gateways.add(tx, [...names, 'gw-small']);
  });
  const row = (id: string, tenant: string, gateway: string, stand: Partial<CommandStand> = {}) => ({
    ...{id, tenant, site: tenant, point: 'A-1', gateway, bay: 'A-1', kind: 'open' as const},
    ...{by: 'k', reason: 'r', trace: '00', ttlMs: 8000, state: 'pending' as const, why: null},
    ...{createdWall: clock.wallMs(), dueWall: clock.wallMs() + 8000, session: null},
    ...{sentWall: null, deliveredWall: null, closedWall: null, journal: null},
    ...stand,
  });
  const add = (rows: readonly CommandRow[]) =>
    store.transaction(async tx => {
      for (const one of rows) await book.add(tx, one);
    });
  let mono = 0;
  const hello = (gateway: string, sid: string) => {
    mono += 1;
    sessions.onHello(gateway, {sid, mono, epoch: EPOCH, head: 7} as never);
    runner.onSession(gateway);
  };
  const stateOf = async (id: string) => {
    const found = await store.read(db => table.get(db, id));
    return [found?.state, found?.why];
  };
  return {clock, store, book, sessions, runner, sent, row, add, hello, stateOf};
}

const many = (count: number) => Array.from({length: count}, (_, at) => String(at).padStart(4, '0'));

test('a thousand commands of one tenant that wait, are under way, or in doubt, keep none of another from going out', async t => {
  const {clock, runner, sent, row, add, hello} = await rigOf(t);
  for (const at of many(10)) hello(`gw-${Number(at)}`, 's-1');
  hello('gw-small', 's-1');
  const wallMs = clock.wallMs();
  const sentAt = {state: 'sent' as const, session: 's-1', sentWall: wallMs, dueWall: wallMs + 9000};
  const doubt = {state: 'unknown' as const, session: 's-1', sentWall: wallMs, dueWall: null};
  await add([
    ...many(1000).map(at => row(`a-${at}`, 'crowd', `gw-${Number(at) % 10}`, sentAt)),
    ...many(1000).map(at => row(`b-${at}`, 'crowd', `gw-${Number(at) % 10}`, doubt)),
    ...many(1000).map(at => row(`c-${at}`, 'crowd', `gw-${Number(at) % 10}`)),
    row('d-small', 'small', 'gw-small'),
  ]);
  runner.start();
  for (let turn = 0; !sent.includes('d-small') && turn < 5000; turn += 1) await clock.advance(0);
  t.true(sent.indexOf('d-small') >= 0 && sent.indexOf('d-small') < 100, `${sent.length} before it`);
  await clock.advance(SECOND_MS);
  t.is(new Set(sent).size, 1001);
  t.is(sent.length, 1001, 'each once');
  const own = sent.filter(id => id.startsWith('c-') && id.endsWith('3'));
  t.deepEqual(own, own.toSorted(), 'those of a gateway in their order');
});

test('what waits for a gateway that is away goes out when it comes, and ends when it does not', async t => {
  const {clock, runner, sent, row, add, hello, stateOf} = await rigOf(t);
  await add([row('a', 'small', 'gw-small'), row('b', 'crowd', 'gw-1')]);
  runner.start();
  await clock.advance(3000);
  t.deepEqual(sent, []);
  hello('gw-small', 's-1');
  await clock.advance(1);
  t.deepEqual(sent, ['a']);
  await clock.advance(5000);
  t.deepEqual(await stateOf('b'), ['expired', 'GATEWAY_OFFLINE']);
  t.deepEqual(await stateOf('a'), ['sent', null]);
  await clock.advance(2500);
  t.deepEqual(await stateOf('a'), ['unknown', 'NO_ANSWER']);
});

test('what was sent in a connection that is over is in doubt at once, of more than a page of them too', async t => {
  const {clock, runner, row, add, hello, stateOf} = await rigOf(t);
  hello('gw-1', 's-1');
  runner.start();
  await clock.advance(1000);
  const wallMs = clock.wallMs();
  const under = {session: 's-1', sentWall: wallMs, dueWall: wallMs + 9000};
  await add([
    ...many(250).map(at => row(`a-${at}`, 'crowd', 'gw-1', {...under, state: 'sent'})),
    row('b', 'crowd', 'gw-1', {...under, state: 'delivered', deliveredWall: wallMs}),
    row('c', 'crowd', 'gw-1', {...under, state: 'unknown', dueWall: null}),
    row('d', 'small', 'gw-small', {...under, state: 'sent'}),
  ]);
  hello('gw-1', 's-2');
  await clock.advance(1000);
  for (const id of ['a-0000', 'a-0249', 'b', 'c']) {
    t.is((await stateOf(id))[0], 'unknown', id);
  }
  t.deepEqual(await stateOf('d'), ['sent', null]);
});

test('what waits while the clock is set back ends, for its time would never come', async t => {
  const {clock, runner, row, add, stateOf} = await rigOf(t);
  await add([row('a', 'small', 'gw-small')]);
  clock.stepWall(-60_000);
  runner.start();
  await clock.advance(1);
  t.deepEqual(await stateOf('a'), ['expired', 'GATEWAY_OFFLINE']);
});
