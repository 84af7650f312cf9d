import test, {type ExecutionContext} from 'ava';
import {rawDeflate} from '../../cloud-sync/raw-deflate.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {toHex} from '../../protocols/base/bytes.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import {DOWN_SCHEMAS} from '../../protocols/cloud/down-messages.js';
import {batchLines} from '../../protocols/cloud/event-batch.js';
import {decodePayload, encodeLines, encodePayload} from '../../protocols/cloud/payload.js';
import {signPayload} from '../../protocols/cloud/signing.js';
import {type Batch, UP_SCHEMAS, type WireEvent} from '../../protocols/cloud/up-messages.js';
import {type OutsideCloud, startCloudOnMosquitto} from './cloud-on-mosquitto.js';
import {GATEWAY, Gateway} from './gateway.js';
import {BrokerGuest, Cable, type HeardMessage, startMosquitto} from './mosquitto.js';
import {rest, until} from './peer-process.js';

interface Rig {
  readonly gateway: Gateway;
  readonly cloud: OutsideCloud;
  readonly guest: BrokerGuest;
  /** Between the gateway and the broker. */
  readonly cable: Cable;
  readonly brokerPort: number;
}

const UP = `v1/demo/${GATEWAY}/u`;
const DOWN = `v1/demo/${GATEWAY}/d`;
/** Whatever was on its way has arrived by then. */
const SETTLE_MS = 500;

async function build(t: ExecutionContext): Promise<Rig> {
  const clock = new SystemClock();
  const brokerPort = await startMosquitto(t);
  const guest = await BrokerGuest.join(t, brokerPort);
  const cloud = await startCloudOnMosquitto(t, clock, brokerPort);
  const {cable, port} = await Cable.lay(t, brokerPort);
  const gateway = new Gateway(t, clock, cloud.signingKey, port);
  return {gateway, cloud, guest, cable, brokerPort};
}

function encoded(message: object): Uint8Array {
  return encodePayload(message, rawDeflate) ?? new Uint8Array();
}

function encodedBatch(batch: Batch): Uint8Array {
  return encodeLines(batchLines(batch), rawDeflate) ?? new Uint8Array();
}

function batchOf({payload}: HeardMessage) {
  const decoded = decodePayload(payload, UP_SCHEMAS.ev, rawDeflate);
  return decoded.ok ? decoded.value : undefined;
}

function ackOf({payload}: HeardMessage) {
  const decoded = decodePayload(payload, DOWN_SCHEMAS.ack, rawDeflate);
  return decoded.ok ? decoded.value : undefined;
}

function statusOf({payload}: HeardMessage) {
  const decoded = decodePayload(payload, UP_SCHEMAS.st, rawDeflate);
  return decoded.ok ? decoded.value : undefined;
}

const sent = (rig: Rig) => until('all is sent', () => rig.gateway.uplink.status().unsent === 0);

/** The cloud holds what the gateway journalled: nothing lost, nothing twice, in order. */
async function assertSameEvents(t: ExecutionContext, {gateway, cloud}: Rig): Promise<void> {
  const {outbox} = gateway.store;
  t.deepEqual(
    (await cloud.feed(GATEWAY)).map(({seq, kind, body}) => ({seq, kind, body})),
    outbox.read(1, 10_000).map(({seq, kind, body}) => ({seq, kind, body})),
  );
}

test('over mosquitto a hello is answered and 1200 events go up in batches, each acknowledged only when stored', async t => {
  const rig = await build(t);
  const {gateway, cloud, guest} = rig;
  gateway.append(1200);
  await gateway.online();
  await sent(rig);
  await assertSameEvents(t, rig);

  const batches = guest.heardOn(`${UP}/ev`).map(batchOf);
  t.is(batches.length, 3);
  const uptos = cloud.acks.map(({ack}) => ('upto' in ack ? ack.upto : -1));
  t.deepEqual(
    uptos,
    [...uptos].sort((left, right) => left - right),
  );
  t.is(uptos[0], 0);
  t.is(uptos.at(-1), 1200);
  t.true(cloud.acks.every(({ack, stored}) => 'upto' in ack && stored >= ack.upto));
  t.is(gateway.store.outbox.acked(), 1200);
});

test('over mosquitto a cloud that wants an event again gets it, and keeps it once', async t => {
  const rig = await build(t);
  const {gateway, guest} = rig;
  gateway.append(20);
  await gateway.online();
  await sent(rig);
  guest.heard.length = 0;

  const epoch = gateway.store.outbox.epoch();
  await guest.publish(`${DOWN}/ack`, encoded({epoch, want: 15}));
  await until('the events come again', () => guest.heardOn(`${UP}/ev`).length > 0);
  const [again] = guest.heardOn(`${UP}/ev`).map(batchOf);
  t.is(again?.from, 15);
  t.is(again?.n, 6);
  await sent(rig);
  await assertSameEvents(t, rig);
});

