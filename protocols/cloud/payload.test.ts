import test from 'ava';
import fc from 'fast-check';
import {z} from 'zod';
import {rawDeflate} from '../../cloud-sync/raw-deflate.js';
import {
  decodePayload,
  encodeLines,
  encodePayload,
  MAX_PAYLOAD_BYTES,
  MAX_UNFOLDED_BYTES,
} from './payload.js';
import {UP_SCHEMAS} from './up-messages.js';

const anything = z.json();
const text = (value: string) => new TextEncoder().encode(value);
const withContentByte = (content: number, rest: Uint8Array) => Uint8Array.of(content, ...rest);

function fault(payload: Uint8Array, schema: z.ZodType = anything): string {
  const decoded = decodePayload(payload, schema, rawDeflate);
  return decoded.ok ? 'ok' : decoded.fault;
}

test('short messages are JSON behind content byte 1', t => {
  t.deepEqual(encodePayload({ver: 7}, rawDeflate), withContentByte(1, text('{"ver":7}')));
});

test('long messages are deflated behind content byte 2, and come back whole', t => {
  const value = {list: Array.from({length: 500}, (_, index) => `bay A-${index}`)};
  const payload = encodePayload(value, rawDeflate) ?? new Uint8Array();
  t.is(payload[0], 2);
  t.true(payload.length < JSON.stringify(value).length / 2);
  const decoded = decodePayload(payload, anything, rawDeflate);
  t.true(decoded.ok);
  t.deepEqual(decoded.ok && decoded.value, value);
});

test('lines go behind content byte 3, deflated behind 4, and their schema finds them', t => {
  const short = encodeLines(['{"ver":7}', 'one', '二'], rawDeflate) ?? new Uint8Array();
  t.deepEqual(short, withContentByte(3, text('{"ver":7}\none\n二')));
  const decoded = decodePayload(short, anything, rawDeflate);
  t.deepEqual(decoded.ok && decoded.value, {ver: 7, lines: ['one', '二']});
  const long = encodeLines(['{}', 'a'.repeat(5000)], rawDeflate) ?? new Uint8Array();
  t.is(long[0], 4);
  t.is(fault(long), 'ok');
  t.is(fault(withContentByte(3, text('{"ver":\n7}'))), 'json');
  t.is(fault(withContentByte(1, text('{"ver":7}\none'))), 'json');
});

test('a replacement character is a character; broken UTF-8 is a fault', t => {
  const decoded = decodePayload(withContentByte(1, text('"\ufffd"')), anything, rawDeflate);
  t.is(decoded.ok && decoded.value, '\ufffd');
  t.is(fault(withContentByte(1, Uint8Array.of(0x22, 0xe4, 0xb8, 0x22))), 'utf8');
});

test('a message beyond 64 KB is not encoded', t => {
  const noise = Array.from({length: 20_000}, (_, index) => Math.sin(index));
  t.is(encodePayload(noise, rawDeflate), undefined);
});

test('each kind of bad payload is told apart', t => {
  t.is(fault(new Uint8Array()), 'empty');
  t.is(fault(new Uint8Array(1_000_000).fill(1)), 'too_large');
  t.is(fault(new Uint8Array(MAX_PAYLOAD_BYTES + 1).fill(1)), 'too_large');
  t.is(fault(withContentByte(9, text('{}'))), 'content_byte');
  t.is(fault(withContentByte(2, text('no deflate stream'))), 'inflate');
  t.is(fault(Uint8Array.of(1, 0xff, 0xfe)), 'utf8');
  t.is(fault(withContentByte(1, text('{"ver":'))), 'json');
  t.is(fault(withContentByte(1, text('{"ver":-1}')), UP_SCHEMAS.rev), 'schema');
});

test('a small message that would unfold to gigabytes is refused', t => {
  const bomb = rawDeflate.deflate(new Uint8Array(MAX_UNFOLDED_BYTES + 1));
  t.true(bomb.length < MAX_PAYLOAD_BYTES);
  t.is(fault(withContentByte(2, bomb)), 'inflate');
});

test('a schema fault names the place', t => {
  const payload = encodePayload({sid: 'x', mono: 1}, rawDeflate) ?? new Uint8Array();
  const decoded = decodePayload(payload, UP_SCHEMAS.st, rawDeflate);
  t.is(decoded.ok ? '' : decoded.where, 'on');
});

test('whatever JSON goes in comes out', t => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      const payload = encodePayload(value, rawDeflate) ?? new Uint8Array();
      const decoded = decodePayload(payload, z.unknown(), rawDeflate);
      t.deepEqual(decoded.ok && decoded.value, JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('arbitrary bytes never throw, for any message of the contract', t => {
  fc.assert(
    fc.property(
      fc.uint8Array({maxLength: 200}),
      fc.constantFrom(1, 2, 3, 4, 5),
      fc.constantFrom<z.ZodType>(...Object.values(UP_SCHEMAS)),
      (bytes, content, schema) => {
        t.false(decodePayload(withContentByte(content, bytes), schema, rawDeflate).ok);
      },
    ),
  );
});
