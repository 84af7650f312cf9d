import {generateKeyPairSync} from 'node:crypto';
import test from 'ava';
import {asId, type GrantId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {CloudRig} from './cloud-rig.js';

const TURNS = 12;
async function yieldTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

const REVOCATIONS = 100;
const GRANTS = '/v1/gateways/gw-1/grants';
const signingKey = generateKeyPairSync('ed25519').privateKey;
const grantId = (name: string) => asId<GrantId>(name);

const order = (id: string) => ({
  ...{id, holder: 'h-1', credentials: ['k-1'], points: ['A-012']},
  ...{validFrom: 0, validUntil: 4_000_000_000_000},
});

// That offline the lease of 30 days is its bound is proven by E3 in grant-times.test.ts.
test('~G13 a revocation works within 2 s online, and outlives a late grant and a restart', async t => {
  const clock = new VirtualClock({yieldTurn: yieldTurns, startMs: 5000});
  // 100 to 400 ms each way, so that messages overtake each other too.
  const faults = {loss: 0, duplicate: 0.1, reorder: 0.5, holdMs: 300, delayMs: 100};
  const rig = await CloudRig.open({clock, signingKey, faults, inMemory: true});
  t.teardown(() => rig.close());
  await rig.connect();
  const {book} = rig.store;
  for (let index = 0; index < REVOCATIONS; index += 1) {
    await rig.api('POST', GRANTS, order(`g-${index}`));
  }
  await clock.until(() => book.rows().length === REVOCATIONS);
  const tookMs: number[] = [];
  for (let index = 0; index < REVOCATIONS; index += 1) {
    const sinceMs = clock.nowMs();
    await rig.api('DELETE', `${GRANTS}/g-${index}`);
    await clock.until(() => book.isRevoked(grantId(`g-${index}`)));
    tookMs.push(clock.nowMs() - sinceMs);
  }
  const sorted = tookMs.toSorted((left, right) => left - right);
  t.log(`p50 ${sorted[50]?.toFixed()} ms, slowest ${sorted.at(-1)?.toFixed()} ms`);
  t.true((sorted[98] ?? Number.NaN) <= 2000);

  rig.transport.keepDown = '/d/cfg';
  await rig.api('POST', GRANTS, order('g-late'));
  await clock.until(() => rig.transport.kept.length > 0);
  await rig.api('DELETE', `${GRANTS}/g-late`);
  await clock.until(() => book.isRevoked(grantId('g-late')));
  t.is(book.grantById(grantId('g-late')), undefined);
  const [late] = rig.transport.kept;
  rig.transport.keepDown = undefined;
  if (late) rig.transport.playDown(late);
  t.is(book.grantById(grantId('g-late'))?.state, 'active', 'the older grant is in the book');
  t.true(book.isRevoked(grantId('g-late')), 'and revoked all the same');
  rig.restartEdge();
  t.true(rig.store.book.isRevoked(grantId('g-late')));
});
