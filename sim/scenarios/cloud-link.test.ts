import {generateKeyPairSync} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {rawDeflate} from '../../cloud-sync/raw-deflate.js';
import {StoreError} from '../../protocols/base/errors.js';
import {encodePayload} from '../../protocols/cloud/payload.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import type {MessageFaults} from '../wire/faulty-way.js';
import {CloudRig} from './cloud-rig.js';

// A message takes several turns through both MQTT stacks; time must not run ahead of it.
const TURNS = 12;
async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

const signingKey = generateKeyPairSync('ed25519').privateKey;

async function openRig(t: ExecutionContext, faults?: MessageFaults, seed = 1): Promise<CloudRig> {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const rig = await CloudRig.open({clock, signingKey, seed, ...(faults ? {faults} : {})});
  t.teardown(async () => {
    await rig.close();
    clock.assertIdle();
  });
  return rig;
}

const unsent = (rig: CloudRig) => rig.uplink.status().unsent;

async function assertSameEvents(t: ExecutionContext, rig: CloudRig): Promise<void> {
  const rows = rig.store.outbox.read(1, 1_000_000);
  const epoch = rig.store.outbox.epoch();
  const feed = await rig.feed();
  t.deepEqual(
    feed.map(event => [event.id, event.kind, event.body]),
    rows.map(row => [`gw-1/${epoch}/${row.seq}`, row.kind, JSON.parse(row.body)]),
  );
}

const CARD = {id: 'k-1', holder: 'h-1', uid: '0104F2A7B3', secretHex: 'AB'.repeat(16)};
const grant = (id: string) => ({
  id,
  holder: 'h-1',
  credentials: ['k-1'],
  points: ['A-012'],
  validFrom: 0,
  validUntil: 4_000_000_000_000,
});

test('events reach the cloud once, in order, and are acknowledged', async t => {
  const rig = await openRig(t);
  rig.append(1200);
  await rig.connect();
  rig.append(3);
  await rig.clock.until(() => unsent(rig) === 0);
  await assertSameEvents(t, rig);
  const {body} = await rig.api<{bays: {bay: string; arm: string}[]}>(
    'GET',
    '/v1/gateways/gw-1/bays',
  );
  t.like(body.bays[0], {bay: 'A-012', arm: 'down'});
});

test('~E1 events journalled while the internet is down arrive once and in order afterwards', async t => {
  const rig = await openRig(t);
  await rig.connect();
  rig.append(5);
  await rig.clock.until(() => unsent(rig) === 0);
  rig.transport.cut = true;
  rig.transport.drop();
  rig.append(700);
  await rig.clock.advance(10 * 60_000);
  t.is(unsent(rig), 700);
  t.is(rig.uplink.status().link === 'up', false);
  rig.transport.cut = false;
  await rig.clock.until(() => unsent(rig) === 0, 120_000);
  await assertSameEvents(t, rig);
});

test('X2 link with 30 % loss, 10 % duplicates, 10 % reorder ends equal on both sides', async t => {
  for (const seed of [1, 2, 3]) {
    const faults = {loss: 0.3, duplicate: 0.1, reorder: 0.1, holdMs: 3000};
    const rig = await openRig(t, faults, seed);
    rig.uplink.start();
    await rig.api('POST', '/v1/gateways/gw-1/cards', CARD);
    for (let round = 0; round < 12; round += 1) {
      rig.append(1 + Math.floor(rig.entropy.fraction() * 400));
      await rig.api('POST', '/v1/gateways/gw-1/grants', grant(`g-${round}`));
      if (round % 4 === 3) await rig.api('DELETE', `/v1/gateways/gw-1/grants/g-${round - 1}`);
      if (round === 5) rig.restartEdge();
      if (round === 5) rig.uplink.start();
      await rig.clock.advance(20_000 * rig.entropy.fraction());
    }
    const current = async () => {
      const {body} = await rig.api<{gateways: {grants: {current: boolean}}[]}>(
        'GET',
        '/v1/gateways',
      );
      return body.gateways[0]?.grants.current;
    };
    for (let minutes = 0; minutes < 60 && !(await current()); minutes += 1) {
      await rig.clock.advance(60_000);
    }
    await rig.clock.until(() => unsent(rig) === 0 && rig.store.grants.revocations() === 3);
    t.true(await current());
    t.is([...rig.store.book.rows()].length, 13);
    t.true(rig.store.book.isRevoked('g-2' as never));
    t.is(rig.store.book.cardByUid('0104F2A7B3' as never)?.secretHex, 'ab'.repeat(16));
    await assertSameEvents(t, rig);
  }
});

