import test from 'ava';
import fc from 'fast-check';
import {concatBytes, fromHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {decodeRdm6300, decodeRdm6300Body, encodeRdm6300} from './rdm6300.js';
import {RDM6300_VECTORS} from './vectors.js';

const [SEEED, FOB] = RDM6300_VECTORS.map(vector => fromHex(vector.frame));

/** Drain a stream as a reader driver does. */
function drain(stream: Uint8Array) {
  const uids: string[] = [];
  const whys: string[] = [];
  let rest = stream;
  for (;;) {
    const decoded = decodeRdm6300(rest);
    if (decoded.kind === 'wait') return {uids, whys, left: rest.length};
    if (decoded.kind === 'frame') uids.push(decoded.frame);
    else whys.push(decoded.why);
    rest = rest.subarray(decoded.used);
  }
}

const ascii = (text: string) => Uint8Array.from(text, character => character.charCodeAt(0));
const STX = Uint8Array.of(2);
const ETX = Uint8Array.of(3);

for (const {source, frame, uid} of RDM6300_VECTORS) {
  test(`published frame: ${source}`, t => {
    const bytes = fromHex(frame);
    t.deepEqual(decodeRdm6300(bytes), {kind: 'frame', frame: uid, used: 14});
    t.deepEqual(decodeRdm6300Body(bytes.subarray(1, -1)), {kind: 'card', uid});
    t.deepEqual(encodeRdm6300(uid), bytes);
  });
}

test('lower-case digits give the same canonical number', t => {
  t.deepEqual(decodeRdm6300Body(ascii('62e3086ced08')), {kind: 'card', uid: '62E3086CED'});
  t.deepEqual(encodeRdm6300('62e3086ced'), SEEED);
});

test('a damaged body is a value with its cause', t => {
  const whyOf = (text: string) => {
    const body = decodeRdm6300Body(ascii(text));
    return body.kind === 'garbled' ? body.why : body.uid;
  };
  t.is(whyOf('62E3086CED09'), 'checksum');
  t.is(whyOf('62E3086CEE08'), 'checksum');
  t.is(whyOf('62E3086CED0'), 'length');
  t.is(whyOf('62E3086CED080'), 'length');
  t.is(whyOf(''), 'length');
  t.is(whyOf('62E3086CEG08'), 'hex');
  t.is(whyOf('62E3 86CED08'), 'hex');
});

test('a frame in pieces waits to the last byte', t => {
  for (let length = 0; length < 14; length += 1) {
    t.deepEqual(decodeRdm6300(encodeRdm6300('62E3086CED').subarray(0, length)), {kind: 'wait'});
  }
});

test('a frame cut off by the next loses only itself', t => {
  const whole = encodeRdm6300('62E3086CED');
  const {uids, whys} = drain(concatBytes(whole.subarray(0, 6), whole));
  t.deepEqual(uids, ['62E3086CED']);
  t.deepEqual(whys, ['length']);
});

test('too short, too long, wrong sum and wrong digits are dropped and told apart', t => {
  t.deepEqual(drain(concatBytes(STX, ascii('62E3'), ETX)), {uids: [], whys: ['length'], left: 0});
  t.deepEqual(drain(concatBytes(STX, ascii('62E3086CED09'), ETX)), {
    uids: [],
    whys: ['checksum'],
    left: 0,
  });
  t.deepEqual(drain(concatBytes(STX, ascii('62E3086CEG08'), ETX)), {
    uids: [],
    whys: ['hex'],
    left: 0,
  });
  const long = drain(concatBytes(STX, ascii('62E3086CED0808'), ETX, FOB ?? STX));
  t.deepEqual(long.uids, ['100086F444']);
  t.deepEqual(long.whys, ['length', 'noise']);
});

test('noise without a start goes at once', t => {
  t.deepEqual(decodeRdm6300(ascii('hello')), {kind: 'discard', used: 5, why: 'noise'});
});

test('the card behind any garbage is read', t => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 60}), garbage => {
      const {uids} = drain(concatBytes(garbage, encodeRdm6300('62E3086CED')));
      t.is(uids.at(-1), '62E3086CED');
    }),
  );
});

test('1 MB of garbage is dropped, at most 13 bytes are kept', t => {
  const garbage = new Uint8Array(1_000_000);
  let seed = 1;
  for (let index = 0; index < garbage.length; index += 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 0x8000_0000;
    garbage[index] = seed >> 16;
  }
  let used = 0;
  for (;;) {
    const decoded = decodeRdm6300(garbage.subarray(used));
    if (decoded.kind === 'wait') break;
    used += decoded.used;
  }
  t.true(garbage.length - used <= 13);
});

test('only ten hex digits are a card number', t => {
  for (const uid of ['', '62E3086CE', '62E3086CED0', '62E3086CEG']) {
    t.is(t.throws(() => encodeRdm6300(uid), {instanceOf: CodecMisuse}).code, 'codec/card-uid');
  }
});
