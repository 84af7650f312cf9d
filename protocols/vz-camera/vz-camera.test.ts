import test from 'ava';
import fc from 'fast-check';
import {concatBytes, fromHex, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {encodeGbk} from '../text/gbk.js';
import {readVzPush, vzPushReply} from './http-push.js';
import {PLATE_MQTT_MAKERS, readPlateMessage, topicOf} from './mqtt.js';
import {decodeVzPacket, encodeVzPacket, VZ_LONGEST_BODY_BYTES, VZ_TYPES} from './packet.js';
import {type PlateResult, readPlateResult} from './plate-result.js';
import {encodeVzCommand, readVzMessage} from './tcp-messages.js';
import {VZ_VECTORS} from './vectors.js';

const utf8 = (text: string) => new TextEncoder().encode(text);
const {before, license, after} = VZ_VECTORS.tcpResult;
const CAPTURED = concatBytes(utf8(before), fromHex(license), utf8(after));
const CAPTURED_RESULT: PlateResult = {
  license: '苏PC3K36',
  confidence: 88,
  colour: 'blue',
  direction: 'down',
  plateId: 112,
  isOffline: false,
  capturedWallMs: 1_658_747_570_488 as PlateResult['capturedWallMs'],
};

test('published packet: heartbeat', t => {
  const bytes = fromHex(VZ_VECTORS.heartbeat);
  const frame = {type: 'heartbeat' as const, serial: 0, body: new Uint8Array(0)};
  t.is(toHex(encodeVzPacket(frame)), toHex(bytes));
  t.deepEqual(decodeVzPacket(bytes), {kind: 'frame', frame, used: 8});
});

test('packets there and back, however they are cut', t => {
  const packet = fc.record({
    type: fc.constantFrom(...VZ_TYPES),
    serial: fc.nat(255),
    body: fc.uint8Array({maxLength: 40}),
  });
  fc.assert(
    fc.property(packet, fc.nat(47), (drawn, cut) => {
      const body = drawn.type === 'heartbeat' ? new Uint8Array(0) : drawn.body;
      const frame = {...drawn, body};
      const bytes = encodeVzPacket(frame);
      t.deepEqual(decodeVzPacket(bytes), {kind: 'frame', frame, used: bytes.length});
      t.deepEqual(decodeVzPacket(bytes.subarray(0, cut % bytes.length)), {kind: 'wait'});
    }),
  );
});

test('what is no packet goes, and nothing waits for a monster', t => {
  const whyOf = (hex: string) => {
    const decoded = decodeVzPacket(fromHex(hex));
    return decoded.kind === 'discard' ? `${decoded.why} ${decoded.used}` : decoded.kind;
  };
  t.is(whyOf('00 01 56'), 'noise 2');
  t.is(whyOf('00 01'), 'noise 2');
  t.is(whyOf('56 56'), 'noise 1');
  t.is(whyOf('56 5A 03'), 'noise 1');
  t.is(whyOf('56 5A 00 00 00010001'), 'length 1');
  t.is(whyOf('56 5A 01 00 00000001'), 'length 1');
  t.is(whyOf('56 5A 00 00 00010000'), 'wait');
});

test('a packet that cannot be is our mistake', t => {
  const body = new Uint8Array(0);
  const misuses = [
    {type: 'json' as const, serial: 256, body},
    {type: 'json' as const, serial: 0, body: new Uint8Array(VZ_LONGEST_BODY_BYTES + 1)},
  ];
  for (const misuse of misuses) {
    const error = t.throws(() => encodeVzPacket(misuse), {instanceOf: CodecMisuse});
    t.is(error.code, 'codec/vz-packet');
  }
});

for (const [name, body] of [
  ['as it was captured', CAPTURED],
  ['ended by 0A 00', concatBytes(CAPTURED, Uint8Array.of(0x0a, 0))],
  ['with a picture behind it', concatBytes(CAPTURED, Uint8Array.of(0x0a, 0, 0xff, 0xd8))],
] as const) {
  test(`the captured result in GBK, ${name}`, t => {
    t.deepEqual(readVzMessage(body), {
      kind: 'ok',
      value: {kind: 'plate', result: CAPTURED_RESULT, isPushed: true},
    });
  });
}

test('commands are those of the notes, and their answers are told apart', t => {
  const text = (command: Parameters<typeof encodeVzCommand>[0]) =>
    new TextDecoder().decode(encodeVzCommand(command));
  t.is(text('getsn'), '{"cmd":"getsn"}');
  t.is(
    text('subscribe'),
    '{"cmd":"ivsresult","enable":true,"format":"json","image":false,"image_type":0}',
  );
  t.is(text('getivsresult'), '{"cmd":"getivsresult","image":false,"format":"json"}');
  t.is(text('trigger'), '{"cmd":"trigger"}');
  const readingOf = (json: string) => {
    const read = readVzMessage(utf8(json));
    return read.kind === 'ok' ? read.value : `${read.where} ${read.why}`;
  };
  t.deepEqual(readingOf('{"cmd":"getsn","value":"a-1"}'), {kind: 'serial', serialNo: 'a-1'});
  t.deepEqual(readingOf('{"cmd":"ivsresult","state_code":200}'), {
    kind: 'answer',
    command: 'ivsresult',
    stateCode: 200,
  });
  t.deepEqual(readingOf('{}'), {kind: 'answer', command: '', stateCode: undefined});
  t.is(readingOf('[]'), 'body is no object');
  t.is(readingOf('{"a"'), 'body is no JSON: {"a"');
  t.is(readingOf('{"PlateResult":1}'), 'PlateResult is missing');
  const garbled = readVzMessage(Uint8Array.of(0x7b, 0xff));
  t.is(garbled.kind === 'bad' ? garbled.why : '', 'is neither UTF-8 nor GBK');
  const asked = readVzMessage(utf8('{"cmd":"getivsresult","PlateResult":{"license":"A1"}}'));
  t.like(asked, {value: {isPushed: false}});
});

test('the published push is read, also in GBK', t => {
  const expected = {
    kind: 'ok',
    value: {
      kind: 'plate',
      serialNo: 'fe71e106-57263272',
      result: {
        license: '粤Z9065澳',
        confidence: 96,
        colour: 'black',
        direction: 'unknown',
        plateId: 21_085,
        isOffline: false,
        capturedWallMs: 1_686_299_994_687,
      },
    },
  } as const;
  t.deepEqual(readVzPush(utf8(VZ_VECTORS.httpResult)), expected as never);
  t.deepEqual(readVzPush(encodeGbk(VZ_VECTORS.httpResult)), expected as never);
});

test('heartbeats and everything else a camera posts', t => {
  const readingOf = (text: string) => {
    const read = readVzPush(utf8(text));
    return read.kind === 'ok' ? read.value : `${read.where} ${read.why}`;
  };
  t.deepEqual(readingOf(VZ_VECTORS.httpHeartbeat), {
    kind: 'heartbeat',
    serialNo: 'd85b1269-8f942256',
  });
  t.deepEqual(readingOf('{"heartbeat":{"serialno":"a"}}'), {kind: 'heartbeat', serialNo: 'a'});
  t.deepEqual(readingOf('{"AlarmGioIn":{}}'), {kind: 'other', name: 'AlarmGioIn'});
  t.is(readingOf('--x\r\nnothing'), 'serialno is missing in the form');
  t.is(readingOf('{}'), 'body is empty');
  t.is(readingOf('7'), 'body is no object');
  t.is(readingOf('{"AlarmInfoPlate":{}}'), 'PlateResult is missing');
});

test('our answer never opens by itself, stops the resending, and asks for the next old record', t => {
  const result = {...CAPTURED_RESULT, plateId: 123};
  const no = {content: 'retransfer_stop', is_pay: 'true', channelNum: 0, serialData: []};
  t.deepEqual(vzPushReply({opens: false, result: undefined}), {
    Response_AlarmInfoPlate: {info: 'no', ...no},
  });
  t.deepEqual(vzPushReply({opens: false, result: {...result, isOffline: true}}), {
    Response_AlarmInfoPlate: {
      info: 'no',
      ...no,
      plateid: 123,
      ContinuePushOffline: {plateid: 123, continue: 1},
    },
  });
  t.deepEqual(vzPushReply({opens: true, result}), {
    Response_AlarmInfoPlate: {info: 'ok', ...no, plateid: 123},
  });
});

test('a message of MQTT has its licence in base64', t => {
  const message = (text: string) =>
    utf8(`{"id":"1","payload":{"AlarmInfoPlate":{"result":{"PlateResult":{"license":${text}}}}}}`);
  const {vz} = PLATE_MQTT_MAKERS;
  t.is(topicOf(vz.result, 'ab-1'), 'device/ab-1/message/up/ivs_result');
  // Base64 of the UTF-8 bytes E7B2A4 42 31 32 33 34 35.
  t.like(readPlateMessage(vz, message('"57KkQjEyMzQ1"')), {value: {license: '粤B12345'}});
  const whyOf = (payload: Uint8Array) => {
    const read = readPlateMessage(vz, payload);
    return read.kind === 'bad' ? `${read.where} ${read.why}` : 'ok';
  };
  t.is(whyOf(message('"粤"')), 'PlateResult.license is no base64-utf8 text');
  t.is(whyOf(message('"/w=="')), 'PlateResult.license is no base64-utf8 text');
  t.is(whyOf(utf8('{}')), 'payload.AlarmInfoPlate.result.PlateResult is missing');
  t.is(whyOf(utf8('x')), 'body is no JSON: x');
});

test('only a plain 0 is online; strange numbers are told or count as unknown', t => {
  const read = (fields: object) => readPlateResult({license: 'A1', ...fields});
  for (const isoffline of [0, '0', false]) t.like(read({isoffline}), {value: {isOffline: false}});
  t.like(read({}), {value: {isOffline: false, plateId: undefined, capturedWallMs: undefined}});
  for (const isoffline of [1, '1', true, null, 'yes', {}, 2]) {
    t.like(read({isoffline}), {value: {isOffline: true}});
  }
  t.like(read({colorType: 99, direction: -1, confidence: '85'}), {
    value: {colour: 'unknown', direction: 'unknown', confidence: 85},
  });
  t.like(read({confidence: 'high'}), {where: 'PlateResult.confidence'});
  t.like(read({license: 5}), {where: 'PlateResult.license'});
  t.like(read({license: 'A'.repeat(33)}), {where: 'PlateResult.license'});
});

test('no bytes at all make a reader throw', t => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8)), bytes => {
      readVzMessage(bytes);
      readVzPush(bytes);
      readPlateMessage(PLATE_MQTT_MAKERS.vz, bytes);
    }),
  );
  t.pass();
});
