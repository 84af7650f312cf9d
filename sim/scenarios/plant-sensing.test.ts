import {once} from 'node:events';
import {type AddressInfo, createServer} from 'node:net';
import test from 'ava';
import {URM_TEMPERATURE_PROFILE} from '../../protocols/profiles/temperature-profile.js';
import {Cjt188Meter} from '../devices/cjt188-meter.js';
import {PlateCamera, pushBodyOf} from '../devices/plate-camera.js';
import {RelayBoard} from '../devices/relay-board.js';
import {TemperatureInput} from '../devices/temperature-input.js';
import type {World, WorldOptions} from '../world.js';
import {Guard} from './guard.js';
import {alarmsOf, lineBlock, plantLine, shown, told} from './plant-line.js';
import {withWorld} from './with-world.js';

const STRIKE = {
  id: 'door-1',
  kind: 'door-strike',
  relays: 'R1',
  output: 3,
  inputs: 'R1',
  door: {input: 2, activeWhen: 'open'},
  exit: {input: 5},
  failMode: 'fail_secure',
  releaseMs: 3000,
  heldAfterMs: 30_000,
};

test('a room door is released by a named person with a reason, and told when it is held or forced open', async t => {
  let board: RelayBoard | undefined;
  let isOpen = false;
  const options: WorldOptions = {
    collectors: [],
    plant: {
      buses: [lineBlock('line-D', [{id: 'R1', kind: 'relay-board', address: 1}])],
      devices: [STRIKE],
      install: world => {
        // The contact of the door is closed while the door is.
        const inputs = () => [false, false, !isOpen, false, false, false, false, false];
        board = new RelayBoard({clock: world.clock, unit: 1, inputs});
        return [plantLine(world, 'line-D', board)];
      },
    },
  };
  await withWorld(t, options, async world => {
    const isReleased = () => board?.outputs[3] === true;
    t.is(shown(world, 'door-1'), 'door shut');
    const guard = new Guard(world);
    const path = '/api/devices/door-1/open';
    t.is((await guard.post(path, {reason: ''})).status, 400);
    t.is((await new Guard(world, 'nobody').post(path, {reason: 'x'})).status, 400);
    await world.advance(2000);
    t.false(isReleased());
    t.is((await guard.post(path, {reason: 'cleaning'})).status, 200);
    await world.until(isReleased, 1000);
    isOpen = true;
    await world.advance(3000);
    t.false(isReleased(), 'three seconds are over');
    t.like(world.events('override').at(-1)?.body, {
      person: 'wang',
      action: 'door-1 open',
      reason: 'cleaning',
    });
    t.is(shown(world, 'door-1'), 'door open');
    t.deepEqual(told(world, 'door-1', 'forced_open'), []);
    await world.advance(25_000);
    t.deepEqual(told(world, 'door-1', 'held_open'), []);
    await world.advance(6000);
    t.deepEqual(told(world, 'door-1', 'held_open'), [{isStanding: true}]);
    isOpen = false;
    await world.advance(1000);
    t.deepEqual(told(world, 'door-1', 'held_open').at(-1), {isStanding: false});
    isOpen = true;
    await world.advance(1000);
    t.deepEqual(told(world, 'door-1', 'forced_open'), [{isStanding: true}]);
    t.deepEqual(told(world, 'door-1', 'strike'), [{outcome: 'proven'}]);
  });
});

test('a temperature is read in its own register, journalled as it moves, and a torn probe is told once', async t => {
  let probe: TemperatureInput | undefined;
  const entry = {id: 'T-1', kind: 'temperature-input', profile: 'urm', address: 9, pollMs: 5000};
  const options: WorldOptions = {
    collectors: [],
    plant: {
      buses: [lineBlock('line-T', [entry])],
      install: world => {
        probe = new TemperatureInput({unit: 9, profile: URM_TEMPERATURE_PROFILE});
        probe.milliCelsius = -5300;
        return [plantLine(world, 'line-T', probe)];
      },
    },
  };
  await withWorld(t, options, async world => {
    const sink = () => probe as TemperatureInput;
    await world.advance(6000);
    t.is(shown(world, 'T-1'), '-5.3 °C');
    sink().milliCelsius = 41_000;
    await world.advance(66_000);
    sink().milliCelsius = 'none';
    await world.advance(66_000);
    t.is(shown(world, 'T-1'), 'no probe');
    t.deepEqual(
      told(world, 'T-1', 'temperature').map(({milliCelsius}) => milliCelsius),
      [-5300, 41_000, null],
    );
    sink().isUnplugged = true;
    await world.advance(60_000);
    t.deepEqual(kindsOf(world), ['BUS_DOWN'], 'it was alone on its line');
    t.is(world.alarms()[0]?.detail, 'line line-T is silent: T-1');
    sink().isUnplugged = false;
    await world.until(() => kindsOf(world).length === 0, 60_000);
  });
});

