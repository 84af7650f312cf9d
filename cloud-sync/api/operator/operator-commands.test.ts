import test, {type ExecutionContext} from 'ava';
import {SyncError} from '../../../protocols/base/errors.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {simProvider} from '../../../sim/scenarios/paid-lot.js';
import type {SimPaymentProvider} from '../../../sim/services/payment-provider.js';
import {ROOT_KEY, startRig} from '../http/api-rig.js';
import {bookDayOf} from '../payments/book-day.js';
import type {PaymentProvider} from '../payments/provider-port.js';
import {exportTenant} from './export-tenant.js';
import {OperatorClient} from './operator-client.js';
import {createKey, createSite, createTenant, giveGateway} from './operator-commands.js';
import {reconcileOfDay} from './reconcile-day.js';

async function rig(t: ExecutionContext, providers?: (clock: VirtualClock) => PaymentProvider[]) {
  const yieldTurn = () => new Promise<void>(resolve => setImmediate(resolve));
  const clock = new VirtualClock({yieldTurn});
  const entropy = new SeededEntropy();
  const api = await startRig({clock, entropy, ...(providers && {providers: providers(clock)})});
  t.teardown(() => api.cloud.close());
  const client = (key: string) =>
    new OperatorClient({
      ...{url: 'http://cloud', key},
      request: request => api.cloud.fetch(request),
      newKey: () => entropy.ulid(),
    });
  return {api, client, clock, root: client(ROOT_KEY)};
}

const LOT = {name: '一号', kind: 'public', zone: 'Asia/Shanghai', gateways: []};

test('a tenant, a site with its gateway and a key are made by commands, each key shown once', async t => {
  const {client, root} = await rig(t);
  const made = await createTenant(root, 't-2', '二号物业');
  const {key} = made.json as {key: string};
  t.regex(key, /^lk_/);
  t.true(made.lines.includes(`key ${key}`));
  const own = client(key);
  const site = await createSite(own, 'lot-9', {...LOT, lat: 23.129, lng: 113.264});
  t.like(site.json, {id: 'lot-9', latE7: 231_290_000, lngE7: 1_132_640_000});
  t.deepEqual(site.lines, ['site lot-9 (public, Asia/Shanghai)']);
  const forbidden = {code: 'cloud/refused', message: /^forbidden/};
  await t.throwsAsync(giveGateway(own, 'lot-9', 'gw-9'), forbidden);
  const given = await giveGateway(root, 'lot-9', 'gw-9');
  t.deepEqual(given.lines, ['site lot-9 is served by gw-9']);
  const first = await createSite(root, 'lot-1', {...LOT, gateways: ['gw-1', 'gw-2']});
  t.is(first.lines[1], 'served by gw-1, gw-2');
  const reader = await createKey(own, {name: 'page', scopes: ['sites:read'], sites: ['lot-9']});
  const shown = client((reader.json as {key: string}).key);
  t.like(await shown.ask<object>('GET', '/v1/sites'), {nextCursor: null});
  t.false(JSON.stringify(await own.ask('GET', '/v1/keys')).includes(key));
});

