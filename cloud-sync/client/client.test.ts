import test from 'ava';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {ROOT_KEY, startRig} from '../api/http/api-rig.js';
import {cloudClient} from './client.js';

test('the generated client makes a key, asks with it, and is told what is wrong', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const rig = await startRig({clock, entropy: new SeededEntropy()});
  t.teardown(() => rig.cloud.close());
  const fetch = async (request: Request) => rig.cloud.fetch(request);
  const root = cloudClient({url: 'http://cloud', key: ROOT_KEY, fetch});
  const once = {header: {'idempotency-key': 'client-1'}};
  const made = await root.POST('/v1/keys', {
    ...{params: once},
    body: {name: 'shop', scopes: ['gateways:read'], sites: null, expiresMs: null},
  });
  t.deepEqual(made.data?.scopes, ['gateways:read']);
  const shop = cloudClient({url: 'http://cloud', key: made.data?.key ?? '', fetch});
  const {data} = await shop.GET('/v1/gateways', {params: {query: {limit: 10}}});
  t.deepEqual(data, {gateways: [], nextCursor: null});
  const {error, response} = await shop.GET('/v1/keys');
  t.is(response.status, 403);
  t.is(error?.code, 'forbidden');
});
