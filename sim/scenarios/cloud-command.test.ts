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
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

async function openRig(t: ExecutionContext): Promise<CloudRig> {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const rig = await CloudRig.open({clock, signingKey, inMemory: true});
  t.teardown(async () => {
    await rig.close();
    clock.assertIdle();
  });
  await rig.connect();
  return rig;
}

const commandEvents = (rig: CloudRig) =>
  rig.store.outbox
    .read(1, 1000)
    .filter(row => row.kind === 'command')
    .map(row => JSON.parse(row.body));

const commandsDown = (rig: CloudRig) =>
  rig.transport.seenDown.filter(message => message.topic.endsWith('/d/cmd'));

/** How each command was shown to followers, in order. */
async function told(rig: CloudRig): Promise<readonly string[]> {
  await rig.clock.advance(2000);
  const {body} = await rig.api<{changes: {type: string}[]}>('GET', '/v1/changes?limit=200');
  return body.changes.map(({type}) => type).filter(type => type.startsWith('command.'));
}

test('a command is answered at once and confirmed only when the arm has moved', async t => {
  const rig = await openRig(t);
  rig.travelMs = 3000;
  const {status, body} = await rig.order('key-1');
  t.is(status, 202);
  t.like(body, {state: 'pending', why: null});
  const states = new Set<string>();
  for (let step = 0; step < 70; step += 1) {
    const {state} = await rig.command(body.id);
    t.true(state !== 'confirmed' || step * 50 >= rig.travelMs, `${step}: ${state}`);
    states.add(state);
    await rig.clock.advance(50);
  }
  t.deepEqual([...states], ['pending', 'delivered', 'confirmed']);
  t.deepEqual(
    rig.opened.map(act => [act.bay, act.kind, act.by]),
    [['A-012', 'open', 'option']],
  );
  const shown = ['pending', 'sent', 'delivered', 'confirmed'];
  t.deepEqual(
    await told(rig),
    shown.map(state => `command.${state}`),
  );
});

test('what the gateway refuses or cannot do comes back with its reason', async t => {
  const rig = await openRig(t);
  rig.outcome = {kind: 'refused', why: 'CAR_PRESENT'};
  t.like(await rig.ordered('key-1', {kind: 'close'}), {state: 'failed', why: 'CAR_PRESENT'});
  rig.outcome = {kind: 'failed', why: 'DEVICE_FAULT'};
  t.like(await rig.ordered('key-2'), {state: 'failed', why: 'DEVICE_FAULT'});
});

test('E13 open A-012 that arrives 2 h late is expired, refused and reported, and nothing past its 10 s ever runs', async t => {
  const rig = await openRig(t);
  rig.transport.keepDown = '/d/cmd';
  const late = await rig.ordered('key-1', {ttlMs: 10_000});
  t.like(late, {state: 'unknown', why: 'NO_ANSWER'});
  await rig.clock.advance(2 * 3_600_000);
  t.is(rig.uplink.status().link, 'up');
  for (const message of rig.transport.kept.splice(0)) rig.transport.playDown(message);
  await rig.clock.advance(1000);
  t.like(await rig.command(late.id), {state: 'expired'});
  t.like(commandEvents(rig), [{command: late.id, result: 'expired'}]);
  t.deepEqual(rig.opened, []);

  for (const [delayMs, runs] of [
    [9900, true],
    [10_001, false],
    [11_000, false],
  ] as const) {
    rig.opened.length = 0;
    const {body} = await rig.order(`delay-${delayMs}`, {ttlMs: 10_000});
    // The heartbeat that the reference rests on came before; the command itself was just made.
    await rig.clock.until(() => rig.transport.kept.length === 1, 1000);
    const [message] = rig.transport.kept.splice(0);
    rig.clock.timer('late delivery', delayMs, () => message && rig.transport.playDown(message));
    t.is((await rig.settled(body.id)).state, runs ? 'confirmed' : 'expired', `${delayMs} ms`);
    t.is(rig.opened.length, runs ? 1 : 0, `${delayMs} ms`);
  }
});

