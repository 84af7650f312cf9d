import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {Entropy} from '../../protocols/base/clock.js';
import {KEY_PROOF_VECTOR} from '../../protocols/card/vectors.js';
import {type DownMessage, encodeDown} from '../../protocols/collector/down-message.js';
import {EMPTY_REPLAY_WINDOW} from '../../protocols/collector/replay-window.js';
import {openSealed, sealFrame} from '../../protocols/collector/sealed-frame.js';
import {decodeUp, type UpMessage} from '../../protocols/collector/up-message.js';
import {FRAME_KEY, FRAME_VECTORS} from '../../protocols/collector/vectors.js';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {RecordingEnd} from '../wire/recording-end.js';
import {Collector, type CollectorOptions} from './collector.js';
import {flipBit} from './sealed-end.js';
import type {SimCard} from './sim-card.js';

const KEY = fromHex(FRAME_KEY);
const UID = asId<CardUid>(KEY_PROOF_VECTOR.uid);
const CARD: SimCard = {uid: UID, secret: fromHex(KEY_PROOF_VECTOR.secret), userInfo: 'Li'};
const OTHER: SimCard = {uid: asId<CardUid>('0000000001')};

function build(options: Partial<CollectorOptions> = {}) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const end = new RecordingEnd(clock);
  let draws = 0;
  const entropy: Entropy = {
    bytes: length => {
      draws += 1;
      if (draws === 1 && length === 16) return fromHex(KEY_PROOF_VECTOR.nonce);
      return new Uint8Array(length).fill(draws);
    },
    fraction: () => 0,
    ulid: () => '',
  };
  const collector = new Collector({
    clock,
    entropy,
    farEnd: end,
    collector: 'C2',
    key: KEY,
    firstCounter: 1n,
    ...options,
  });
  let downCounter = 1n;
  const say = (message: DownMessage) => {
    end.write(sealDown(downCounter, encodeDown(message)));
    downCounter += 1n;
  };
  return {clock, end, collector, say};
}

function sealDown(counter: bigint, plaintext: Uint8Array): Uint8Array {
  return sealFrame({key: KEY, collector: 'C2', direction: 'down'}, counter, plaintext);
}

function open(frame: Uint8Array): UpMessage {
  const channel = {key: KEY, collector: 'C2', direction: 'up'} as const;
  const opened = openSealed(channel, frame, EMPTY_REPLAY_WINDOW);
  const decoded = opened.kind === 'ok' ? decodeUp(opened.plaintext) : undefined;
  if (decoded?.kind !== 'message') throw new RangeError('not a message');
  return decoded.message;
}

/** All that the collector has said, its heartbeats left out. */
function said(end: RecordingEnd): UpMessage[] {
  return end.sent.map(entry => open(entry.bytes)).filter(message => message.kind !== 'heartbeat');
}

test('the seventh card without a secret is the frame of the specification', async t => {
  const [vector] = FRAME_VECTORS;
  // One heartbeat, then six cards that came and went.
  const {clock, end, collector} = build({firstCounter: vector.counter - 13n});
  for (let tap = 0; tap < 7; tap += 1) {
    collector.present({uid: UID});
    await clock.advance(60);
    if (tap < 6) collector.remove();
    await clock.advance(20);
  }
  t.is(toHex(end.sent.at(-1)?.bytes ?? new Uint8Array()), vector.frame.replaceAll(' ', ''));
  collector.close();
});

test('the answer frame of the specification is understood', t => {
  const [, vector] = FRAME_VECTORS;
  const {end, collector} = build();
  end.write(fromHex(vector.frame));
  t.deepEqual(collector.answers, [{requestNo: 7, verdict: 'deny', reason: 'EXPIRED', atMs: 0}]);
  collector.close();
});

test('a card proves itself with a fresh nonce each time, and its going is told', async t => {
  const {clock, end, collector} = build();
  collector.present(CARD);
  await clock.advance(100);
  collector.remove(UID);
  await clock.advance(100);
  collector.present(CARD);
  await clock.advance(100);
  const nonce = fromHex(KEY_PROOF_VECTOR.nonce);
  const proof = fromHex(KEY_PROOF_VECTOR.proof);
  const [first, gone, second] = said(end);
  t.deepEqual(first, {
    kind: 'card',
    requestNo: 1,
    card: {uid: UID, userInfo: 'Li', assurance: {kind: 'proof', nonce, proof}},
  });
  t.deepEqual(gone, {kind: 'cardGone', uid: UID});
  t.true(second?.kind === 'card' && second.requestNo === 2);
  t.true(
    second?.kind === 'card' &&
      second.card.assurance.kind === 'proof' &&
      toHex(second.card.assurance.nonce) !== toHex(nonce),
  );
  collector.close();
  clock.assertIdle();
});

