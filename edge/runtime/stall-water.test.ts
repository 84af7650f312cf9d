import test from 'ava';
import {asId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {LotInput} from '../domain/lot/contract.js';
import {yieldTurn} from '../platform/event-loop.js';
import type {DeviceOutcome} from './devices/site-device.js';
import {StallWater} from './stall-water.js';

/** A stall before a device that takes what it is told as `takes` says, one answer for each try. */
function setup(takes: readonly boolean[] | undefined) {
  const clock = new VirtualClock({yieldTurn});
  const heard: string[] = [];
  const credits: number[] = [];
  const answers = [...(takes ?? [])];
  const water = new StallWater(asId('S-01'), {
    clock,
    dispatch: (input: LotInput) => {
      if (input.kind === 'stall') heard.push(`${input.said.kind}`);
    },
  });
  const valve = {
    ...{id: asId<never>('M-01'), state: {position: 'closed', confirmed: true, faults: []} as const},
    open: (forMs: number) => {
      heard.push(`open ${forMs}`);
      return true;
    },
    close: () => void heard.push('close'),
  };
  const setCredit = (volumeMl: number) => {
    credits.push(volumeMl);
    return Promise.resolve(answers.shift() ?? false);
  };
  water.join(takes ? {valve, setCredit} : {valve});
  const open = () =>
    water.order({kind: 'water', stall: asId('S-01'), order: 'open', forMs: 9000, creditMl: 51_000});
  const shut = () =>
    water.order({
      ...{kind: 'water', stall: asId('S-01'), order: 'shut', forMs: 0, creditMl: undefined},
    });
  return {clock, heard, credits, water, open, shut};
}

test('~B11 a valve opens only when its device has taken how much it may give, at the third try at last', async t => {
  const good = setup([true]);
  good.open();
  t.deepEqual(good.heard, []);
  await good.clock.advance(0);
  t.deepEqual([good.credits, good.heard], [[51_000], ['open 9000']]);
  const noisy = setup([false, false, true]);
  noisy.open();
  await noisy.clock.advance(0);
  t.deepEqual([noisy.credits.length, noisy.heard], [3, ['open 9000']]);
  const deaf = setup([]);
  deaf.open();
  await deaf.clock.advance(0);
  t.deepEqual([deaf.credits.length, deaf.heard], [3, ['valveRefused']]);
  const without = setup(undefined);
  without.open();
  t.deepEqual(without.heard, ['open 9000']);
});

test('what is told to shut before its device answered stays shut', async t => {
  const {clock, heard, open, shut} = setup([true]);
  open();
  shut();
  await clock.advance(0);
  t.deepEqual(heard, ['close']);
  const nothing = new StallWater(asId('S-01'), {
    clock,
    dispatch: input => void heard.push(input.kind === 'stall' ? input.said.kind : ''),
  });
  nothing.order({...{kind: 'water', stall: asId('S-01'), order: 'open'}, forMs: 1, creditMl: 1});
  nothing.order({...{kind: 'water', stall: asId('S-01'), order: 'shut'}, forMs: 1, creditMl: 1});
  t.deepEqual(heard, ['close', 'valveRefused']);
});

test('~E55 a stop from afar ends the shower, and is done when the valve is read shut, or has failed after 5 s', async t => {
  const {clock, heard, water} = setup(undefined);
  const outcomes: DeviceOutcome[] = [];
  const {stop} = water.orders;
  t.is(stop?.refusal(), undefined);
  water.onValve({position: 'open', confirmed: true, faults: []});
  stop?.run(outcome => outcomes.push(outcome));
  t.deepEqual(heard, ['valve', 'halt']);
  await clock.advance(1000);
  t.deepEqual(outcomes, []);
  water.onValve({position: 'closed', confirmed: true, faults: []});
  t.deepEqual(outcomes, [{kind: 'done'}]);
  stop?.run(outcome => outcomes.push(outcome));
  t.is(outcomes.length, 2, 'shut already');
  water.onValve({position: 'unknown', confirmed: false, faults: []});
  stop?.run(outcome => outcomes.push(outcome));
  await clock.advance(5000);
  t.deepEqual(outcomes.at(-1), {kind: 'failed', why: 'DEVICE_FAULT'});
  stop?.run(outcome => outcomes.push(outcome));
  water.close();
  clock.assertIdle();
  t.is(outcomes.length, 3);
});

test('a reading, a temperature and a leak are told when they are news, or somebody may stand under it', t => {
  const {heard, water} = setup(undefined);
  const reading = {
    ...({totalMl: 1, flowMlPerMin: 0, quality: 'good', atMs: 0} as const),
    mark: {units: 1, raw: 1},
  };
  water.onValve({position: 'closed', confirmed: true, faults: []});
  for (let no = 0; no < 3; no += 1) {
    water.onReading(reading);
    water.onTemperature(20_000);
  }
  t.deepEqual(heard.splice(0), ['valve', 'reading', 'temperature']);
  water.onValve({position: 'open', confirmed: true, faults: []});
  water.onReading(reading);
  water.onTemperature(20_000);
  t.deepEqual(heard.splice(0), ['valve', 'reading', 'temperature']);
  water.onValveFault('not_closed', true);
  water.onValveFault('leak', false);
  water.onValveFault('leak', true);
  water.onNoFlow();
  t.deepEqual(heard, ['leak', 'noFlow']);
});