test('over mosquitto a batch that runs ahead is kept, and the cloud wants the missing ones before it acknowledges', async t => {
  const {cloud, guest} = await build(t);
  const other = 'v1/demo/gw-2';
  const epoch = 'ab'.repeat(16);
  const event: WireEvent = ['bay', 'boot-1', 1, 1 as never, 'ok', '{}'];
  const hashes = [CHAIN_START];
  for (let seq = 1; seq <= 4; seq += 1) {
    hashes.push(chainHash(hashes[seq - 1] ?? CHAIN_START, seq, '{}'));
  }
  const batch = (from: number, n: number) => ({
    ...{epoch, from, n, ev: Array.from({length: n}, () => event)},
    p: toHex(hashes[from - 1] ?? CHAIN_START),
    h: toHex(hashes[from + n - 1] ?? CHAIN_START),
  });
  const hash = '0'.repeat(64);
  const hello = {
    ...{v: 1, epoch, sid: 'cd'.repeat(16), boot: 'boot-1', mono: 1, wall: 1, clk: 'ok'},
    ...{head: 4, acked: 0, low: 1, cfg: {ver: 0, hash}, rev: 0, kids: [], fw: '1'},
  };
  const acks = () => guest.heardOn(`${other}/d/ack`).map(ackOf);

  await guest.publish(`${other}/u/hello`, encoded(hello));
  await until('the hello is answered', () => acks().length === 1);
  await guest.publish(`${other}/u/ev`, encodedBatch(batch(3, 2)));
  await until('the gap is seen', () => acks().length === 2);
  await guest.publish(`${other}/u/ev`, encodedBatch(batch(1, 2)));
  await until('the gap is closed', () => acks().length === 3);
  t.deepEqual(acks(), [
    {epoch, upto: 0, h: toHex(CHAIN_START)},
    {epoch, want: 1},
    {epoch, upto: 4},
  ]);
  t.deepEqual(
    (await cloud.feed('gw-2')).map(({seq}) => seq),
    [1, 2, 3, 4],
  );
});

test('over mosquitto a killed connection leaves its will as the retained status; back again, what happened meanwhile arrives once', async t => {
  const rig = await build(t);
  const {gateway, cloud, cable, brokerPort} = rig;
  await gateway.online();
  gateway.append(3);
  await sent(rig);
  t.truthy(cloud.sessions.online(GATEWAY));
  const retained = async () => {
    const late = await BrokerGuest.join(t, brokerPort);
    await until('a retained status', () => late.heardOn(`${UP}/st`).length > 0);
    return late.heard.filter(message => message.retained);
  };
  const before = await retained();
  t.deepEqual(
    before.map(message => [message.topic, statusOf(message)?.on]),
    [[`${UP}/st`, true]],
  );

  cable.cut();
  await until('the will', () => cloud.sessions.online(GATEWAY) === undefined);
  gateway.append(4);
  await rest(SETTLE_MS);
  const away = await retained();
  t.deepEqual(
    away.map(message => [message.topic, statusOf(message)?.on]),
    [[`${UP}/st`, false]],
  );
  t.is(gateway.uplink.status().unsent, 4);

  cable.mend();
  await gateway.online();
  await sent(rig);
  await assertSameEvents(t, rig);
  const [status] = (await retained()).map(statusOf);
  t.true(status?.on);
  t.not(status?.sid, statusOf(before[0] as HeardMessage)?.sid);
});

test('over mosquitto a command published while the gateway is away is never delivered later; one to its session is done once', async t => {
  const rig = await build(t);
  const {gateway, cloud, guest, cable} = rig;
  await gateway.online();
  const sid = cloud.sessions.online(GATEWAY)?.sid;
  t.is(await cloud.ordered(), 'confirmed');
  t.is(gateway.accepted.length, 1);

  cable.cut();
  await until('the will', () => cloud.sessions.online(GATEWAY) === undefined);
  t.is(await cloud.ordered(), 'expired');
  // What a careless cloud might do: QoS 1, so that a broker with a kept session would queue it.
  const topic = `${DOWN}/cmd`;
  const command = {id: 'c-late', sid, ref: 0, ttl: 60_000, kind: 'open', door: 'A-012', n: 9};
  const signed = encoded(signPayload(topic, {...command, by: 'operator'}, cloud.signingKey));
  await guest.publish(topic, signed);

  cable.mend();
  await gateway.online();
  await rest(SETTLE_MS);
  t.is(gateway.accepted.length, 1);
  t.deepEqual(gateway.rejected, []);
  t.deepEqual(gateway.uplink.status().dropped, {});

  // The same bytes do reach a gateway that is there, and are refused for their old session.
  await guest.publish(topic, signed);
  await until('the refusal', () => gateway.rejected.length > 0);
  t.deepEqual(gateway.rejected, ['stale_session']);
  t.is(gateway.accepted.length, 1);
});

test('over mosquitto unknown and broken messages are dropped and counted at both ends, and events flow on', async t => {
  const rig = await build(t);
  const {gateway, cloud, guest} = rig;
  await gateway.online();
  const text = (words: string) => new TextEncoder().encode(words);
  const unsigned = encoded({id: 'c-1', sid: 'ab'.repeat(16), ref: 0, ttl: 1, kind: 'open'});
  await guest.publish(`${DOWN}/reboot`, encoded({now: true}));
  await guest.publish(`${DOWN}/ack`, text('not a message'));
  await guest.publish(`${DOWN}/cmd`, unsigned);
  await guest.publish(`${DOWN}/cmd`, new Uint8Array());
  await guest.publish(`${UP}/selfie`, encoded({now: true}));
  await guest.publish(`${UP}/ev`, encoded({epoch: 'x'}));
  await guest.publish(`${UP}/hello`, Uint8Array.of(2, 255, 255, 255));
  await rest(SETTLE_MS);
  t.deepEqual(gateway.uplink.status().dropped, {
    ...{topic: 1, 'ack/content_byte': 1, 'cmd/schema': 1, 'cmd/empty': 1},
  });
  t.deepEqual(cloud.drops.counts(), {topic: 1, 'ev/schema': 1, 'hello/inflate': 1});

  gateway.append(5);
  await sent(rig);
  await assertSameEvents(t, rig);
});
