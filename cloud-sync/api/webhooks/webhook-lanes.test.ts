import test from 'ava';
import {WebhookLanes} from './webhook-lanes.js';

const place = (tenant: string, webhook: string, isFailing = false) => ({
  ...{tenant, webhook, isFailing},
});

/** Begin what there is room for; gives how many of each. */
function fill(lanes: WebhookLanes, waiting: Parameters<WebhookLanes['share']>[0], nowMs: number) {
  const shares = lanes.share(waiting, nowMs);
  for (const target of waiting) {
    const share = shares.get(target.webhook) ?? 0;
    for (let count = 0; count < share; count += 1) {
      lanes.begin(`${target.webhook} ${nowMs} ${count}`, target, nowMs);
    }
  }
  return waiting.map(({webhook}) => shares.get(webhook) ?? 0);
}

test('each has one before anybody has a second, and a tenant no more than its part', t => {
  const lanes = new WebhookLanes();
  const crowd = Array.from({length: 50}, (_, at) => place('crowd', `c-${at}`));
  const single = place('single', 's');
  const given = fill(lanes, [...crowd, single], 0);
  t.is(given.at(-1), 4);
  t.deepEqual(given.slice(0, 50), [...Array(16).fill(1), ...Array(34).fill(0)]);
});

test('places that hang leave room for quick ones after two seconds, and have one request each from then on', t => {
  const lanes = new WebhookLanes();
  const dead = Array.from({length: 20}, (_, at) => place(`t-${at}`, `d-${at}`));
  const quick = place('quick', 'q');
  const first = fill(lanes, dead, 0);
  t.is(
    first.reduce((sum, count) => sum + count),
    48,
    'all that is meant for quick ones',
  );
  t.deepEqual(fill(lanes, [quick], 1999), [0]);
  t.deepEqual(fill(lanes, [quick], 2000), [4]);
  t.deepEqual(fill(lanes, dead, 2000), Array(20).fill(0), 'they are waited for already');
  for (const [at, {webhook}] of dead.entries()) {
    for (let count = 0; count < (first[at] ?? 0); count += 1) {
      lanes.end(`${webhook} 0 ${count}`, false, 20_000);
    }
  }
  t.deepEqual(fill(lanes, dead, 20_000), Array(20).fill(1));
  lanes.end('d-0 20000 0', true, 20_100);
  t.deepEqual(lanes.share([place('t-0', 'd-0')], 20_100).get('d-0'), 4, 'it answers again');
});

test('who was failing before this worker began is asked with one request at first', t => {
  const lanes = new WebhookLanes();
  t.deepEqual(fill(lanes, [place('a', 'w', true)], 0), [1]);
  lanes.end('unknown', true, 1);
  t.deepEqual(fill(lanes, [place('a', 'w', true)], 1), [0]);
});

test('what is under way has an end, however many hang', t => {
  const lanes = new WebhookLanes();
  const dead = Array.from({length: 1000}, (_, at) => place(`t-${at}`, `d-${at}`));
  let count = 0;
  for (let nowMs = 0; nowMs <= 100_000; nowMs += 1000) {
    count += fill(lanes, dead, nowMs).reduce((sum, given) => sum + given);
  }
  t.is(count, 192);
});
