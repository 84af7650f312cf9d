import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {loadOrMakeAuthority} from '../identity/authority-files.js';
import {ROOT_KEY, startRig} from './api-rig.js';
import {fuzzOperations, type OpenApi} from './operation-fuzz.js';

/** Of each operation; the long form is sim/real/operation-fuzz.test.ts. */
const RUNS = 4;

/** Time passes while it works; what it waits for may be a thread. */
async function passing<Result>(clock: VirtualClock, work: Promise<Result>): Promise<Result> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  while (!isOver) await clock.advance(50);
  return over;
}

test('every operation, asked with what fits and what does not, gives a documented answer and never 500', async t => {
  t.timeout(10 * 60_000);
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-fuzz-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const entropy = new SeededEntropy(5);
  const rig = await startRig({
    ...{clock, entropy},
    authority: await loadOrMakeAuthority(join(folder, 'ca.key'), {clock, entropy}),
  });
  t.teardown(() => rig.cloud.close());
  const tenant = {id: 'other', name: 'Other'};
  const made = rig.ask('POST', '/v1/tenants', {body: tenant});
  const {key: other} = await rig.told<{key: string}>(201, made);
  const reader = await rig.key({scopes: ['gateways:read', 'keys:read']});
  const doc = await rig.told<OpenApi>(200, rig.ask('GET', '/openapi.json', {key: null}));
  const {requests, statuses, neverDone} = await fuzzOperations(doc, {
    ...{keys: [...Array<string>(8).fill(ROOT_KEY), other, reader], runs: RUNS, seed: 20},
    ask: ({method, path, headers, body}) => {
      const init = {method, headers, ...(body === undefined ? {} : {body})};
      const answer = rig.cloud.fetch(new Request(`http://cloud${path}`, init));
      return passing(clock, Promise.resolve(answer));
    },
  });
  t.log(`${requests} requests: ${JSON.stringify(statuses)}; never done: ${neverDone.join(', ')}`);
  t.deepEqual(
    rig.troubles.filter(line => line.startsWith('request.failed')),
    [],
  );
});
