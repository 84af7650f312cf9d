import test from 'ava';
import fc from 'fast-check';
import {fromHex, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {decodeOsdpFrame, type OsdpFrame} from './frame.js';
import {decodeReply} from './replies.js';
import {
  type ChannelState,
  clientCryptogram,
  DEFAULT_SCBK,
  deriveSessionKeys,
  diversifyKey,
  equalSecrets,
  hostCryptogram,
  initialReplyMac,
  keyId,
  openChannel,
  openOsdp,
  sealOsdp,
} from './secure-channel.js';
import {LIVE_SESSION, SESSION_VECTOR} from './vectors.js';

function frameOf(bytes: Uint8Array): OsdpFrame {
  const decoded = decodeOsdpFrame(bytes);
  if (decoded.kind !== 'frame') throw new Error(decoded.kind);
  return decoded.frame;
}

test('the published session: keys, cryptograms and the first R-MAC', t => {
  const {randomA, randomB, enc, mac1, mac2, host, client, replyMac} = SESSION_VECTOR;
  const a = fromHex(randomA);
  const b = fromHex(randomB);
  t.deepEqual(DEFAULT_SCBK, fromHex(SESSION_VECTOR.scbk));
  const keys = deriveSessionKeys(DEFAULT_SCBK, a);
  t.deepEqual(keys, {enc: fromHex(enc), mac1: fromHex(mac1), mac2: fromHex(mac2)});
  t.deepEqual(hostCryptogram(keys, a, b), fromHex(host));
  t.deepEqual(clientCryptogram(keys, a, b), fromHex(client));
  t.deepEqual(initialReplyMac(keys, fromHex(host)), fromHex(replyMac));
});

function liveChannel(): ChannelState {
  const {scbk, randomA, randomB} = LIVE_SESSION;
  const keys = deriveSessionKeys(fromHex(scbk), fromHex(randomA));
  const host = hostCryptogram(keys, fromHex(randomA), fromHex(randomB));
  return openChannel(keys, initialReplyMac(keys, host));
}

test('the recorded session: keys, and every secured frame opens to its meaning', t => {
  let channel = liveChannel();
  const {enc, mac1, mac2, frames, cardData} = LIVE_SESSION;
  t.deepEqual(channel.keys, {enc: fromHex(enc), mac1: fromHex(mac1), mac2: fromHex(mac2)});
  const seen: unknown[] = [];
  for (const {command, reply} of frames.slice(4)) {
    for (const frame of [frameOf(fromHex(command)), frameOf(fromHex(reply))]) {
      const opened = openOsdp(channel, frame);
      if (opened.kind !== 'ok') throw new Error(opened.why);
      channel = opened.channel;
      seen.push([frame.code, toHex(opened.data)]);
      if (frame.code === 0x50) {
        const card = {reader: 0, format: 1, bits: 37, data: fromHex(cardData)};
        t.like(decodeReply(0x50, opened.data), {kind: 'raw', card});
      }
    }
  }
  t.deepEqual(seen, [
    [0x60, ''],
    [0x50, '000125000123456789'],
    [0x68, '01053200'],
    [0x40, ''],
    [0x60, ''],
    [0x40, ''],
  ]);
});

test('the recorded session is sealed byte for byte, in both directions', t => {
  let channel = liveChannel();
  const parts = {address: 5, check: 'crc' as const};
  const rows = [
    ['command', 1, 0x60, ''],
    ['reply', 1, 0x50, '000125000123456789'],
    ['command', 2, 0x68, '01053200'],
    ['reply', 2, 0x40, ''],
    ['command', 3, 0x60, ''],
    ['reply', 3, 0x40, ''],
  ] as const;
  const wire = LIVE_SESSION.frames
    .slice(4)
    .flatMap(({command, reply}) => [command.slice(2), reply]);
  for (const [index, [direction, sequence, code, data]] of rows.entries()) {
    const frame = {...parts, direction, sequence, code, data: fromHex(data)};
    const sealed = sealOsdp(channel, frame);
    channel = sealed.channel;
    t.is(toHex(sealed.bytes), wire[index] ?? '');
  }
});

test('anything can be sealed and opened, and nothing passes changed or twice', t => {
  const direction = fc.constantFrom('command' as const, 'reply' as const);
  fc.assert(
    fc.property(direction, fc.uint8Array({maxLength: 80}), fc.nat(), (way, data, at) => {
      const channel = liveChannel();
      const parts = {address: 5, direction: way, sequence: 1, check: 'crc', code: 0x60} as const;
      const {bytes, channel: sent} = sealOsdp(channel, {...parts, data});
      const opened = openOsdp(channel, frameOf(bytes));
      if (opened.kind !== 'ok') throw new Error(opened.why);
      t.deepEqual(opened.data, data);
      t.deepEqual(opened.channel, sent);
      const frame = frameOf(bytes);
      const signed = frame.signed.slice();
      signed[at % signed.length] = (signed[at % signed.length] ?? 0) ^ 1;
      t.deepEqual(openOsdp(channel, {...frame, signed}), {kind: 'fault', why: 'mac'});
    }),
  );
  // A reply answers one command: after the next it is a replay.
  const channel = liveChannel();
  const poll = {address: 5, sequence: 1, check: 'crc', data: new Uint8Array(0)} as const;
  const first = sealOsdp(channel, {...poll, direction: 'command', code: 0x60});
  const reply = sealOsdp(first.channel, {...poll, direction: 'reply', code: 0x40});
  const second = sealOsdp(reply.channel, {...poll, direction: 'command', code: 0x60});
  t.deepEqual(openOsdp(second.channel, frameOf(reply.bytes)), {kind: 'fault', why: 'mac'});
});

test('a frame in the clear and a padding that is none are refused', t => {
  const channel = liveChannel();
  const plain = frameOf(fromHex(LIVE_SESSION.frames[0].command));
  t.deepEqual(openOsdp(channel, plain), {kind: 'fault', why: 'notSecured'});
  const parts = {address: 5, direction: 'command', sequence: 1, check: 'crc', code: 0x60} as const;
  const {bytes} = sealOsdp(channel, {...parts, data: Uint8Array.of(1)});
  const frame = frameOf(bytes);
  // The same block under another initial vector decrypts to noise: the MAC has to be right for it.
  const other = {...channel, replyMac: channel.replyMac.map(byte => byte ^ 0x55)};
  t.is(openOsdp(other, frame).kind, 'fault');
});

test('a key of a reader comes from that of its site, and is named without being told', t => {
  const client = fromHex(LIVE_SESSION.client);
  const scbk = diversifyKey(fromHex(LIVE_SESSION.scbk), client);
  t.is(scbk.length, 16);
  t.notDeepEqual(scbk, diversifyKey(fromHex(LIVE_SESSION.scbk), client.slice().reverse()));
  // SHA-256 of sixteen zero bytes begins 374708ff.
  t.is(keyId(new Uint8Array(16)), '374708ff');
  t.false(equalSecrets(scbk, scbk.subarray(1)));
  t.true(equalSecrets(scbk, scbk.slice()));
  t.throws(() => deriveSessionKeys(new Uint8Array(15), client), {instanceOf: CodecMisuse});
});
