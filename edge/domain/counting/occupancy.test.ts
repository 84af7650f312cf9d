import test from 'ava';
import {BeamCounter} from '../../../drivers/people-counter/beam-counter.js';
import type {CountReading} from '../../../drivers/people-counter/contract.js';
import type {Timer} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {SiteEventBodies} from '../../../protocols/site/events.js';
import {asId, type DeviceId, type PersonId} from '../../../protocols/site/ids.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {PeopleCounter} from '../../../sim/devices/people-counter.js';
import {
  bandOf,
  NO_OCCUPANCY,
  type OccupancyInput,
  occupancyDueMs,
  stepOccupancy,
} from './occupancy-machine.js';

type Fact = Omit<SiteEventBodies['occupancy'], 'counter'>;

/** A room: door twin, beam driver and the machine of its count, with its timer. */
class Room {
  readonly clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  readonly door = new PeopleCounter({clock: this.clock, count: 65_530});
  readonly facts: Fact[] = [];
  readonly faults: string[] = [];
  state = NO_OCCUPANCY;
  #timer: Timer | undefined;
  #poll: Timer | undefined;
  readonly #driver = new BeamCounter({
    id: asId<DeviceId>('N-1'),
    listener: {
      onCount: (reading: CountReading) => this.take({kind: 'reading', reading}),
      onCounterFault: () => {},
      onHealth: () => {},
    },
  });

  constructor(pollMs = 200) {
    const poll = () => {
      if (!this.door.isUnplugged) this.#driver.onBreaks(this.door.counts, this.clock.nowMs());
      this.#poll = this.clock.timer('board', pollMs, poll);
    };
    poll();
  }

  take(input: OccupancyInput): void {
    const {state, effects} = stepOccupancy(this.state, input);
    this.state = state;
    for (const effect of effects) {
      if (effect.kind === 'fact') this.facts.push(effect.body);
      else this.faults.push(`${effect.isStanding ? '+' : '-'}${effect.fault}`);
    }
    this.#timer?.cancel();
    const dueMs = occupancyDueMs(state);
    if (dueMs === undefined) return;
    const afterMs = dueMs - this.clock.nowMs();
    this.#timer = this.clock.timer('count', afterMs, () => {
      this.take({kind: 'due', atMs: this.clock.nowMs()});
    });
  }

  start(registered: number): void {
    this.take({kind: 'start', registered, atMs: this.clock.nowMs()});
  }

  async pass(way: 'in' | 'out', people = 1): Promise<void> {
    for (let no = 0; no < people; no += 1) await this.clock.settle(this.door.pass(way));
    await this.clock.advance(2 * SECOND_MS);
  }

  close(): void {
    this.#timer?.cancel();
    this.#poll?.cancel();
    this.#driver.close();
    this.clock.assertIdle();
  }
}

const wang = asId<PersonId>('wang');

test('E75 a dog, a suitcase and a curtain are kept in the data with low confidence and raise no alarm', async t => {
  const room = new Room();
  room.start(2);
  await room.pass('in', 2);
  t.is(room.state.count, 2);
  room.door.dog();
  await room.clock.advance(2 * SECOND_MS);
  await room.clock.settle(room.door.suitcase());
  await room.clock.settle(room.door.curtain(20));
  await room.clock.advance(30 * MINUTE_MS);
  t.is(room.state.count, 2, 'alarms judge by this');
  t.deepEqual(room.faults, []);
  const last = room.facts.at(-1);
  t.true((last?.in ?? 0) > 2 && (last?.out ?? 0) > 0, 'the data keep them');
  t.true((last?.confidence ?? 1) < 0.5);
  t.true(bandOf(room.state).min < 2 && bandOf(room.state).max > 2);

  await room.pass('in');
  await room.clock.advance(9 * MINUTE_MS);
  t.deepEqual(room.faults, []);
  await room.clock.advance(2 * MINUTE_MS);
  t.deepEqual(room.faults, ['+OVER_COUNT'], 'a third person is an alarm after 10 min');
  await room.pass('out');
  t.deepEqual(room.faults, ['+OVER_COUNT', '-OVER_COUNT']);
  room.close();
});

