import test from 'ava';
import fc from 'fast-check';
import {
  BARRIER_TIMES,
  type BarrierContacts,
  type BarrierEffect,
  type BarrierInput,
  type BarrierState,
  NEW_BARRIER,
  stepBarrier,
} from './barrier-machine.js';

const NOBODY: BarrierContacts = {
  openLimit: false,
  closedLimit: true,
  safetyLoop: false,
  photocell: false,
  approachLoop: undefined,
};
const UP = {openLimit: true, closedLimit: false};
const BETWEEN = {openLimit: false, closedLimit: false};

/** Runs the machine with a poll every 100 ms. */
class Bench {
  state: BarrierState = NEW_BARRIER;
  nowMs = 0;
  contacts = NOBODY;
  effects: BarrierEffect[] = [];

  take(input: BarrierInput): void {
    const step = stepBarrier(this.state, input, this.nowMs);
    this.state = step.state;
    this.effects.push(...step.effects);
  }

  order(order: 'open' | 'close' | 'stop' | 'hold' | 'release'): void {
    this.take({kind: 'order', order});
  }

  see(contacts: Partial<BarrierContacts>, forMs = 100): void {
    this.contacts = {...this.contacts, ...contacts};
    for (let atMs = 0; atMs < forMs; atMs += 100) {
      this.nowMs += 100;
      this.take({kind: 'contacts', contacts: this.contacts, atMs: this.nowMs});
    }
  }

  /** What was ordered and reported since the last call. */
  said(): string[] {
    const said = this.effects.flatMap(effect => {
      if (effect.kind === 'pulse') return [effect.order];
      if (effect.kind === 'tailgate') return [`tailgate ${effect.cars}/${effect.authorised}`];
      return effect.kind === 'fault' ? [`${effect.fault} ${effect.isStanding}`] : [];
    });
    this.effects = [];
    return said;
  }

  /** A car is let in and stands below the open arm. */
  carBelow(): this {
    this.see({}, 1000);
    this.order('open');
    this.see(UP);
    this.see({safetyLoop: true}, 1000);
    this.said();
    return this;
  }
}

test('up, then down behind the car', t => {
  const bench = new Bench().carBelow();
  bench.see({safetyLoop: false}, 500);
  t.deepEqual(bench.said(), []);
  bench.see({}, 100);
  t.deepEqual(bench.said(), ['close']);
  bench.see(BETWEEN, 1000);
  bench.see({closedLimit: true});
  t.is(bench.state.phase, 'rest');
  t.deepEqual(bench.said(), []);
});

test('a car that appears below a closing arm opens it again', t => {
  const bench = new Bench().carBelow();
  bench.see({safetyLoop: false}, 700);
  bench.see({...BETWEEN, safetyLoop: true});
  t.deepEqual(bench.said(), ['close', 'tailgate 2/1', 'open']);
  bench.see(UP, 500);
  bench.see({safetyLoop: false}, 700);
  t.deepEqual(bench.said(), ['close']);
});

test('a broken beam opens a closing arm, and keeps an open one up', t => {
  const bench = new Bench().carBelow();
  bench.see({safetyLoop: false, photocell: true}, 5000);
  t.deepEqual(bench.said(), []);
  bench.see({photocell: false}, 700);
  bench.see({...BETWEEN, photocell: true});
  t.deepEqual(bench.said(), ['close', 'open']);
});

test('an arm about which nothing is known any more while it closes opens', t => {
  const lost = new Bench().carBelow();
  lost.see({safetyLoop: false}, 700);
  lost.said();
  lost.take({kind: 'lost'});
  t.deepEqual(lost.said(), ['open']);
  const stale = new Bench().carBelow();
  stale.see({safetyLoop: false}, 700);
  stale.said();
  stale.take({kind: 'due', timer: 'fresh'});
  t.deepEqual(stale.said(), ['open']);
});

test('open is always allowed, with nothing known at all', t => {
  const bench = new Bench();
  bench.order('open');
  bench.take({kind: 'lost'});
  t.deepEqual(bench.said(), ['open']);
});

test('no open limit 6 s after the order is a fault until it comes', t => {
  const bench = new Bench();
  bench.see({});
  bench.order('open');
  t.deepEqual(
    bench.effects.find(({kind}) => kind === 'wait'),
    {kind: 'wait', timer: 'travel', afterMs: 6000},
  );
  bench.see(BETWEEN, 6000);
  bench.take({kind: 'due', timer: 'travel'});
  t.deepEqual(bench.said(), ['open', 'not_open true']);
  bench.see(UP);
  t.deepEqual(bench.said(), ['not_open false']);
});

