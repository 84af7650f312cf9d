import test from 'ava';
import {downFilter, downTopic, isTopicSegment, parseTopic, upTopic} from './topics.js';

const ADDRESS = {tenant: 'demo', gateway: 'gw-1'};

test('builds the topics of the contract', t => {
  t.is(upTopic(ADDRESS, 'ev'), 'v1/demo/gw-1/u/ev');
  t.is(downTopic(ADDRESS, 'cmd'), 'v1/demo/gw-1/d/cmd');
  t.is(downFilter(ADDRESS), 'v1/demo/gw-1/d/#');
});

test('reads its own topics back', t => {
  t.deepEqual(parseTopic('v1/demo/gw-1/u/hello'), {...ADDRESS, direction: 'up', name: 'hello'});
  t.deepEqual(parseTopic('v1/demo/gw-1/d/snap'), {...ADDRESS, direction: 'down', name: 'snap'});
});

for (const topic of [
  '',
  'v1/demo/gw-1',
  'v2/demo/gw-1/u/ev',
  'v1/demo/gw-1/u/evil',
  'v1/demo/gw-1/u/cmd',
  'v1/demo/gw-1/d/hello',
  'v1/demo/gw-1/x/ev',
  'v1/demo/gw-1/u/ev/more',
  'v1//gw-1/u/ev',
  'v1/demo/+/u/ev',
  'v1/demo/gw 1/u/ev',
]) {
  test(`does not know "${topic}"`, t => t.is(parseTopic(topic), undefined));
}

test('a segment holds no separator, no wildcard and at most 64 characters', t => {
  t.true(isTopicSegment('lot-1.north_2'));
  for (const bad of ['', 'a/b', '#', '+', '停', 'x'.repeat(65)]) t.false(isTopicSegment(bad));
});
