import test from 'ava';
import {MINUTE_MS} from '../../protocols/base/units.js';
import type {LotKind} from '../../protocols/site/lot-kind.js';
import {Barrier} from '../devices/barrier.js';
import {mqttPayloadOf, PlateCamera} from '../devices/plate-camera.js';
import {RelayBoard} from '../devices/relay-board.js';
import type {World, WorldOptions} from '../world.js';
import {lineBlock, plantLine, shown, told} from './plant-line.js';
import {withWorld} from './with-world.js';

const GATE = {
  ...{id: 'gate-1', kind: 'barrier', relays: 'R1', inputs: 'R1', camera: 'cam-1'},
  outputs: {open: 0, close: 1, stop: 2},
  contacts: {
    ...{openLimit: {input: 0}, closedLimit: {input: 1}, safetyLoop: {input: 2}},
    ...{photocell: {input: 3}, approachLoop: {input: 4}},
  },
};
const CAMERA = {
  ...{id: 'cam-1', kind: 'plate-camera'},
  link: {kind: 'mqtt', feed: {broker: 'mqtt://127.0.0.1:1883'}, maker: 'vz', serialNo: 'sn-1'},
};

interface Lane {
  readonly world: World;
  readonly gate: Barrier;
  /** A car stops at the gate; gives what became of it. */
  arrive(license: string, confidence?: number): Promise<unknown>;
  /** It drives through, and the arm comes down behind it. */
  pass(): Promise<void>;
}

/** The lane into a lot, with a camera; an arm that comes down on a car fails the test. */
async function laneOf(
  t: Parameters<typeof withWorld>[0],
  lotKind: LotKind,
  play: (lane: Lane) => Promise<void>,
): Promise<void> {
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
  const buses = [lineBlock('line-G', [{id: 'R1', kind: 'relay-board', address: 1}])];
  const options: WorldOptions = {
    ...{collectors: [], lotKind},
    plant: {buses, devices: [GATE, CAMERA], install},
  };
  await withWorld(t, options, async world => {
    const barrier = gate;
    if (!barrier) throw new Error('no gate');
    const eye = new PlateCamera(world.clock);
    eye.attach({
      send: (record, isOffline) => {
        const topic = 'device/sn-1/message/up/ivs_result';
        world.feed('cam-1').deliver(topic, mqttPayloadOf(record, isOffline));
        return true;
      },
    });
    await play({
      ...{world, gate: barrier},
      arrive: async (license, confidence = 96) => {
        barrier.setCarBefore(true);
        eye.see({license, confidence});
        await world.advance(1000);
        return told(world, 'gate-1', 'admission').at(-1);
      },
      pass: async () => {
        await world.until(() => shown(world, 'gate-1') === 'open', 6000);
        barrier.setCarBelow(true);
        barrier.setCarBefore(false);
        await world.advance(2000);
        barrier.setCarBelow(false);
        await world.until(() => shown(world, 'gate-1') === 'closed', 10_000);
      },
    });
  });
}

test('P5 where people live the gate lets in whose right is good now and refuses an unbooked outsider; at a public lot both come in', async t => {
  await laneOf(t, 'residential', async ({world, gate, arrive, pass}) => {
    const card = await world.office.card();
    const grant = await world.office.give(card, [], {plates: ['粤B12345']});
    t.like(await arrive('粤A99999'), {admission: 'refused', reason: 'NOT_FOUND', grant: null});
    t.is(gate.openOrders, 0);
    gate.setCarBefore(false);
    t.like(await arrive('粤B12345'), {admission: 'booked', reason: null, grant: grant.id});
    await pass();
    t.is(gate.openOrders, 1);
    await world.office.revoke(grant);
    // Sooner the camera takes it for the same car.
    await world.advance(MINUTE_MS);
    t.like(await arrive('粤B12345'), {admission: 'refused', reason: 'REVOKED'});
    t.is(gate.openOrders, 1);
  });
  await laneOf(t, 'public', async ({gate, arrive, pass}) => {
    t.like(await arrive('粤A99999'), {admission: 'ordinary', reason: null, grant: null});
    await pass();
    t.is(gate.openOrders, 1);
  });
});

test('~P5 a plate that the camera is not sure of opens nothing by itself, of whatever kind the lot is', t =>
  laneOf(t, 'public', async ({gate, arrive}) => {
    t.is(await arrive('粤B12345', 60), undefined);
    t.is(await arrive(''), undefined);
    t.is(gate.openOrders, 0);
  }));
