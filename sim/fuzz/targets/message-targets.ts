import {generateKeyPairSync} from 'node:crypto';
import {rawDeflate} from '../../../cloud-sync/raw-deflate.js';
import type {MessageFeed, MessageFeedListener} from '../../../drivers/port/message-feed.js';
import {UplinkDesk, type UplinkListener} from '../../../drivers/port/uplink-desk.js';
import {concatBytes, fromHex} from '../../../protocols/base/bytes.js';
import {DOWN_SCHEMAS} from '../../../protocols/cloud/down-messages.js';
import {readCode} from '../../../protocols/cloud/enrolment.js';
import {batchLines} from '../../../protocols/cloud/event-batch.js';
import {decodePayload, encodeLines, encodePayload} from '../../../protocols/cloud/payload.js';
import {canonicalJson, verifyPayload} from '../../../protocols/cloud/signing.js';
import {cutSiteText, joinSiteText} from '../../../protocols/cloud/site-config.js';
import {parseTopic} from '../../../protocols/cloud/topics.js';
import {UP_SCHEMAS, type WireEvent} from '../../../protocols/cloud/up-messages.js';
import {matchPlate, normalisePlate} from '../../../protocols/site/plate-text.js';
import {readVzPush} from '../../../protocols/vz-camera/http-push.js';
import {readJson} from '../../../protocols/vz-camera/json.js';
import {PLATE_MQTT_MAKERS, readPlateMessage} from '../../../protocols/vz-camera/mqtt.js';
import {decodeVzPacket, encodeVzPacket} from '../../../protocols/vz-camera/packet.js';
import {readPlateResult} from '../../../protocols/vz-camera/plate-result.js';
import {readVzMessage} from '../../../protocols/vz-camera/tcp-messages.js';
import {VZ_VECTORS} from '../../../protocols/vz-camera/vectors.js';
import {type FuzzTarget, latin, utf8} from '../target.js';

const {before, license, after} = VZ_VECTORS.tcpResult;
const TCP_RESULT = concatBytes(utf8(before), fromHex(license), utf8(after));
const HTTP = [utf8(VZ_VECTORS.httpResult), utf8(VZ_VECTORS.httpHeartbeat)];
const PLATE = {license: '57KkWjkwNjU=', confidence: 96, colorType: 4, plateid: 1, isoffline: 0};
const MQTT = [
  utf8(JSON.stringify({payload: {AlarmInfoPlate: {result: {PlateResult: PLATE}}}})),
  utf8(JSON.stringify({AlarmInfoPlate: {result: {PlateResult: PLATE}}})),
];
const SMALL = [
  '{"cmd":"getsn","value":"fe71e106-57263272"}',
  '{"cmd":"ivsresult","state_code":200}',
  '{"heartbeat":{"serialno":"fe71"}}',
].map(utf8);

const VZ: readonly FuzzTarget[] = [
  {
    name: 'vz-camera decodeVzPacket',
    covers: ['protocols/vz-camera/packet.ts decodeVzPacket'],
    seeds: [
      fromHex(VZ_VECTORS.heartbeat),
      ...SMALL.map(body => encodeVzPacket({type: 'json', serial: 7, body})),
    ],
    run: decodeVzPacket,
    waitsUpTo: 65_543,
  },
  {
    name: 'vz-camera readVzMessage',
    covers: ['protocols/vz-camera/tcp-messages.ts readVzMessage'],
    seeds: [TCP_RESULT, ...SMALL],
    run: readVzMessage,
  },
  {
    name: 'vz-camera readVzPush',
    covers: ['protocols/vz-camera/http-push.ts readVzPush'],
    seeds: [...HTTP, ...SMALL],
    run: readVzPush,
  },
  {
    name: 'vz-camera readPlateMessage',
    covers: ['protocols/vz-camera/mqtt.ts readPlateMessage'],
    seeds: MQTT,
    run: bytes => Object.values(PLATE_MQTT_MAKERS).map(maker => readPlateMessage(maker, bytes)),
  },
  {
    name: 'vz-camera readPlateResult',
    covers: [
      'protocols/vz-camera/plate-result.ts readPlateResult',
      'protocols/vz-camera/json.ts readJson',
    ],
    seeds: [utf8(JSON.stringify(PLATE))],
    run: bytes => {
      const json = readJson(bytes);
      return json.kind === 'ok' ? readPlateResult(json.value, 'base64-utf8') : json;
    },
  },
  {
    name: 'plate matchPlate',
    covers: [
      'protocols/site/plate-text.ts matchPlate',
      'protocols/site/plate-text.ts normalisePlate',
    ],
    seeds: ['粤B12345', '_无_', '京A·O1I34', 'ＡＢ１２'].map(utf8),
    run: bytes => {
      // Licences are cut at 32 characters before they come so far.
      const text = new TextDecoder().decode(bytes).slice(0, 32);
      return matchPlate(normalisePlate(text), ['粤B12345', '京A01134']);
    },
  },
];

