import test from 'ava';
import fc from 'fast-check';
import {DAY_MS, HOUR_MS} from '../../protocols/base/units.js';
import {
  CONTACT_SENSOR_RULES,
  DEFAULT_SENSOR_RULES,
  newSensor,
  type SensorInput,
  type SensorMachineState,
  stepSensor,
} from './sensor-machine.js';

type Flag = Extract<SensorInput, {kind: 'flag'}>['flag'];

/** Feeds inputs and gathers what was told, as `occupancy/fault @ms`. */
class Bench {
  state: SensorMachineState = newSensor(0);
  readonly told: string[] = [];
  readonly rules;

  constructor(rules = DEFAULT_SENSOR_RULES) {
    this.rules = rules;
  }

  take(input: SensorInput): void {
    const step = stepSensor(this.state, input, this.rules);
    this.state = step.state;
    for (const {state} of step.effects) {
      const fault = state.fault === undefined ? '' : `/${state.fault}`;
      this.told.push(`${state.occupancy}${fault} @${input.atMs}`);
    }
  }

  /** The flag, read every `everyMs` from `fromMs` until before `toMs`. */
  hold(flag: Flag, fromMs: number, toMs: number, everyMs = 500): void {
    for (let atMs = fromMs; atMs < toMs; atMs += everyMs) this.take({kind: 'flag', flag, atMs});
  }
}

test('~Q8 occupied after 2 s in, vacant after 5 s out, each told once', t => {
  const bench = new Bench();
  bench.hold('vacant', 0, 10_000);
  bench.hold('occupied', 10_000, 20_000);
  bench.hold('vacant', 20_000, 40_000);
  t.deepEqual(bench.told, ['vacant @5000', 'occupied @12000', 'vacant @25000']);
  t.is(bench.state.told.sinceMs, 20_000, 'vacancy counts from the flag');
});

test('a person walking through changes nothing that is told, only the raw flag', t => {
  const bench = new Bench();
  bench.hold('vacant', 0, 6000);
  bench.hold('occupied', 6000, 7900, 100);
  t.is(bench.state.raw, 'occupied');
  bench.hold('vacant', 7900, 20_000);
  t.deepEqual(bench.told, ['vacant @5000']);
});

test('silence confirms nothing: the reading after the debounce time does', t => {
  const bench = new Bench();
  bench.take({kind: 'flag', flag: 'occupied', atMs: 0});
  t.deepEqual(bench.told, []);
  bench.take({kind: 'flag', flag: 'occupied', atMs: 60_000});
  t.deepEqual(bench.told, ['occupied @60000']);
});

test('~Q8 20 flips in 10 s raise SENSOR_FAULT (flapping), 60 s of quiet end it', t => {
  const bench = new Bench();
  bench.hold('vacant', 0, 6000);
  for (let flip = 0; flip < 20; flip += 1) {
    t.is(bench.state.told.fault, undefined, `before flip ${flip + 1}`);
    const flag = flip % 2 === 0 ? 'occupied' : 'vacant';
    bench.take({kind: 'flag', flag, atMs: 6000 + flip * 500});
  }
  t.deepEqual(bench.told, ['vacant @5000', 'vacant/flapping @15500']);
  bench.hold('vacant', 16_000, 80_000);
  t.deepEqual(bench.told.slice(2), ['vacant @75500']);
});

test('20 flips in 10.5 s are no flapping; flapping that goes on slower keeps the fault', t => {
  const slow = new Bench();
  slow.take({kind: 'flag', flag: 'vacant', atMs: 0});
  for (let flip = 1; flip <= 40; flip += 1) {
    slow.take({kind: 'flag', flag: flip % 2 === 0 ? 'vacant' : 'occupied', atMs: flip * 553});
  }
  t.deepEqual(slow.told, []);

  const fast = new Bench();
  for (let flip = 0; flip <= 20; flip += 1) {
    fast.take({kind: 'flag', flag: flip % 2 === 0 ? 'vacant' : 'occupied', atMs: flip * 100});
  }
  for (let flip = 1; flip <= 4; flip += 1) {
    fast.take({kind: 'flag', flag: flip % 2 === 0 ? 'vacant' : 'occupied', atMs: flip * 30_000});
  }
  t.is(fast.state.told.fault, 'flapping');
});

test('a broken detector is a fault and its bay unknown at once', t => {
  const bench = new Bench();
  bench.hold('vacant', 0, 6000);
  bench.hold('broken', 6000, 8000);
  t.is(bench.state.raw, 'unknown');
  bench.hold('vacant', 8000, 70_000);
  t.deepEqual(bench.told, [
    'vacant @5000',
    'unknown/device @6000',
    'vacant/device @13000',
    'vacant @67500',
  ]);
});

