import {generateKeyPairSync} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {DueRunner} from '../orders/due-runner.js';
import {CloudStore} from '../store/cloud-store.js';
import {SecretBox} from '../store/secret-box.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import type {Poster} from './poster.js';
import {WebhookDesk} from './webhook-desk.js';
import type {Attempted} from './webhook-rules.js';
import {WebhookSender} from './webhook-sender.js';
import {WebhookTable} from './webhook-table.js';

const OK: Attempted = {kind: 'answered', status: 200, retryAfterS: undefined};
const QUIET = {debug() {}, info() {}, warn() {}, error() {}};
const TEN = {id: 'key-1', tenant: 'ten', sites: undefined};
const DOWN: Attempted = {kind: 'failed', why: 'refused'};

async function rig(t: ExecutionContext) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const entropy = new SeededEntropy();
  const store = await CloudStore.open(':memory:');
  t.teardown(() => store.close());
  const box = new SecretBox(generateKeyPairSync('ed25519').privateKey, entropy);
  const changes = new ChangeFeed({clock, entropy, store});
  const table = new WebhookTable();
  const audit = new AuditLog(clock, entropy);
  const desk = new WebhookDesk({clock, entropy, table, box, audit});
  const sent: {id: string; url: string; body: string; signatures: number; atMs: number}[] = [];
  let answer: Attempted = OK;
  const poster = {
    post({url, headers, body, timeoutMs}: Parameters<Poster['post']>[0]) {
      const signatures = headers['webhook-signature']?.split(' ').length ?? 0;
      sent.push({id: headers['webhook-id'] ?? '', url, body, signatures, atMs: clock.nowMs()});
      if (!url.includes('silent')) return Promise.resolve(answer);
      return new Promise<Attempted>(resolve =>
        clock.timer('silent', timeoutMs, () => resolve({kind: 'failed', why: 'no answer'})),
      );
    },
    close() {},
  };
  const parts = {clock, entropy, log: QUIET, store, table, box, changes, poster};
  const senders = [new WebhookSender(parts), new WebhookSender(parts)] as const;
  const runnable = (sender: WebhookSender) => ({
    /** Until nothing is due any more. */
    run: async () => {
      while ((await sender.run()) > 0) await sender.settled();
    },
    once: async () => {
      await sender.run();
      await sender.settled();
    },
  });
  const sender = runnable(senders[0]);
  for (const id of ['ten', 'other']) {
    await store.read(db => new TenantTable().add(db, {id, name: id, createdWall: 1}));
  }
  const note = async (type: string, tenant = 'ten', site: string | null = null) => {
    const subject = {subject: 'order', subjectId: 'o-1'};
    await store.transaction(tx =>
      changes.note(tx, {tenant, site, type, ...subject, data: {state: 'paid'}}),
    );
    await changes.number();
  };
  const addAt = async (host: string, tenant: string) => {
    const order = {url: `https://${host}/in`, types: [], site: null};
    await store.transaction(tx => desk.add(tx, {...TEN, tenant}, order));
  };
  const add = async (types: readonly string[] = [], site: string | null = null) => {
    const order = {url: 'https://hooks.example.com/in', types, site};
    const {row} = await store.transaction(tx => desk.add(tx, TEN, order));
    return row.id;
  };
  const see = (id: string) => store.read(db => table.get(db, 'ten', id));
  const list = (id: string) =>
    store.read(db => table.messages(db, id, {before: undefined, limit: 50}));
  const auditOf = async (subjectId: string) => {
    const rows = await store.read(db =>
      audit.of(db, {tenant: 'ten', subjectId}, {after: '', limit: 50}),
    );
    return rows.map(({actor, action, detail}) => [actor, action, detail]);
  };
  return {
    ...{clock, store, desk, table, sender, sent, note, add, addAt, see, list, auditOf},
    running: (onRoom?: () => void) => new WebhookSender({...parts, ...(onRoom && {onRoom})}),
    second: () => runnable(senders[1]),
    answerWith: (next: Attempted) => {
      answer = next;
    },
  };
}

test('who asked for it hears of what changes after he asked, and of nothing of another tenant', async t => {
  const {sender, sent, note, add} = await rig(t);
  await note('order.reserved');
  await add(['order.'], 's-1');
  await note('order.paid', 'ten', 's-1');
  await note('order.paid', 'ten', 's-2');
  await note('bay.changed', 'ten', 's-1');
  await note('order.paid', 'other', 's-1');
  await sender.run();
  t.is(sent.length, 1);
  t.deepEqual(JSON.parse(sent[0]?.body ?? ''), {
    ...{type: 'order.paid', timestamp: '2023-11-14T22:13:20.000Z'},
    data: {site: 's-1', order: 'o-1', state: 'paid'},
  });
  await sender.run();
  t.is(sent.length, 1);
});