const BOOT = 'b'.repeat(32);
const STATUS = {on: true, sid: BOOT, boot: 'boot-1', mono: 12.5};
const EVENT: WireEvent = ['decision', 'boot-1', 12, 1_700_000_000_000 as never, 'ok', '{"a":1}'];
const HASH = 'a'.repeat(64);
const BATCH = {epoch: BOOT, from: 1, n: 1, ev: [EVENT], p: HASH, h: HASH};
const MANY = {...BATCH, n: 40, ev: Array.from({length: 40}, () => EVENT)};
const PAYLOADS = [
  encodePayload(STATUS, rawDeflate) ?? [],
  ...[BATCH, MANY].map(batch => encodeLines(batchLines(batch), rawDeflate) ?? []),
].flat();
const SCHEMAS = {...UP_SCHEMAS, ...DOWN_SCHEMAS};
const {publicKey} = generateKeyPairSync('ed25519');

const CLOUD: readonly FuzzTarget[] = [
  ...(['ev', 'cmd'] as const).map(name => ({
    name: `cloud decodePayload ${name}`,
    covers: ['protocols/cloud/payload.ts decodePayload'],
    seeds: PAYLOADS,
    run: (payload: Uint8Array) => {
      const decoded = decodePayload<unknown>(payload, SCHEMAS[name], rawDeflate);
      return decoded.ok ? decoded.raw : [decoded.fault, decoded.where];
    },
  })),
  {
    name: 'cloud joinSiteText',
    covers: ['protocols/cloud/site-config.ts joinSiteText'],
    seeds: cutSiteText('site: {id: lot-1}\n', rawDeflate).map(utf8),
    run: bytes => joinSiteText([latin(bytes)], HASH, rawDeflate),
  },
  {
    name: 'cloud readCode',
    covers: ['protocols/cloud/enrolment.ts readCode'],
    seeds: ['K7Q2M-9XWT-A3PD-5YH8Z', 'k7q2m9xwta3pd5yh8z', 'OIL'].map(utf8),
    run: bytes => readCode(latin(bytes)),
  },
  {
    name: 'cloud parseTopic',
    covers: ['protocols/cloud/topics.ts parseTopic'],
    seeds: ['v1/demo/gw-1/u/ev', 'v1/demo/gw-1/d/cmd', 'v1/a/b/d/#'].map(utf8),
    run: bytes => parseTopic(latin(bytes)),
  },
  {
    name: 'cloud verifyPayload',
    covers: [
      'protocols/cloud/signing.ts verifyPayload',
      'protocols/cloud/signing.ts canonicalJson',
    ],
    seeds: [utf8(JSON.stringify({...STATUS, sig: 'A'.repeat(86)}))],
    run: bytes => {
      const json = readJson(bytes);
      if (json.kind === 'bad') return json;
      return [verifyPayload('v1/a/b/d/cmd', json.value, publicKey), canonicalJson(json.value)];
    },
  },
];

/** The desk that unwraps uplinks, with nothing but a list behind it. */
function makeDesk(): {readonly push: (message: Uint8Array) => readonly Uint8Array[]} {
  const found: Uint8Array[] = [];
  let listener: MessageFeedListener | undefined;
  const feed: MessageFeed = {
    name: 'fuzz',
    isUp: true,
    open: (_, opened) => {
      listener = opened;
    },
    publish: () => false,
    close: () => Promise.resolve(),
  };
  const device: UplinkListener = {
    onUplink: payload => found.push(payload),
    onFeed: () => {},
    close: () => {},
  };
  new UplinkDesk({feed, devices: new Map([['t', device]])});
  return {
    push: message => {
      listener?.onMessage('t', message);
      return found.splice(0);
    },
  };
}

const desk = makeDesk();

/** JSON, forms and topics of cameras, brokers and the cloud. */
export const MESSAGE_TARGETS: readonly FuzzTarget[] = [
  ...VZ,
  ...CLOUD,
  {
    name: 'port UplinkDesk',
    covers: ['drivers/port/uplink-desk.ts UplinkDesk'],
    seeds: ['{"data":"AXVkA2cMAQ==","devEUI":"24e1"}', '{"data":null}'].map(utf8),
    run: desk.push,
  },
];