test('an acknowledgement that got lost is asked for again', async t => {
  const rig = await openRig(t);
  await rig.connect();
  rig.transport.keepDown = '/d/ack';
  rig.append(4);
  await rig.clock.advance(5000);
  t.is(unsent(rig), 4);
  rig.transport.keepDown = undefined;
  await rig.clock.advance(10_000);
  t.is(unsent(rig), 0);
  await assertSameEvents(t, rig);
});

test('three silences in a row end a half-open connection, and a new one delivers', async t => {
  const rig = await openRig(t);
  await rig.connect();
  rig.transport.loseUp = '/u/ev';
  rig.append(4);
  await rig.clock.until(() => rig.uplink.status().link !== 'up', 60_000);
  rig.transport.loseUp = undefined;
  await rig.clock.until(() => unsent(rig) === 0, 60_000);
  await assertSameEvents(t, rig);
});

test('urgent events overtake a backlog as early copies', async t => {
  const rig = await openRig(t);
  rig.append(6000);
  rig.transport.keepDown = '/d/ack';
  rig.uplink.start();
  await rig.clock.until(() => rig.transport.kept.length > 0);
  rig.transport.keepDown = undefined;
  for (const message of rig.transport.kept) rig.transport.playDown(message);
  rig.append(1, 'decision');
  const live = rig.transport.seenUp.filter(message => message.topic.endsWith('/u/live'));
  t.is(live.length, 1);
  await rig.clock.until(() => unsent(rig) === 0);
  await assertSameEvents(t, rig);
});

test('cloud and broker restart: gateways return and nothing is missing', async t => {
  const rig = await openRig(t);
  await rig.connect();
  rig.append(50);
  await rig.clock.until(() => unsent(rig) === 0);
  await rig.stopCloud();
  rig.append(60);
  await rig.clock.advance(90_000);
  t.is(unsent(rig), 60);
  await rig.startCloud();
  await rig.clock.until(() => unsent(rig) === 0, 120_000);
  await assertSameEvents(t, rig);
});

test('a grant put in the cloud is in the book of the gateway; a revocation takes it out', async t => {
  const rig = await openRig(t);
  await rig.connect();
  t.is((await rig.api('POST', '/v1/gateways/gw-1/cards', CARD)).status, 200);
  t.is((await rig.api('POST', '/v1/gateways/gw-1/grants', grant('g-1'))).status, 200);
  await rig.clock.until(() => rig.store.grants.current().ver === 2, 20_000);
  t.is(rig.store.book.grantsOf('k-1' as never).length, 1);
  t.is((await rig.api('DELETE', '/v1/gateways/gw-1/grants/g-1')).status, 200);
  await rig.clock.until(() => rig.store.book.isRevoked('g-1' as never), 2000);
  t.is((await rig.api('POST', '/v1/gateways/gw-1/grants', grant('g-1'))).status, 409);
});

