import test from 'ava';
import fc from 'fast-check';
import {concatBytes} from '../../protocols/base/bytes.js';
import {UsageError} from '../../protocols/base/errors.js';
import {READER_PROFILES, type ReaderProfile} from '../../protocols/card/card-identity.js';
import {asId, type CardUid, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {createMemoryPair} from '../port/memory-link.js';
import {Rdm6300Reader} from './rdm6300-reader.js';

// Frames of real tags: version 62, tag E3086C, XOR 62^E3^08^6C^ED = 08 (device notes 4.2).
const ascii = (text: string) => Uint8Array.from(text, digit => digit.charCodeAt(0));
const frame = (digits: string) => concatBytes(Uint8Array.of(2), ascii(digits), Uint8Array.of(3));
const CARD_A = frame('62E3086CED08');
const CARD_B = frame('0415148F2EA4');
const WRONG_SUM = frame('62E3086CED09');

async function setup(profile?: ReaderProfile) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'reader'});
  const heard: string[] = [];
  const troubles: string[] = [];
  const reader = new Rdm6300Reader({
    id: asId<DeviceId>('R-1'),
    link,
    clock,
    profile,
    listener: {
      onCard: ({uid, atMs}) => heard.push(`card ${uid} @${atMs}`),
      onReadError: (error, atMs) => heard.push(`${error} @${atMs}`),
      onCardGone: (uid, atMs) => heard.push(`gone ${uid} @${atMs}`),
      onLink: up => heard.push(up ? 'up' : 'down'),
    },
    onTrouble: (code, text) => troubles.push(`${code} ${text}`),
  });
  await clock.advance(100);
  return {clock, far, reader, heard, troubles};
}

test('~E42 a card held for 30 s is told once, and gone after 300 ms of silence', async t => {
  const {clock, far, reader, heard} = await setup();
  for (let repeat = 0; repeat < 460; repeat += 1) {
    far.send(CARD_A);
    await clock.advance(65);
  }
  t.is(reader.present, asId<CardUid>('62E3086CED'));
  await clock.advance(1000);
  t.deepEqual(heard, ['up', 'card 62E3086CED @100', 'gone 62E3086CED @30235']);
  t.is(reader.present, undefined);
  far.send(CARD_A);
  await clock.advance(10);
  t.is(heard.at(-1), 'card 62E3086CED @31000');
  await reader.close();
  clock.assertIdle();
});

test('~E43 two cards in a wallet: one error, no second card, none present', async t => {
  const {clock, far, reader, heard} = await setup();
  for (const card of [CARD_A, CARD_B, CARD_A, CARD_B]) {
    far.send(card);
    await clock.advance(65);
  }
  t.is(reader.present, undefined);
  await clock.advance(300);
  t.deepEqual(heard, ['up', 'card 62E3086CED @100', 'two_cards @165', 'gone 62E3086CED @595']);
});

test('a wrong checksum is told as garbled, once per 300 ms, and its bytes are counted', async t => {
  const {clock, far, reader, heard} = await setup();
  for (let repeat = 0; repeat < 6; repeat += 1) {
    far.send(WRONG_SUM);
    await clock.advance(65);
  }
  t.deepEqual(heard, ['up', 'garbled @100', 'garbled @425']);
  t.is(reader.discardedBytes, 6 * 14);
});

test('a truncated frame is a counted drop, and the next whole frame is read', async t => {
  const {clock, far, reader, heard} = await setup();
  far.send(CARD_A.subarray(0, 6));
  far.send(CARD_A);
  far.send(CARD_A.subarray(9));
  await clock.advance(10);
  t.deepEqual(heard, ['up', 'card 62E3086CED @100']);
  t.is(reader.discardedBytes, 6 + 5);
});

