import test from 'ava';
import {MilesightCounter} from '../../drivers/people-counter/milesight-counter.js';
import {MqttCamera} from '../../drivers/plate-camera/mqtt-camera.js';
import {MqttFeed} from '../../drivers/port/mqtt-feed.js';
import {UplinkDesk} from '../../drivers/port/uplink-desk.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {fromHex} from '../../protocols/base/bytes.js';
import {VS133_MODEL} from '../../protocols/milesight/channels.js';
import {MILESIGHT_VECTORS} from '../../protocols/milesight/vectors.js';
import {asId} from '../../protocols/site/ids.js';
import {VZ_VECTORS} from '../../protocols/vz-camera/vectors.js';
import {BrokerGuest, freePort, startBroker} from './mosquitto.js';
import {rest, until} from './peer-process.js';

const UPLINKS = 'vs133/24e124122e310000/up';
const PLATES = 'device/sn-1/message/up/ivs_result';
const SETTLE_MS = 300;
const utf8 = (text: string) => new TextEncoder().encode(text);

/** Totals of the first line as the sensor sends them, wrapped as its gateway does. */
function uplink(into: number, out: number): Uint8Array {
  const [{payload} = {payload: ''}] = MILESIGHT_VECTORS;
  const bytes = fromHex(payload.replaceAll(' ', ''));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  // Each total lies behind its channel and its type, least significant byte first.
  view.setUint32(2, view.getUint32(2, true) + into, true);
  view.setUint32(8, view.getUint32(8, true) + out, true);
  return utf8(JSON.stringify({data: Buffer.from(bytes).toString('base64')}));
}

/** The maker's own result, its licence in base64 as over MQTT. */
function plateMessage(license: string, plateid: number): Uint8Array {
  const {AlarmInfoPlate} = JSON.parse(VZ_VECTORS.httpResult) as {
    AlarmInfoPlate: {result: {PlateResult: object}};
  };
  const {PlateResult} = AlarmInfoPlate.result;
  const result = {
    PlateResult: {...PlateResult, license: Buffer.from(license).toString('base64'), plateid},
  };
  return utf8(JSON.stringify({id: '1', sn: 'sn-1', payload: {AlarmInfoPlate: {result}}}));
}

test('over mosquitto an uplink counts people and a plate arrives; the broker dies and comes back, and so do both subscriptions', async t => {
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const port = await freePort();
  const broker = await startBroker(t, port);
  const feedOf = (clientId: string) =>
    new MqttFeed({
      target: {kind: 'url', url: `mqtt://127.0.0.1:${port}`},
      ...{clientId, clock, fraction: () => entropy.fraction()},
    });
  const counted: string[] = [];
  const counter = new MilesightCounter({
    ...{id: asId('counter-1'), clock, model: VS133_MODEL},
    listener: {
      onCount: reading => void counted.push(`${reading.in} ${reading.out} ${reading.quality}`),
      onCounterFault: fault => void counted.push(fault),
      onHealth: health => void counted.push(health),
    },
  });
  const uplinks = feedOf('latchkey-counters');
  const desk = new UplinkDesk({feed: uplinks, devices: new Map([[UPLINKS, counter]])});
  t.teardown(() => desk.close());
  const seen: string[] = [];
  const plates = feedOf('latchkey-cameras');
  const camera = new MqttCamera({
    ...{id: asId('camera-1'), feed: plates, maker: 'vz', serialNo: 'sn-1', clock},
    listener: {
      onPlate: ({kind, seen: {plate}}) => void seen.push(`${kind} ${plate}`),
      onHealth: health => void seen.push(health),
    },
    onTrouble: code => void seen.push(code),
  });
  t.teardown(() => camera.close());
  const areUp = () => uplinks.isUp && plates.isUp;
  await until('both feeds are up', areUp);

  const guest = await BrokerGuest.join(t, port);
  await guest.publish(UPLINKS, uplink(0, 0));
  await guest.publish(UPLINKS, uplink(3, 1));
  await guest.publish(UPLINKS, utf8('not an uplink'));
  await guest.publish('vs133/somebody-else/up', uplink(500, 500));
  await guest.publish(PLATES, plateMessage('粤Z9065澳', 1));
  await guest.publish(PLATES, utf8('{"payload":1}'));
  await guest.publish(PLATES.replace('sn-1', 'sn-2'), plateMessage('京A00001', 2));
  await until('all is heard', () => counted.length >= 3 && seen.length >= 3);
  t.deepEqual(counted, ['ok', '0 0 good', '3 1 good']);
  t.deepEqual(seen, ['ok', 'arrival 粤Z9065澳', 'camera/garbled']);

  await broker.kill();
  await until('the loss is told', () => counter.health === 'offline' && !areUp());
  t.false(uplinks.publish(UPLINKS, uplink(9, 9)), 'nothing is kept for a dead broker');
  await rest(SETTLE_MS);
  const killedMs = clock.nowMs();
  await startBroker(t, port);
  await until('both feeds are up again', areUp, 15_000);
  t.log(`subscribed again ${Math.round(clock.nowMs() - killedMs)} ms after the broker came back`);
  counted.length = 0;
  seen.length = 0;

  const later = await BrokerGuest.join(t, port);
  await later.publish(UPLINKS, uplink(10, 4));
  await later.publish(PLATES, plateMessage('粤B12345', 3));
  await until('all is heard', () => counted.length >= 2 && seen.length >= 2);
  await rest(SETTLE_MS);
  // The totals run on in the sensor: nobody who passed meanwhile is lost, nobody counts twice.
  t.deepEqual(counted, ['ok', '7 3 good']);
  t.deepEqual(seen, ['ok', 'arrival 粤B12345']);
});