test('a gateway that lacks nothing is told so at once in each session, then once a minute, not at each heartbeat', async t => {
  const rig = await openRig(t);
  await rig.connect();
  const told = () => rig.transport.seenDown.filter(({topic}) => topic.endsWith('/d/cfg')).length;
  await rig.clock.until(() => told() === 1, 5000);
  await rig.clock.advance(10 * 60_000);
  t.true(told() === 10 || told() === 11, `${told()} times`);
  const before = told();
  rig.transport.drop();
  await rig.clock.until(() => rig.uplink.status().link !== 'up');
  await rig.clock.until(() => rig.uplink.status().link === 'up', 120_000);
  await rig.clock.until(() => told() > before, 5000);
});

test('a cloud restored from an older backup overtakes the gateway with a snapshot', async t => {
  const rig = await openRig(t);
  await rig.connect();
  rig.store.grants.takePart({i: 0, isLast: true, ver: 40, hash: '0'.repeat(64), rows: []});
  rig.uplink.pullGrants();
  await rig.clock.until(() => rig.store.grants.current().ver === 41, 30_000);
  await rig.api('POST', '/v1/gateways/gw-1/grants', grant('g-9'));
  await rig.clock.until(() => rig.store.grants.current().ver === 42, 30_000);
  t.is(rig.store.book.grantsOf('k-1' as never).length, 1);
});

test('unknown, malformed, forged and oversized messages are counted and change nothing', async t => {
  const rig = await openRig(t);
  await rig.connect();
  const text = (value: string) => new TextEncoder().encode(value);
  const rev = encodePayload({ver: 9, ids: ['g-1'], sig: 'A'.repeat(86)}, rawDeflate);
  const base = 'v1/demo/gw-1/d';
  rig.transport.playDown({topic: `${base}/firmware`, payload: text('x')});
  rig.transport.playDown({topic: 'v1/demo/gw-2/d/rev', payload: rev ?? text('')});
  rig.transport.playDown({topic: `${base}/cmd`, payload: text('\u0001{"id":')});
  rig.transport.playDown({topic: `${base}/rev`, payload: rev ?? text('')});
  rig.transport.playDown({topic: `${base}/snap`, payload: new Uint8Array(1_000_000).fill(1)});
  rig.transport.playDown({topic: `${base}/snap`, payload: new Uint8Array(1_000_000).fill(1)});
  t.deepEqual(rig.uplink.status().dropped, {
    topic: 2,
    'cmd/json': 1,
    'rev/signature': 1,
    'snap/too_large': 2,
  });
  t.is(rig.log.filter(line => line.includes('message.dropped')).length, 4);
  t.is(rig.store.grants.revocations(), 0);
  rig.transport.playUp('v1/demo/gw-1/u/later', text('\u0001{}'));
  rig.transport.playUp('v1/demo/gw-1/u/ev', text('\u0001{"epoch":1}'));
  rig.append(1);
  await rig.clock.until(() => unsent(rig) === 0);
  t.like(rig.cloud.dropped(), {topic: 1, 'ev/schema': 1});
});

test('a 1 MB message or a foreign topic costs the connection, not the cloud', async t => {
  const rig = await openRig(t);
  await rig.connect();
  rig.transport.playUp('v1/demo/gw-1/u/ev', new Uint8Array(1_000_000).fill(1));
  await rig.clock.until(() => rig.uplink.status().link !== 'up', 5000);
  t.is(rig.cloud.dropped()['packet/too_large'], 1);
  await rig.clock.until(() => rig.uplink.status().link === 'up', 60_000);
  rig.transport.playUp('v1/demo/gw-2/u/ev', new TextEncoder().encode('\u0001{}'));
  await rig.clock.until(() => rig.uplink.status().link !== 'up', 5000);
  t.is(rig.cloud.dropped()['publish/forbidden'], 1);
  rig.append(2);
  await rig.clock.until(() => unsent(rig) === 0, 60_000);
  await assertSameEvents(t, rig);
});

