import test from 'ava';
import {type DownMessage, decodeDown} from '../../protocols/collector/down-message.js';
import {EMPTY_REPLAY_WINDOW} from '../../protocols/collector/replay-window.js';
import {openSealed, sealFrame} from '../../protocols/collector/sealed-frame.js';
import {type CardField, encodeUp, type UpMessage} from '../../protocols/collector/up-message.js';
import {asId, type CardUid, type CollectorId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {Screen} from '../display/contract.js';
import {createMemoryPair} from '../port/memory-link.js';
import type {CardPresented} from './contract.js';
import {SmartCollector} from './smart-collector.js';

const KEY = new Uint8Array(32).fill(7);
const UID = asId<CardUid>('04A1B2C3');
const CARD: CardField = {
  uid: UID,
  assurance: {kind: 'proof', nonce: new Uint8Array(16).fill(1), proof: new Uint8Array(16).fill(2)},
  userInfo: '陈',
};
const OPEN: Screen = {lines: ['A-012', '已开'], tone: 'good'};

async function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'C2'});
  const heard: string[] = [];
  const cards: CardPresented[] = [];
  const down: DownMessage[] = [];
  far.onBytes(frame => {
    const channel = {key: KEY, collector: 'C2', direction: 'down'} as const;
    const opened = openSealed(channel, frame, EMPTY_REPLAY_WINDOW);
    const decoded = opened.kind === 'ok' ? decodeDown(opened.plaintext) : undefined;
    if (decoded?.kind !== 'message') throw new RangeError('not a sealed message');
    if (decoded.message.kind !== 'heartbeat') down.push(decoded.message);
    else heartbeats.push(clock.nowMs());
  });
  const heartbeats: number[] = [];
  const store = () => ({load: () => 0n, reserve: () => {}, leaps: () => 0});
  const troubles: string[] = [];
  const collector = new SmartCollector({
    id: asId<CollectorId>('C2'),
    clock,
    link,
    key: KEY,
    outgoing: store(),
    incoming: store(),
    onTrouble: (code, text) => troubles.push(`${code} ${text}`),
    listener: {
      onCard: card => cards.push(card),
      onReadError: error => heard.push(error),
      onCardGone: uid => heard.push(`gone ${uid}`),
      onPress: presses => heard.push(`press ${presses}`),
      onSealFault: (fault, atMs) => heard.push(`${fault} @${atMs}`),
      onButtonLine: () => {},
      onHealth: (health, part) => heard.push(`${part} ${health} @${clock.nowMs()}`),
    },
  });
  let counter = 0n;
  const say = (message: UpMessage): Uint8Array => {
    const channel = {key: KEY, collector: 'C2', direction: 'up'} as const;
    const frame = sealFrame(channel, counter, encodeUp(message));
    counter += 1n;
    far.send(frame);
    return frame;
  };
  await clock.advance(10);
  return {clock, far, collector, heard, cards, down, heartbeats, say, troubles};
}

test('what the collector says arrives as what it is', async t => {
  const {clock, heard, cards, say} = await setup();
  say({kind: 'card', requestNo: 41, card: CARD});
  say({kind: 'readError', error: 'two_cards'});
  say({kind: 'press', presses: 2});
  say({kind: 'cardGone', uid: UID});
  await clock.advance(1);
  t.deepEqual(cards, [{...CARD, requestNo: 41, atMs: 10}]);
  t.deepEqual(heard, ['collector ok @10', 'two_cards', 'press 2', `gone ${UID}`]);
});

test('~P12 a replay and a flipped bit are told with their time, and nothing else happens', async t => {
  const {clock, far, heard, cards, say} = await setup();
  const frame = say({kind: 'card', requestNo: 1, card: CARD});
  await clock.advance(1);
  far.send(frame);
  const flipped = frame.slice();
  flipped[22] = (flipped[22] ?? 0) ^ 1;
  far.send(flipped);
  await clock.advance(1);
  t.is(cards.length, 1);
  t.deepEqual(heard, ['collector ok @10', 'REPLAY @11', 'BAD_MAC @11']);
});

test('answers, screens and signals go down sealed', async t => {
  const {clock, collector, down} = await setup();
  collector.answer(41, 'deny', 'EXPIRED');
  collector.show(OPEN);
  collector.signal({buzzer: true, lamp: false});
  await clock.advance(1);
  t.deepEqual(down, [
    {kind: 'answer', requestNo: 41, verdict: 'deny', reason: 'EXPIRED'},
    {kind: 'screen', ...OPEN},
    {kind: 'signal', buzzer: true, lamp: false},
  ]);
});

