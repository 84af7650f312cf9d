import {readFileSync} from 'node:fs';
import test from 'ava';
import {loadSiteConfig} from '../../edge/config/load.js';
import type {World} from '../world.js';
import {withWorld} from './with-world.js';

const CYCLE_MS = 2000;
const EXAMPLE = readFileSync('edge/install/example-car-park.yaml', 'utf8');

/** `A-001` to `A-008` for zone A with 8. */
function baysOf(zone: string, count: number): readonly string[] {
  return Array.from({length: count}, (_, index) => `${zone}-${String(index + 1).padStart(3, '0')}`);
}

/** Units whose status was asked for within the latest `withinMs`. */
function polledUnits(world: World, collector: string, withinMs: number): readonly number[] {
  const {entries} = world.site.line(collector).log;
  const polls = entries.filter(
    ({direction, bytes, atMs}) =>
      direction === 'toDevices' && bytes[1] === 3 && atMs >= world.nowMs - withinMs,
  );
  return [...new Set(polls.map(({bytes}) => bytes[0] ?? 0))].sort((left, right) => left - right);
}

/** The longest time that a lock stayed unasked since `fromMs`. */
function longestGapMs(world: World, collector: string, unit: number, fromMs: number): number {
  const asked = world.site
    .line(collector)
    .log.framesTo(unit)
    .filter(({bytes, atMs}) => bytes[1] === 3 && atMs >= fromMs)
    .map(({atMs}) => atMs);
  const instants = [fromMs, ...asked, world.nowMs];
  return Math.max(...instants.slice(1).map((atMs, index) => atMs - (instants[index] ?? atMs)));
}

function problemsOf(text: string): readonly string[] {
  const loaded = loadSiteConfig(text, 'site.yaml');
  return loaded.ok ? [] : loaded.problems;
}

test('P6 three collectors of eight locks load and are all polled within 2 s; B-03 at two of them is refused, naming both', async t => {
  const collectors = [
    {id: 'C1', bays: baysOf('A', 8)},
    {id: 'C2', kind: 'smart' as const, bays: baysOf('B', 8)},
    {id: 'C3', kind: 'smart' as const, bays: baysOf('C', 8)},
  ];
  await withWorld(t, {collectors}, async world => {
    await world.advance(CYCLE_MS);
    const {bays} = world.edge.site.state();
    t.is(bays.length, 24);
    t.true(bays.every(bay => bay.health === 'ok' && bay.arm === 'up'));
    for (const {id, bays: own} of collectors) {
      t.deepEqual(
        bays.filter(bay => bay.collector === id).map(bay => String(bay.id)),
        own,
      );
      const locks = polledUnits(world, id, CYCLE_MS).filter(unit => unit <= 8);
      t.deepEqual(locks, [1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });

  const twice = EXAMPLE.replace('{ id: B-009,', '{ id: B-03,').replace(
    '{ id: C-017,',
    '{ id: B-03,',
  );
  const [clash, ...others] = problemsOf(twice);
  t.deepEqual(others, []);
  t.regex(clash ?? '', /BAY_TWICE bay B-03 is given to C2 and to C3/);

  const sameAddress = EXAMPLE.replace(
    '{ id: L-B-010, kind: parking-lock, profile: reference, address: 2,',
    '{ id: L-B-010, kind: parking-lock, profile: reference, address: 1,',
  );
  t.regex(
    problemsOf(sameAddress)[0] ?? '',
    /DUPLICATE_ADDRESS L-B-009 and L-B-010 both have address 1 on line-2/,
  );
});

test('P7 lock 7 of 32 unplugged is OFFLINE within 3 cycles with one alarm, the other 31 stay polled within 2 s, recovery is logged once (node-red-modbus #446)', async t => {
  const bays = baysOf('A', 32);
  const others = bays.map((_, index) => index + 1).filter(unit => unit !== 7);
  const collectors = [{id: 'C1', kind: 'smart' as const, bays}];
  await withWorld(t, {collectors}, async world => {
    const healthOf = (bay: string) => world.edge.site.state().bays.find(one => one.id === bay);
    const fromMs = world.nowMs;
    world.site.lock('A-007').ail({unplugged: true});
    await world.until(() => healthOf('A-007')?.health === 'offline', 3 * CYCLE_MS);
    await world.advance(30_000);
    const alarm = {kind: 'DEVICE_OFFLINE', bay: 'A-007', device: 'L-A-007', count: 1};
    t.deepEqual(
      world.alarms().map(({kind, bay, device, count}) => ({kind, bay, device, count})),
      [alarm],
    );
    for (const unit of others) {
      const gapMs = longestGapMs(world, 'C1', unit, fromMs);
      t.true(gapMs <= CYCLE_MS, `unit ${unit} waited ${gapMs} ms`);
    }

    world.site.lock('A-007').heal();
    await world.until(() => healthOf('A-007')?.health === 'ok', 60_000);
    await world.advance(10_000);
    t.deepEqual(world.alarms(), []);
    const told = world.events('health').map(({body}) => [body.device, body.health]);
    t.deepEqual(told, [
      ['L-A-007', 'offline'],
      ['L-A-007', 'ok'],
    ]);
    const raised = world.events('alarm').filter(({body}) => body.state === 'raised');
    t.is(raised.length, 1);
  });
});
