import test from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {MemoryFeed} from './memory-feed.js';

const PAYLOAD = Uint8Array.of(7);

function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const feed = new MemoryFeed(clock);
  const heard: string[] = [];
  const open = () =>
    feed.open(['cameras/+/up'], {
      onMessage: (topic, payload) => heard.push(`${topic} ${payload.join()}`),
      onUp: () => heard.push('up'),
      onDown: reason => heard.push(reason.code),
    });
  return {clock, feed, heard, open};
}

test('messages of the wanted topics arrive while it is up, nothing is kept while it is down', async t => {
  const {clock, feed, heard, open} = setup();
  feed.deliver('cameras/1/up', PAYLOAD);
  t.false(feed.publish('cameras/1/down', PAYLOAD));
  open();
  await clock.advance(1);
  t.true(feed.publish('cameras/1/down', PAYLOAD));
  feed.deliver('cameras/1/up', PAYLOAD);
  feed.deliver('cameras/1/other', PAYLOAD);
  await clock.advance(1);
  feed.unplug();
  await clock.advance(1);
  feed.deliver('cameras/1/up', PAYLOAD);
  feed.replug();
  await clock.advance(1);
  t.deepEqual(heard, ['up', 'cameras/1/up 7', 'port/lost', 'up']);
  t.deepEqual(feed.published, [{topic: 'cameras/1/down', payload: PAYLOAD}]);
  feed.deliver('cameras/1/up', PAYLOAD);
  await feed.close();
  t.is(heard.length, 4);
  clock.assertIdle();
});

test('a broker that is not there is told once', async t => {
  const {clock, feed, heard, open} = setup();
  feed.unplug();
  open();
  await clock.advance(1);
  t.deepEqual(heard, ['port/missing']);
  await feed.close();
});
