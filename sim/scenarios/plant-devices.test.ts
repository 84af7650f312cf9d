import test from 'ava';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import {Barrier} from '../devices/barrier.js';
import {CardDispenser} from '../devices/card-dispenser.js';
import {RelayBoard} from '../devices/relay-board.js';
import type {World, WorldOptions} from '../world.js';
import {Guard} from './guard.js';
import {alarmsOf, lineBlock, plantLine, shown, told} from './plant-line.js';
import {withWorld} from './with-world.js';

const BOARD = {id: 'R1', kind: 'relay-board', address: 1};

const BARRIER = {
  id: 'gate-1',
  kind: 'barrier',
  relays: 'R1',
  outputs: {open: 0, close: 1, stop: 2},
  inputs: 'R1',
  contacts: {
    openLimit: {input: 0},
    closedLimit: {input: 1},
    safetyLoop: {input: 2},
    photocell: {input: 3},
    approachLoop: {input: 4},
  },
};

/** A gate on a relay board with inputs of its own; harm fails the test. */
function gateWorld(): {readonly options: WorldOptions; readonly gate: () => Barrier} {
  let gate: Barrier | undefined;
  const install = (world: World) => {
    const barrier = new Barrier({clock: world.clock});
    barrier.onHarm(what => {
      throw new Error(what);
    });
    const inputs = () => {
      const {openLimit, closedLimit, safetyLoop, photocell, approachLoop} = barrier.terminals;
      return [openLimit, closedLimit, safetyLoop, photocell, approachLoop];
    };
    const board = new RelayBoard({clock: world.clock, unit: 1, inputs});
    barrier.connect(board, {open: 0, close: 1, stop: 2});
    gate = barrier;
    return [plantLine(world, 'line-G', board)];
  };
  return {
    options: {
      collectors: [],
      plant: {buses: [lineBlock('line-G', [BOARD])], devices: [BARRIER], install},
    },
    gate: () => {
      if (!gate) throw new Error('no gate yet');
      return gate;
    },
  };
}

test('~P10 a guard opens the gate for a car, and it comes down behind the car and never on it', async t => {
  const {options, gate} = gateWorld();
  await withWorld(t, options, async world => {
    const barrier = gate();
    t.is(shown(world, 'gate-1'), 'closed');
    barrier.setCarBefore(true);
    const guard = new Guard(world);
    const {status} = await guard.post('/api/devices/gate-1/open', {reason: 'a guest on the list'});
    t.is(status, 200);
    await world.until(() => shown(world, 'gate-1') === 'open', 6000);
    barrier.setCarBelow(true);
    barrier.setCarBefore(false);
    await world.advance(20_000);
    t.is(barrier.closeOrders, 0);
    barrier.setCarBelow(false);
    await world.until(() => shown(world, 'gate-1') === 'closed', 10_000);
    t.deepEqual(
      told(world, 'gate-1', 'barrier').map(({state}) => state),
      ['closed', 'opening', 'open', 'closing', 'closed'],
    );
    t.deepEqual(
      world.events('override').map(({body}) => [body.person, body.action, body.reason]),
      [['wang', 'gate-1 open', 'a guest on the list']],
    );
    t.deepEqual(world.alarms(), []);
  });
});

test('~P10 a gate that stays where it is raises GATE_FAULT, and no word of it without a reason opens it', async t => {
  const {options, gate} = gateWorld();
  await withWorld(t, options, async world => {
    const guard = new Guard(world);
    t.is((await guard.post('/api/devices/gate-1/open', {reason: ' '})).status, 400);
    t.is((await guard.post('/api/devices/gate-9/open', {reason: 'x'})).status, 404);
    t.is((await guard.post('/api/devices/gate-1/baseline', {reason: 'x'})).status, 409);
    await world.advance(5000);
    t.is(gate().openOrders, 0);
    gate().ail({stuck: true});
    await guard.post('/api/devices/gate-1/open', {reason: 'a guest'});
    await world.advance(6500);
    t.deepEqual(alarmsOf(world, 'gate-1'), ['GATE_FAULT']);
    gate().ail({stuck: false});
    await guard.post('/api/devices/gate-1/open', {reason: 'once more'});
    await world.until(() => alarmsOf(world, 'gate-1').length === 0, 10_000);
    await world.until(() => shown(world, 'gate-1') === 'closed', 90_000);
  });
});

