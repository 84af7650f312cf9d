import {generateKeyPairSync} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {CloudStore} from '../store/cloud-store.js';
import {SecretBox} from '../store/secret-box.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {WebhookDesk} from './webhook-desk.js';
import type {Attempted} from './webhook-rules.js';
import {WebhookSender} from './webhook-sender.js';
import {WebhookTable} from './webhook-table.js';

const OK: Attempted = {kind: 'answered', status: 200, retryAfterS: undefined};
const DOWN: Attempted = {kind: 'failed', why: 'refused'};

async function rig(t: ExecutionContext) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const entropy = new SeededEntropy();
  const store = await CloudStore.open(':memory:');
  t.teardown(() => store.close());
  const box = new SecretBox(generateKeyPairSync('ed25519').privateKey, entropy);
  const changes = new ChangeFeed({clock, entropy, store});
  const table = new WebhookTable();
  const desk = new WebhookDesk({clock, entropy, table, box});
  const sent: {id: string; body: string; signatures: number; atMs: number}[] = [];
  let answer: Attempted = OK;
  const poster = {
    post({headers, body}: {headers: Readonly<Record<string, string>>; body: string}) {
      const signatures = headers['webhook-signature']?.split(' ').length ?? 0;
      sent.push({id: headers['webhook-id'] ?? '', body, signatures, atMs: clock.nowMs()});
      return Promise.resolve(answer);
    },
    close() {},
  };
  const log = {debug() {}, info() {}, warn() {}, error() {}};
  const parts = {clock, entropy, log, store, table, box, changes, poster};
  const sender = new WebhookSender(parts);
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
  const add = async (types: readonly string[] = [], site: string | null = null) => {
    const order = {url: 'https://hooks.example.com/in', types, site};
    const {row} = await store.transaction(tx =>
      desk.add(tx, {tenant: 'ten', sites: undefined}, order),
    );
    return row.id;
  };
  const see = (id: string) => store.read(db => table.get(db, 'ten', id));
  const list = (id: string) =>
    store.read(db => table.messages(db, id, {before: undefined, limit: 50}));
  return {
    ...{clock, store, desk, table, sender, sent, note, add, see, list},
    second: () => new WebhookSender(parts),
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
  await sender.run();
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
  await store.transaction(tx => desk.rotate(tx, {tenant: 'ten', sites: undefined}, webhook));
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
  await store.transaction(tx => desk.replay(tx, {tenant: 'ten', sites: undefined}, order));
  await sender.run();
  t.is(sent.length, 2);
  t.is(sent[0]?.id, sent[1]?.id);
  await t.throwsAsync(
    store.transaction(tx => desk.replay(tx, {tenant: 'other', sites: undefined}, order)),
    {message: /not_found/},
  );
  const home = {url: 'https://192.168.1.1/', types: [], site: null};
  await t.throwsAsync(
    store.transaction(tx => desk.add(tx, {tenant: 'ten', sites: undefined}, home)),
    {message: /invalid/},
  );
  t.false(JSON.stringify(await see(webhook)).includes('whsec_'));
});
