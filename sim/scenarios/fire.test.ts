import test from 'ava';
import {Barrier} from '../devices/barrier.js';
import {FirePanel} from '../devices/fire-panel.js';
import {RelayBoard} from '../devices/relay-board.js';
import type {World, WorldOptions} from '../world.js';
import {BathHouse} from './bath-rig.js';
import {Guard} from './guard.js';
import {alarmsOf, lineBlock, plantLine, shown, told} from './plant-line.js';
import {withWorld} from './with-world.js';

const GATE = {
  ...{
    id: 'gate-1',
    kind: 'barrier',
    relays: 'R1',
    outputs: {open: 0, close: 1, stop: 2},
    inputs: 'R1',
  },
  contacts: {
    openLimit: {input: 0},
    closedLimit: {input: 1},
    safetyLoop: {input: 2},
    ...{photocell: 'none', approachLoop: 'none'},
  },
};
const DOOR = {
  ...{id: 'door-1', kind: 'door-strike', relays: 'R1', output: 3, inputs: 'R1'},
  ...{door: {input: 5}, exit: {input: 6}, failMode: 'fail_secure', releaseMs: 3000},
};
const PANEL = {
  ...{id: 'fire-1', kind: 'fire-panel', inputs: 'R1'},
  fire: {input: 7, activeWhen: 'open'},
};

/** A gate, a room door and the fire panel of the house on one board. */
class Building {
  readonly panel = new FirePanel();
  gate!: Barrier;
  board!: RelayBoard;
  isDoorOpen = false;

  /** What stands in a world besides. */
  with(options: WorldOptions, panel: object = {}): WorldOptions {
    const {buses = [], devices = [], install} = options.plant ?? {};
    return {
      ...options,
      plant: {
        ...options.plant,
        buses: [...buses, lineBlock('line-F', [BOARD])],
        devices: [...devices, GATE, DOOR, {...PANEL, ...panel}],
        install: world => [...(install?.(world) ?? []), this.#install(world)],
      },
    };
  }

  #install(world: World) {
    this.gate = new Barrier({clock: world.clock});
    this.gate.onHarm(what => {
      throw new Error(what);
    });
    const inputs = () => {
      const {openLimit, closedLimit, safetyLoop} = this.gate.terminals;
      const contacts = [openLimit, closedLimit, safetyLoop, false, false];
      return [...contacts, this.isDoorOpen, false, this.panel.isClosed];
    };
    this.board = new RelayBoard({clock: world.clock, unit: 1, inputs});
    this.gate.connect(this.board, {open: 0, close: 1, stop: 2});
    return plantLine(world, 'line-F', this.board);
  }
}

const BOARD = {id: 'R1', kind: 'relay-board', address: 1};
const LOCK = {travelMs: 1000, pollMs: 500};

test('E52 a fire: gate up, door released, locks as they are, water runs on save in the stall that the zone stops, and all of it is logged', async t => {
  const building = new Building();
  const house = new BathHouse({
    xintai: 2,
    more: {collectors: [{id: 'C1', bays: ['A-001', 'A-002'], ...LOCK}]},
  });
  await withWorld(t, building.with(house.options, {stops: ['X-02']}), async world => {
    await house.ready();
    const {gate, board, panel} = building;
    await world.until(() => shown(world, 'fire-1') === 'quiet', 10_000);
    const holder = await world.office.cardFor(['A-001', 'A-002']);
    await world.tap('C1', holder);
    await world.advance(5000);
    const [open] = ['A-001', 'A-002'].filter(bay => world.site.lock(bay).arm === 'down');
    if (open === undefined) return t.fail('an arm lies down');
    const shut = open === 'A-001' ? 'A-002' : 'A-001';
    const car = world.car();
    await world.clock.settle(car.enter(world.site.bay(open)));
    for (const [stall, digits] of [
      ['X-01', '19057344'],
      ['X-02', '50246818'],
    ] as const) {
      await house.code(digits);
      house.stall(stall).keypad.type(`${digits}#`);
    }
    const flows = (id: string) => house.stall(id).pipe.flowMlPerMin > 0;
    await world.until(() => flows('X-01') && flows('X-02'), 20_000);

    panel.alarm();
    await world.until(() => board.outputs[3] === true, 1500);
    await world.until(() => gate.terminals.openLimit, 5000);
    await world.until(() => !flows('X-02'), 3000);
    t.true(flows('X-01'));
    t.deepEqual(alarmsOf(world, 'fire-1'), ['FIRE']);
    building.isDoorOpen = true;
    await world.clock.settle(car.leave());
    await world.tap('C1', await world.office.cardFor([shut]));
    t.is(world.screen('C1'), 'Fire alarm / Leave now');
    const guard = new Guard(world);
    const up = await guard.post(`/api/bays/${open}/close`, {reason: 'to bar it'});
    t.is(up.status, 409);
    await world.advance(40_000);
    t.true(board.outputs[3], 'released as long as it burns');
    t.true(gate.terminals.openLimit);
    t.is(gate.closeOrders, 0);
    t.deepEqual(
      [open, shut].map(bay => world.site.lock(bay).arm),
      ['down', 'up'],
    );
    t.is(told(world, 'door-1', 'forced_open').length, 0, 'who runs out has broken in nowhere');

    building.isDoorOpen = false;
    panel.reset();
    await world.until(() => gate.terminals.closedLimit, 20_000);
    await world.until(() => board.outputs[3] === false, 2000);
    await world.until(() => world.site.lock(open).arm === 'up', 60_000);
    t.deepEqual(
      told(world, 'fire-1', 'fire').map(({isStanding}) => isStanding),
      [false, true, false],
    );
    t.deepEqual(
      told(world, 'gate-1', 'barrier').map(({state}) => state),
      ['closed', 'opening', 'open', 'closing', 'closed'],
    );
    t.deepEqual(
      told(world, 'door-1', 'strike').map(({isHeld}) => isHeld),
      [true, false],
    );
    const [stopped] = house.showers().filter(({stall}) => stall === 'X-02');
    t.is(stopped?.end, 'emergency');
    t.deepEqual(alarmsOf(world, 'fire-1'), ['FIRE'], 'a person ends it');
    await house.key('X-01', '*');
    await house.settled(2);
  });
});

test('~E52 a fire that ends while the gateway is down: its panel says so after the start, and the arm comes down when nobody is below; one that still burns keeps it up', async t => {
  const building = new Building();
  const options = building.with({collectors: [{id: 'C1', bays: ['A-001'], ...LOCK}]});
  await withWorld(t, options, async world => {
    const {gate, board, panel} = building;
    await world.until(() => shown(world, 'fire-1') === 'quiet', 10_000);
    await world.advance(30_000);
    t.is(gate.openOrders, 0, 'no fire: nothing moves at a start');
    panel.alarm();
    await world.until(() => gate.terminals.openLimit, 8000);
    await world.stopEdge();
    world.startEdge();
    await world.until(() => shown(world, 'fire-1') === 'fire', 10_000);
    await world.advance(30_000);
    t.true(gate.terminals.openLimit);
    t.is(gate.closeOrders, 0);

    await world.stopEdge();
    panel.reset();
    gate.setCarBelow(true);
    world.startEdge();
    await world.until(() => shown(world, 'fire-1') === 'quiet', 10_000);
    await world.advance(30_000);
    t.is(gate.closeOrders, 0, 'somebody is below');
    gate.setCarBelow(false);
    await world.until(() => gate.terminals.closedLimit, 20_000);
    t.is(gate.closeOrders, 1);
    t.false(board.outputs[3]);
  });
});