test('E76 a count below 0, or one that never comes back to 0, is COUNTER_DRIFT until staff confirm an empty room at check-out or cleaning', async t => {
  const below = new Room();
  below.start(2);
  await below.pass('in');
  await below.pass('out', 2);
  t.deepEqual(below.faults, ['+COUNTER_DRIFT']);
  t.is(below.state.count, 0, 'never below 0');
  await below.pass('in');
  await below.clock.advance(HOUR_MS);
  t.deepEqual(below.faults, ['+COUNTER_DRIFT'], 'it does not heal by itself');
  const rebaseline = (person: PersonId, reason: string) =>
    below.take({
      kind: 'rebaseline',
      occasion: 'check_out',
      person,
      reason,
      atMs: below.clock.nowMs(),
    });
  rebaseline(asId<PersonId>(''), 'empty');
  rebaseline(wang, ' ');
  t.is(below.state.count, 1, 'nobody without a name and a reason');
  rebaseline(wang, 'looked into every room');
  t.is(below.state.count, 0);
  t.deepEqual(below.faults, ['+COUNTER_DRIFT', '-COUNTER_DRIFT']);
  const fact = below.facts.at(-1);
  t.like(fact, {cause: 'check_out', count: 0, person: 'wang', reason: 'looked into every room'});
  below.close();

  const never = new Room(10 * SECOND_MS);
  never.start(2);
  never.take({
    kind: 'reading',
    reading: {in: 1, out: 0, confidence: 0.95, quality: 'good', atMs: 0},
  });
  await never.clock.advance(DAY_MS - MINUTE_MS);
  t.deepEqual(never.faults, []);
  await never.clock.advance(2 * MINUTE_MS);
  t.deepEqual(never.faults, ['+COUNTER_DRIFT']);
  const atMs = never.clock.nowMs();
  never.take({kind: 'rebaseline', occasion: 'cleaning', person: wang, reason: 'cleaned', atMs});
  t.is(never.faults.at(-1), '-COUNTER_DRIFT');
  never.take({
    kind: 'reading',
    reading: {in: 1, out: 0, confidence: 0.95, quality: 'good', atMs},
  });
  never.take({kind: 'shouldBeEmpty', atMs});
  t.is(never.faults.at(-1), '+COUNTER_DRIFT', 'not empty at check-out');
  never.close();
});

test('~R7 counter unplugged at start: COUNTER_FAULT within 15 s; plugged in, it starts from 0', async t => {
  const room = new Room();
  await room.clock.advance(1000);
  room.door.isUnplugged = true;
  room.start(2);
  t.like(room.facts[0], {cause: 'start', count: 0, isHeard: false});
  await room.clock.advance(14_900);
  t.deepEqual(room.faults, []);
  await room.clock.advance(100);
  t.deepEqual(room.faults, ['+COUNTER_FAULT']);
  room.door.isUnplugged = false;
  await room.clock.advance(1000);
  t.deepEqual(room.faults, ['+COUNTER_FAULT', '-COUNTER_FAULT']);
  t.is(room.state.count, 0);
  room.close();
});

test('~R10 a still hour yields exactly 12 periodic reports; two missed periods are COUNTER_FAULT', async t => {
  const room = new Room();
  room.start(2);
  await room.clock.advance(HOUR_MS);
  t.is(room.facts.filter(fact => fact.cause === 'periodic').length, 12);
  t.is(room.facts.length, 13, 'the start, and nothing else');
  room.door.isUnplugged = true;
  await room.clock.advance(9 * MINUTE_MS);
  t.deepEqual(room.faults, []);
  await room.clock.advance(2 * MINUTE_MS);
  t.deepEqual(room.faults, ['+COUNTER_FAULT']);
  t.false(room.facts.at(-1)?.isHeard);
  room.take({kind: 'stop', atMs: room.clock.nowMs()});
  t.deepEqual(room.faults, ['+COUNTER_FAULT', '-COUNTER_FAULT']);
  await room.clock.advance(HOUR_MS);
  t.is(room.facts.filter(fact => fact.cause === 'periodic').length, 14);
  room.close();
});

test('fewer than registered is normal, and a change of the registration counts at once', async t => {
  const room = new Room();
  room.start(3);
  await room.pass('in', 3);
  await room.pass('out', 2);
  await room.clock.advance(HOUR_MS);
  t.deepEqual(room.faults, []);
  room.take({kind: 'registered', registered: 0, atMs: room.clock.nowMs()});
  await room.clock.advance(11 * MINUTE_MS);
  t.deepEqual(room.faults, ['+OVER_COUNT']);
  room.close();
});

test('a board that restarted loses no count, and somebody who turns round is nobody', async t => {
  const room = new Room();
  room.start(3);
  await room.pass('in', 2);
  room.door.reset();
  await room.clock.advance(1000);
  t.is(room.state.count, 2);
  await room.clock.settle(room.door.turnBack());
  t.is(room.state.count, 2);
  await room.pass('out');
  t.is(room.state.count, 1);
  room.close();
});
