import test from 'ava';
import fc from 'fast-check';
import {concatBytes, fromHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {EMPTY_REPLAY_WINDOW} from './replay-window.js';
import {
  decodeSealed,
  decryptAesGcm,
  encryptAesGcm,
  openSealed,
  type SealChannel,
  sealFrame,
} from './sealed-frame.js';
import {FRAME_KEY, FRAME_VECTORS, GCM_TEST_CASE_16} from './vectors.js';

const key = fromHex(FRAME_KEY);
const up: SealChannel = {key, collector: 'C2', direction: 'up'};
const down: SealChannel = {key, collector: 'C2', direction: 'down'};
const TEXT = fromHex('01 02 03');
const FRAME = sealFrame(up, 7n, TEXT);

/** The same bytes with one bit turned over. */
function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = bytes.slice();
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

/** Drain a stream as a driver does. */
function drain(stream: Uint8Array) {
  const frames: Uint8Array[] = [];
  const whys: string[] = [];
  let rest = stream;
  for (;;) {
    const decoded = decodeSealed(rest);
    if (decoded.kind === 'wait') return {frames, whys, left: rest.length};
    if (decoded.kind === 'frame') frames.push(decoded.frame);
    else whys.push(decoded.why);
    rest = rest.subarray(decoded.used);
  }
}

test('AES-256-GCM is called as published test case 16 says', t => {
  const [gcmKey, iv, aad, plaintext] = [
    fromHex(GCM_TEST_CASE_16.key),
    fromHex(GCM_TEST_CASE_16.iv),
    fromHex(GCM_TEST_CASE_16.additionalData),
    fromHex(GCM_TEST_CASE_16.plaintext),
  ];
  const sealed = {
    ciphertext: fromHex(GCM_TEST_CASE_16.ciphertext),
    tag: fromHex(GCM_TEST_CASE_16.tag),
  };
  t.deepEqual(encryptAesGcm(gcmKey, iv, aad, plaintext), sealed);
  t.deepEqual(decryptAesGcm(gcmKey, iv, aad, sealed), plaintext);
  t.is(decryptAesGcm(gcmKey, iv, plaintext, sealed), undefined);
});

for (const vector of FRAME_VECTORS) {
  test(`worked frame: ${vector.name}`, t => {
    const channel: SealChannel = {key, collector: vector.collector, direction: vector.direction};
    const [frame, plaintext] = [fromHex(vector.frame), fromHex(vector.plaintext)];
    t.deepEqual(sealFrame(channel, vector.counter, plaintext), frame);
    t.deepEqual(decodeSealed(frame), {kind: 'frame', frame, used: frame.length});
    const opened = openSealed(channel, frame, EMPTY_REPLAY_WINDOW);
    t.deepEqual(opened, {
      kind: 'ok',
      plaintext,
      counter: vector.counter,
      window: {highest: vector.counter, seen: 1n},
    });
  });
}

test('~P12 a frame played again is REPLAY, one flipped bit anywhere is BAD_MAC', t => {
  const first = openSealed(up, FRAME, EMPTY_REPLAY_WINDOW);
  t.is(first.kind, 'ok');
  const window = first.kind === 'ok' ? first.window : EMPTY_REPLAY_WINDOW;
  t.deepEqual(openSealed(up, FRAME, window), {kind: 'REPLAY', counter: 7n});
  for (let bit = 0; bit < FRAME.length * 8; bit += 1) {
    t.deepEqual(openSealed(up, flipBit(FRAME, bit), window), {kind: 'BAD_MAC'});
  }
});

test('~P13 another collector cannot open an answer', t => {
  const answer = sealFrame(down, 7n, TEXT);
  const otherKey = {...down, key: fromHex(FRAME_KEY.replace('00', 'ff'))};
  t.deepEqual(openSealed(otherKey, answer, EMPTY_REPLAY_WINDOW), {kind: 'BAD_MAC'});
  t.deepEqual(openSealed({...otherKey, collector: 'C3'}, answer, EMPTY_REPLAY_WINDOW), {
    kind: 'BAD_MAC',
  });
});

test('even under one key an answer is for one collector, and nobody takes his own frame back', t => {
  t.is(openSealed({...up, collector: 'C3'}, FRAME, EMPTY_REPLAY_WINDOW).kind, 'BAD_MAC');
  t.is(openSealed(down, FRAME, EMPTY_REPLAY_WINDOW).kind, 'BAD_MAC');
});

test('a forged counter far ahead does not move the window', t => {
  const forged = FRAME.slice();
  forged.fill(0xff, 8, 16);
  t.deepEqual(openSealed(up, forged, EMPTY_REPLAY_WINDOW), {kind: 'BAD_MAC'});
  t.is(openSealed(up, FRAME, EMPTY_REPLAY_WINDOW).kind, 'ok');
});

test('what is no frame at all is BAD_MAC too', t => {
  for (const bytes of [new Uint8Array(0), FRAME.subarray(0, -1), concatBytes(FRAME, TEXT)]) {
    t.deepEqual(openSealed(up, bytes, EMPTY_REPLAY_WINDOW), {kind: 'BAD_MAC'});
  }
});

test('the two directions of one key never share a key stream', t => {
  const zeros = new Uint8Array(64);
  t.notDeepEqual(
    sealFrame(up, 7n, zeros).subarray(20, 84),
    sealFrame(down, 7n, zeros).subarray(20, 84),
  );
  t.notDeepEqual(
    sealFrame(up, 7n, zeros).subarray(20, 84),
    sealFrame(up, 8n, zeros).subarray(20, 84),
  );
});

test('a frame in pieces waits to the last byte', t => {
  for (let length = 0; length < FRAME.length; length += 1) {
    t.deepEqual(decodeSealed(FRAME.subarray(0, length)), {kind: 'wait'});
  }
});

test('a frame cut off by the next loses only itself', t => {
  for (const cut of [20, 21, 30, FRAME.length - 8]) {
    const {frames, whys} = drain(concatBytes(FRAME.subarray(0, cut), FRAME));
    t.deepEqual(frames, [FRAME]);
    t.deepEqual(whys, ['truncated']);
  }
});

test('a length beyond the cap or against its inverse begins no frame', t => {
  const tooLong = concatBytes(FRAME.subarray(0, 16), fromHex('0201 FDFE'), new Uint8Array(600));
  t.is(drain(tooLong).frames.length, 0);
  const damaged = FRAME.slice();
  damaged[17] = 4;
  const {frames, whys} = drain(concatBytes(damaged, FRAME));
  t.deepEqual(frames, [FRAME]);
  t.deepEqual(whys, ['noise']);
});

test('frames are found behind any garbage', t => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 700}), garbage => {
      t.deepEqual(drain(concatBytes(garbage, FRAME, FRAME)).frames, [FRAME, FRAME]);
    }),
  );
});

test('what was sealed is what is opened, up to 512 bytes', t => {
  fc.assert(
    fc.property(
      fc.uint8Array({maxLength: 512}),
      fc.bigInt({min: 0n, max: 2n ** 64n - 1n}),
      (plaintext, counter) => {
        const frame = sealFrame(down, counter, plaintext);
        t.is(drain(frame).frames.length, 1);
        const opened = openSealed(down, frame, EMPTY_REPLAY_WINDOW);
        t.true(opened.kind === 'ok' && opened.counter === counter);
        t.deepEqual(opened.kind === 'ok' && opened.plaintext, plaintext);
      },
    ),
  );
});

test('what cannot be sealed is our own mistake', t => {
  for (const make of [
    () => sealFrame({...up, key: new Uint8Array(16)}, 0n, TEXT),
    () => sealFrame(up, -1n, TEXT),
    () => sealFrame(up, 2n ** 64n, TEXT),
    () => sealFrame(up, 0n, new Uint8Array(513)),
    () => openSealed({...up, key: new Uint8Array(31)}, FRAME, EMPTY_REPLAY_WINDOW),
  ]) {
    t.is(t.throws(make, {instanceOf: CodecMisuse}).code, 'codec/seal');
  }
});
