import test from 'ava';
import {TUF_2000M_FROM_1_PROFILE} from '../../protocols/profiles/flow-meter-profile.js';
import {CountingInputs} from '../devices/counting-inputs.js';
import {FlowMeter} from '../devices/flow-meter.js';
import {PlateCamera, TcpFace} from '../devices/plate-camera.js';
import {RelayBoard} from '../devices/relay-board.js';
import {WaterMeter} from '../devices/water-meter.js';
import {WaterPipe} from '../devices/water-pipe.js';
import type {WorldOptions} from '../world.js';
import {Guard} from './guard.js';
import {alarmsOf, lineBlock, plantLine, shown, told} from './plant-line.js';
import {withWorld} from './with-world.js';

/** Function code of Modbus. */
const WRITE_ONE = 6;

test('~B11 every valve is told to close with the first words on its line, known closed or not: a shower may have been cut off', async t => {
  let open: WaterMeter | undefined;
  let closed: WaterMeter | undefined;
  let toldMs = Number.POSITIVE_INFINITY;
  const options: WorldOptions = {
    collectors: [],
    plant: {
      buses: [
        lineBlock('line-W', [
          {id: 'bath-1', kind: 'water-meter', address: 1},
          {id: 'bath-2', kind: 'water-meter', address: 2},
        ]),
      ],
      install: world => {
        open = new WaterMeter({clock: world.clock, unit: 1, totalMl: 5000});
        closed = new WaterMeter({clock: world.clock, unit: 2});
        const hear = closed.receive.bind(closed);
        closed.receive = frame => {
          if (frame[1] === WRITE_ONE) toldMs = Math.min(toldMs, world.nowMs);
          return hear(frame);
        };
        open.pipe.order('open');
        return [plantLine(world, 'line-W', open, closed)];
      },
    },
  };
  // The pipe needs a moment to stand open before the gateway starts.
  await withWorld(t, options, async world => {
    await world.advance(3000);
    t.is(open?.pipe.valve, 'closed');
    t.deepEqual(open?.orders, ['close']);
    t.deepEqual(closed?.orders, ['close']);
    t.true(toldMs < 200, `${toldMs} ms`);
    t.regex(shown(world, 'bath-1'), /valve closed/);
    t.deepEqual(world.alarms(), []);
  });
});

/** Baths on one line, whose valves somebody may turn by hand. */
function bathWorld(baths: number) {
  const meters: WaterMeter[] = [];
  const units = Array.from({length: baths}, (_, index) => index + 1);
  const options: WorldOptions = {
    collectors: [],
    plant: {
      buses: [
        lineBlock(
          'line-W',
          units.map(unit => ({id: `bath-${unit}`, kind: 'water-meter', address: unit})),
        ),
      ],
      install: world => {
        meters.push(...units.map(unit => new WaterMeter({clock: world.clock, unit})));
        return [plantLine(world, 'line-W', ...meters)];
      },
    },
  };
  return {options, meters};
}

test('~B8 the daemon goes only when every valve that may be open was told to close', async t => {
  const {options, meters} = bathWorld(4);
  await withWorld(t, options, async world => {
    await world.advance(3000);
    for (const {pipe} of meters.slice(1)) {
      pipe.order('open');
      await world.advance(1000);
      pipe.ail({stuck: true});
    }
    await world.advance(5000);
    const before = meters.map(({orders}) => orders.length);
    const fromMs = world.nowMs;
    await world.clock.settle(world.stopEdge());
    t.true(world.nowMs - fromMs <= 500, `${world.nowMs - fromMs} ms`);
    t.deepEqual(
      meters.map(({orders}, index) => orders.length - (before[index] ?? 0)),
      [0, 1, 1, 1],
    );
    t.true(meters.every(({orders}) => !orders.includes('open')));
  });
});

test('valves that do not answer hold up the end of the daemon for 500 ms at most', async t => {
  const {options, meters} = bathWorld(12);
  await withWorld(t, options, async world => {
    await world.advance(3000);
    for (const meter of meters) meter.isUnplugged = true;
    // Long enough for all to be lost, and so to be known closed no more.
    await world.advance(30_000);
    const fromMs = world.nowMs;
    await world.clock.settle(world.stopEdge());
    const tookMs = world.nowMs - fromMs;
    t.true(tookMs > 400 && tookMs <= 501, `${tookMs} ms`);
  });
});