test('a clone with a wrong secret gives another proof for the same nonce', async t => {
  const {clock, end, collector} = build();
  collector.present({uid: UID, secret: new Uint8Array(16)});
  await clock.advance(100);
  const [message] = said(end);
  t.true(
    message?.kind === 'card' &&
      message.card.assurance.kind === 'proof' &&
      toHex(message.card.assurance.nonce) === toHex(fromHex(KEY_PROOF_VECTOR.nonce)) &&
      toHex(message.card.assurance.proof) !== toHex(fromHex(KEY_PROOF_VECTOR.proof)),
  );
  collector.close();
});

test('two cards are an error; the one that stays is read when the other has gone', async t => {
  const {clock, end, collector} = build();
  collector.present(OTHER);
  collector.present(CARD);
  collector.present(CARD);
  t.is(collector.field.length, 2);
  await clock.advance(100);
  collector.remove(OTHER.uid);
  await clock.advance(100);
  t.deepEqual(
    said(end).map(message => message.kind),
    ['readError', 'card'],
  );
  t.deepEqual(said(end)[0], {kind: 'readError', error: 'two_cards'});
  collector.close();
});

test('a second card beside one already read is an error, and costs no second request', async t => {
  const {clock, end, collector} = build();
  collector.present(CARD);
  await clock.advance(100);
  collector.present(OTHER);
  await clock.advance(100);
  collector.remove(OTHER.uid);
  await clock.advance(100);
  collector.remove();
  await clock.advance(100);
  t.deepEqual(
    said(end).map(message => message.kind),
    ['card', 'readError', 'cardGone'],
  );
  collector.close();
});

test('a card that only brushes the field is a read error', async t => {
  const {clock, end, collector} = build();
  collector.present(CARD);
  await clock.advance(10);
  collector.remove();
  await clock.advance(100);
  t.deepEqual(said(end), [{kind: 'readError', error: 'read_error'}]);
  collector.remove();
  await clock.advance(100);
  t.is(said(end).length, 1);
  collector.close();
});

test('screen and signal are shown until they are set again, presses go up', async t => {
  const {clock, end, collector, say} = build();
  t.is(collector.screen, undefined);
  say({kind: 'screen', tone: 'call', lines: ['请稍候', '保安正在赶来']});
  say({kind: 'signal', buzzer: true, lamp: false});
  say({kind: 'heartbeat'});
  t.deepEqual(collector.screen, {tone: 'call', lines: ['请稍候', '保安正在赶来']});
  t.deepEqual([collector.buzzer, collector.lamp], [true, false]);
  say({kind: 'signal', buzzer: false, lamp: true});
  t.deepEqual([collector.buzzer, collector.lamp], [false, true]);
  t.is(collector.screens.length, 1);
  collector.press();
  collector.press(3);
  await clock.advance(50);
  t.deepEqual(said(end), [
    {kind: 'press', presses: 1},
    {kind: 'press', presses: 3},
  ]);
  collector.close();
});

test('a reread gives the card with a new nonce, or nothing when it went or has company', async t => {
  const {clock, end, collector, say} = build();
  collector.present(CARD);
  await clock.advance(100);
  say({kind: 'reread', rereadNo: 5, uid: UID});
  await clock.advance(100);
  collector.present(OTHER);
  say({kind: 'reread', rereadNo: 6, uid: UID});
  await clock.advance(100);
  collector.remove();
  say({kind: 'reread', rereadNo: 7, uid: UID});
  await clock.advance(100);
  const answers = said(end).filter(message => message.kind === 'rereadAnswer');
  t.deepEqual(
    answers.map(answer => [answer.rereadNo, answer.card?.uid]),
    [
      [5, UID],
      [6, undefined],
      [7, undefined],
    ],
  );
  collector.close();
});