test('1 MB of garbage is counted, costs no memory, and the next card is read', async t => {
  const {clock, far, reader, heard} = await setup();
  const garbage = new Uint8Array(1_048_576).map((_, index) => 0x80 | (index * 31));
  const before = process.memoryUsage().arrayBuffers;
  for (let at = 0; at < garbage.length; at += 4096) far.send(garbage.subarray(at, at + 4096));
  await clock.advance(10);
  far.send(Uint8Array.of(3));
  far.send(CARD_A);
  await clock.advance(10);
  t.deepEqual(heard, ['up', 'card 62E3086CED @110']);
  t.true(reader.discardedBytes >= garbage.length);
  t.true(process.memoryUsage().arrayBuffers - before < 4 * garbage.length);
});

test('frames are read however the wire cuts them', async t => {
  const {clock, far, heard} = await setup();
  for (const byte of CARD_A) far.send(Uint8Array.of(byte));
  await clock.advance(400);
  far.send(concatBytes(CARD_B, CARD_B));
  await clock.advance(10);
  t.deepEqual(heard, [
    'up',
    'card 62E3086CED @100',
    'gone 62E3086CED @400',
    'card 0415148F2E @500',
  ]);
});

test('a port that goes takes the card with it, and half a frame is void', async t => {
  const {clock, far, heard} = await setup();
  far.send(CARD_A);
  far.send(CARD_B.subarray(0, 7));
  await clock.advance(10);
  far.unplug();
  await clock.advance(10);
  far.replug();
  await clock.until(() => heard.at(-1) === 'up');
  far.send(CARD_B.subarray(7));
  await clock.advance(400);
  t.deepEqual(heard, ['up', 'card 62E3086CED @100', 'gone 62E3086CED @110', 'down', 'up']);
});

test('whatever noise comes, a whole card behind it is read in the end', async t => {
  const property = fc.asyncProperty(fc.uint8Array({maxLength: 300}), async noise => {
    const {clock, far, reader} = await setup();
    far.send(noise);
    await clock.advance(400);
    far.send(CARD_A);
    far.send(CARD_A);
    await clock.advance(10);
    const {present} = reader;
    await reader.close();
    return present === asId<CardUid>('62E3086CED');
  });
  await t.notThrowsAsync(() => fc.assert(property, {numRuns: 50}));
});

test('nothing is told after close', async t => {
  const {clock, far, reader, heard} = await setup();
  far.send(CARD_A);
  await clock.advance(10);
  await reader.close();
  far.send(CARD_B);
  await clock.advance(1000);
  t.deepEqual(heard, ['up', 'card 62E3086CED @100']);
});

test('noise is told with its bytes, a lost port with its reason, a sound card not at all', async t => {
  const {clock, far, reader, troubles} = await setup();
  far.send(CARD_A);
  await clock.advance(1000);
  t.deepEqual(troubles, []);
  far.send(frame('xyz'));
  await clock.advance(10);
  t.deepEqual(troubles, ['reader/noise R-1: 5 bytes dropped since start']);
  far.unplug();
  await clock.advance(10);
  t.regex(troubles.at(-1) ?? '', /^port\/lost memory:reader was unplugged/);
  await reader.close();
});

test('a profile turns the report of another make into the canonical number', async t => {
  const reversed = await setup({...READER_PROFILES.rdm6300, byteOrder: 'lsb_first'});
  reversed.far.send(CARD_A);
  await reversed.clock.advance(10);
  t.is(reversed.heard.at(-1), 'card ED6C08E362 @100');
  const tag = await setup(READER_PROFILES.rdm6300Tag);
  tag.far.send(CARD_A);
  await tag.clock.advance(10);
  t.is(tag.heard.at(-1), 'card E3086CED @100');
  await reversed.reader.close();
  await tag.reader.close();
});

test('a profile that no report of this reader fits is refused at once', async t => {
  const thrown = await t.throwsAsync(setup(READER_PROFILES.decimal10), {instanceOf: UsageError});
  t.is(thrown.code, 'usage/reader');
});
