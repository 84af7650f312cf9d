import test from 'ava';
import fc from 'fast-check';
import type {BayOccupancy} from '../../../drivers/bay-sensor/contract.js';
import type {ArmState, LockReading, VehicleFlag} from '../../../drivers/parking-lock/contract.js';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {type AlarmId, asId, type PersonId} from '../../../protocols/site/ids.js';
import {isFinal} from '../actuation/actuation-machine.js';
import type {LotContext, LotInput, LotStep, LotTimer} from './contract.js';
import {LotRig} from './lot-rig.js';
import {createLot, type LotState} from './lot-state.js';
import {bayId, cardUid, collectorId, NO_FAULTS, rigConfig, sureTime} from './rig-config.js';
import {stepLot} from './step-lot.js';

const BAY = bayId('A-012');
const C1 = collectorId('C1');
const wang = asId<PersonId>('wang');

type Act =
  | {readonly kind: 'reading'; readonly arm: ArmState; readonly vehicle: VehicleFlag}
  | {readonly kind: 'raw'; readonly raw: BayOccupancy}
  | {readonly kind: 'sensor'; readonly occupancy: BayOccupancy; readonly faulty: boolean}
  | {readonly kind: 'health'; readonly health: 'ok' | 'offline'}
  | {readonly kind: 'order'; readonly desired: 'up' | 'down'}
  | {readonly kind: 'card'; readonly uid: string}
  | {readonly kind: 'press'}
  | {readonly kind: 'alarm'; readonly action: 'acknowledge' | 'close'}
  | {readonly kind: 'timers'}
  | {readonly kind: 'wait'; readonly ms: number};

const anyAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reading' as const),
      arm: fc.constantFrom<ArmState>(
        'unknown',
        'up',
        'down',
        'down',
        'moving',
        'blocked',
        'forced',
      ),
      vehicle: fc.constantFrom<VehicleFlag>('none', 'absent', 'absent', 'present', 'fault'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('raw' as const),
      raw: fc.constantFrom<BayOccupancy>('unknown', 'vacant', 'occupied'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('sensor' as const),
      occupancy: fc.constantFrom<BayOccupancy>('unknown', 'vacant', 'vacant', 'occupied'),
      faulty: fc.boolean(),
    }),
  },
  fc.record({
    kind: fc.constant('health' as const),
    health: fc.constantFrom('ok' as const, 'offline' as const),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      desired: fc.constantFrom('up' as const, 'down' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('card' as const),
      uid: fc.constantFrom('01', '02', '99'),
    }),
  },
  fc.constant({kind: 'press' as const}),
  fc.record({
    kind: fc.constant('alarm' as const),
    action: fc.constantFrom('acknowledge' as const, 'close' as const),
  }),
  {weight: 4, arbitrary: fc.constant({kind: 'timers' as const})},
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.integer({min: 1, max: 40_000}),
    }),
  },
);

/** The bare lot in a hostile world: readings, flags and orders that no physics would produce. */
class HostileWorld {
  readonly steps: LotStep<LotState>[] = [];
  raisedAgainstTheFlags = 0;
  state = createLot(rigConfig());
  #nowMs = 0;
  #raw: BayOccupancy = 'unknown';
  #vehicle: VehicleFlag = 'fault';
  #confirmed: BayOccupancy = 'unknown';
  #faulty = false;
  #polledMs: number | undefined;
  #id = 0;
  readonly #book = new LotRig();
  readonly #timers = new Map<string, {timer: LotTimer; dueMs: number}>();

  constructor() {
    this.#book.grant('01', ['A-012'], {entries: 'multi', validUntil: 9e15 as UnixMillis});
    this.#book.grant('02', ['B-017'], {entries: 'multi', validUntil: 9e15 as UnixMillis});
    this.feed({
      kind: 'boot',
      run: 'run-1',
      cause: 'start',
      version: 'test',
      open: {
        actuations: [],
        sessions: [],
        alarms: [],
        lockTests: [],
        lockouts: [],
        showers: [],
        guessAgesMs: [],
      },
    });
  }

