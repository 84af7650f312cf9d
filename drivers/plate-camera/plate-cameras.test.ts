import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VZ_VECTORS} from '../../protocols/vz-camera/vectors.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {
  type CameraRecord,
  HttpFace,
  mqttPayloadOf,
  PlateCamera,
  pushBodyOf,
  TcpFace,
} from '../../sim/devices/plate-camera.js';
import {MemoryFeed} from '../port/memory-feed.js';
import {createMemoryPair} from '../port/memory-link.js';
import type {PlateSighting} from './contract.js';
import {HttpPushCamera} from './http-push.js';
import {MqttCamera} from './mqtt-camera.js';
import {VzTcpCamera} from './vz-tcp-camera.js';

const id = asId<DeviceId>('CAM-1');
const utf8 = (text: string) => new TextEncoder().encode(text);

function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const heard: string[] = [];
  const listener = {
    onPlate: ({kind, seen}: PlateSighting) => {
      heard.push(`${kind} ${seen.plate || '-'} ${seen.confidence}`);
    },
    onHealth: (health: string) => heard.push(health),
  };
  const onTrouble = (code: string, text: string) => heard.push(`${code} ${text}`);
  return {clock, heard, common: {id, clock, listener, onTrouble}, camera: new PlateCamera(clock)};
}

async function setupTcp() {
  const rig = setup();
  const {link, far} = createMemoryPair({clock: rig.clock, name: 'camera'});
  const driver = new VzTcpCamera({...rig.common, link});
  const face = new TcpFace({
    clock: rig.clock,
    far,
    onTrigger: () => rig.camera.see({license: '京A00001'}),
  });
  rig.camera.attach(face);
  await rig.clock.advance(100);
  const close = async () => {
    await driver.close();
    face.close();
    await far.close();
    rig.clock.assertIdle();
  };
  return {...rig, driver, face, close};
}

function setupHttp(mayOpen?: (sighting: PlateSighting) => boolean) {
  const rig = setup();
  const driver = new HttpPushCamera({...rig.common, ...(mayOpen && {mayOpen})});
  const face = new HttpFace(body => driver.answer(body));
  rig.camera.attach(face);
  return {...rig, driver, face};
}

test('TCP: subscribes, tells a car once, however often the camera does', async t => {
  const {clock, camera, face, heard, driver, close} = await setupTcp();
  t.deepEqual(face.commands, ['ivsresult']);
  camera.repeats = 3;
  camera.see({license: '粤B12345'});
  await clock.advance(100);
  t.deepEqual(heard, ['ok', 'arrival 粤B12345 96']);
  t.is(driver.health, 'ok');
  t.true(driver.trigger());
  await clock.advance(100);
  t.deepEqual(heard.slice(2), ['arrival 京A00001 96']);
  await close();
  t.false(driver.trigger());
});

test('TCP: shows its life every 5 s, and makes a silent connection anew after 20 s', async t => {
  const {clock, camera, face, heard, close} = await setupTcp();
  await clock.advance(60_000);
  t.is(face.heartbeats, 12);
  t.deepEqual(heard, ['ok']);
  face.isFrozen = true;
  await clock.advance(21_000);
  t.deepEqual(heard.slice(0, 2), ['ok', 'offline']);
  t.regex(heard[2] ?? '', /^port\/lost .*silent for 20 s/);
  face.isFrozen = false;
  await clock.until(() => heard.at(-1) === 'ok', 60_000);
  t.is(face.commands.at(-1), 'ivsresult', 'subscribed anew');
  camera.see({license: '粤B12345'});
  await clock.advance(100);
  t.is(heard.at(-1), 'arrival 粤B12345 96');
  await close();
});

test('~P8 TCP: what the camera kept while the link was down never opens', async t => {
  const {clock, camera, face, heard, close} = await setupTcp();
  face.unplug();
  await clock.advance(100);
  camera.see({license: '粤B12345'});
  t.is(camera.backlog.length, 1);
  face.replug();
  await clock.until(() => heard.at(-1) === 'ok', 60_000);
  camera.drain();
  await clock.advance(100);
  t.is(heard.at(-1), 'record 粤B12345 96');
  camera.see({license: '粤B12345'});
  await clock.advance(100);
  t.is(heard.at(-1), 'arrival 粤B12345 96', 'and hides no car that stands there now');
  await close();
});

