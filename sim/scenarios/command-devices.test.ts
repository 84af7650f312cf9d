import test from 'ava';
import {Barrier} from '../devices/barrier.js';
import {RelayBoard} from '../devices/relay-board.js';
import type {World, WorldOptions} from '../world.js';
import {lineBlock, plantLine, shown, told} from './plant-line.js';
import {withWorld} from './with-world.js';
import type {WorldCloud} from './world-cloud.js';

const GATE = {
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
const STRIKE = {
  id: 'door-1',
  kind: 'door-strike',
  relays: 'R1',
  output: 3,
  inputs: 'R1',
  door: {input: 5, activeWhen: 'open'},
  exit: 'none',
  failMode: 'fail_secure',
  releaseMs: 3000,
};

const LAMP = {
  ...{id: 'lamp-1', kind: 'relay-output', relays: 'R1', output: 4, pulseMs: 2000},
  remote: ['open', 'close', 'pulse'],
};
const FAN = {id: 'fan-1', kind: 'relay-output', relays: 'R1', output: 5, remote: ['close']};

/** A gate, a room door and two plain outputs on one relay board, both points of the cloud; harm fails the test. */
class Yard {
  gate!: Barrier;
  board!: RelayBoard;
  world!: World;
  cloud!: WorldCloud;

  get options(): WorldOptions {
    return {
      cloud: true,
      collectors: [],
      plant: {
        buses: [lineBlock('line-Y', [{id: 'R1', kind: 'relay-board', address: 1}])],
        devices: [GATE, STRIKE, LAMP, FAN],
        install: world => {
          this.gate = new Barrier({clock: world.clock});
          this.gate.onHarm(what => {
            throw new Error(what);
          });
          const {gate} = this;
          const inputs = () => {
            const {openLimit, closedLimit, safetyLoop, photocell, approachLoop} = gate.terminals;
            return [openLimit, closedLimit, safetyLoop, photocell, approachLoop, true];
          };
          this.board = new RelayBoard({clock: world.clock, unit: 1, inputs});
          this.gate.connect(this.board, {open: 0, close: 1, stop: 2});
          return [plantLine(world, 'line-Y', this.board)];
        },
      },
    };
  }

  async begin(world: World): Promise<void> {
    if (!world.cloud) throw new Error('a world with a cloud');
    this.world = world;
    this.cloud = world.cloud;
    await this.cloud.addSite('lot-1', []);
    for (const [id, kind] of [
      ['gate-1', 'barrier'],
      ['door-1', 'door'],
      ['lamp-1', 'relay'],
      ['fan-1', 'relay'],
    ]) {
      await this.cloud.send('POST', '/v1/sites/lot-1/points', {body: {id, kind}});
    }
    await world.until(() => shown(world, 'gate-1') === 'closed', 5000);
  }

  async order(point: string, kind: 'open' | 'close' | 'pulse'): Promise<string> {
    return (await this.cloud.order('lot-1', point, kind)).id;
  }

  async stateOf(id: string): Promise<string> {
    const {state, why} = await this.cloud.command(id);
    return why === null ? state : `${state} ${why}`;
  }

  async until(id: string, wanted: string): Promise<void> {
    for (let step = 0; step < 700; step += 1) {
      if ((await this.stateOf(id)) === wanted) return;
      await this.world.advance(50);
    }
    throw new Error(`never ${wanted}, but ${await this.stateOf(id)}`);
  }
}

test('a gate is opened and closed from afar: confirmed at its limit, never on a car, and what cannot begin is taken back', async t => {
  const yard = new Yard();
  await withWorld(t, yard.options, async world => {
    await yard.begin(world);
    const {gate} = yard;
    const open = await yard.order('gate-1', 'open');
    await yard.until(open, 'delivered');
    t.not(shown(world, 'gate-1'), 'open');
    await yard.until(open, 'confirmed');
    t.is(shown(world, 'gate-1'), 'open');

    gate.setCarBelow(true);
    await world.advance(1000);
    await yard.until(await yard.order('gate-1', 'close'), 'failed CAR_PRESENT');
    gate.setCarBelow(false);
    await world.advance(1000);
    const cut = await yard.order('gate-1', 'close');
    await world.until(() => gate.closeOrders === 1, 5000);
    await world.advance(200);
    gate.setCarBelow(true);
    await yard.until(cut, 'failed REOPENED');
    gate.setCarBelow(false);
    await world.until(() => shown(world, 'gate-1') === 'open', 9000);
    await world.advance(1000);
    await yard.until(await yard.order('gate-1', 'close'), 'confirmed');

    world.edge.site.device({
      ...{device: 'gate-1' as never, verb: 'hold', person: 'wang' as never, reason: 'fire drill'},
    });
    await world.until(() => shown(world, 'gate-1') === 'open', 9000);
    const orders = gate.closeOrders;
    await yard.until(await yard.order('gate-1', 'close'), 'failed NOT_CLEAR');
    await world.advance(10_000);
    t.is(gate.closeOrders, orders, 'an arm that is held up stays up');
    const heard = told(world, 'gate-1', 'ordered');
    t.deepEqual(heard[0], {command: open, kind: 'open', by: 'option'});
  });
});

test('a gate that stays where it is lets its command fail, one that nobody asked in time never moves', async t => {
  const yard = new Yard();
  await withWorld(t, yard.options, async world => {
    await yard.begin(world);
    yard.gate.ail({stuck: true});
    await yard.until(await yard.order('gate-1', 'open'), 'failed DEVICE_FAULT');
    yard.gate.ail({stuck: false});
    const opened = yard.gate.openOrders;
    const released = yard.board.orders;
    yard.cloud.cut();
    await world.advance(2000);
    const late = [await yard.order('gate-1', 'open'), await yard.order('door-1', 'pulse')];
    await world.advance(11_000);
    yard.cloud.restore();
    await world.settle();
    await world.advance(20_000);
    for (const id of late) t.is(await yard.stateOf(id), 'expired GATEWAY_OFFLINE');
    t.deepEqual([yard.gate.openOrders, yard.board.orders], [opened, released]);
  });
});

test('a door is pulsed from afar: confirmed by its relay alone, unknown where nothing tells, and once', async t => {
  const yard = new Yard();
  await withWorld(t, yard.options, async world => {
    await yard.begin(world);
    const {board} = yard;
    const pulse = await yard.order('door-1', 'pulse');
    await yard.until(pulse, 'confirmed');
    t.true(board.outputs[3]);
    await world.advance(4000);
    t.false(board.outputs[3], 'three seconds are over');
    t.deepEqual(told(world, 'door-1', 'strike'), [{outcome: 'proven'}]);

    board.ail({deaf: true});
    await yard.until(await yard.order('door-1', 'pulse'), 'failed RELAY_CONTRADICTED');
    board.ail({deaf: false, unplugged: true});
    const unheard = await yard.order('door-1', 'open');
    await yard.until(unheard, 'unknown RELAY_UNANSWERED');
    board.ail({unplugged: false});
    await world.advance(20_000);
    t.is(await yard.stateOf(unheard), 'unknown RELAY_UNANSWERED', 'and nobody tries again');
    t.false(board.outputs[3]);
    const results = world.events('command').map(({body}) => body.result);
    t.deepEqual(results, ['taken', 'done', 'taken', 'failed', 'taken', 'unproven']);
  });
});

test('a gateway that dies amid a pulse leaves it unknown for good: it was taken, and is not done again', async t => {
  const yard = new Yard();
  await withWorld(t, yard.options, async world => {
    await yard.begin(world);
    yard.board.ail({unplugged: true});
    const pulse = await yard.order('door-1', 'pulse');
    await yard.until(pulse, 'delivered');
    yard.cloud.cut();
    await world.killEdge();
    yard.board.ail({unplugged: false});
    await yard.until(pulse, 'unknown GATEWAY_AWAY');
    const {orders} = yard.board;
    yard.cloud.restore();
    world.startEdge();
    await world.settle();
    await world.advance(40_000);
    t.is(await yard.stateOf(pulse), 'unknown GATEWAY_AWAY');
    t.is(yard.board.orders, orders);
  });
});

test('a relay output is switched and pulsed from afar as its site file lets it, read back each time, and left as it is by what it does not let', async t => {
  const yard = new Yard();
  await withWorld(t, yard.options, async world => {
    await yard.begin(world);
    const {board} = yard;
    const lamp = (kind: 'open' | 'close' | 'pulse') => yard.order('lamp-1', kind);
    const on = await lamp('open');
    await yard.until(on, 'confirmed');
    await world.advance(60_000);
    t.true(board.outputs[4], 'until it is told otherwise');
    await yard.until(await lamp('close'), 'confirmed');
    t.false(board.outputs[4]);
    await yard.until(await lamp('pulse'), 'confirmed');
    t.true(board.outputs[4]);
    await world.advance(3000);
    t.false(board.outputs[4], 'two seconds are over');
    t.deepEqual(told(world, 'lamp-1', 'ordered')[0], {command: on, kind: 'open', by: 'option'});
    const seen = told(world, 'lamp-1', 'relay').map(({isOn}) => isOn);
    t.deepEqual(seen, [false, true, false, true, false]);

    const {orders} = board;
    await yard.until(await yard.order('fan-1', 'open'), 'failed NOT_FROM_AFAR');
    await yard.until(await yard.order('fan-1', 'pulse'), 'failed NOT_FROM_AFAR');
    t.is(board.orders, orders);
    await yard.until(await yard.order('fan-1', 'close'), 'confirmed');

    board.ail({deaf: true});
    await yard.until(await lamp('open'), 'failed RELAY_CONTRADICTED');
    board.ail({deaf: false, unplugged: true});
    await yard.until(await lamp('open'), 'unknown RELAY_UNANSWERED');
  });
});