test('~B8 a valve whose line comes up late, or was away, is told to close with the first words', async t => {
  const {options, meters} = bathWorld(1);
  await withWorld(t, options, async world => {
    world.end('line-W').unplug();
    const [bath] = meters;
    bath?.pipe.order('open');
    const orders = () => bath?.orders ?? [];
    const before = orders().length;
    await world.advance(40_000);
    t.is(orders().length, before);
    world.end('line-W').replug();
    await world.until(() => orders().length > before, 60_000);
    await world.until(() => /valve closed/.test(shown(world, 'bath-1')), 3000);

    // Away for a moment: the order to close was lost with the line.
    world.end('line-W').unplug();
    bath?.pipe.order('open');
    await world.advance(1000);
    world.end('line-W').replug();
    const atLoss = orders().length;
    await world.until(() => orders().length > atLoss, 60_000);
    t.deepEqual([...new Set(orders())], ['close']);
    await world.until(() => /valve closed/.test(shown(world, 'bath-1')), 3000);
  });
});

test('~B10 a flow meter of the site file tells its total, and one without a signal is METER_FAULT and bills nothing', async t => {
  let meter: FlowMeter | undefined;
  let pipe: WaterPipe | undefined;
  const options: WorldOptions = {
    collectors: [],
    plant: {
      buses: [
        lineBlock('line-W', [
          {id: 'main-1', kind: 'flow-meter', profile: 'tuf2000mFrom1', address: 1},
        ]),
      ],
      install: world => {
        pipe = new WaterPipe({clock: world.clock});
        meter = new FlowMeter({unit: 1, pipe, profile: TUF_2000M_FROM_1_PROFILE});
        return [plantLine(world, 'line-W', meter)];
      },
    },
  };
  await withWorld(t, options, async world => {
    await world.advance(3000);
    t.is(shown(world, 'main-1'), '0.0 l');
    pipe?.order('open');
    await world.advance(10_800);
    pipe?.order('close');
    await world.advance(90_000);
    const last = told(world, 'main-1', 'meter').at(-1);
    t.is(last?.totalMl, pipe?.totalMl);
    t.is(last?.quality, 'good');
    if (meter) meter.signalPercent = 0;
    await world.advance(3000);
    t.deepEqual(alarmsOf(world, 'main-1'), ['METER_FAULT']);
    t.deepEqual(told(world, 'main-1', 'meter').at(-1), last);
    if (meter) meter.signalPercent = 90;
    await world.advance(3000);
    t.deepEqual(alarmsOf(world, 'main-1'), []);
  });
});

const PULSE_SITE = [
  {id: 'R1', kind: 'relay-board', address: 1},
  {id: 'N1', kind: 'counting-inputs', profile: 'adam4150', address: 2},
];

test('~B10 a pulse meter closes its valve at the start and bills on over the end of its counter', async t => {
  let board: RelayBoard | undefined;
  let counters: CountingInputs | undefined;
  const coils: number[] = [];
  const last = 2 ** 32;
  const options: WorldOptions = {
    collectors: [],
    plant: {
      buses: [lineBlock('line-W', PULSE_SITE)],
      devices: [
        {
          id: 'tap-1',
          kind: 'pulse-meter',
          counters: 'N1',
          input: 3,
          relays: 'R1',
          outputs: {open: 4, close: 5},
          pulses: 450,
        },
      ],
      install: world => {
        board = new RelayBoard({clock: world.clock, unit: 1});
        counters = new CountingInputs({unit: 2, totals: [0, 0, 0, last - 450]});
        for (const output of [4, 5]) {
          board.wire(output, isOn => {
            if (isOn) coils.push(output);
          });
        }
        return [plantLine(world, 'line-W', board, counters)];
      },
    },
  };
  await withWorld(t, options, async world => {
    await world.advance(3000);
    t.deepEqual(coils, [5]);
    t.regex(shown(world, 'tap-1'), /valve closed/);
    const [begin] = told(world, 'tap-1', 'meter');
    for (let pulses = 0; pulses < 900; pulses += 15) {
      counters?.pulse(3, 15);
      await world.advance(500);
    }
    await world.advance(60_000);
    const readings = told(world, 'tap-1', 'meter');
    const end = readings.at(-1);
    t.is(Number(end?.totalMl) - Number(begin?.totalMl), 2000);
    t.true(readings.some(({quality}) => quality === 'rollover'));
    t.true(readings.length <= 4, `${readings.length} readings in 90 s`);
    // Water through a valve that was told to close.
    t.true(world.events('alarm').some(({body}) => body.kind === 'VALVE_FAULT'));
  });
});

test('~B8 a pulse valve is told to close once, as soon as its relays answer, with its counter or without', async t => {
  for (const hasCounter of [true, false]) {
    let plugIn = () => {};
    const pulsedMs: number[] = [];
    const options: WorldOptions = {
      collectors: [],
      plant: {
        buses: [lineBlock('line-W', PULSE_SITE)],
        devices: [
          {
            id: 'tap-1',
            kind: 'pulse-meter',
            counters: 'N1',
            input: 3,
            relays: 'R1',
            outputs: {open: 4, close: 5},
            pulses: 450,
          },
        ],
        install: world => {
          const board = new RelayBoard({clock: world.clock, unit: 1});
          board.wire(5, isOn => {
            if (isOn) pulsedMs.push(world.nowMs);
          });
          const counters = new CountingInputs({unit: 2});
          counters.isUnplugged = !hasCounter;
          const line = plantLine(world, 'line-W', counters);
          plugIn = () => line.attach(board);
          return [line];
        },
      },
    };
    await withWorld(t, options, async world => {
      // Late, and between two tries of every 33 s.
      await world.advance(50_000);
      plugIn();
      await world.until(() => pulsedMs.length > 0, 20_000);
      const answersMs = world.nowMs;
      await world.advance(1000);
      t.is(pulsedMs.length, 1, `${hasCounter}`);
      t.true(answersMs < 65_000, `${answersMs} ms`);
      await world.clock.settle(world.stopEdge());
    });
  }
});