const SIREN = {id: 'siren-1', kind: 'siren', relays: 'R1', output: 7};

test('~E24 an arm forced down sounds the siren within 2 s, and it is silent once a guard has answered', async t => {
  let board: RelayBoard | undefined;
  const options: WorldOptions = {
    collectors: [{id: 'C1', bays: ['A-012'], pollMs: 250}],
    plant: {
      buses: [lineBlock('line-S', [BOARD])],
      devices: [SIREN],
      install: world => {
        board = new RelayBoard({clock: world.clock, unit: 1});
        return [plantLine(world, 'line-S', board)];
      },
    },
  };
  await withWorld(t, options, async world => {
    const sounds = () => board?.outputs[7] === true;
    await world.advance(60_000);
    t.false(sounds());
    world.site.lock('A-012').force();
    await world.until(sounds, 2000);
    t.is(shown(world, 'siren-1'), 'sounding');
    await world.advance(90_000);
    t.true(sounds());
    board?.restart();
    await world.until(sounds, 2000);
    const guard = new Guard(world);
    for (const {id} of world.alarms()) await guard.dismiss(id, 'bent back');
    await world.until(() => !sounds(), 2000);
  });
});

const uid = (no: number) => asId<CardUid>(`00000000${no.toString(16).padStart(2, '0')}`);

function dispenserWorld(cards: number) {
  let machine: CardDispenser | undefined;
  const options: WorldOptions = {
    collectors: [],
    plant: {
      buses: [lineBlock('line-K', [{id: 'cards-1', kind: 'card-dispenser', address: 5}])],
      install: world => {
        const stack = Array.from({length: cards}, (_, no) => uid(no));
        const dispenser = new CardDispenser({clock: world.clock, unit: 5, stack});
        machine = dispenser;
        return [plantLine(world, 'line-K', dispenser), dispenser];
      },
    },
  };
  return {options, machine: () => machine as CardDispenser};
}

test('~E40 a stack of 20 cards raises CARD_STOCK_LOW, and a refill ends it', async t => {
  const {options, machine} = dispenserWorld(20);
  await withWorld(t, options, async world => {
    t.is(shown(world, 'cards-1'), '20 cards');
    t.deepEqual(alarmsOf(world, 'cards-1'), ['CARD_STOCK_LOW']);
    machine().refill([uid(100)]);
    await world.advance(1000);
    t.deepEqual(alarmsOf(world, 'cards-1'), []);
    t.deepEqual(
      world.events('alarm').map(({body}) => [body.kind, body.state]),
      [
        ['CARD_STOCK_LOW', 'raised'],
        ['CARD_STOCK_LOW', 'notified'],
        ['CARD_STOCK_LOW', 'closed'],
      ],
    );
  });
});

test('~P9 a jammed dispenser raises DISPENSER_FAULT within a second, until it is cleared', async t => {
  const {options, machine} = dispenserWorld(50);
  await withWorld(t, options, async world => {
    t.deepEqual(alarmsOf(world, 'cards-1'), []);
    machine().ail({jam: true});
    await world.advance(1000);
    t.deepEqual(alarmsOf(world, 'cards-1'), ['DISPENSER_FAULT']);
    t.is(shown(world, 'cards-1'), '50 cards, JAM');
    machine().ail({jam: false});
    await world.advance(1000);
    t.deepEqual(alarmsOf(world, 'cards-1'), []);
  });
});