test('TCP: garbage, unreadable messages and refusals are told, and cost nothing else', async t => {
  const {clock, camera, face, heard, close} = await setupTcp();
  face.inject(Uint8Array.of(1, 2, 3, 0x56, 9));
  face.inject(Uint8Array.from([0x56, 0x5a, 0, 1, 0, 0, 0, 2, 0x7b, 0x0a]));
  face.inject(Uint8Array.from([0x56, 0x5a, 2, 1, 0, 0, 0, 1, 7]));
  const refusal = utf8('{"cmd":"trigger","state_code":401}');
  face.inject(Uint8Array.from([0x56, 0x5a, 0, 1, 0, 0, 0, refusal.length, ...refusal]));
  const bare = utf8('{"state_code":500}');
  face.inject(Uint8Array.from([0x56, 0x5a, 0, 1, 0, 0, 0, bare.length, ...bare]));
  await clock.advance(10);
  camera.see({license: '粤B12345'});
  await clock.advance(10);
  t.deepEqual(heard, [
    'ok',
    'camera/noise CAM-1: 5 bytes dropped since start',
    'camera/garbled CAM-1: body is no JSON: {\n',
    'camera/refused CAM-1 answers 401 to trigger',
    'camera/refused CAM-1 answers 500 to a command',
    'arrival 粤B12345 96',
  ]);
  await close();
});

test('~P8 HTTP: a sure plate arrives, a doubtful or misread one is for a person or another plate', async t => {
  const {clock, camera, face, heard, driver} = setupHttp();
  camera.see({license: '粤B12345'});
  camera.see({license: '粤B12345', misreadAs: '粤B12346', confidence: 62});
  camera.see({license: ''});
  t.deepEqual(heard, ['ok', 'arrival 粤B12345 96', 'ask 粤B12346 62', 'no_plate - 0']);
  t.is(face.relayPulses, 0, 'we never pulse the relay of the camera');
  t.is(camera.backlog.length, 0, 'every answer stops the resending');
  await driver.close();
  clock.assertIdle();
});

test('~P8 HTTP: a hundred records of an outage are taken in order, and none of them opens', async t => {
  const {camera, face, heard, driver} = setupHttp(() => true);
  face.isCut = true;
  for (let no = 0; no < 100; no += 1) camera.see({license: `粤B${10_000 + no}`});
  face.isCut = false;
  camera.drain();
  t.is(camera.backlog.length, 0);
  t.is(heard.filter(line => line.startsWith('record')).length, 100);
  t.is(heard.filter(line => line.startsWith('arrival')).length, 0);
  t.is(face.relayPulses, 0);
  await driver.close();
});

test('HTTP: only an owner who made the camera work the gate opens by answer, and only arrivals', async t => {
  const asked: string[] = [];
  const {camera, face, driver} = setupHttp(({seen}) => {
    asked.push(seen.plate);
    return seen.plate === '粤B12345';
  });
  camera.see({license: '粤B12345'});
  camera.see({license: '粤B99999'});
  camera.see({license: '粤B12345', confidence: 40});
  camera.see({license: ''});
  t.deepEqual(asked, ['粤B12345', '粤B99999']);
  t.is(face.relayPulses, 1);
  await driver.close();
});

test('HTTP: what cannot be read or is too long is refused in words, with an end to the resending', async t => {
  const {heard, common} = setup();
  const driver = new HttpPushCamera({...common, longestBodyBytes: 20});
  const stop = {
    info: 'no',
    content: 'retransfer_stop',
    is_pay: 'true',
    channelNum: 0,
    serialData: [],
  };
  t.deepEqual(driver.answer(utf8('{')), {
    status: 400,
    json: {error: 'body is no JSON: {', Response_AlarmInfoPlate: stop},
    result: undefined,
  });
  t.is(driver.answer(new Uint8Array(21)).status, 413);
  t.deepEqual(heard, [
    'ok',
    'camera/garbled CAM-1: body is no JSON: {',
    'camera/garbled CAM-1: body has more than 20 bytes',
  ]);
  t.false(driver.trigger());
  await driver.close();
});