test('a command of an older session is void, however fresh', async t => {
  const rig = await openRig(t);
  rig.transport.keepDown = '/d/cmd';
  const {body} = await rig.order('key-1');
  await rig.clock.until(() => rig.transport.kept.length === 1, 1000);
  rig.transport.drop();
  await rig.clock.until(() => rig.uplink.status().link === 'up', 5000);
  for (const message of rig.transport.kept.splice(0)) rig.transport.playDown(message);
  await rig.clock.advance(1000);
  t.is((await rig.command(body.id)).state, 'expired');
  t.deepEqual(rig.opened, []);
  t.like(commandEvents(rig), [{result: 'stale_session'}]);
});

test('a command delivered twice moves the arm once, and a copy that comes late changes nothing', async t => {
  const rig = await openRig(t);
  rig.travelMs = 20_000;
  const {body} = await rig.order('key-1');
  await rig.clock.until(() => rig.opened.length === 1, 1000);
  const [command] = commandsDown(rig);
  if (command) rig.transport.playDown(command);
  await rig.clock.advance(12_000);
  if (command) rig.transport.playDown(command);
  await rig.clock.advance(1000);
  t.is((await rig.command(body.id)).state, 'delivered');
  t.is((await rig.settled(body.id)).state, 'confirmed');
  t.is(rig.opened.length, 1);
  t.deepEqual(commandEvents(rig).length, 1);
});

test('an older command for the same door never runs after a newer one', async t => {
  const rig = await openRig(t);
  rig.transport.keepDown = '/d/cmd';
  const first = await rig.order('key-1');
  await rig.clock.until(() => rig.transport.kept.length === 1, 1000);
  const second = await rig.order('key-2');
  await rig.clock.until(() => rig.transport.kept.length === 2, 1000);
  for (const message of rig.transport.kept.splice(0).reverse()) rig.transport.playDown(message);
  t.like(await rig.settled(second.body.id), {state: 'confirmed'});
  t.like(await rig.settled(first.body.id), {state: 'failed', why: 'superseded'});
  t.is(rig.opened.length, 1);
});

test('what waits for a gateway that is not there expires at its time, and never acts', async t => {
  const rig = await openRig(t);
  rig.transport.cut = true;
  rig.transport.drop();
  await rig.clock.advance(40_000);
  const {body} = await rig.order('key-1', {ttlMs: 8000});
  await rig.clock.advance(7900);
  t.is((await rig.command(body.id)).state, 'pending');
  await rig.clock.advance(200);
  t.like(await rig.command(body.id), {state: 'expired', why: 'GATEWAY_OFFLINE'});
  rig.transport.cut = false;
  await rig.clock.until(() => rig.uplink.status().link === 'up', 120_000);
  await rig.clock.advance(60_000);
  t.deepEqual(rig.opened, []);
  t.deepEqual(commandsDown(rig), []);
  t.deepEqual(await told(rig), ['command.pending', 'command.expired']);
});

test('what waits goes to a gateway that comes back within its time, with what is left of it', async t => {
  const rig = await openRig(t);
  rig.transport.cut = true;
  rig.transport.drop();
  await rig.clock.advance(5000);
  const {body} = await rig.order('key-1', {ttlMs: 10_000});
  t.is(rig.uplink.status().link, 'down');
  await rig.clock.advance(1000);
  rig.uplink.stop();
  rig.transport.cut = false;
  await rig.connect();
  t.is((await rig.settled(body.id)).state, 'confirmed');
  t.is(rig.opened.length, 1);
});

test('what waits can be taken back, and then it never acts; what was sent cannot', async t => {
  const rig = await openRig(t);
  rig.uplink.stop();
  await rig.clock.advance(1000);
  const {body} = await rig.order('key-1');
  const cancel = (id: string, key: string) =>
    rig.api<object>('POST', `/v1/commands/${id}/cancel`, undefined, key);
  t.like((await cancel(body.id, 'key-2')).body, {state: 'failed', why: 'CANCELLED'});
  await rig.connect();
  await rig.clock.advance(20_000);
  t.deepEqual(rig.opened, []);
  const done = await rig.ordered('key-3');
  t.like((await cancel(done.id, 'key-4')).body, {status: 409, code: 'command_sent'});
});