test('what does not arrive is sent again under the same id until it does', async t => {
  const {clock, sender, sent, note, add, list, answerWith} = await rig(t);
  const webhook = await add();
  answerWith(DOWN);
  await note('order.paid');
  await sender.run();
  await clock.advance(6 * SECOND_MS);
  await sender.run();
  answerWith(OK);
  await clock.advance(6 * MINUTE_MS);
  await sender.run();
  t.is(sent.length, 3);
  t.is(new Set(sent.map(({id}) => id)).size, 1);
  t.like((await list(webhook))[0], {state: 'delivered', attempts: 3});
  await clock.advance(DAY_MS);
  await sender.run();
  t.is(sent.length, 3);
});

test('two workers send a message once', async t => {
  const {sender, second, sent, note, add} = await rig(t);
  await add();
  for (let count = 0; count < 20; count += 1) await note('order.paid');
  await Promise.all([sender.run(), second().run()]);
  t.is(sent.length, 20);
  t.is(new Set(sent.map(({id}) => id)).size, 20);
});

test('a worker that dies with a message in hand has it sent by another', async t => {
  const {clock, sender, sent, note, add, list, store, table} = await rig(t);
  const webhook = await add();
  await note('order.paid');
  await sender.run();
  const [message] = await list(webhook);
  t.is(sent.length, 1);
  await store.transaction(tx =>
    table.setMessage(tx, message?.id ?? '', {
      ...{state: 'pending', attempts: 1, nextWall: clock.wallMs() + 30 * SECOND_MS, doneWall: null},
    }),
  );
  await sender.run();
  t.is(sent.length, 1);
  await clock.advance(30 * SECOND_MS);
  await sender.run();
  t.is(sent.length, 2);
});

test('410 ends a webhook at once, five silent days end it too, and its owner is told', async t => {
  const {clock, sender, sent, note, add, see, answerWith} = await rig(t);
  const watcher = await add(['webhook.']);
  const gone = await add(['order.']);
  await note('order.paid');
  answerWith({kind: 'answered', status: 410, retryAfterS: undefined});
  await sender.once();
  t.like(await see(gone), {state: 'disabled', why: 'the other end answered 410 Gone'});
  answerWith(OK);
  await note('order.paid');
  await sender.run();
  t.true(sent.at(-1)?.body.includes('webhook.disabled'));
  t.like(await see(watcher), {state: 'active'});
  const silent = await add(['order.']);
  answerWith(DOWN);
  for (let day = 0; day < 6; day += 1) {
    await note('order.paid');
    for (let hour = 0; hour < 24; hour += 1) {
      await clock.advance(HOUR_MS);
      await sender.run();
    }
  }
  t.like(await see(silent), {state: 'disabled', why: 'nothing got through for 5 days'});
});

test('who asks for patience is left alone, with everything', async t => {
  const {clock, sender, sent, note, add, answerWith} = await rig(t);
  await add();
  await note('order.paid');
  answerWith({kind: 'answered', status: 429, retryAfterS: 600});
  await sender.run();
  await note('order.ended');
  await clock.advance(9 * MINUTE_MS);
  await sender.run();
  t.is(sent.length, 1);
  answerWith(OK);
  await clock.advance(2 * MINUTE_MS);
  await sender.run();
  t.is(sent.length, 3);
});

test('during a rotation both secrets sign, a day later the new one alone', async t => {
  const {clock, store, desk, sender, sent, note, add} = await rig(t);
  const webhook = await add();
  await store.transaction(tx => desk.rotate(tx, TEN, webhook));
  await note('order.paid');
  await sender.run();
  await clock.advance(DAY_MS);
  await note('order.ended');
  await sender.run();
  t.deepEqual(
    sent.map(({signatures}) => signatures),
    [2, 1],
  );
});

test('a message is sent once more under its own id when somebody asks; a private place is refused', async t => {
  const {store, desk, sender, sent, note, add, list, see} = await rig(t);
  const webhook = await add();
  await note('order.paid');
  await sender.run();
  const [message] = await list(webhook);
  const order = {webhook, message: message?.id ?? ''};
  await store.transaction(tx => desk.replay(tx, TEN, order));
  await sender.run();
  t.is(sent.length, 2);
  t.is(sent[0]?.id, sent[1]?.id);
  await t.throwsAsync(
    store.transaction(tx => desk.replay(tx, {...TEN, tenant: 'other'}, order)),
    {message: /not_found/},
  );
  const home = {url: 'https://192.168.1.1/', types: [], site: null};
  await t.throwsAsync(
    store.transaction(tx => desk.add(tx, TEN, home)),
    {message: /invalid/},
  );
  t.false(JSON.stringify(await see(webhook)).includes('whsec_'));
});