test('HTTP: heartbeats keep it alive, 90 s of silence do not', async t => {
  const {clock, heard, driver} = setupHttp();
  t.is(driver.health, 'unknown');
  t.is(driver.answer(utf8(VZ_VECTORS.httpHeartbeat)).status, 200);
  await clock.advance(89_000);
  driver.answer(utf8('{"heartbeat":{"serialno":"a"}}'));
  await clock.advance(89_000);
  t.deepEqual(heard, ['ok']);
  await clock.advance(2000);
  t.deepEqual(heard, ['ok', 'offline']);
  await driver.close();
  driver.answer(pushBodyOf({plateId: 1, license: 'A1', confidence: 99, capturedMs: 1}, false));
  t.is(heard.length, 2, 'nothing is told after close');
  clock.assertIdle();
});

test('HTTP: a plate that could not be stored counts as not told', async t => {
  const {clock} = setup();
  let isFull = true;
  const told: string[] = [];
  const driver = new HttpPushCamera({
    id,
    clock,
    listener: {
      onPlate: ({seen}) => {
        if (isFull) throw new RangeError('disk full');
        told.push(seen.plate);
      },
      onHealth: () => {},
    },
  });
  const body = utf8(VZ_VECTORS.httpResult);
  t.throws(() => driver.answer(body), {message: 'disk full'});
  isFull = false;
  t.is(driver.answer(body).status, 200);
  t.deepEqual(told, ['粤Z9065澳']);
  await driver.close();
});

function setupMqtt(maker: 'vz' | 'push') {
  const rig = setup();
  const feed = new MemoryFeed(rig.clock);
  const driver = new MqttCamera({...rig.common, feed, maker, serialNo: 'sim-1'});
  const topic = 'device/sim-1/message/up/ivs_result';
  rig.camera.attach({
    send: (record: CameraRecord, isOffline) => {
      if (feed.isUp) feed.deliver(topic, mqttPayloadOf(record, isOffline));
      return feed.isUp;
    },
  });
  return {...rig, feed, driver};
}

test('~P8 MQTT: a plate in base64 arrives, an old one does not, another camera concerns nobody', async t => {
  const {clock, camera, feed, heard, driver} = setupMqtt('vz');
  camera.see({license: '京A00001'});
  await clock.advance(10);
  camera.drain();
  camera.see({license: '粤B12345'});
  const foreign = {plateId: 1, license: '粤B12345', confidence: 99, capturedMs: 1};
  feed.deliver('device/other/message/up/ivs_result', mqttPayloadOf(foreign, false));
  await clock.advance(10);
  t.deepEqual(heard, ['ok', 'record 京A00001 96', 'arrival 粤B12345 96']);
  t.false(driver.trigger());
  await driver.close();
  clock.assertIdle();
});

test('MQTT: health follows the signs of life and the broker; noise is told', async t => {
  const {clock, feed, heard, driver} = setupMqtt('vz');
  await clock.advance(10);
  feed.deliver('device/sim-1/message/up/keep_alive', utf8('{}'));
  await clock.advance(31_000);
  t.deepEqual(heard, ['ok', 'offline']);
  feed.deliver('device/sim-1/message/up/ivs_result', utf8('x'));
  await clock.advance(10);
  t.deepEqual(heard.slice(2), ['ok', 'camera/garbled CAM-1: body is no JSON: x']);
  feed.unplug();
  await clock.advance(10);
  t.deepEqual(heard.slice(4), ['port/lost memory:feed was unplugged [port/lost]', 'offline']);
  await driver.close();
});

test('MQTT: a camera without signs of life is as well as its broker', async t => {
  const {clock, feed, heard, driver} = setupMqtt('push');
  await clock.advance(3_600_000);
  t.deepEqual(heard, ['ok']);
  t.is(driver.health, 'ok');
  feed.unplug();
  await clock.advance(10);
  feed.replug();
  await clock.advance(10);
  t.deepEqual(heard.slice(2), ['offline', 'ok']);
  await driver.close();
  clock.assertIdle();
});