test('it beats every 2 s with its uptime; power off makes it dark, silent and young again', async t => {
  const {clock, end, collector, say} = build();
  say({kind: 'screen', tone: 'good', lines: ['a', 'b']});
  say({kind: 'signal', buzzer: true, lamp: true});
  await clock.advance(4100);
  const beats = () =>
    end.sent.map(entry => open(entry.bytes)).map(m => (m.kind === 'heartbeat' ? m.uptimeS : -1));
  t.deepEqual(beats(), [0, 2, 4]);
  collector.present(CARD);
  collector.powerOff();
  t.is(collector.screen, undefined);
  t.false(collector.buzzer || collector.lamp);
  say({kind: 'signal', buzzer: true, lamp: true});
  collector.press();
  await clock.advance(10_000);
  t.false(collector.buzzer);
  t.is(end.sent.length, 3);
  clock.assertIdle();
  collector.powerOn();
  collector.powerOn();
  await clock.advance(2100);
  t.deepEqual(beats(), [0, 2, 4, 0, 2]);
  collector.close();
});

test('frames pass at the speed of the wire, one after the other', async t => {
  const {clock, end, collector} = build({baudRate: 9600});
  collector.press();
  await clock.advance(200);
  const [beat, press] = end.sent;
  const beatBytes = beat?.bytes.length ?? 0;
  const pressBytes = press?.bytes.length ?? 0;
  t.true(Math.abs((beat?.atMs ?? 0) - beatBytes / 0.96) < 0.001);
  t.true(Math.abs((press?.atMs ?? 0) - (beatBytes + pressBytes) / 0.96) < 0.001);
  collector.close();
});

test('a wiretap can replay a frame byte for byte, or with one bit turned over', async t => {
  const {clock, end, collector} = build();
  collector.present(CARD);
  await clock.advance(100);
  const captured = collector.captured.find(frame => frame.kind === 'card');
  if (!captured) throw new RangeError('nothing captured');
  t.deepEqual(end.sent.at(-1)?.bytes, captured.frame);
  collector.inject(captured.frame);
  collector.inject(flipBit(captured.frame, 8 * 30));
  await clock.advance(100);
  t.deepEqual(end.sent.at(-2)?.bytes, captured.frame);
  const damaged = end.sent.at(-1)?.bytes ?? new Uint8Array();
  t.is(damaged.filter((byte, index) => byte !== captured.frame[index]).length, 1);
  t.throws(() => open(damaged));
  collector.close();
});

test('frames that are replayed, damaged, foreign or unreadable are refused and shown nowhere', t => {
  const {end, collector} = build();
  const signal = encodeDown({kind: 'signal', buzzer: true, lamp: true});
  const frame = sealDown(1n, signal);
  end.write(frame.subarray(0, 10));
  end.write(frame.subarray(10));
  end.write(frame);
  end.write(flipBit(sealDown(2n, signal), 8 * 25));
  end.write(sealFrame({key: KEY, collector: 'C3', direction: 'down'}, 3n, signal));
  end.write(Uint8Array.of(1, 2, 3));
  end.write(sealDown(4n, Uint8Array.of(99)));
  t.deepEqual(collector.refused, ['REPLAY', 'BAD_MAC', 'BAD_MAC', 'noise', 'unreadable']);
  t.true(collector.buzzer);
  collector.close();
});

test('a later run of the same collector never uses a counter again', async t => {
  const collectors = [0, 5000].map(wallMs => {
    const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r)), wallMs});
    const end = new RecordingEnd(clock);
    const entropy = {bytes: () => new Uint8Array(16), fraction: () => 0, ulid: () => ''};
    const collector = new Collector({clock, entropy, farEnd: end, collector: 'C2', key: KEY});
    return {clock, end, collector};
  });
  const counters: bigint[] = [];
  for (const {clock, end, collector} of collectors) {
    await clock.advance(4500);
    collector.close();
    for (const {bytes} of end.sent) {
      counters.push(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(8));
    }
  }
  t.is(counters.length, 6);
  t.is(new Set(counters).size, 6);
  t.deepEqual(
    counters,
    counters.toSorted((a, b) => (a < b ? -1 : 1)),
  );
});

test('a pulled plug loses what is said and a replugged one carries on', async t => {
  const {clock, end, collector} = build();
  await clock.advance(10);
  collector.unplug();
  collector.press();
  await clock.advance(10);
  collector.replug();
  collector.press(2);
  await clock.advance(10);
  t.deepEqual(said(end), [{kind: 'press', presses: 2}]);
  collector.close();
});