const kindsOf = (world: World) => world.alarms().map(({kind}) => kind);

const METER = '11223344556677';

test('a CJ/T 188 meter at 2400 baud closes the valve that it finds open, and its total is journalled as it moves', async t => {
  let meter: Cjt188Meter | undefined;
  const entry = {id: 'bath-3', kind: 'cjt188-meter', address: METER};
  const options: WorldOptions = {
    collectors: [],
    plant: {
      buses: [lineBlock('line-J', [entry], {baudRate: 2400, parity: 'even'})],
      install: world => {
        meter = new Cjt188Meter({clock: world.clock, address: METER, totalMl: 12_340_000});
        meter.pipe.order('open');
        return [plantLine(world, 'line-J', meter)];
      },
    },
  };
  await withWorld(t, options, async world => {
    const bath = () => meter as Cjt188Meter;
    await world.advance(5000);
    t.is(bath().pipe.valve, 'closed');
    t.deepEqual(bath().orders, ['close']);
    t.is(shown(world, 'bath-3'), '12340.0 l, valve closed');
    t.deepEqual(alarmsOf(world, 'bath-3'), []);
    bath().pipe.ail({leakMlPerMin: 60_000});
    await world.advance(90_000);
    t.true(Number(told(world, 'bath-3', 'meter').at(-1)?.totalMl) > 12_340_000);
    bath().pipe.ail({leakMlPerMin: 0});
    // Somebody opens it by hand.
    bath().pipe.order('open');
    await world.advance(1000);
    const guard = new Guard(world);
    const {status} = await guard.post('/api/devices/bath-3/close', {reason: 'it runs'});
    t.is(status, 200);
    await world.until(() => bath().pipe.valve === 'closed', 8000);
    t.true(bath().orders.length > 1 && bath().orders.every(order => order === 'close'));
    bath().isUnplugged = true;
    await world.until(() => kindsOf(world).includes('BUS_DOWN'), 60_000);
    const downMs = world.nowMs;
    await world.clock.settle(world.stopEdge());
    t.true(world.nowMs - downMs < 10_000, 'a valve out of reach does not hold the gateway');
  });
});

/** A port of this computer that nobody uses now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('~P8 a plate camera that posts is answered at its own path alone, and journalled before the answer', async t => {
  const port = await freePort();
  const link = {kind: 'push', listen: {port}, resource: '/cameras/gate-1-7f3a'};
  const options: WorldOptions = {
    collectors: [],
    plant: {devices: [{id: 'cam-1', kind: 'plate-camera', link}], install: () => []},
  };
  await withWorld(t, options, async world => {
    const camera = new PlateCamera(world.clock);
    const record = camera.see({license: '粤B12345'});
    const post = (path: string, isOffline: boolean) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        body: new Uint8Array(pushBodyOf(record, isOffline)),
      });
    t.is((await post('/cameras/gate-1', false)).status, 404);
    t.deepEqual(told(world, 'cam-1', 'plate'), []);
    const answer = await post('/cameras/gate-1-7f3a', false);
    t.is(answer.status, 200);
    t.like(told(world, 'cam-1', 'plate')[0], {
      plate: '粤B12345',
      decision: 'arrival',
      isOffline: false,
    });
    const reply = (await answer.json()) as {Response_AlarmInfoPlate?: {info?: string}};
    t.not(reply.Response_AlarmInfoPlate?.info, 'ok', 'nothing opens by it');
    await post('/cameras/gate-1-7f3a', false);
    t.is(told(world, 'cam-1', 'plate').length, 1, 'sent again, told once');
    await world.until(() => alarmsOf(world, 'cam-1').includes('DEVICE_OFFLINE'), 300_000);
  });
});