const COUNTER_SITE: readonly object[] = [
  {id: 'door-1', kind: 'beam-counter', counters: 'N1', outer: 0, inner: 1},
];

function counterWorld(isUnplugged: boolean) {
  let board: CountingInputs | undefined;
  const options: WorldOptions = {
    collectors: [],
    plant: {
      buses: [lineBlock('line-N', [{id: 'N1', kind: 'counting-inputs', address: 2}])],
      devices: COUNTER_SITE,
      install: world => {
        board = new CountingInputs({unit: 2});
        board.isUnplugged = isUnplugged;
        return [plantLine(world, 'line-N', board)];
      },
    },
  };
  return {options, board: () => board as CountingInputs};
}

test('~R7 a counter that is unplugged at the start is COUNTER_FAULT within 15 s, and counts once it is back', async t => {
  const {options, board} = counterWorld(true);
  await withWorld(t, options, async world => {
    await world.until(() => alarmsOf(world, 'door-1').includes('COUNTER_FAULT'), 15_000);
    t.true(world.nowMs <= 15_100, `${world.nowMs} ms`);
    board().isUnplugged = false;
    await world.until(() => alarmsOf(world, 'door-1').length === 0, 60_000);
    t.is(shown(world, 'door-1'), '0 inside');
  });
});

test('~E76 more people out than in is COUNTER_DRIFT, and only a named person with a reason begins the count anew', async t => {
  const {options, board} = counterWorld(false);
  await withWorld(t, options, async world => {
    const pass = async (first: number, second: number) => {
      board().pulse(first);
      await world.advance(400);
      board().pulse(second);
      await world.advance(2000);
    };
    await pass(0, 1);
    await pass(0, 1);
    t.is(shown(world, 'door-1'), '2 inside');
    for (let no = 0; no < 3; no += 1) await pass(1, 0);
    t.deepEqual(alarmsOf(world, 'door-1'), ['COUNTER_DRIFT']);
    await pass(0, 1);
    t.is(shown(world, 'door-1'), '1 inside');
    const guard = new Guard(world);
    const path = '/api/devices/door-1/baseline';
    t.is((await guard.post(path, {reason: ''})).status, 400);
    t.is((await new Guard(world, 'nobody').post(path, {reason: 'empty'})).status, 400);
    t.is(shown(world, 'door-1'), '1 inside');
    t.is((await guard.post(path, {reason: 'looked, nobody there'})).status, 200);
    t.is(shown(world, 'door-1'), '0 inside');
    const fact = world.events('occupancy').at(-1)?.body;
    t.like(fact, {counter: 'door-1', cause: 'cleaning', count: 0, person: 'wang'});
    t.like(told(world, 'door-1', 'count')[0], {in: 1, out: 0, inside: 1, min: 1, max: 1});
  });
});

test('~P8 plates of a camera on TCP are journalled, and an old record of it is marked as such', async t => {
  let face: TcpFace | undefined;
  let camera: PlateCamera | undefined;
  const options: WorldOptions = {
    collectors: [],
    plant: {
      devices: [{id: 'cam-1', kind: 'plate-camera', link: {kind: 'tcp', host: 'camera.lan'}}],
      install: world => {
        camera = new PlateCamera(world.clock);
        face = new TcpFace({clock: world.clock, far: world.end('cam-1')});
        camera.attach(face);
        return [face];
      },
    },
  };
  await withWorld(t, options, async world => {
    await world.advance(25_000);
    camera?.see({license: '粤B12345'});
    camera?.see({license: '粤B99999', confidence: 60});
    await world.advance(1000);
    face?.unplug();
    camera?.see({license: '粤B77777'});
    face?.replug();
    await world.advance(10_000);
    camera?.drain();
    await world.advance(1000);
    t.deepEqual(
      told(world, 'cam-1', 'plate').map(({plate, decision, isOffline}) => [
        plate,
        decision,
        isOffline,
      ]),
      [
        ['粤B12345', 'arrival', false],
        ['粤B99999', 'ask', false],
        ['粤B77777', 'record', true],
      ],
    );
    t.is(shown(world, 'cam-1'), 'record 粤B77777');
  });
});
