import test from 'ava';
import fc from 'fast-check';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {
  type CallEffect,
  type CallInput,
  type CallPlan,
  type CallStand,
  newCall,
  stepCall,
} from './call-machine.js';

const AT = 1_772_499_600_000;
const PLAN: CallPlan = {
  stepsMs: [60 * SECOND_MS, 180 * SECOND_MS],
  ...{repeatMs: 180 * SECOND_MS, unansweredMs: 10 * MINUTE_MS, attendMs: 10 * MINUTE_MS},
};

interface Happened {
  readonly atMs: number;
  readonly effect: CallEffect;
}

/** A call that the cloud hears of at age `heardMs`, and then looks at whenever it is due. */
class Run {
  stand: CallStand;
  readonly happened: Happened[] = [];
  ageMs: number;
  readonly plan: CallPlan;

  constructor(plan: CallPlan, heardMs = 0) {
    this.plan = plan;
    this.ageMs = heardMs;
    this.stand = newCall(AT, plan);
  }

  feed(input: CallInput): void {
    const step = stepCall(this.stand, input, this.plan, AT + this.ageMs);
    this.stand = step.state;
    for (const effect of step.effects) this.happened.push({atMs: this.ageMs, effect});
  }

  until(ageMs: number): void {
    for (;;) {
      const {dueWall} = this.stand;
      if (dueWall === null || dueWall - AT > ageMs) break;
      this.ageMs = Math.max(this.ageMs, dueWall - AT);
      this.feed({kind: 'due'});
    }
    this.ageMs = Math.max(this.ageMs, ageMs);
  }

  get told() {
    return this.happened.flatMap(({atMs, effect}) =>
      effect.effect === 'notify' ? [`${atMs / 1000} ${effect.why} ${effect.untilMs / 1000}`] : [],
    );
  }
}

test('steps at 60 s and 180 s, everybody again at 360 s and 540 s, an incident at 600 s and then nothing', t => {
  const run = new Run(PLAN);
  run.until(3_600_000);
  t.deepEqual(run.told, [
    ...['60 step 60', '180 step 180', '360 repeat 180', '540 repeat 180', '600 unanswered 180'],
  ]);
  t.true(run.stand.isUnanswered);
  t.is(run.stand.dueWall, null);
});

test('a call that is heard of late is at once where it would be by now', t => {
  const late = new Run(PLAN, 130_000);
  late.until(130_000);
  t.deepEqual(late.told, ['130 step 60']);
  late.until(200_000);
  t.deepEqual(late.told.slice(1), ['180 step 180']);
  const later = new Run(PLAN, 700_000);
  later.until(3_600_000);
  t.deepEqual(later.told, ['700 step 180'], 'each is told once');
  t.true(later.stand.isUnanswered);
});

test('who takes it ends the steps; not ended in 10 min it comes back to him, and 3 min later to everybody', t => {
  const run = new Run(PLAN);
  run.until(70_000);
  run.feed({kind: 'acknowledged', atWall: AT + 70_000});
  run.feed({kind: 'acknowledged', atWall: AT + 90_000});
  t.is(run.stand.ackedWall, AT + 70_000, 'the first who takes it has it');
  run.until(7_200_000);
  const reminders = run.happened.filter(({effect}) => effect.effect === 'remind');
  t.deepEqual(
    reminders.map(({atMs}) => atMs),
    [670_000],
  );
  t.deepEqual(run.told, ['60 step 60', '850 not_ended 180']);
  run.feed({kind: 'ended', atWall: AT + 900_000});
  run.feed({kind: 'silent', sinceWall: AT});
  t.is(run.happened.filter(({effect}) => effect.effect === 'drop').length, 2);
  t.is(run.stand.state, 'ended');
});

test('a gateway that falls silent makes the next step at once; a contact that cannot be reached too', t => {
  const run = new Run(PLAN);
  run.until(20_000);
  run.feed({kind: 'silent', sinceWall: AT});
  run.feed({kind: 'silent', sinceWall: AT + 5});
  t.deepEqual(run.told, ['20 gateway_silent 60']);
  run.feed({kind: 'unreachable'});
  run.feed({kind: 'unreachable'});
  t.deepEqual(run.told.slice(1), ['20 step 180']);
  run.feed({kind: 'heard'});
  t.is(run.stand.silentWall, null);
});

test('without contacts there is still an incident', t => {
  const run = new Run({...PLAN, stepsMs: []});
  run.until(3_600_000);
  t.deepEqual(run.told, []);
  t.true(run.stand.isUnanswered);
});

const plans: fc.Arbitrary<CallPlan> = fc.record({
  stepsMs: fc
    .uniqueArray(fc.integer({min: 0, max: 900}), {maxLength: 5})
    .map(steps => steps.map(s => s * 1000).sort((a, b) => a - b)),
  repeatMs: fc.integer({min: 30, max: 600}).map(s => s * 1000),
  unansweredMs: fc.integer({min: 60, max: 600}).map(s => s * 1000),
  attendMs: fc.integer({min: 60, max: 1200}).map(s => s * 1000),
});
const inputs = fc.array(
  fc.record({
    afterMs: fc.integer({min: 0, max: 300_000}),
    kind: fc.constantFrom('due', 'silent', 'heard', 'unreachable', 'acknowledged', 'ended'),
  }),
  {maxLength: 12},
);

test('whatever comes when: nobody before his time without a reason, each step once, nothing of an open call after it is taken, an end to all', t => {
  fc.assert(
    fc.property(plans, fc.integer({min: 0, max: 900_000}), inputs, (plan, heardMs, story) => {
      const run = new Run(plan, heardMs);
      let takenMs = Number.POSITIVE_INFINITY;
      for (const {afterMs, kind} of story) {
        run.until(run.ageMs + afterMs);
        const before = run.stand;
        run.feed(
          kind === 'silent'
            ? {kind, sinceWall: AT + run.ageMs}
            : kind === 'acknowledged' || kind === 'ended'
              ? {kind, atWall: AT + run.ageMs}
              : {kind: kind as 'due'},
        );
        if (before.state === 'open' && run.stand.state !== 'open') takenMs = run.ageMs;
        t.true(run.stand.toldMs >= before.toldMs, 'steps never go back');
        if (before.state === 'ended') t.is(run.stand, before, 'what has ended stays ended');
      }
      run.until(24 * 3_600_000);
      const hastened = story.some(({kind}) => kind === 'silent' || kind === 'unreachable');
      const steps: number[] = [];
      for (const {atMs, effect} of run.happened) {
        if (effect.effect !== 'notify') continue;
        if (effect.why === 'step') {
          t.true(hastened || atMs >= effect.untilMs, 'before its time');
          steps.push(...plan.stepsMs.filter(ms => ms > effect.afterMs && ms <= effect.untilMs));
        }
        if (effect.why === 'not_ended') t.true(atMs >= takenMs);
        else t.true(atMs <= takenMs, 'told of what somebody has');
      }
      t.is(new Set(steps).size, steps.length, 'each step once');
      t.is(run.stand.dueWall, null, 'nothing goes on for ever');
      if (run.stand.state === 'open') {
        t.true(run.stand.isUnanswered);
        t.is(run.stand.toldMs, plan.stepsMs.at(-1) ?? -1);
      }
      const repeats = run.happened.filter(
        ({effect}) => effect.effect === 'notify' && effect.why === 'repeat',
      );
      t.true(repeats.length <= plan.unansweredMs / plan.repeatMs);
    }),
    {numRuns: 300},
  );
});