test('an answer that got lost is made good by the journal', async t => {
  const rig = await openRig(t);
  rig.transport.loseUp = '/u/res';
  t.is((await rig.ordered('key-1')).state, 'confirmed');
  rig.transport.loseUp = '/u/';
  const lost = await rig.ordered('key-2');
  t.is(lost.state, 'unknown');
  rig.transport.loseUp = undefined;
  await rig.clock.advance(60_000);
  t.is((await rig.command(lost.id)).state, 'confirmed');
});

test('a command that got lost is known to have expired once a later journal is here without it', async t => {
  const rig = await openRig(t);
  rig.transport.keepDown = '/d/cmd';
  const {body} = await rig.order('key-1');
  await rig.clock.until(() => rig.transport.kept.length === 1, 1000);
  rig.transport.kept.length = 0;
  rig.append(300);
  rig.transport.loseUp = '/u/ev';
  rig.transport.drop();
  await rig.clock.until(() => rig.uplink.status().link === 'up', 5000);
  await rig.clock.advance(5000);
  t.like(await rig.command(body.id), {state: 'unknown', why: 'GATEWAY_AWAY'});
  rig.transport.loseUp = undefined;
  await rig.clock.advance(90_000);
  t.like(await rig.command(body.id), {state: 'expired', why: 'NEVER_ARRIVED'});
  t.deepEqual(rig.opened, []);
});

test('a cloud that stops before it has sent sends once it is back, or lets it expire', async t => {
  const rig = await openRig(t);
  rig.uplink.stop();
  await rig.clock.advance(1000);
  const soon = await rig.order('key-1', {ttlMs: 10_000});
  const short = await rig.order('key-2', {ttlMs: 1000});
  await rig.stopCloud();
  await rig.clock.advance(3000);
  await rig.startCloud();
  await rig.clock.advance(100);
  t.like(await rig.command(short.body.id), {state: 'expired', why: 'GATEWAY_OFFLINE'});
  t.is((await rig.command(soon.body.id)).state, 'pending');
  await rig.connect();
  t.is((await rig.settled(soon.body.id)).state, 'confirmed');
  t.is(rig.opened.length, 1);
});

test('the same Idempotency-Key gives the same answer and no second act; another order is refused', async t => {
  const rig = await openRig(t);
  const first = await rig.order('key-1');
  await rig.settled(first.body.id);
  t.deepEqual(await rig.order('key-1'), first);
  await rig.clock.advance(20_000);
  t.is(rig.opened.length, 1);
  t.is((await rig.order('key-1', {reason: 'another'})).status, 422);
  const path = '/v1/sites/lot-1/points/A-012/commands';
  t.is((await rig.api('POST', path, {kind: 'open', reason: 'x'})).status, 400);
});

test('the trace of a request goes down with the command and comes up with its events, and without one nothing is added', async t => {
  const rig = await openRig(t);
  rig.append(1);
  const {body} = await rig.order('key-1', {}, {traceparent: `00-${TRACE}-00f067aa0ba902b7-01`});
  t.regex(body.traceparent, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  await rig.settled(body.id);
  t.deepEqual(
    rig.opened.map(act => act.trace),
    [body.traceparent],
  );
  await rig.clock.advance(2000);
  const {body: page} = await rig.api<{events: {kind: string; traceparent: string | null}[]}>(
    'GET',
    '/v1/gateways/gw-1/events?limit=100',
  );
  const of = (kind: string) => page.events.find(event => event.kind === kind)?.traceparent;
  t.deepEqual([of('command'), of('bay')], [body.traceparent, null]);
  const plain = rig.store.outbox.read(1, 100).filter(({kind}) => kind === 'bay');
  t.true(plain.length > 0 && plain.every(row => !row.body.includes('trace')));
  const wrong = await rig.order('key-2', {}, {traceparent: 'ff-nonsense'});
  t.is(wrong.status, 202);
  t.regex(wrong.body.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
});