test('an order that never left is a fault at once', t => {
  const bench = new Bench();
  bench.order('open');
  bench.take({kind: 'pulsed', order: 'open', outcome: 'not_sent'});
  t.deepEqual(bench.said(), ['open', 'not_open true']);
  const closing = new Bench().carBelow();
  closing.see({safetyLoop: false}, 700);
  closing.take({kind: 'pulsed', order: 'close', outcome: 'unanswered'});
  t.deepEqual(closing.said(), ['close']);
  closing.take({kind: 'pulsed', order: 'close', outcome: 'refused'});
  t.deepEqual(closing.said(), ['not_closed true']);
});

test('an arm that does not come down is a fault, and is not ordered down again by itself', t => {
  const bench = new Bench().carBelow();
  bench.see({safetyLoop: false}, 700);
  bench.take({kind: 'due', timer: 'travel'});
  bench.see({}, 10_000);
  t.deepEqual(bench.said(), ['close', 'not_closed true']);
  bench.order('close');
  bench.see({}, 100);
  bench.see(BETWEEN, 500);
  bench.see({closedLimit: true});
  t.deepEqual(bench.said(), ['close', 'not_closed false']);
});

test('an arm that comes down late is still lifted by a car, and watched for twice its time', t => {
  const bench = new Bench().carBelow();
  bench.see({safetyLoop: false}, 700);
  bench.take({kind: 'due', timer: 'travel'});
  t.deepEqual(bench.said(), ['close', 'not_closed true']);
  bench.see({...BETWEEN, safetyLoop: true}, 100);
  t.deepEqual(bench.said(), ['tailgate 2/1', 'open']);
  const blind = new Bench().carBelow();
  blind.see({safetyLoop: false}, 700);
  blind.take({kind: 'due', timer: 'travel'});
  blind.take({kind: 'lost'});
  t.deepEqual(blind.said(), ['close', 'not_closed true', 'open']);
  const given = new Bench().carBelow();
  given.see({safetyLoop: false}, 700);
  given.take({kind: 'due', timer: 'travel'});
  given.take({kind: 'due', timer: 'travel'});
  given.see({...BETWEEN, safetyLoop: true}, 100);
  t.deepEqual(given.said(), ['close', 'not_closed true', 'tailgate 2/1']);
});

test('a dead open limit does not bar the order of a person to close', t => {
  const bench = new Bench();
  bench.order('open');
  bench.see(BETWEEN, 6000);
  bench.take({kind: 'due', timer: 'travel'});
  bench.said();
  bench.order('close');
  bench.see({}, 700);
  t.deepEqual(bench.said(), ['close']);
});

test('both limits at once are a fault while they last', t => {
  const bench = new Bench();
  bench.see({openLimit: true, closedLimit: true}, 300);
  bench.see({openLimit: false});
  t.deepEqual(bench.said(), ['limits true', 'limits false']);
});

test('a car that was let in and does not come is waited for, then the arm closes', t => {
  const bench = new Bench();
  bench.see({}, 1000);
  bench.order('open');
  bench.see(UP, 1000);
  t.true(bench.effects.some(effect => effect.kind === 'wait' && effect.timer === 'car'));
  bench.see({}, 60_000);
  t.deepEqual(bench.said(), ['open']);
  bench.take({kind: 'due', timer: 'car'});
  bench.see({});
  t.deepEqual(bench.said(), ['close']);
});

test('held up, it stays up, and closes only after it was released and is clear', t => {
  const bench = new Bench();
  bench.see({}, 1000);
  bench.order('hold');
  bench.see(UP, 1000);
  bench.see({safetyLoop: true}, 1000);
  bench.see({safetyLoop: false}, 1000);
  bench.take({kind: 'due', timer: 'car'});
  bench.order('close');
  bench.see({}, 10_000);
  t.deepEqual(bench.said(), ['open']);
  bench.order('release');
  bench.see({});
  t.deepEqual(bench.said(), ['close']);
});

test('stop leaves the arm where it is until somebody orders otherwise', t => {
  const bench = new Bench().carBelow();
  bench.see({safetyLoop: false}, 700);
  bench.order('stop');
  bench.see(BETWEEN, 20_000);
  t.deepEqual(bench.said(), ['close', 'stop']);
  bench.order('close');
  bench.see({});
  t.deepEqual(bench.said(), ['close']);
});

test('an arm that is down is not ordered down', t => {
  const bench = new Bench();
  bench.see({}, 1000);
  bench.order('close');
  bench.see({}, 5000);
  t.deepEqual(bench.said(), []);
});

