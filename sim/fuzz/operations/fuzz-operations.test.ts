import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {sql} from 'kysely';
import {ROOT_KEY} from '../../../cloud-sync/api/http/api-rig.js';
import {SCOPES} from '../../../cloud-sync/api/http/caller.js';
import {SeededEntropy} from '../../clock/seeded-entropy.js';
import {VirtualClock} from '../../clock/virtual-clock.js';
import {askAsStrangers} from './asked-by-strangers.js';
import {cloudToAsk, fuzzCloud} from './fuzz-cloud.js';
import {validAt} from './fuzz-recipes.js';

/** Of each operation; the long form is `LATCHKEY_FUZZ_RUNS=200 npm run test:real`. */
const RUNS = 2;
/** Tuesday, 3 March 2026. */
const NOW_WALL = 1_772_499_600_000;

/** What it waits for may be a thread, which takes its own time: then little passes here. */
async function settled<Result>(clock: VirtualClock, work: Promise<Result>): Promise<Result> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  for (let turns = 0; !isOver; turns += 1) {
    await new Promise(resolve => (turns < 50 ? setImmediate(resolve) : setTimeout(resolve, 1)));
    if (!isOver && turns >= 50) await clock.advance(50);
  }
  return over;
}

/** A plan on a file that goes with the test, with time that passes when it must. */
function planOf(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-fuzz-db-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const yieldTurn = () => new Promise<void>(resolve => setImmediate(resolve));
  const clock = new VirtualClock({yieldTurn, wallMs: NOW_WALL});
  return {
    ...{clock, entropy: new SeededEntropy(5), database: join(folder, 'cloud.db')},
    settled: <Result>(work: Promise<Result>) => settled(clock, work),
    wait: (ms: number) => clock.advance(ms),
  };
}

test.serial(
  'every operation is done once, and asked with what fits and what does not gives a documented answer and never 500',
  async t => {
    t.timeout(10 * 60_000);
    await fuzzCloud(t, {...planOf(t), runs: RUNS, seed: 20});
  },
);

/** Rows of the other tenant, and of the key and the site of the second stranger. */
const STRANGERS = /"(?:tenant|id)":"other"|elsewhere/;
/** Columns that the cloud changes by itself. */
const LIVELY =
  /"(?:no|cursor_no|next_wall|attempts|used_wall|failing_since_wall|rest_until_wall)":[^,}]*,?/g;
/** What names nothing that is there, or what all of a tenant have in common. */
const EXCEPTIONS = {
  'GET /v1/members/{member}/balance': 'of a member who is not known it is 0',
  'GET /v1/members/{member}/statement': 'of a member who is not known it is empty',
  'GET /v1/listings': 'every member of a tenant sees what is offered',
  'GET /v1/listings/{id}': 'every member of a tenant sees what is offered',
  'GET /v1/coupons': 'a coupon for all sites is one of each of them',
  'GET /v1/price-rules': 'a rule for all sites is one of each of them',
  'GET /v1/price-rules/{id}': 'a rule for all sites is one of each of them',
};
/** A command waits for seconds; a day that was compared again differs no more. */
const PASSING = new Set([
  'POST /v1/commands/{id}/cancel',
  'POST /v1/reconciliations/{provider}/{day}/settlements',
]);

test.serial(
  "no operation shows, changes or does anything with what is another tenant's, of a site that a key is not for, or another member's",
  async t => {
    t.timeout(10 * 60_000);
    const plan = planOf(t);
    const {rig, store, world, doc} = await cloudToAsk(t, plan);
    const names = await store.read(db => db.introspection.getTables());
    const tables = names.map(({name}) => name);
    const stranger = await world.ask('POST', '/v1/tenants', {id: 'other', name: 'Other'});
    await world.site({id: 'elsewhere', kind: 'public'});
    const scopes = SCOPES.filter(scope => !scope.startsWith('platform'));
    const elsewhere = await rig.key({scopes, sites: ['elsewhere']});
    const member = await world.person(['member']);
    const {asked, wrong} = await askAsStrangers(doc, {
      ...{rig, ownerKey: ROOT_KEY, settled: plan.settled},
      valid: operation => validAt(world, operation),
      strangers: {tenant: String(stranger.key), elsewhere, member: member.key},
      exceptions: EXCEPTIONS,
      passing: PASSING,
      stateOf: async () => {
        const found = await store.read(db =>
          Promise.all(tables.map(name => sql`select * from ${sql.table(name)}`.execute(db))),
        );
        const rows = found.flatMap(({rows: of}, at) =>
          of.map(row => `${tables[at]} ${JSON.stringify(row).replace(LIVELY, '')}`),
        );
        return rows.filter(row => !STRANGERS.test(row) && !row.includes(member.id));
      },
    });
    t.log(`${asked} operations`);
    t.deepEqual(wrong, []);
  },
);