test('what is refused, and who does not answer, is told in words', async t => {
  const {client, root} = await rig(t);
  await createSite(root, 'lot-1', LOT);
  const refused = (message: RegExp) => ({instanceOf: SyncError, code: 'cloud/refused', message});
  await t.throwsAsync(createSite(root, 'lot-1', LOT), refused(/^conflict: this id is taken/));
  const odd = createSite(root, 'lot-2', {...LOT, zone: 'Mars/Olympus'});
  await t.throwsAsync(odd, refused(/^invalid: .*#\/zone no IANA time zone/));
  const stranger = createTenant(client(`lk_${'A'.repeat(26)}`), 't-3', 'x');
  await t.throwsAsync(stranger, refused(/^unauthorized/));
  const gone = new OperatorClient({
    ...{url: 'http://cloud', key: ROOT_KEY, newKey: () => 'k'},
    request: () => Promise.reject(new Error('ECONNREFUSED')),
  });
  await t.throwsAsync(gone.ask('GET', '/v1/sites'), {
    ...{code: 'cloud/unreachable', message: /ECONNREFUSED.*is latchkey-cloud serve running/},
  });
  const other = new OperatorClient({
    ...{url: 'http://cloud', key: ROOT_KEY, newKey: () => 'k'},
    request: () => new Response('<html>'),
  });
  await t.throwsAsync(other.ask('GET', '/v1/sites'), {message: /no cloud of ours/});
});

test('an export is all of the tenant and nothing of another, a line for each row', async t => {
  const {client, root} = await rig(t);
  const {key} = (await createTenant(root, 't-2', '二')).json as {key: string};
  await createSite(client(key), 'lot-9', LOT);
  await createSite(root, 'lot-1', LOT);
  for (const id of Array.from({length: 230}, (_, index) => `A-${index}`)) {
    await root.ask('POST', '/v1/sites/lot-1/points', {id, kind: 'bay'});
  }
  const lines: string[] = [];
  const count = await exportTenant(root, {print: line => void lines.push(line)});
  t.is(count, lines.length);
  interface Line {
    readonly list: string;
    readonly of?: string;
    readonly row: {readonly id: string};
  }
  const rows = lines.map(line => JSON.parse(line) as Line);
  const points = rows.filter(({list}) => list === 'points');
  t.is(new Set(points.map(({row}) => row.id)).size, 230, 'beyond one page');
  t.true(points.every(({of}) => of === 'lot-1'));
  t.deepEqual(
    rows.filter(({list}) => list === 'sites').map(({row}) => row.id),
    ['lot-1'],
  );
  t.false(lines.some(line => line.includes('lot-9') || line.includes(ROOT_KEY)));
});

test('~P28 a day of the provider is held against the books by a command: exit code 1 while anything differs', async t => {
  let sim: SimPaymentProvider | undefined;
  const {root, clock} = await rig(t, truth => {
    const {provider, wire} = simProvider(truth, {deliver: () => {}});
    sim = provider;
    return [wire];
  });
  const day = bookDayOf(clock.wallMs());
  const person = {phone: '13812345678', name: '陈', roles: ['tenant']};
  const {id} = await root.ask<{id: string}>('POST', '/v1/members', person);
  const wish = {provider: 'sim', amountFen: 3000};
  const {payment} = await root.ask<{payment: string}>('POST', `/v1/members/${id}/recharges`, wish);
  await clock.advance(1000);
  sim?.pay(payment);
  await clock.advance(60_000);
  const asked = {provider: 'sim', day, isRead: false};
  await t.throwsAsync(reconcileOfDay(root, asked), {code: 'cloud/refused', message: /not over/});
  clock.stepWall(DAY_MS);
  await t.throwsAsync(reconcileOfDay(root, {...asked, isRead: true}), {message: /not_found/});
  if (sim) sim.bendSettlement = () => [];
  const differing = await reconcileOfDay(root, asked);
  t.is(differing.exitCode, 1);
  t.deepEqual(differing.lines.slice(0, 2), [
    `sim ${day}: differs, 0 matched, ours 3000 fen, theirs 0 fen`,
    `not_theirs ${payment}: ours 3000 fen, theirs 0 fen`,
  ]);
  t.regex(differing.lines[2] ?? '', /^fault difference_open /);
  t.like((await reconcileOfDay(root, {...asked, isRead: true})).json, {isBalanced: false});
  if (sim) sim.bendSettlement = lines => lines;
  const right = await reconcileOfDay(root, asked);
  t.deepEqual(right.lines, [`sim ${day}: balanced, 1 matched, ours 3000 fen, theirs 3000 fen`]);
  t.like(right, {exitCode: 0, json: {isBalanced: true, faults: []}});
  const strange = reconcileOfDay(root, {...asked, provider: 'other'});
  await t.throwsAsync(strange, {message: /not_found/});
});
