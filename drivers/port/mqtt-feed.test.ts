import {duplexPair} from 'node:stream';
import {Aedes} from 'aedes';
import test from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {MqttFeed} from './mqtt-feed.js';

const text = (payload: Uint8Array) => new TextDecoder().decode(payload);
const utf8 = (words: string) => new TextEncoder().encode(words);

async function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const broker = await Aedes.createBroker();
  const line: {cut: boolean; drop: () => void} = {cut: false, drop: () => {}};
  const feed = new MqttFeed({
    target: {
      kind: 'stream',
      name: 'memory:broker',
      open: () => {
        const [near, far] = duplexPair();
        near.once('close', () => far.destroy());
        far.once('close', () => near.destroy());
        line.drop = () => far.destroy();
        if (line.cut) far.destroy();
        else broker.handle(far as never);
        return near;
      },
    },
    clientId: 'latchkey-cameras',
    clock,
    fraction: () => 0.5,
  });
  const heard: string[] = [];
  feed.open(['device/+/up'], {
    onMessage: (topic, payload) => heard.push(`${topic} ${text(payload)}`),
    onUp: () => heard.push('up'),
    onDown: reason => heard.push(reason.code),
  });
  const settle = async (isDone: () => boolean) => {
    for (let turn = 0; turn < 1000 && !isDone(); turn += 1) {
      await new Promise(resolve => setImmediate(resolve));
    }
  };
  const close = async () => {
    await feed.close();
    await new Promise<void>(resolve => broker.close(() => resolve()));
    clock.assertIdle();
  };
  const say = (topic: string, payload: string) =>
    broker.publish(
      {cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false} as never,
      () => {},
    );
  return {clock, broker, line, feed, heard, settle, say, close};
}

test('subscribes, hears and publishes', async t => {
  const {broker, feed, heard, settle, say, close} = await setup();
  t.false(feed.publish('device/1/down', utf8('early')), 'nothing is queued before it is up');
  const published: string[] = [];
  broker.on('publish', packet => {
    if (packet.topic.startsWith('device/') && packet.topic.endsWith('down')) {
      published.push(`${packet.topic} ${packet.payload}`);
    }
  });
  await settle(() => feed.isUp);
  say('device/1/up', 'plate');
  say('device/1/other', 'x');
  t.true(feed.publish('device/1/down', utf8('hello')));
  await settle(() => heard.length > 1 && published.length > 0);
  t.deepEqual(heard, ['up', 'device/1/up plate']);
  t.deepEqual(published, ['device/1/down hello']);
  t.is(feed.name, 'memory:broker');
  await close();
});

test('what the broker kept from before the connection is heard by nobody', async t => {
  const {broker, clock, line, feed, heard, settle, say, close} = await setup();
  await settle(() => feed.isUp);
  const kept = {cmd: 'publish', topic: 'device/1/up', payload: 'kept', qos: 1, retain: true};
  broker.publish({...kept, dup: false} as never, () => {});
  await settle(() => heard.length > 1);
  t.deepEqual(heard.splice(0), ['up', 'device/1/up kept'], 'said while we listen it is news');
  line.drop();
  await settle(() => heard.includes('port/lost'));
  await clock.advance(30_000);
  await settle(() => feed.isUp);
  say('device/1/up', 'fresh');
  await settle(() => heard.includes('device/1/up fresh'));
  t.deepEqual(heard, ['port/lost', 'up', 'device/1/up fresh']);
  await close();
});

test('a loss is told once, nothing is kept over it, and it comes back by itself', async t => {
  const {clock, line, feed, heard, settle, say, close} = await setup();
  await settle(() => feed.isUp);
  line.cut = true;
  line.drop();
  await settle(() => heard.includes('port/lost'));
  t.false(feed.isUp);
  t.false(feed.publish('device/1/down', utf8('late')));
  say('device/1/up', 'unheard');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await clock.advance(30_000);
    await settle(() => false);
  }
  t.deepEqual(heard, ['up', 'port/lost']);
  line.cut = false;
  await clock.advance(30_000);
  await settle(() => feed.isUp);
  t.deepEqual(heard, ['up', 'port/lost', 'up']);
  await close();
});