  act(act: Act): void {
    switch (act.kind) {
      case 'reading': {
        this.#vehicle = act.vehicle;
        this.#polledMs = this.#nowMs;
        const reading: LockReading = {
          arm: act.arm,
          vehicle: act.vehicle,
          supplyMv: 12_000,
          faults: NO_FAULTS,
          cycles: 0,
          atMs: this.#nowMs,
          wallMs: 0 as UnixMillis,
        };
        this.feed({kind: 'lockReading', bay: BAY, reading});
        return;
      }
      case 'raw':
        this.#raw = act.raw;
        return;
      case 'sensor': {
        this.#confirmed = act.occupancy;
        this.#faulty = act.faulty;
        const fault = act.faulty ? ('stuck' as const) : undefined;
        const sensor = {occupancy: act.occupancy, fault, sinceMs: this.#nowMs};
        this.feed({kind: 'occupancy', bay: BAY, sensor});
        return;
      }
      case 'health':
        this.feed({kind: 'lockHealth', bay: BAY, health: act.health});
        return;
      case 'order':
        this.feed({
          kind: 'order',
          bay: BAY,
          desired: act.desired,
          by: {kind: 'person', person: wang, reason: 'x'},
        });
        return;
      case 'card': {
        const card = {
          uid: cardUid(act.uid),
          assurance: {kind: 'uid'},
          userInfo: '',
          requestNo: 1,
          atMs: 0,
        } as const;
        this.feed({kind: 'card', collector: C1, card});
        return;
      }
      case 'press':
        this.feed({kind: 'press', collector: C1, presses: 1});
        return;
      case 'alarm': {
        const alarm = [...this.state.alarms.keys()][0] ?? asId<AlarmId>('none');
        this.feed({kind: 'alarmAction', alarm, action: act.action, person: wang, reason: 'x'});
        return;
      }
      case 'timers':
        this.wait(0);
        return;
      case 'wait':
        this.wait(act.ms);
    }
  }

  wait(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let fired = 0; fired < 500; fired += 1) {
      const due = [...this.#timers].sort((left, right) => left[1].dueMs - right[1].dueMs)[0];
      if (!due || due[1].dueMs > untilMs) break;
      this.#timers.delete(due[0]);
      this.#nowMs = Math.max(this.#nowMs, due[1].dueMs);
      this.feed({kind: 'timer', timer: due[1].timer});
    }
    this.#nowMs = untilMs;
  }

  feed(input: LotInput): void {
    const step = stepLot(this.state, input, this.#context());
    this.state = step.state;
    this.steps.push(step);
    for (const effect of step.effects) {
      if (effect.kind === 'startTimer') {
        const dueMs = this.#nowMs + effect.afterMs;
        this.#timers.set(JSON.stringify(effect.timer), {timer: effect.timer, dueMs});
      }
      if (effect.kind === 'cancelTimer') this.#timers.delete(JSON.stringify(effect.timer));
      const raises = effect.kind === 'lockCommand' && effect.command === 'raise';
      if (raises && !this.#provenEmpty()) this.raisedAgainstTheFlags += 1;
    }
  }

  #provenEmpty(): boolean {
    const flag = this.#vehicle === 'absent' || this.#vehicle === 'none';
    return flag && this.#raw === 'vacant' && this.#confirmed === 'vacant' && !this.#faulty;
  }

  #context(): LotContext {
    const {grants, cards} = this.#book;
    return {
      nowMs: this.#nowMs,
      wallMs: (1_760_000_000_000 + this.#nowMs) as UnixMillis,
      newId: () => {
        this.#id += 1;
        return `id-${this.#id}`;
      },
      sense: () => ({raw: this.#raw, polledMs: this.#polledMs}),
      proofHolds: () => true,
      rotationHolds: () => true,
      inWindow: () => true,
      timeOfDay: () => sureTime(1_760_000_000_000 + this.#nowMs),
      grants: {
        codeByDigest: () => undefined,
        qrsOf: () => [],
        grantByNumber: () => undefined,
        isSpent: () => false,
        cardByUid: uid => cards.get(uid),
        grantById: id => grants.get(id),
        grantsOf: one => [...grants.values()].filter(grant => grant.credentials.includes(one)),
        grantsOfPlate: () => [],
        grantsAt: () => [],
        isRevoked: () => false,
        isUsed: () => false,
        ageMs: () => 0,
      },
    };
  }
}

function playHostile(acts: readonly Act[]): HostileWorld {
  const world = new HostileWorld();
  for (const act of acts) world.act(act);
  return world;
}

const anyStory = fc.array(anyAct, {minLength: 5, maxLength: 80});

test('no raise command ever goes out while a flag says car, or a sensor is unknown or faulty', t => {
  fc.assert(
    fc.property(anyStory, acts => playHostile(acts).raisedAgainstTheFlags === 0),
    {numRuns: 300},
  );
  t.pass();
});

test('the raises that do go out are not prevented by accident', t => {
  const world = playHostile([
    {kind: 'reading', arm: 'down', vehicle: 'absent'},
    {kind: 'reading', arm: 'down', vehicle: 'absent'},
    {kind: 'reading', arm: 'down', vehicle: 'absent'},
    {kind: 'raw', raw: 'vacant'},
    {kind: 'sensor', occupancy: 'vacant', faulty: false},
    {kind: 'order', desired: 'up'},
  ]);
  const commands = world.steps
    .flatMap(step => step.effects)
    .filter(one => one.kind === 'lockCommand');
  t.is(commands.length, 1);
});

test('no series has more than 1 + 5 commands, and every order ends once time passes', t => {
  fc.assert(
    fc.property(anyStory, acts => {
      const world = playHostile(acts);
      world.wait(70_000);
      const sent = new Map<string, number>();
      for (const effect of world.steps.flatMap(step => step.effects)) {
        if (effect.kind !== 'lockCommand' || effect.command === 'stop') continue;
        sent.set(effect.actuation, (sent.get(effect.actuation) ?? 0) + 1);
      }
      const last = new Map(
        world.steps.flatMap(step =>
          step.records.flatMap(record =>
            record.table === 'actuation' ? [[record.row.id, record.row] as const] : [],
          ),
        ),
      );
      const underway = [...world.state.bays.values()].filter(bay => bay.actuation !== undefined);
      t.true([...sent.values()].every(count => count <= 6));
      t.true([...last.values()].every(row => isFinal(row.state) || isYoung(underway, row.id)));
    }),
    {numRuns: 200},
  );
  t.pass();
});

/** An automatic raise may begin within the last half minute of the wait. */
function isYoung(
  underway: readonly {actuation: {row: {id: string; desired: string}} | undefined}[],
  id: string,
): boolean {
  return underway.some(bay => bay.actuation?.row.id === id && bay.actuation.row.desired === 'up');
}

test('swipe counters never pass the maximum, and every row has its fact', t => {
  fc.assert(
    fc.property(anyStory, acts => {
      const world = playHostile(acts);
      for (const step of world.steps) {
        for (const at of step.state.collectors.values()) {
          for (const count of at.counts.values()) t.true(count.failures <= 3);
        }
        const rows = step.records.filter(
          one => one.table === 'actuation' || one.table === 'session',
        );
        const facts = step.facts.filter(one => one.kind === 'actuation' || one.kind === 'session');
        t.is(rows.length, facts.length);
      }
    }),
    {numRuns: 100},
  );
  t.pass();
});