test('a restored gateway under the same epoch is told to number anew', async t => {
  const rig = await openRig(t);
  await rig.connect();
  rig.append(10);
  await rig.clock.until(() => unsent(rig) === 0);
  const before = rig.store.outbox.epoch();
  const ack = encodePayload({epoch: before, new_epoch: 'rollback'}, rawDeflate) ?? new Uint8Array();
  rig.transport.playDown({topic: 'v1/demo/gw-1/d/ack', payload: ack});
  t.not(rig.store.outbox.epoch(), before);
  rig.append(3);
  await rig.clock.until(() => unsent(rig) === 0, 60_000);
  const feed = await rig.feed();
  t.is(feed.at(-1)?.id, `gw-1/${rig.store.outbox.epoch()}/${rig.store.outbox.head()}`);
});

test('a gateway whose numbers mean other events than in the cloud starts an epoch and resends them', async t => {
  const rig = await openRig(t);
  rig.append(10);
  rig.transport.keepDown = '/d/ack';
  rig.uplink.start();
  await rig.clock.until(() => rig.transport.kept.length > 0, 5000);
  rig.transport.keepDown = undefined;
  const before = rig.store.outbox.epoch();
  const answer = {epoch: before, upto: 6, h: 'ab'.repeat(32)};
  const payload = encodePayload(answer, rawDeflate) ?? new Uint8Array();
  rig.transport.playDown({topic: 'v1/demo/gw-1/d/ack', payload});
  t.not(rig.store.outbox.epoch(), before);
  await rig.clock.until(() => unsent(rig) === 0 && rig.uplink.status().link === 'up', 60_000);
  t.is((await rig.feed()).filter(event => event.kind === 'bay').length, 10);
});

test('a gateway that holds another state under the same version is given the whole', async t => {
  const rig = await openRig(t);
  await rig.connect();
  await rig.api('POST', '/v1/gateways/gw-1/cards', CARD);
  await rig.clock.until(() => rig.store.grants.current().ver === 1, 20_000);
  rig.store.grants.takePart({i: 0, isLast: true, ver: 1, hash: '0'.repeat(64), rows: []});
  await rig.clock.until(
    () => rig.store.book.cardByUid('0104F2A7B3' as never) !== undefined,
    30_000,
  );
  t.is(rig.store.grants.current().ver, 2);
});

test('a full disk costs neither the daemon nor a grant: the cloud brings it again', async t => {
  const rig = await openRig(t);
  await rig.connect();
  const {grants} = rig.store;
  const apply = grants.applyDelta;
  grants.applyDelta = () => {
    throw new StoreError('store/full', 'database or disk is full');
  };
  await rig.api('POST', '/v1/gateways/gw-1/cards', CARD);
  await rig.clock.advance(30_000);
  t.true(rig.log.some(line => line.includes('cloud.not_stored')));
  t.is(rig.uplink.status().link, 'up');
  grants.applyDelta = apply;
  await rig.clock.until(() => grants.current().ver === 1, 20_000);
  t.truthy(rig.store.book.cardByUid('0104F2A7B3' as never));
});

test('a journal that cannot be read ends the connection, never the commit that told of it', async t => {
  const rig = await openRig(t);
  await rig.connect();
  const {outbox} = rig.store;
  const head = outbox.head;
  outbox.head = () => {
    throw new StoreError('store/io', 'disk I/O error');
  };
  t.notThrows(() => rig.append(1));
  outbox.head = head;
  t.not(rig.uplink.status().link, 'up');
  await rig.clock.until(() => rig.uplink.status().link === 'up' && unsent(rig) === 0, 60_000);
});

test('a cloud that does not know the session any more is found by its silence', async t => {
  const rig = await openRig(t);
  await rig.connect();
  rig.transport.loseUp = '/u/hb';
  await rig.clock.until(() => rig.uplink.status().link !== 'up', 60_000);
  t.true(rig.log.some(line => line.includes('the cloud is silent')));
  rig.transport.loseUp = undefined;
  await rig.clock.until(() => rig.uplink.status().link === 'up', 60_000);
});
