import {generateKeyPairSync} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from './cloud-rig.js';

const TURNS = 12;
async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

const signingKey = generateKeyPairSync('ed25519').privateKey;
const OPEN = '/v1/gateways/gw-1/bays/A-012/open';

interface Command {
  readonly id: string;
  readonly state: string;
  readonly why: string | null;
}

async function openRig(t: ExecutionContext): Promise<CloudRig> {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const rig = await CloudRig.open({clock, signingKey});
  t.teardown(async () => {
    await rig.close();
    clock.assertIdle();
  });
  await rig.connect();
  return rig;
}

function ask(rig: CloudRig, key: string, body: object = {by: 'wang'}) {
  return rig.api<Command>('POST', OPEN, body, key);
}

function open(rig: CloudRig, key: string, body?: object) {
  return rig.clock.settle(ask(rig, key, body));
}

async function stateOf(rig: CloudRig, id: string): Promise<Command> {
  return (await rig.api<Command>('GET', `/v1/commands/${id}`)).body;
}

const commandEvents = (rig: CloudRig) =>
  rig.store.outbox
    .read(1, 1000)
    .filter(row => row.kind === 'command')
    .map(row => JSON.parse(row.body));

test('an open command moves the arm and answers done', async t => {
  const rig = await openRig(t);
  const {status, body} = await open(rig, 'key-1');
  t.is(status, 200);
  t.is(body.state, 'done');
  t.deepEqual(
    rig.opened.map(act => [act.bay, act.by]),
    [['A-012', 'wang']],
  );
});

test('what the gateway refuses or cannot do comes back with its reason', async t => {
  const rig = await openRig(t);
  rig.outcome = {kind: 'refused', why: 'CAR_PRESENT'};
  t.like((await open(rig, 'key-1')).body, {state: 'refused', why: 'CAR_PRESENT'});
  rig.outcome = {kind: 'failed', why: 'DEVICE_FAULT'};
  t.like((await open(rig, 'key-2')).body, {state: 'failed', why: 'DEVICE_FAULT'});
});

test('E13 open A-012 that arrives 2 h late is expired, refused and reported, and nothing past its 10 s ever runs', async t => {
  const rig = await openRig(t);
  rig.transport.keepDown = '/d/cmd';
  const late = (await open(rig, 'key-1', {by: 'wang', ttlMs: 10_000})).body;
  t.is(late.state, 'unknown');
  await rig.clock.advance(2 * 3_600_000);
  t.is(rig.uplink.status().link, 'up');
  for (const message of rig.transport.kept.splice(0)) rig.transport.playDown(message);
  await rig.clock.advance(1000);
  t.like(await stateOf(rig, late.id), {state: 'expired'});
  t.like(commandEvents(rig), [{command: late.id, result: 'expired'}]);
  t.deepEqual(rig.opened, []);

  for (const [delayMs, runs] of [
    [9900, true],
    [10_001, false],
    [11_000, false],
  ] as const) {
    rig.opened.length = 0;
    const answer = ask(rig, `delay-${delayMs}`, {by: 'wang', ttlMs: 10_000});
    // The heartbeat that the reference rests on came before; the command itself was just made.
    await rig.clock.until(() => rig.transport.kept.length === 1, 1000);
    const [message] = rig.transport.kept.splice(0);
    rig.clock.timer('late delivery', delayMs, () => message && rig.transport.playDown(message));
    await rig.clock.settle(answer);
    await rig.clock.advance(2000);
    t.is(rig.opened.length, runs ? 1 : 0, `${delayMs} ms`);
  }
});

test('a command of an older session is void, however fresh', async t => {
  const rig = await openRig(t);
  rig.transport.keepDown = '/d/cmd';
  const answer = ask(rig, 'key-1');
  await rig.clock.until(() => rig.transport.kept.length === 1, 1000);
  rig.transport.drop();
  await rig.clock.until(() => rig.uplink.status().link === 'up', 5000);
  for (const message of rig.transport.kept.splice(0)) rig.transport.playDown(message);
  t.like((await rig.clock.settle(answer)).body, {state: 'expired', why: 'for another session'});
  t.deepEqual(rig.opened, []);
  t.like(commandEvents(rig), [{result: 'stale_session'}]);
});

test('a command delivered twice moves the arm once', async t => {
  const rig = await openRig(t);
  const {body} = await open(rig, 'key-1');
  const command = rig.transport.seenDown.find(message => message.topic.endsWith('/d/cmd'));
  if (command) rig.transport.playDown(command);
  await rig.clock.advance(1000);
  t.is(rig.opened.length, 1);
  t.is((await stateOf(rig, body.id)).state, 'done');
});

test('an older command for the same door never runs after a newer one', async t => {
  const rig = await openRig(t);
  rig.transport.keepDown = '/d/cmd';
  const first = ask(rig, 'key-1');
  await rig.clock.until(() => rig.transport.kept.length === 1, 1000);
  const second = ask(rig, 'key-2');
  await rig.clock.until(() => rig.transport.kept.length === 2, 1000);
  for (const message of rig.transport.kept.splice(0).reverse()) rig.transport.playDown(message);
  t.like((await rig.clock.settle(second)).body, {state: 'done'});
  t.like((await rig.clock.settle(first)).body, {state: 'refused', why: 'superseded'});
  t.is(rig.opened.length, 1);
});

test('a gateway that is not there gets nothing, then or later', async t => {
  const rig = await openRig(t);
  rig.transport.cut = true;
  rig.transport.drop();
  await rig.clock.advance(40_000);
  t.like((await open(rig, 'key-1')).body, {state: 'offline'});
  rig.transport.cut = false;
  await rig.clock.until(() => rig.uplink.status().link === 'up', 120_000);
  await rig.clock.advance(60_000);
  t.deepEqual(rig.opened, []);
});

test('an answer that got lost is made good by the journal', async t => {
  const rig = await openRig(t);
  rig.transport.loseUp = '/u/res';
  t.is((await open(rig, 'key-1')).body.state, 'done');
  rig.transport.loseUp = '/u/';
  const {body} = await open(rig, 'key-2');
  t.is(body.state, 'unknown');
  rig.transport.loseUp = undefined;
  await rig.clock.advance(60_000);
  t.is((await stateOf(rig, body.id)).state, 'done');
});

test('the same Idempotency-Key gives the same answer and no second act; another order is refused', async t => {
  const rig = await openRig(t);
  const first = await open(rig, 'key-1');
  t.deepEqual(await open(rig, 'key-1'), first);
  t.is(rig.opened.length, 1);
  t.is((await open(rig, 'key-1', {by: 'li'})).status, 422);
  t.is((await rig.api('POST', OPEN, {by: 'wang'})).status, 400);
  rig.uplink.stop();
  await rig.clock.advance(25 * 3_600_000);
  await rig.connect();
  t.not((await open(rig, 'key-1')).body.id, first.body.id);
});
