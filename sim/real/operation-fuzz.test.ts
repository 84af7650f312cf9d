import test from 'ava';
import {ROOT_KEY, startRig} from '../../cloud-sync/api/http/api-rig.js';
import {fuzzOperations, type OpenApi} from '../../cloud-sync/api/http/operation-fuzz.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {PostgresServer} from './postgres.js';

/** Of each operation; the long form is `LATCHKEY_FUZZ_RUNS=500 npm run test:real`. */
const RUNS = Number(process.env.LATCHKEY_FUZZ_RUNS ?? 10);
const FREELY = {burst: 1e9, perSecond: 1e9};
const RATES = {perKey: FREELY, perAddress: FREELY, wrongKeys: FREELY, opens: FREELY};

test.serial('PostgreSQL: every operation gives a documented answer and never 500', async t => {
  t.timeout(20 * 60_000);
  const server = await PostgresServer.start();
  t.teardown(() => server.stop());
  const clock = new SystemClock();
  const database = await server.database('fuzz');
  const entropy = new SystemEntropy(clock);
  const rig = await startRig({clock, entropy, database, rates: RATES});
  t.teardown(() => rig.cloud.close());
  const body = {id: 'other', name: 'Other'};
  const made = rig.ask('POST', '/v1/tenants', {body});
  const {key} = await rig.told<{key: string}>(201, made);
  const doc = await rig.told<OpenApi>(200, rig.ask('GET', '/openapi.json', {key: null}));
  const seed = Math.floor(entropy.fraction() * 2 ** 31);
  t.log(`seed ${seed}`);
  const {requests, statuses, neverDone} = await fuzzOperations(doc, {
    ...{keys: [...Array<string>(8).fill(ROOT_KEY), key], runs: RUNS, seed},
    ask: ({method, path, headers, body: text}) => {
      const init = {method, headers, ...(text === undefined ? {} : {body: text})};
      return Promise.resolve(rig.cloud.fetch(new Request(`http://cloud${path}`, init)));
    },
  });
  t.log(`${requests} requests: ${JSON.stringify(statuses)}; never done: ${neverDone.join(', ')}`);
  t.deepEqual(
    rig.troubles.filter(line => line.startsWith('request.failed')),
    [],
  );
});
