import test from 'ava';
import {toHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {CHAIN_START, chainHash} from '../../protocols/cloud/chain.js';
import type {Batch, Hello, WireEvent} from '../../protocols/cloud/up-messages.js';
import {EventIntake} from './event-intake.js';
import {CloudDatabase} from './store/cloud-database.js';
import {EventLedger} from './store/event-ledger.js';
import {GatewayTable} from './store/gateway-table.js';

const EPOCH = 'e'.repeat(32);
const NOW = 1_700_000_000_000 as UnixMillis;

/** One gateway's story of numbered events, told in pieces. */
class Bench {
  readonly database = new CloudDatabase(':memory:');
  readonly ledger = new EventLedger(this.database);
  readonly intake = new EventIntake(this.ledger);
  readonly hashes: Uint8Array[] = [CHAIN_START];

  constructor(length: number, word = 'a') {
    new GatewayTable(this.database).add('gw-1');
    for (let seq = 1; seq <= length; seq += 1) {
      const before = this.hashes[seq - 1] ?? CHAIN_START;
      this.hashes.push(chainHash(before, seq, body(seq, word)));
    }
  }

  hello(head: number, low = 1) {
    const hello = {epoch: EPOCH, head, low} as Hello;
    return this.intake.hello('gw-1', hello, NOW);
  }

  batch(from: number, to: number, changes: Partial<Batch> = {}) {
    return this.intake.batch('gw-1', {...this.message(from, to), ...changes}, NOW);
  }

  message(from: number, to: number, word = 'a'): Batch {
    const ev = Array.from({length: to - from + 1}, (_, index) => event(from + index, word));
    const hash = (seq: number) => toHex(this.hashes[seq] ?? CHAIN_START);
    return {epoch: EPOCH, from, n: ev.length, ev, p: hash(from - 1), h: hash(to)};
  }

  live(seq: number, word = 'a') {
    return this.intake.live('gw-1', {epoch: EPOCH, seq, ev: [event(seq, word)]}, NOW);
  }

  gone(from: number, to: number) {
    return this.intake.gone('gw-1', {epoch: EPOCH, from, to, why: 'pruned'}, NOW);
  }

  seqs(): readonly number[] {
    return this.ledger.feed('gw-1', 0, 0, 1000).map(row => row.seq);
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

test('batches in order are kept and confirmed', t => {
  const bench = new Bench(9);
  t.deepEqual(bench.hello(9), {
    ack: ack(0),
    gapAt: undefined,
    fault: undefined,
    began: true,
    fresh: [],
  });
  t.deepEqual(bench.batch(1, 4).ack, ack(4));
  t.deepEqual(bench.batch(5, 9).ack, ack(9));
  t.deepEqual(bench.seqs(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a batch that comes again is confirmed again, and nothing is new', t => {
  const bench = new Bench(4);
  bench.hello(4);
  t.is(bench.batch(1, 4).fresh.length, 4);
  const again = bench.batch(1, 4);
  t.deepEqual(again.ack, ack(4));
  t.is(again.fresh.length, 0);
  t.is(bench.ledger.conflicts('gw-1'), 0);
});

test('a batch ahead of its turn is kept, shown only when the gap has closed', t => {
  const bench = new Bench(9);
  bench.hello(9);
  const ahead = bench.batch(5, 9);
  t.deepEqual([ahead.ack, ahead.gapAt], [ack(0), 1]);
  t.deepEqual(bench.seqs(), []);
  t.deepEqual(bench.batch(1, 4).ack, ack(9));
  t.is(bench.seqs().length, 9);
});

test('a batch whose chain does not hold is neither kept nor confirmed', t => {
  const bench = new Bench(4);
  bench.hello(4);
  const forged = bench.message(1, 4);
  const ev = forged.ev.map((one, index) => (index === 2 ? event(3, 'forged') : one));
  t.like(bench.batch(1, 4, {ev}), {fault: 'chain_broken', ack: undefined});
  t.like(bench.batch(1, 4, {p: toHex(bench.hashes[2] ?? CHAIN_START)}), {fault: 'chain_broken'});
  t.deepEqual(bench.seqs(), []);
});

test('another story under the same numbers is a conflict: both are kept, the gateway numbers anew', t => {
  const bench = new Bench(4);
  const clone = new Bench(6, 'b');
  bench.hello(4);
  bench.batch(1, 4);
  const conflict = {ack: {epoch: EPOCH, new_epoch: 'conflict'}, fault: 'seq_conflict'} as const;
  t.like(bench.intake.batch('gw-1', clone.message(1, 4, 'b'), NOW), conflict);
  t.is(bench.ledger.conflicts('gw-1'), 4);
  t.like(bench.intake.batch('gw-1', clone.message(5, 6, 'b'), NOW), conflict);
  t.is(bench.ledger.conflicts('gw-1'), 6);
  t.is(bench.ledger.get('gw-1', 1, 1)?.body, body(1));
});

test('two pieces that do not meet are a conflict when the gap closes', t => {
  const bench = new Bench(4);
  const other = new Bench(9, 'b');
  bench.hello(9);
  bench.intake.batch('gw-1', other.message(5, 9, 'b'), NOW);
  t.like(bench.batch(1, 4), {fault: 'seq_conflict'});
  t.deepEqual(bench.seqs(), []);
});

test('an early copy is confirmed by its batch; one that said otherwise is kept as evidence', t => {
  const bench = new Bench(4);
  bench.hello(4);
  t.is(bench.live(3).fresh.length, 1);
  t.is(bench.live(3).fresh.length, 0);
  bench.live(4, 'other');
  t.deepEqual(bench.seqs(), []);
  t.like(bench.batch(1, 4), {fault: 'seq_conflict'});
  t.is(bench.ledger.conflicts('gw-1'), 1);
  t.is(bench.ledger.get('gw-1', 1, 4)?.body, body(4));
  t.deepEqual(bench.batch(1, 4).ack, ack(4));
});

test('what the gateway no longer holds is marked, and the story goes on behind it', t => {
  const bench = new Bench(9);
  bench.hello(9);
  bench.batch(7, 9);
  t.deepEqual(bench.gone(3, 6).gapAt, 1);
  t.deepEqual(bench.gone(1, 6).ack, ack(9));
  t.deepEqual(bench.seqs(), [7, 8, 9]);
  t.deepEqual(bench.ledger.gaps('gw-1'), [{epoch: EPOCH, from: 1, to: 6, why: 'pruned'}]);
  t.is(bench.gone(1, 6).ack, undefined);
});

test('first contact with a gateway that has pruned begins at its lowest event', t => {
  const bench = new Bench(9);
  t.deepEqual(bench.hello(9, 6).ack, ack(5));
  t.deepEqual(bench.batch(6, 9).ack, ack(9));
  t.deepEqual(bench.ledger.gaps('gw-1'), [
    {epoch: EPOCH, from: 1, to: 5, why: 'before_first_contact'},
  ]);
});

test('a hello resumes with the hash of the last event, or orders a new epoch when the cloud is ahead', t => {
  const bench = new Bench(4);
  bench.hello(4);
  bench.batch(1, 4);
  t.deepEqual(bench.hello(4).ack, {...ack(4), h: toHex(bench.hashes[4] ?? CHAIN_START)});
  t.deepEqual(bench.hello(3).ack, {epoch: EPOCH, new_epoch: 'rollback'});
});

test('events of an epoch that said no hello are not confirmed', t => {
  const bench = new Bench(4);
  t.is(bench.batch(1, 4).ack, undefined);
  t.is(bench.live(1).fresh.length, 0);
  t.is(bench.gone(1, 2).ack, undefined);
});
