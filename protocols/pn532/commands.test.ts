import test from 'ava';
import {concatBytes, fromHex, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {
  decodeExchange,
  decodeFirmware,
  decodeTargets,
  hasSectors,
  pn532Command,
} from './commands.js';
import {PN532_VECTORS} from './vectors.js';

const dataOf = (source: string) =>
  fromHex(PN532_VECTORS.find(vector => vector.source.includes(source))?.data ?? '');

test('commands are those of the documents', t => {
  t.deepEqual(pn532Command.samConfiguration(), dataOf('SAMConfiguration'));
  t.deepEqual(pn532Command.getFirmwareVersion(), dataOf('GetFirmwareVersion'));
  t.deepEqual(pn532Command.readBlock(1, 4), dataOf('read block 4'));
  t.is(toHex(pn532Command.limitRetries()), '3205ff0102');
  t.is(toHex(pn532Command.listTargets()), '4a0200');
  const uid = fromHex('FB0EE20B');
  const key = fromHex('FFFFFFFFFFFF');
  const asked = {target: 1, keyKind: 'A', block: 7, key, uid} as const;
  t.deepEqual(pn532Command.authenticate(asked), dataOf('authenticate block 7'));
  const long = fromHex('04A1B2FB0EE20B');
  t.is(toHex(pn532Command.authenticate({...asked, keyKind: 'B', uid: long})).slice(4, 6), '61');
  t.is(toHex(pn532Command.authenticate({...asked, uid: long})).slice(-8), 'fb0ee20b');
});

test('a key or uid of a wrong length is a mistake of the caller, and the key is not told', t => {
  const uid = fromHex('FB0EE20B');
  const short = {target: 1, keyKind: 'A', block: 7, key: fromHex('A1B2C3D4E5'), uid} as const;
  const thrown = t.throws(() => pn532Command.authenticate(short), {instanceOf: CodecMisuse});
  t.is(thrown.code, 'codec/pn532');
  t.notRegex(`${thrown.message} ${JSON.stringify(thrown.context)}`, /a1b2|161/i);
  t.throws(() =>
    pn532Command.authenticate({...short, key: new Uint8Array(6), uid: uid.subarray(1)}),
  );
});

test('a card of the document: its number, and that it has sectors', t => {
  const [card, ...others] = decodeTargets(dataOf('reply to InListPassiveTarget')) ?? [];
  t.deepEqual(card, {target: 1, selectReply: 8, uid: 'FB0EE20B'});
  t.deepEqual(others, []);
  t.true(card && hasSectors(card));
});

test('two cards, one of them with an answer to select, and an empty field', t => {
  const two = fromHex('4B 02 01 0344 20 07 04782E21801D80 06 7577810280 02 0004 08 04 01020304');
  t.deepEqual(decodeTargets(two), [
    {target: 1, selectReply: 0x20, uid: '04782E21801D80'},
    {target: 2, selectReply: 0x08, uid: '01020304'},
  ]);
  t.deepEqual(decodeTargets(fromHex('4B 00')), []);
});

test('lengths that do not add up are no reply', t => {
  t.is(decodeTargets(fromHex('4B')), undefined);
  t.is(decodeTargets(fromHex('4C 00')), undefined);
  t.is(decodeTargets(fromHex('4B 01 01 0004 08 04 010203')), undefined);
  t.is(decodeTargets(fromHex('4B 01 01 0004 08 03 010203')), undefined);
  t.is(decodeTargets(fromHex('4B 01 01 0004 08 04 01020304 05')), undefined);
  t.is(decodeTargets(fromHex('4B 01 01 0004 20 04 01020304')), undefined);
});

test('firmware and exchange', t => {
  t.deepEqual(decodeFirmware(fromHex('03 32 01 06 07')), {chip: 0x32, version: '1.6'});
  t.is(decodeFirmware(fromHex('03 32 01 06')), undefined);
  const block = new Uint8Array(16).fill(0xff);
  t.deepEqual(decodeExchange(dataOf('what block 4 holds')), {status: 0, data: block});
  t.deepEqual(decodeExchange(concatBytes(Uint8Array.of(0x41, 0x54))), {
    status: 0x14,
    data: new Uint8Array(0),
  });
  t.is(decodeExchange(fromHex('41')), undefined);
});