test('the last screen is sent again every 30 s, after a lost link and after a restart', async t => {
  const {clock, far, collector, down, say} = await setup();
  collector.show({lines: ['old', ''], tone: 'neutral'});
  collector.show(OPEN);
  await clock.advance(30_010);
  t.deepEqual(down, [
    {kind: 'screen', ...OPEN},
    {kind: 'screen', ...OPEN},
  ]);
  far.unplug();
  await clock.advance(10);
  far.replug();
  await clock.until(() => down.length === 3, 10_000);
  say({kind: 'heartbeat', uptimeS: 50});
  await clock.advance(100);
  down.length = 0;
  say({kind: 'heartbeat', uptimeS: 1});
  await clock.advance(1);
  t.deepEqual(down, [{kind: 'screen', ...OPEN}]);
});

test('offline after 8 s without a genuine frame, and told once', async t => {
  const {clock, far, heard, say} = await setup();
  say({kind: 'heartbeat', uptimeS: 1});
  await clock.advance(4000);
  far.send(new Uint8Array(40));
  await clock.advance(20_000);
  t.deepEqual(heard, ['collector ok @10', 'collector offline @8010']);
  say({kind: 'heartbeat', uptimeS: 30});
  await clock.advance(1);
  t.is(heard.at(-1), 'collector ok @24010');
});

test('a collector that never speaks is offline 8 s after the start', async t => {
  const {clock, heard} = await setup();
  await clock.advance(9000);
  t.deepEqual(heard, ['collector offline @8000']);
});

test('our own heartbeat goes down every 2 s while the link is up', async t => {
  const {clock, far, heartbeats} = await setup();
  await clock.advance(6000);
  t.deepEqual(heartbeats, [0, 2000, 4000, 6000]);
  far.unplug();
  await clock.advance(10_000);
  t.is(heartbeats.length, 4);
});

test('a card is read again with a fresh nonce, under the request of its tap', async t => {
  const {clock, collector, down, say} = await setup();
  say({kind: 'card', requestNo: 41, card: CARD});
  await clock.advance(1);
  const again = collector.reread(UID);
  await clock.advance(50);
  t.deepEqual(down, [{kind: 'reread', rereadNo: 1, uid: UID}]);
  const fresh: CardField = {
    ...CARD,
    assurance: {kind: 'proof', nonce: new Uint8Array(16).fill(3), proof: new Uint8Array(16)},
  };
  say({kind: 'rereadAnswer', rereadNo: 1, card: fresh});
  t.deepEqual(await clock.settle(again), {...fresh, requestNo: 41, atMs: 61});
});

test('no card, another card, no answer within 800 ms, no link: undefined', async t => {
  const {clock, far, collector, say} = await setup();
  const gone = collector.reread(UID);
  say({kind: 'rereadAnswer', rereadNo: 1, card: undefined});
  t.is(await clock.settle(gone), undefined);
  const other = collector.reread(UID);
  say({kind: 'rereadAnswer', rereadNo: 2, card: {...CARD, uid: asId<CardUid>('04FFFFFF')}});
  t.is(await clock.settle(other), undefined);
  const startMs = clock.nowMs();
  t.is(await clock.settle(collector.reread(UID)), undefined);
  t.is(clock.nowMs() - startMs, 800);
  say({kind: 'rereadAnswer', rereadNo: 3, card: CARD});
  await clock.advance(1);
  const cut = collector.reread(UID);
  far.unplug();
  await clock.advance(1);
  t.is(await cut, undefined);
  t.is(await collector.reread(UID), undefined);
});

test('closed: silent, no timer left, a reread pending ends', async t => {
  const {clock, collector, heard, cards, say} = await setup();
  const pending = collector.reread(UID);
  collector.show(OPEN);
  say({kind: 'card', requestNo: 1, card: CARD});
  await collector.close();
  t.is(await pending, undefined);
  collector.answer(1, 'allow', undefined);
  await clock.advance(20_000);
  t.deepEqual([heard, cards], [[], []]);
  clock.assertIdle();
});

test('noise is told with its bytes and a lost link with its reason', async t => {
  const {clock, far, collector, troubles} = await setup();
  far.send(new Uint8Array(500).fill(7));
  await clock.advance(10);
  t.regex(troubles[0] ?? '', /^collector\/noise C2: \d+ bytes dropped since start$/);
  far.unplug();
  await clock.advance(10);
  t.regex(troubles[1] ?? '', /^port\/lost memory:C2 was unplugged/);
  t.is(troubles.length, 2);
  await collector.close();
});
