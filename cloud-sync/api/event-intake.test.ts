import test, {type ExecutionContext} from 'ava';
import {toHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import type {Batch, Hello, WireEvent} from '../../protocols/cloud/up-messages.js';
import {EventIntake, type IntakeResult} from './event-intake.js';
import {CloudStore} from './store/cloud-store.js';
import {EventLedger} from './store/event-ledger.js';
import {GatewayTable} from './store/gateway-table.js';

const EPOCH = 'e'.repeat(32);
const NOW = 1_700_000_000_000 as UnixMillis;

/** One gateway's story of numbered events, told in pieces, each in a transaction of its own. */
class Bench {
  readonly store: CloudStore;
  readonly ledger = new EventLedger();
  readonly hashes: Uint8Array[] = [CHAIN_START];

  private constructor(store: CloudStore, length: number, word: string) {
    this.store = store;
    for (let seq = 1; seq <= length; seq += 1) {
      const before = this.hashes[seq - 1] ?? CHAIN_START;
      this.hashes.push(chainHash(before, seq, body(seq, word)));
    }
  }

  static async open(t: ExecutionContext, length: number, word = 'a'): Promise<Bench> {
    const store = await CloudStore.open(':memory:');
    t.teardown(() => store.close());
    await store.read(db => new GatewayTable().add(db, ['gw-1']));
    return new Bench(store, length, word);
  }

  hello(head: number, low = 1, first = 1) {
    const hello = {epoch: EPOCH, head, low, first} as Hello;
    return this.tick(intake => intake.hello('gw-1', hello));
  }

  batch(from: number, to: number, changes: Partial<Batch> = {}) {
    return this.take({...this.message(from, to), ...changes});
  }

  take(...batches: readonly Batch[]) {
    return this.tick(async intake => {
      for (const batch of batches) await intake.batch('gw-1', batch);
    });
  }

  message(from: number, to: number, word = 'a'): Batch {
    const ev = Array.from({length: to - from + 1}, (_, index) => event(from + index, word));
    const hash = (seq: number) => toHex(this.hashes[seq] ?? CHAIN_START);
    return {epoch: EPOCH, from, n: ev.length, ev, p: hash(from - 1), h: hash(to)};
  }

  live(seq: number, word = 'a') {
    const live = {epoch: EPOCH, seq, ev: [event(seq, word)]};
    return this.tick(intake => intake.live('gw-1', live));
  }

  gone(from: number, to: number) {
    const gone = {epoch: EPOCH, from, to, why: 'pruned'};
    return this.tick(intake => intake.gone('gw-1', gone));
  }

  async seqs(): Promise<readonly number[]> {
    const rows = await this.store.read(db => this.ledger.feed(db, 'gw-1', 0, 0, 1000));
    return rows.map(row => row.seq);
  }

  conflicts(): Promise<number> {
    return this.store.read(db => this.ledger.conflicts(db, 'gw-1'));
  }

  gaps() {
    return this.store.read(db => this.ledger.gaps(db, 'gw-1'));
  }

  async bodyOf(seq: number): Promise<string | undefined> {
    return (await this.store.read(db => this.ledger.get(db, 'gw-1', 1, seq)))?.body;
  }

  async tick(work: (intake: EventIntake) => Promise<void>): Promise<IntakeResult> {
    const {store, ledger} = this;
    const results = await store.transaction(async tx => {
      const options = {tx, ledger, writer: store.events, wallMs: NOW, patienceMs: 0};
      const keys = [{gateway: 'gw-1', epoch: EPOCH}];
      const intake = await EventIntake.begin({...options, careful: false}, keys);
      await work(intake);
      return intake.finish();
    });
    const nothing = {ack: undefined, fault: undefined, began: false, closedGap: false, fresh: []};
    return results[0] ?? {gateway: 'gw-1', ...nothing};
  }
}

const body = (seq: number, word = 'a') => `{"${word}":${seq}}`;
const event = (seq: number, word = 'a'): WireEvent => [
  'bay',
  'b1',
  seq,
  NOW,
  'ok',
  body(seq, word),
];
const ack = (upto: number) => ({epoch: EPOCH, upto});

test('batches in order are kept and confirmed', async t => {
  const bench = await Bench.open(t, 9);
  t.like(await bench.hello(9), {ack: ack(0), fault: undefined, began: true, fresh: []});
  t.deepEqual((await bench.batch(1, 4)).ack, ack(4));
  t.deepEqual((await bench.batch(5, 9)).ack, ack(9));
  t.deepEqual(await bench.seqs(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a batch that comes again is confirmed again, and nothing is new', async t => {
  const bench = await Bench.open(t, 4);
  await bench.hello(4);
  t.is((await bench.batch(1, 4)).fresh.length, 4);
  const again = await bench.batch(1, 4);
  t.deepEqual(again.ack, ack(4));
  t.is(again.fresh.length, 0);
  t.is((await bench.batch(1, 3)).fresh.length, 0);
  t.is(await bench.conflicts(), 0);
});

test('batches that overlap are kept once, also within one transaction', async t => {
  const bench = await Bench.open(t, 9);
  await bench.hello(9);
  const overlapping = [bench.message(1, 4), bench.message(1, 4), bench.message(3, 7)];
  const first = await bench.take(...overlapping, bench.message(2, 5));
  t.deepEqual([first.ack, first.fresh.length], [ack(7), 7]);
  const second = await bench.batch(6, 9);
  t.deepEqual([second.ack, second.fresh.length], [ack(9), 2]);
  t.deepEqual(await bench.seqs(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  t.is(await bench.conflicts(), 0);
});

test('a batch ahead of its turn is kept, shown only when the gap has closed', async t => {
  const bench = await Bench.open(t, 9);
  await bench.hello(9);
  t.deepEqual((await bench.batch(5, 9)).ack, {epoch: EPOCH, want: 1});
  t.deepEqual((await bench.batch(5, 9)).ack, ack(0));
  t.deepEqual(await bench.seqs(), []);
  const closing = await bench.batch(1, 4);
  t.deepEqual([closing.ack, closing.closedGap], [ack(9), true]);
  t.is((await bench.seqs()).length, 9);
});

test('a gap is filled from both sides, and what lies beyond it stays', async t => {
  const bench = await Bench.open(t, 12);
  await bench.hello(12);
  await bench.batch(9, 12);
  await bench.batch(5, 6);
  t.deepEqual((await bench.batch(1, 3)).ack, ack(3));
  t.deepEqual((await bench.batch(4, 4)).ack, ack(6));
  t.deepEqual((await bench.batch(7, 8)).ack, ack(12));
  t.is((await bench.seqs()).length, 12);
});

test('a batch whose chain does not hold is neither kept nor confirmed', async t => {
  const bench = await Bench.open(t, 4);
  await bench.hello(4);
  const forged = bench.message(1, 4);
  const ev = forged.ev.map((one, index) => (index === 2 ? event(3, 'forged') : one));
  t.like(await bench.batch(1, 4, {ev}), {fault: 'chain_broken', ack: undefined});
  const p = toHex(bench.hashes[2] ?? CHAIN_START);
  t.like(await bench.batch(1, 4, {p}), {fault: 'chain_broken'});
  t.deepEqual(await bench.seqs(), []);
});

test('another story under the same numbers is a conflict: both are kept, the gateway numbers anew', async t => {
  const bench = await Bench.open(t, 4);
  const clone = await Bench.open(t, 6, 'b');
  await bench.hello(4);
  await bench.batch(1, 4);
  const conflict = {ack: {epoch: EPOCH, new_epoch: 'conflict'}, fault: 'seq_conflict'} as const;
  t.like(await bench.take(clone.message(1, 4, 'b')), conflict);
  t.is(await bench.conflicts(), 4);
  t.like(await bench.take(clone.message(5, 6, 'b')), conflict);
  t.is(await bench.conflicts(), 6);
  t.like(await bench.take(clone.message(3, 6, 'b')), conflict);
  t.is(await bench.bodyOf(1), body(1));
  t.deepEqual(await bench.seqs(), [1, 2, 3, 4]);
});

test('two pieces that do not meet are a conflict when the gap closes', async t => {
  const bench = await Bench.open(t, 4);
  const other = await Bench.open(t, 9, 'b');
  await bench.hello(9);
  await bench.take(other.message(5, 9, 'b'));
  t.like(await bench.batch(1, 4), {fault: 'seq_conflict'});
  t.deepEqual(await bench.seqs(), []);
});

test('an early copy is confirmed by its batch; one that said otherwise is kept as evidence', async t => {
  const bench = await Bench.open(t, 4);
  await bench.hello(4);
  t.is((await bench.live(3)).fresh.length, 1);
  t.is((await bench.live(3)).fresh.length, 0);
  await bench.live(4, 'other');
  t.deepEqual(await bench.seqs(), []);
  t.like(await bench.batch(1, 4), {fault: 'seq_conflict'});
  t.is(await bench.conflicts(), 1);
  t.is(await bench.bodyOf(4), body(4));
  t.deepEqual((await bench.batch(1, 4)).ack, ack(4));
});

test('an early copy far ahead is no gap, and its batch finds it there', async t => {
  const bench = await Bench.open(t, 9);
  await bench.hello(9);
  t.is((await bench.live(8)).fresh.length, 1);
  t.deepEqual((await bench.batch(1, 4)).ack, ack(4));
  const rest = await bench.batch(5, 9);
  t.deepEqual([rest.ack, rest.fresh.length], [ack(9), 4]);
  t.is((await bench.seqs()).length, 9);
});

test('what the gateway no longer holds is marked, and the story goes on behind it', async t => {
  const bench = await Bench.open(t, 9);
  await bench.hello(9);
  await bench.batch(7, 9);
  t.deepEqual((await bench.gone(3, 6)).ack, ack(0));
  t.deepEqual((await bench.gone(1, 6)).ack, ack(9));
  t.deepEqual(await bench.seqs(), [7, 8, 9]);
  t.deepEqual(await bench.gaps(), [{epoch: EPOCH, from: 1, to: 6, why: 'pruned'}]);
  t.is((await bench.gone(1, 6)).ack, undefined);
});

test('first contact with a gateway that has pruned begins at its lowest event', async t => {
  const bench = await Bench.open(t, 9);
  t.deepEqual((await bench.hello(9, 6)).ack, ack(5));
  t.deepEqual((await bench.batch(6, 9)).ack, ack(9));
  const gap = {epoch: EPOCH, from: 1, to: 5, why: 'before_first_contact'};
  t.deepEqual(await bench.gaps(), [gap]);
});

test('an epoch that took over from the one before begins there, and only what was pruned since is a gap', async t => {
  const bench = await Bench.open(t, 9);
  t.deepEqual((await bench.hello(9, 6, 6)).ack, ack(5));
  t.deepEqual((await bench.batch(6, 9)).ack, ack(9));
  t.deepEqual(await bench.gaps(), []);
  const pruned = await Bench.open(t, 9);
  t.deepEqual((await pruned.hello(9, 6, 4)).ack, ack(5));
  const gap = {epoch: EPOCH, from: 4, to: 5, why: 'before_first_contact'};
  t.deepEqual(await pruned.gaps(), [gap]);
});

test('a hello resumes with the hash of the last event, or orders a new epoch when the cloud is ahead', async t => {
  const bench = await Bench.open(t, 4);
  await bench.hello(4);
  await bench.batch(1, 4);
  const h = toHex(bench.hashes[4] ?? CHAIN_START);
  t.deepEqual((await bench.hello(4)).ack, {...ack(4), h});
  t.deepEqual((await bench.hello(3)).ack, {epoch: EPOCH, new_epoch: 'rollback', known: 4});
});

test('events of an epoch that said no hello are not confirmed', async t => {
  const bench = await Bench.open(t, 4);
  t.is((await bench.batch(1, 4)).ack, undefined);
  t.is((await bench.live(1)).fresh.length, 0);
  t.is((await bench.gone(1, 2)).ack, undefined);
});