test('a car where the arm stands up contradicts after 2 s of both', t => {
  const bench = new Bench();
  bench.hold('vacant', 0, 6000);
  bench.take({kind: 'arm', up: true, atMs: 6000});
  bench.hold('occupied', 7000, 9001, 1000);
  t.deepEqual(bench.told, ['vacant @5000', 'occupied/contradiction @9000']);
  bench.take({kind: 'arm', up: false, atMs: 10_000});
  bench.hold('occupied', 10_000, 70_000);
  t.deepEqual(bench.told.slice(2), ['occupied @69000']);
});

test('a car standing while the arm moves, or before it came up, is no contradiction at once', t => {
  const bench = new Bench();
  bench.hold('occupied', 0, 10_000);
  bench.take({kind: 'arm', up: true, atMs: 10_000});
  bench.hold('occupied', 10_500, 12_000);
  bench.take({kind: 'arm', up: false, atMs: 12_000});
  bench.hold('occupied', 12_000, 20_000);
  t.deepEqual(bench.told, ['occupied @2000']);
});

test('~Q8 a contact that says occupied for 24 h is stuck until it says vacant for 5 s', t => {
  const bench = new Bench(CONTACT_SENSOR_RULES);
  bench.hold('occupied', 0, DAY_MS + HOUR_MS, 60_000);
  t.deepEqual(bench.told, [`occupied @60000`, `occupied/stuck @${DAY_MS}`]);
  bench.take({kind: 'lost', atMs: DAY_MS + HOUR_MS});
  bench.hold('occupied', DAY_MS + HOUR_MS + 1000, DAY_MS + 2 * HOUR_MS, 60_000);
  t.is(bench.state.told.fault, 'stuck', 'neither a lost carrier nor an hour of the same heals it');
  const freedMs = DAY_MS + 2 * HOUR_MS;
  bench.hold('vacant', freedMs, freedMs + 6000, 1000);
  t.is(bench.told.at(-1), `vacant @${freedMs + 5000}`);
});

test('~Q8 a flag that sleeps through eight tenants is stuck when the ninth is let in', t => {
  const bench = new Bench();
  bench.hold('vacant', 0, 6000);
  bench.take({kind: 'arm', up: true, atMs: 6000});
  const tenant = (no: number, flag: Flag = 'vacant') => {
    const atMs = no * 60_000;
    bench.take({kind: 'arm', up: false, atMs});
    bench.take({kind: 'arm', up: false, down: true, atMs: atMs + 1000});
    bench.hold(flag, atMs + 1000, atMs + 4000);
    bench.hold('vacant', atMs + 10_000, atMs + 16_000);
    bench.take({kind: 'arm', up: true, atMs: atMs + 18_000});
  };
  for (let no = 1; no <= 8; no += 1) tenant(no);
  t.is(bench.state.told.fault, undefined);
  tenant(9, 'occupied');
  t.is(bench.state.told.fault, undefined, 'a car was seen: it counts from the beginning');
  for (let no = 10; no <= 17; no += 1) tenant(no);
  t.is(bench.state.told.fault, undefined);
  tenant(18);
  t.is(bench.state.told.fault, 'stuck');
  tenant(19, 'occupied');
  t.is(bench.state.told.fault, undefined);
});

test('an arm that was out of reach and is up again has let nobody in', t => {
  const bench = new Bench();
  bench.hold('vacant', 0, 6000);
  for (let no = 1; no <= 20; no += 1) {
    bench.take({kind: 'arm', up: true, down: false, atMs: no * 10_000});
    bench.take({kind: 'arm', up: false, atMs: no * 10_000 + 5000});
  }
  bench.hold('vacant', 210_000, 212_000);
  t.is(bench.state.told.fault, undefined);
});

test('a lost carrier makes the bay unknown at once, without a fault', t => {
  const bench = new Bench();
  bench.hold('occupied', 0, 3000);
  bench.take({kind: 'lost', atMs: 3000});
  bench.hold('occupied', 9000, 12_000);
  t.deepEqual(bench.told, ['occupied @2000', 'unknown @3000', 'occupied @11000']);
});

test('a lock without a detector leaves its bay unknown and faultless', t => {
  const bench = new Bench();
  bench.hold('absent', 0, 60_000);
  t.deepEqual(bench.told, []);
});

test('memory is bounded and occupancy only ever follows a lasting flag', t => {
  const flag = fc.constantFrom<Flag>('vacant', 'occupied', 'broken', 'absent');
  const readings = fc.array(fc.record({flag, gapMs: fc.integer({min: 0, max: 3000})}));
  const property = fc.property(readings, list => {
    const bench = new Bench();
    let atMs = 0;
    for (const {flag, gapMs} of list) {
      atMs += gapMs;
      bench.take({kind: 'flag', flag, atMs});
      const {told, raw, rawSinceMs, flipsMs} = bench.state;
      if (flipsMs.length > 20) return false;
      const lasted = atMs - rawSinceMs >= (raw === 'occupied' ? 2000 : 5000);
      if (raw !== 'unknown' && lasted && told.occupancy !== raw) return false;
      if (raw === 'unknown' && told.occupancy !== 'unknown') return false;
    }
    return true;
  });
  t.notThrows(() => fc.assert(property));
});
