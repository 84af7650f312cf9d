import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {HttpSms} from '../../../cloud-sync/api/calls/http-sms.js';
import {ROOT_KEY, startRig} from '../../../cloud-sync/api/http/api-rig.js';
import {loadOrMakeAuthority} from '../../../cloud-sync/api/identity/authority-files.js';
import {bookDayOf} from '../../../cloud-sync/api/payments/book-day.js';
import {WireProvider} from '../../../cloud-sync/api/payments/wire-provider.js';
import {CloudStore} from '../../../cloud-sync/api/store/cloud-store.js';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {SimPaymentProvider} from '../../services/payment-provider.js';
import {SimSmsProvider} from '../../services/sms-provider.js';
import {validAt} from './fuzz-recipes.js';
import {FuzzWorld} from './fuzz-world.js';
import {NOT_BY_ASKING} from './not-by-asking.js';
import type {OpenApi} from './operation.js';
import {type FuzzReport, fuzzOperations} from './operation-fuzz.js';

export interface WorldPlan {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly database: string;
  /** Time passes until the work is done. */
  readonly settled: <Result>(work: Promise<Result>) => Promise<Result>;
  readonly wait: (ms: number) => Promise<void>;
}

export interface FuzzPlan extends WorldPlan {
  /** Of each operation at random, and as many with one thing wrong. */
  readonly runs: number;
  readonly seed: number;
}

const SECRET = new Uint8Array(32).fill(3);
const SMS_KEY = 'sms-key';
const SMS_URL = 'https://sms.example/messages';
const FREELY = {burst: 1e9, perSecond: 1e9};
const RATES = {perKey: FREELY, perAddress: FREELY, wrongKeys: FREELY, opens: FREELY};

/** A whole cloud whose providers and gateways are played, with a world in it. */
export async function cloudToAsk(t: ExecutionContext, plan: WorldPlan) {
  const {clock, entropy, database, settled, wait} = plan;
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-fuzz-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const provider = new SimPaymentProvider({
    ...{clock, entropy, secret: SECRET, dayOf: bookDayOf, deliver: () => {}},
  });
  const wire = new WireProvider({
    ...{name: 'sim', secrets: [SECRET], merchants: new Map([['demo', 'm-1']])},
    post: (path, body) => provider.post(path, body),
  });
  const sms = new SimSmsProvider({nowMs: () => clock.nowMs(), key: SMS_KEY});
  // Before the cloud: what opens a file waits for who writes into it, and here both are one thread.
  const store = await CloudStore.open(database);
  t.teardown(() => store.close());
  const rig = await startRig({
    ...{clock, entropy, database, rates: RATES, providers: [wire]},
    noticePorts: {sms: new HttpSms({url: SMS_URL, key: SMS_KEY, send: sms.send})},
    authority: await loadOrMakeAuthority(join(folder, 'ca.key'), {clock, entropy}),
    // What a guess costs is the matter of other tests.
    passwordCost: {n: 2, r: 1, p: 1},
  });
  t.teardown(() => rig.cloud.close());
  const world = new FuzzWorld({rig, clock, entropy, store, provider, sms, settled, wait});
  await world.begin();
  const doc = await rig.told<OpenApi>(200, rig.ask('GET', '/openapi.json', {key: null}));
  return {rig, store, world, doc};
}

/** Ask every operation of a whole cloud; what a run must show is asserted. */
export async function fuzzCloud(t: ExecutionContext, plan: FuzzPlan): Promise<FuzzReport> {
  const {settled, runs, seed} = plan;
  const {rig, world, doc} = await cloudToAsk(t, plan);
  const other = await world.ask('POST', '/v1/tenants', {id: 'other', name: 'Other'});
  const reader = await rig.key({scopes: ['gateways:read', 'keys:read']});
  t.teardown(() => {
    const said = rig.troubles.filter(line => line.startsWith('request.failed'));
    if (said.length > 0) t.log(said.join('\n'));
  });
  const report = await fuzzOperations(doc, {
    ...{keys: [...Array<string>(8).fill(ROOT_KEY), String(other.key), reader], runs, seed},
    valid: operation => validAt(world, operation),
    ask: ({method, path, headers, body}) => {
      const init = {method, headers, ...(body === undefined ? {} : {body})};
      const answer = rig.cloud.fetch(new Request(`http://cloud${path}`, init));
      return settled(Promise.resolve(answer));
    },
  });
  t.log(`seed ${seed}: ${report.requests} requests: ${JSON.stringify(report.statuses)}`);
  t.deepEqual(report.refused, []);
  const undone = report.neverDone.filter(
    name => !Object.keys(NOT_BY_ASKING).some(known => name.startsWith(`${known} `)),
  );
  t.deepEqual(undone, [], 'every documented success is seen');
  const failed = rig.troubles.filter(line => line.startsWith('request.failed'));
  t.deepEqual(failed, []);
  return report;
}
