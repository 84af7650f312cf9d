import test from 'ava';
import {LateFeed} from './late-feed.js';
import type {MessageFeed, MessageFeedListener} from './message-feed.js';

const LISTENER: MessageFeedListener = {onUp() {}, onDown() {}, onMessage() {}};

function setup() {
  const said: string[] = [];
  const inner: MessageFeed = {
    name: 'inner',
    isUp: true,
    open: topics => void said.push(`open ${topics}`),
    publish: topic => said.push(`publish ${topic}`) > 0,
    close: async () => void said.push('close'),
  };
  let arrive = () => {};
  const load = () =>
    new Promise<MessageFeed>(resolve => {
      said.push('load');
      arrive = () => resolve(inner);
    });
  const feed = new LateFeed({name: 'mqtt://broker', load});
  return {said, feed, arrive: () => arrive()};
}

test('reads its client when it is opened, once, and is down until then', async t => {
  const {said, feed, arrive} = setup();
  t.is(feed.name, 'mqtt://broker');
  t.deepEqual(said, []);
  feed.open(['device/+/up'], LISTENER);
  feed.open(['other'], LISTENER);
  t.false(feed.isUp);
  t.false(feed.publish('early', new Uint8Array()));
  arrive();
  await new Promise(resolve => setImmediate(resolve));
  t.true(feed.isUp);
  t.true(feed.publish('device/1/down', new Uint8Array()));
  await feed.close();
  t.deepEqual(said, ['load', 'open device/+/up', 'publish device/1/down', 'close']);
});

test('closed before its client is read, it never opens', async t => {
  const {said, feed, arrive} = setup();
  feed.open(['device/+/up'], LISTENER);
  const closing = feed.close();
  arrive();
  await closing;
  t.deepEqual(said, ['load']);
  t.false(feed.isUp);
});

test('never opened, it reads nothing', async t => {
  const {said, feed} = setup();
  await feed.close();
  t.deepEqual(said, []);
});
