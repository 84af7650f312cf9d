import {generateKeyPairSync} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import type {SiteFact} from '../../protocols/site/events.js';
import {asId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {World} from '../world.js';
import {CloudRig} from './cloud-rig.js';

const TURNS = 12;
async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

const COLLECTORS = [{id: 'C1', bays: ['A-011', 'A-012', 'A-013'], travelMs: 2000}];

interface Summary {
  readonly faults: readonly {readonly kind: string}[];
}

async function faults(world: World): Promise<readonly string[]> {
  const {gateways} = (await world.cloud?.get<{gateways: Summary[]}>('/v1/gateways')) ?? {
    gateways: [],
  };
  return gateways.flatMap(one => one.faults.map(({kind}) => kind));
}

const isFenced = (world: World) => world.alarms().some(({kind}) => kind === 'IDENTITY_CLONED');
const openings = (world: World) =>
  world.events('session').filter(event => event.body.phase === 'open_wait_car').length;

test('E14 a gateway whose card runs a second time is fenced by its older epoch: read-only, alarm at both ends, nothing lost', async t => {
  const first = await World.start({cloud: true, collectors: COLLECTORS});
  const holder = await first.office.cardFor(['A-011']);
  const other = await first.office.cardFor(['A-013']);
  const late = await first.office.cardFor(['A-013']);
  await first.tap('C1', holder);
  await first.until(() => openings(first) === 1, 10 * SECOND_MS);
  const car = first.car();
  await first.clock.settle(car.enter(first.site.bay('A-011')));
  await first.until(() => first.events('session').at(-1)?.body.phase === 'parked', MINUTE_MS);

  const card = first.copyCard();
  await first.advance(MINUTE_MS);
  await first.tap('C1', await first.office.cardFor(['A-012']));
  await first.until(() => openings(first) === 2, 20 * SECOND_MS);
  await first.until(() => first.cloud?.unsent() === 0, MINUTE_MS);
  const second = await World.start({beside: first, card, collectors: COLLECTORS, seed: 2});
  t.teardown(async () => {
    await second.close();
    await first.close();
  });
  await first.until(() => isFenced(first), 5 * MINUTE_MS);
  t.false(isFenced(second), 'one of the two goes on');
  t.deepEqual(await faults(first), ['identity_cloned']);
  await second.until(() => second.cloud?.isOnline() === true, 2 * MINUTE_MS);
  const epochs = second.events('epoch.new').map(({body}) => body.why);
  t.is(epochs.length, 1);

  // The fenced one lets nobody in, and whoever is inside out.
  await first.tap('C1', other);
  await first.advance(10 * SECOND_MS);
  t.is(openings(first), 2);
  t.like(first.events('attempt.closed').at(-1)?.body, {result: 'DENY', reason: 'NO_ADMISSION'});
  await first.clock.settle(car.leave());
  await first.until(() => first.site.lock('A-011').arm === 'up', 30 * MINUTE_MS);
  await first.until(() => first.events('session').at(-1)?.body.phase === 'closed', MINUTE_MS);
  t.true((first.cloud?.unsent() ?? 0) > 0, 'its journal goes on and is kept');
  await second.tap('C1', late);
  await second.until(() => second.site.lock('A-013').arm === 'down', 20 * SECOND_MS);

  // A restart changes nothing, and the two no longer take each other's place.
  await first.killEdge();
  first.startEdge();
  await first.advance(10 * MINUTE_MS);
  t.true(isFenced(first));
  t.false(first.cloud?.isOnline());
  t.true(second.cloud?.isOnline());
  await second.until(() => second.cloud?.unsent() === 0, MINUTE_MS);
});

const BAYS = 3;

/** A start of the gateway as its journal tells it. */
function boot({store}: CloudRig): void {
  const body = {run: store.boot, cause: 'start', interrupted: 0, version: '0.1.0'} as const;
  const rest = {lastMonoMs: null, shortRuns: 0, restMs: 0};
  const start: SiteFact = {kind: 'boot', body: {...body, ...rest}};
  const bay: SiteFact = {
    kind: 'bay',
    body: {bay: asId('A-011'), arm: 'up', occupancy: 'vacant', online: true, saleable: true},
  };
  store.journal.append([start, ...Array.from({length: BAYS}, () => bay)], store.stampNow());
}

/** An old copy of the gateway's files is put back, and starts as the run did that came after the copy. */
async function putBack(t: ExecutionContext, withEpochFile: boolean): Promise<void> {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  const {privateKey: signingKey} = generateKeyPairSync('ed25519');
  const rig = await CloudRig.open({clock, signingKey});
  t.teardown(() => rig.close());
  const run = async () => {
    boot(rig);
    await rig.connect();
    await clock.until(() => rig.uplink.status().unsent === 0, 5 * MINUTE_MS);
    return rig.store.boot;
  };
  const runs = [await run()];
  const epoch = rig.store.outbox.epoch();
  rig.copyGateway();
  rig.restartEdge();
  runs.push(await run());
  rig.restoreGateway(withEpochFile);
  // To the letter what the cloud holds under the same numbers, but for the name of the run.
  runs.push(await run());
  t.not(rig.store.outbox.epoch(), epoch);
  const feed = await rig.feed();
  t.is(new Set(feed.map(({id}) => id)).size, feed.length);
  t.is(feed.filter(({kind}) => kind === 'epoch.new').length, 1);
  const shown = feed.filter(({kind}) => kind === 'boot').map(({body}) => runOf(body));
  t.deepEqual(shown.toSorted(), runs.toSorted());
  t.is(feed.filter(({kind}) => kind === 'bay').length, runs.length * BAYS);
}

const runOf = (body: unknown) => (body as {readonly run: string}).run;

test('G14 an old file copy put back numbers anew, of two clones at once the second is refused and alarmed, and nothing is swallowed', async t => {
  await putBack(t, false);
  await putBack(t, true);

  const first = await World.start({cloud: true, collectors: COLLECTORS});
  await first.tap('C1', await first.office.cardFor(['A-011']));
  await first.until(() => openings(first) === 1, 10 * SECOND_MS);
  await first.until(() => first.cloud?.unsent() === 0, MINUTE_MS);
  const card = first.copyCard();
  const second = await World.start({beside: first, card, collectors: COLLECTORS, seed: 2});
  t.teardown(async () => {
    await second.close();
    await first.close();
  });
  const isSettled = () => isFenced(first) !== isFenced(second);
  await first.until(isSettled, 5 * MINUTE_MS);
  const [refused, goesOn] = isFenced(first) ? [first, second] : [second, first];
  await first.until(() => goesOn.cloud?.isOnline() === true, 2 * MINUTE_MS);
  await first.advance(5 * MINUTE_MS);
  t.false(refused.cloud?.isOnline());
  t.false(isFenced(goesOn));
  t.deepEqual(await faults(first), ['identity_cloned']);
  t.is(goesOn.cloud?.unsent(), 0);
  const atCloud = (await first.cloud?.events()) ?? [];
  const seqs = atCloud.map(({seq, body}) => `${seq} ${JSON.stringify(body)}`);
  for (const {seq, body} of goesOn.allEvents()) {
    t.true(seqs.includes(`${seq} ${JSON.stringify(body)}`), `event ${seq} of the one that goes on`);
  }
  const known = atCloud.filter(({kind}) => kind === 'boot').map(({body}) => runOf(body));
  t.true([first, second].every(({edge}) => known.includes(edge.store.boot)));
});