test('~E39 two cars without a gap below count as two by the loop before the arm', t => {
  const bench = new Bench();
  bench.see({approachLoop: true}, 1000);
  bench.order('open');
  bench.see(UP, 500);
  bench.see({safetyLoop: true}, 1000);
  bench.see({approachLoop: false}, 700);
  t.deepEqual(bench.said(), ['open']);
  bench.see({approachLoop: true}, 1000);
  bench.see({approachLoop: false}, 700);
  t.deepEqual(bench.said(), ['tailgate 2/1']);
});

test('a car that backs out has not gone through', t => {
  const bench = new Bench();
  bench.see({approachLoop: true}, 1000);
  bench.order('open');
  bench.see({...UP, safetyLoop: true}, 1000);
  bench.see({safetyLoop: false}, 1000);
  bench.see({approachLoop: false}, 1000);
  t.is(bench.state.cars, 0);
  t.deepEqual(bench.said(), ['open']);
});

test('two cars that were let in go through under one lift', t => {
  const bench = new Bench();
  bench.see({}, 1000);
  bench.order('open');
  bench.order('open');
  bench.see(UP);
  for (const safetyLoop of [true, false, true]) bench.see({safetyLoop}, 1000);
  t.deepEqual(bench.said(), ['open', 'open']);
  bench.see({safetyLoop: false}, 700);
  t.deepEqual(bench.said(), ['close']);
});

const contacts = fc.record({
  openLimit: fc.boolean(),
  closedLimit: fc.boolean(),
  safetyLoop: fc.boolean(),
  photocell: fc.boolean(),
  approachLoop: fc.option(fc.boolean(), {nil: undefined}),
});
const quiet = contacts.map(seen => ({
  ...seen,
  safetyLoop: false,
  photocell: false,
  closedLimit: false,
}));
const inputs = fc.oneof(
  {weight: 18, arbitrary: quiet.map(seen => ({kind: 'contacts', contacts: seen}) as const)},
  {weight: 3, arbitrary: contacts.map(seen => ({kind: 'contacts', contacts: seen}) as const)},
  fc.constantFrom({kind: 'lost'} as const),
  fc
    .constantFrom('open', 'close', 'stop', 'hold', 'release' as const)
    .map(order => ({kind: 'order', order}) as const),
  fc.constantFrom('travel', 'car', 'fresh' as const).map(timer => ({kind: 'due', timer}) as const),
  fc
    .tuple(
      fc.constantFrom('open', 'close', 'stop' as const),
      fc.constantFrom('proven', 'not_sent' as const),
    )
    .map(([order, outcome]) => ({kind: 'pulsed', order, outcome}) as const),
);
const events = fc.array(
  fc.tuple(fc.integer({min: 0, max: 400}), fc.integer({min: 0, max: 600}), inputs),
  {minLength: 60, maxLength: 150},
);

test('~P10 whatever happens, no close pulse goes out while somebody is below or nobody knows', t => {
  let closes = 0;
  const property = fc.property(events, series => {
    let state = NEW_BARRIER;
    let nowMs = 0;
    let heardMs = 0;
    let clearSinceMs: number | undefined;
    let isHeld = false;
    for (const [pauseMs, ageMs, event] of series) {
      nowMs += pauseMs;
      const input =
        event.kind === 'contacts' ? {...event, atMs: Math.max(heardMs, nowMs - ageMs)} : event;
      if (input.kind === 'lost') clearSinceMs = undefined;
      if (input.kind === 'due' && input.timer === 'fresh') clearSinceMs = undefined;
      if (input.kind === 'order')
        isHeld = input.order === 'hold' || (isHeld && input.order !== 'release');
      if (input.kind === 'contacts') {
        const isClear = !input.contacts.safetyLoop && !input.contacts.photocell;
        if (input.atMs - heardMs > BARRIER_TIMES.freshForMs) clearSinceMs = undefined;
        clearSinceMs = isClear ? (clearSinceMs ?? input.atMs) : undefined;
        heardMs = input.atMs;
      }
      const step = stepBarrier(state, input, nowMs);
      state = step.state;
      if (!step.effects.some(effect => effect.kind === 'pulse' && effect.order === 'close'))
        continue;
      closes += 1;
      if (isHeld || input.kind !== 'contacts' || clearSinceMs === undefined) return false;
      if (nowMs - heardMs > BARRIER_TIMES.freshForMs) return false;
      if (heardMs - clearSinceMs < BARRIER_TIMES.clearForMs) return false;
    }
    return true;
  });
  t.notThrows(() => fc.assert(property, {numRuns: 500}));
  t.true(closes > 50, `only ${closes} close pulses were judged`);
});