test('receivers of one tenant that never answer hold up nobody else, nor all of them each other', async t => {
  const {clock, sent, note, addAt, running} = await rig(t);
  for (let count = 0; count < 49; count += 1) await addAt(`silent-${count}.example.com`, 'ten');
  await addAt('alive.example.com', 'ten');
  await addAt('hooks.example.com', 'other');
  for (let count = 0; count < 5; count += 1) await note('order.paid', 'ten');
  const sender = running();
  const runner = new DueRunner({
    ...{name: 'webhooks', clock, log: QUIET, isShared: false},
    runDue: () => sender.run(),
    nextDue: () => sender.nextDue(),
  });
  runner.start();
  await clock.advance(SECOND_MS);
  const underWay = sent.filter(({url}) => url.includes('silent')).length;
  t.true(underWay <= 16, `${underWay} of one tenant under way`);
  await note('order.paid', 'other');
  const fromMs = clock.nowMs();
  runner.wake(clock.wallMs());
  const arrived = async (host: string, count: number) => {
    const seen = () => sent.filter(({url}) => url.includes(host));
    for (let turn = 0; seen().length < count && turn < 2000; turn += 1) await clock.advance(1);
    return seen();
  };
  const other = await arrived('hooks', 1);
  t.is(other.length, 1);
  t.true((other[0]?.atMs ?? Number.POSITIVE_INFINITY) - fromMs <= SECOND_MS);
  await clock.advance(2 * MINUTE_MS);
  t.is(sent.filter(({url}) => url.includes('alive')).length, 5, 'and its own that does answer');
  await note('order.paid', 'ten');
  runner.wake(clock.wallMs());
  t.is((await arrived('alive', 6)).length, 6, 'at once, now that it is known');
  const stopped = [runner.stop(), sender.stop()];
  await clock.advance(MINUTE_MS);
  await Promise.all(stopped);
});

test('a long way of changes for one lets others pass', async t => {
  const {sent, note, addAt, running} = await rig(t);
  await addAt('hooks.example.com', 'ten');
  await addAt('hooks.example.com', 'other');
  for (let count = 0; count < 250; count += 1) await note('order.paid', 'ten');
  await note('order.paid', 'other');
  const sender = running();
  await sender.run();
  await sender.settled();
  t.deepEqual(new Set(sent.map(({url}) => url)).size, 1);
  t.true(sent.some(({body}) => body.includes('order.paid')));
  t.is(sent.length, 5, 'four of the one, and the one of the other');
  t.not(await sender.nextDue(), undefined);
});

test('who waits for room is told as soon as there is some', async t => {
  const {note, addAt, running} = await rig(t);
  await addAt('hooks.example.com', 'ten');
  for (let count = 0; count < 6; count += 1) await note('order.paid', 'ten');
  let told = 0;
  const sender = running(() => {
    told += 1;
  });
  t.is(await sender.run(), 4);
  await sender.settled();
  t.is(told, 4);
  t.is(await sender.run(), 2);
  await sender.settled();
  t.is(told, 4, 'nothing waits any more');
  t.is(await sender.nextDue(), undefined);
});

test('what is done with a webhook is written down with who did it, and neither path nor secret', async t => {
  const {store, desk, sender, note, add, list, auditOf} = await rig(t);
  const webhook = await add();
  await note('order.paid');
  await sender.run();
  const [message] = await list(webhook);
  const order = {webhook, message: message?.id ?? ''};
  await store.transaction(async tx => {
    const change = {url: 'https://b.example.com/token', types: ['a.b'], state: 'paused' as const};
    await desk.change(tx, TEN, webhook, change);
    await desk.rotate(tx, {...TEN, id: 'key-2'}, webhook);
    await desk.replay(tx, TEN, order);
    await desk.remove(tx, TEN, webhook);
  });
  t.deepEqual(await auditOf(webhook), [
    ['key-1', 'webhook.create', 'hooks.example.com'],
    ['key-1', 'webhook.update', 'url types state paused'],
    ['key-2', 'webhook.rotate_secret', null],
    ['key-1', 'webhook.replay', order.message],
    ['key-1', 'webhook.delete', null],
  ]);
  await t.throwsAsync(store.transaction(tx => desk.rotate(tx, {...TEN, tenant: 'other'}, webhook)));
  t.is((await auditOf(webhook)).length, 5);
});
