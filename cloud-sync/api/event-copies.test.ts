import test, {type ExecutionContext} from 'ava';
import {toHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import type {Batch, Hello, WireEvent} from '../../protocols/cloud/up-messages.js';
import {EventIntake} from './event-intake.js';
import {CloudStore} from './store/cloud-store.js';
import {EventLedger} from './store/event-ledger.js';
import {GatewayTable} from './store/gateway-table.js';

const NOW = 1_700_000_000_000 as UnixMillis;
const ledger = new EventLedger();
const [A, B, C, D] = ['a', 'b', 'c', 'd'].map(digit => digit.repeat(32)) as [
  string,
  string,
  string,
  string,
];

async function open(t: ExecutionContext): Promise<CloudStore> {
  const store = await CloudStore.open(':memory:');
  t.teardown(() => store.close());
  await store.read(db => new GatewayTable().add(db, ['gw-1']));
  return store;
}

/** Events named by words, numbered from 1 in `epoch`; `first`: where they stood before. */
function story(epoch: string, words: readonly string[], first?: Batch): Batch {
  const ev = words.map((word): WireEvent => ['bay', 'b-1', 1, NOW, 'ok', `{"note":"${word}"}`]);
  const hashes = hashesOf(ev);
  const o = first && hashesOf(first.ev).map((h, index) => [first.epoch, index + 1, h] as const);
  const ends = {p: toHex(CHAIN_START), h: hashes.at(-1) ?? ''};
  return {epoch, from: 1, n: ev.length, ev, ...ends, ...(o && {o})} as Batch;
}

function hashesOf(ev: readonly WireEvent[]): readonly string[] {
  let hash = CHAIN_START;
  return ev.map((event, index) => {
    hash = chainHash(hash, index + 1, event[5]);
    return toHex(hash);
  });
}

async function say(store: CloudStore, ...batches: readonly Batch[]): Promise<void> {
  const keys = batches.map(({epoch}) => ({gateway: 'gw-1', epoch}));
  await store.transaction(async tx => {
    const writer = store.events;
    const options = {tx, ledger, writer, wallMs: NOW, patienceMs: 0, careful: false};
    const intake = await EventIntake.begin(options, keys);
    for (const batch of batches) {
      await intake.hello('gw-1', {epoch: batch.epoch, head: batch.n, low: 1} as Hello);
      await intake.batch('gw-1', batch);
    }
    await intake.finish();
  });
}

async function shown(store: CloudStore): Promise<readonly string[]> {
  const rows = await store.read(db => ledger.feed(db, 'gw-1', 0, 0, 100));
  return rows.map(({body}) => JSON.parse(body).note);
}

const WORDS = ['one', 'two'];

test('what was carried over twice is shown once, whichever of its places got here', async t => {
  const first = story(A, WORDS);
  for (const places of [
    [first, story(C, WORDS, first)],
    // The first place never got here.
    [story(B, WORDS, first), story(C, WORDS, first)],
    [first, story(B, WORDS, first), story(C, WORDS, first), story(D, WORDS, first)],
  ]) {
    const [apart, atOnce] = [await open(t), await open(t)];
    for (const batch of places) await say(apart, batch);
    await say(atOnce, ...places);
    t.deepEqual(await shown(apart), WORDS);
    t.deepEqual(await shown(atOnce), WORDS);
  }
});

test('what only claims the place of another is shown', async t => {
  const store = await open(t);
  const first = story(A, WORDS);
  await say(store, story(B, WORDS, first));
  await say(store, story(C, ['three', 'four'], first));
  t.deepEqual(await shown(store), [...WORDS, 'three', 'four']);
});
