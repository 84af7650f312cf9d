import test from 'ava';
import type {Command} from '../../protocols/cloud/down-messages.js';
import type {UpMessages} from '../../protocols/cloud/up-messages.js';
import {asId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {CommandInbox} from './command-inbox.js';
import type {Act, ActOutcome, Claim} from './command-sink.js';

const SID = 'a'.repeat(32);

class Bench {
  readonly clock = new VirtualClock({yieldTurn: () => Promise.resolve(), startMs: 100_000});
  readonly answers: UpMessages['res'][] = [];
  readonly rejected: string[] = [];
  readonly accepted: Act[] = [];
  held: Extract<Claim, {kind: 'dup'}> | undefined;
  begins = false;
  claim: Claim = {kind: 'claimed'};
  outcome: ActOutcome | undefined = {kind: 'done'};
  readonly inbox = new CommandInbox({
    clock: this.clock,
    sid: SID,
    sink: {
      earlier: id => (this.accepted.some(act => act.id === id) ? this.held : undefined),
      accept: (act, answer, begun) => {
        this.accepted.push(act);
        if (this.begins) begun();
        if (this.claim.kind === 'claimed' && this.outcome) answer(this.outcome);
        return this.claim;
      },
      reject: (act, result) => this.rejected.push(`${act.id} ${result}`),
    },
    answer: result => this.answers.push(result),
  });

  take(changes: Partial<Command> = {}): string | undefined {
    const command = {id: asId('c1'), sid: SID, ref: 100_000, ttl: 8000, kind: 'open', n: 1};
    const rest = {door: asId('A-012'), by: 'wang', sig: ''};
    this.inbox.take({...command, ...rest, ...changes} as Command);
    return this.answers.at(-1)?.st;
  }
}

test('a fresh command is handed on, and its outcome answered', t => {
  const bench = new Bench();
  t.is(bench.take(), 'done');
  t.deepEqual(bench.accepted, [{id: 'c1', kind: 'open', bay: 'A-012', by: 'wang'}] as never);
  bench.outcome = {kind: 'failed', why: 'DEVICE_FAULT'};
  t.is(bench.take({id: asId('c2'), n: 2}), 'failed');
  t.is(bench.answers.at(-1)?.why, 'DEVICE_FAULT');
});

for (const [title, changes, answer] of [
  ['age equal to its ttl runs', {ref: 92_000}, 'done'],
  ['age past its ttl', {ref: 91_999}, 'expired'],
  ['ttl past the cap of 10 s', {ref: 89_999, ttl: 60_000}, 'expired'],
  ['ttl at the cap', {ref: 90_000, ttl: 60_000}, 'done'],
  ['a valve past its cap of 5 s', {kind: 'valve', ref: 94_999, ttl: 60_000}, 'expired'],
  ['a valve at its cap', {kind: 'valve', ref: 95_000, ttl: 60_000}, 'done'],
  ['reference ahead of this clock', {ref: 100_001}, 'refused'],
  ['another session', {sid: 'b'.repeat(32)}, 'stale_session'],
] as const) {
  test(`${title}: ${answer}`, t => {
    const bench = new Bench();
    t.is(bench.take(changes), answer);
    t.is(bench.accepted.length, answer === 'done' ? 1 : 0);
    t.deepEqual(bench.rejected, answer === 'done' ? [] : [`c1 ${answer}`]);
  });
}

test('a second copy is answered with the first outcome', t => {
  const bench = new Bench();
  bench.take();
  bench.held = {kind: 'dup', outcome: {kind: 'done'}};
  t.is(bench.take(), 'dup');
  t.is(bench.answers.at(-1)?.why, 'done');
  bench.held = {kind: 'dup', outcome: undefined};
  bench.take();
  t.is(bench.answers.at(-1)?.why, null);
  t.is(bench.accepted.length, 1);
});

test('a copy that comes too late, or behind a newer one, is a copy and not something expired', t => {
  const bench = new Bench();
  bench.take();
  bench.held = {kind: 'dup', outcome: {kind: 'done'}};
  t.is(bench.take({ref: 1}), 'dup');
  t.is(bench.take({sid: 'b'.repeat(32)}), 'dup');
  t.deepEqual(bench.rejected, []);
});

test('an act that has begun is answered twice: taken, then its end', t => {
  const bench = new Bench();
  bench.begins = true;
  bench.take();
  t.deepEqual(
    bench.answers.map(({st}) => st),
    ['taken', 'done'],
  );
});

test('the trace of a command goes with its act, and one that is none goes nowhere', t => {
  const bench = new Bench();
  const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  bench.take({tp: trace});
  bench.take({id: asId('c2'), n: 2});
  t.deepEqual(
    bench.accepted.map(act => act.trace),
    [trace, undefined],
  );
  t.false('trace' in (bench.accepted[1] ?? {}));
});

test('an older command for the same door is refused, for another door it is not', t => {
  const bench = new Bench();
  bench.take({id: asId('c5'), n: 5});
  t.is(bench.take({id: asId('c4'), n: 4}), 'refused');
  t.is(bench.take({id: asId('c3'), n: 3, door: asId('A-011')}), 'done');
});
