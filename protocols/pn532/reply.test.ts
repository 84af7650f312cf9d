import test from 'ava';
import {concatBytes, fromHex} from '../base/bytes.js';
import {encodePn532, PN532_ACK, PN532_ERROR, PN532_NACK} from './frame.js';
import {decodePn532Reply} from './reply.js';

const SAM = 0x14;
const reply = encodePn532('reader', fromHex('15'));
const other = encodePn532('reader', fromHex('4B 00'));

test('acknowledge and reply are one, and every piece of them waits', t => {
  const whole = concatBytes(PN532_ACK, reply);
  for (let length = 0; length < whole.length; length += 1) {
    t.deepEqual(decodePn532Reply(whole.subarray(0, length), SAM), {kind: 'wait'}, `${length}`);
  }
  const frame = {kind: 'reply', data: fromHex('15')} as const;
  t.deepEqual(decodePn532Reply(whole, SAM), {kind: 'frame', frame, used: whole.length});
  t.deepEqual(decodePn532Reply(reply, SAM), {kind: 'frame', frame, used: reply.length});
});

test('an error frame is a refusal', t => {
  const refused = {kind: 'refused'} as const;
  const whole = concatBytes(PN532_ACK, PN532_ERROR);
  t.deepEqual(decodePn532Reply(whole, SAM), {kind: 'frame', frame: refused, used: whole.length});
  t.deepEqual(decodePn532Reply(PN532_ERROR, SAM), {kind: 'frame', frame: refused, used: 8});
});

test('what answers something else is dropped, and so is noise behind the acknowledge', t => {
  const foreign = (...parts: Uint8Array[]) => decodePn532Reply(concatBytes(...parts), SAM);
  t.deepEqual(foreign(other), {kind: 'discard', used: other.length, why: 'foreign'});
  t.deepEqual(foreign(PN532_NACK), {kind: 'discard', used: 6, why: 'foreign'});
  t.deepEqual(foreign(PN532_ACK, PN532_ACK), {kind: 'discard', used: 6, why: 'foreign'});
  t.deepEqual(foreign(PN532_ACK, other), {
    kind: 'discard',
    used: 6 + other.length,
    why: 'foreign',
  });
  t.deepEqual(foreign(PN532_ACK, fromHex('7788')), {kind: 'discard', used: 8, why: 'noise'});
  t.deepEqual(foreign(encodePn532('host', fromHex('15'))), {
    kind: 'discard',
    used: 9,
    why: 'foreign',
  });
});
