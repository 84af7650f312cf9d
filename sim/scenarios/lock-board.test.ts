import test from 'ava';
import {MINUTE_MS} from '../../protocols/base/units.js';
import {LOCK_BOARD_MODELS} from '../../protocols/lock-board/models.js';
import {DiscreteInputs} from '../devices/discrete-inputs.js';
import {LockBoard} from '../devices/lock-board.js';
import type {World, WorldOptions} from '../world.js';
import {withWorld} from './with-world.js';

const INPUT_UNIT = 40;
const MODEL = 'board-8a80';

/** A line with a Modbus lock, and with two locks on one board; only hands raise the second of them. */
function boardSite() {
  const twins: {board?: LockBoard; inputs?: DiscreteInputs} = {};
  const lock = {kind: 'board-lock', model: MODEL, board: 1, statusMeansOpen: true};
  /** May be set otherwise while the daemon is down. */
  const moved = {id: 'L-A-003', ...lock, lock: 5};
  const bay = (id: string, input: number) => ({
    id,
    lock: `L-${id}`,
    sensor: {from: 'input', device: 'S-1', input},
  });
  const options: WorldOptions = {
    collectors: [
      {
        id: 'C1',
        bays: ['A-001'],
        more: {
          lineDevices: [
            {id: 'L-A-002', ...lock, lock: 1, raiseLock: 2},
            moved,
            {id: 'S-1', kind: 'discrete-inputs', address: INPUT_UNIT},
          ],
          bays: [bay('A-002', 0), bay('A-003', 1)],
        },
      },
    ],
    equip: world => {
      const {clock} = world;
      const locks = [
        {lock: 1, raiseLock: 2, flatSetsBit: true},
        {lock: 5, flatSetsBit: true},
      ];
      twins.board = new LockBoard({clock, model: LOCK_BOARD_MODELS[MODEL], board: 1, locks});
      twins.inputs = new DiscreteInputs({clock, unit: INPUT_UNIT});
      world.site.line('C1').attach(twins.board, twins.inputs);
    },
  };
  const directions = (channel: number) =>
    twins.board?.lock(channel).commands.map(({direction}) => direction);
  const setCar = (input: number, isThere: boolean) => twins.inputs?.set(input, isThere);
  return {options, moved, directions, setCar};
}

/** A tenant comes, parks and leaves the bay for good. */
async function stay(world: World, bay: string, setCar: (isThere: boolean) => void): Promise<void> {
  await world.tap('C1', await world.office.cardFor([bay]));
  await world.advance(5000);
  setCar(true);
  await world.advance(10_000);
  setCar(false);
  await world.advance(5 * MINUTE_MS);
}

test('~P14 a card lowers a lock on a lock board, which is raised again when its bay is empty, with zero collisions and zero gap violations', t => {
  const {options, directions, setCar} = boardSite();
  return withWorld(t, options, async world => {
    await stay(world, 'A-002', isThere => setCar(0, isThere));
    const shown = world.site.post('C1').screens.map(({screen}) => screen.lines.join(' / '));
    t.true(shown.includes('A-002 open / Drive in'), shown.join());
    t.deepEqual(directions(1), ['lower', 'raise']);
    t.deepEqual(directions(5), []);
    t.deepEqual(world.alarms(), []);
    const line = world.site.line('C1');
    t.is(line.collisions, 0);
    t.is(line.gapViolations, 0);
  });
});

test('a lock without a raise channel never gets a raise order, however long its bay is empty', t => {
  const {options, directions, setCar} = boardSite();
  return withWorld(t, options, async world => {
    await stay(world, 'A-003', isThere => setCar(1, isThere));
    t.deepEqual(directions(5), ['lower']);
    t.deepEqual(
      world.events('actuation').filter(({body}) => body.desired === 'up'),
      [],
    );
    t.deepEqual(world.alarms(), []);
  });
});

test('~E22 a lock that was moved to another channel, or whose polarity was changed, counts as replaced', t => {
  const {options, moved, directions} = boardSite();
  return withWorld(t, options, async world => {
    t.deepEqual(world.alarms(), []);
    for (const change of [{lock: 7}, {lock: 5, statusMeansOpen: false}]) {
      await world.stopEdge();
      Object.assign(moved, change);
      world.startEdge();
      await world.settle();
      t.like(world.alarms()[0], {kind: 'UNCOMMISSIONED', bay: 'A-003', device: 'L-A-003'});
      await world.tap('C1', await world.office.cardFor(['A-003']));
      await world.advance(3000);
      t.is(world.events('decision').at(-1)?.body.reason, 'UNCOMMISSIONED');
    }
    t.deepEqual(directions(5), []);
  });
});
