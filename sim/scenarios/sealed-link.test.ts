import test from 'ava';
import {concatBytes, toHex} from '../../protocols/base/bytes.js';
import {decodeDown} from '../../protocols/collector/down-message.js';
import {EMPTY_REPLAY_WINDOW} from '../../protocols/collector/replay-window.js';
import {
  decodeSealed,
  openSealed,
  type SealChannel,
} from '../../protocols/collector/sealed-frame.js';
import {flipBit} from '../devices/sealed-end.js';
import type {World} from '../world.js';
import {withWorld} from './with-world.js';

const C2 = {id: 'C2', kind: 'smart', bays: ['B-017'], travelMs: 1000} as const;
const C3 = {id: 'C3', kind: 'smart', bays: ['C-020'], travelMs: 1000} as const;
/** First bit of the ciphertext and of the counter in a sealed frame. */
const CIPHERTEXT_BIT = 20 * 8;
const COUNTER_BIT = 8 * 8;
const LOCAL_LIMIT_MS = 300;

const rejected = (world: World) => world.events('seal.rejected').map(({body}) => body.fault);

/** The frames in a stream that was overheard. */
function framesIn(stream: Uint8Array): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  let rest = stream;
  for (;;) {
    const decoded = decodeSealed(rest);
    if (decoded.kind === 'wait') return frames;
    if (decoded.kind === 'frame') frames.push(decoded.frame);
    rest = rest.slice(decoded.used);
  }
}

/** Kinds of the messages that a key opens. */
function kindsOpened(frames: readonly Uint8Array[], key: Uint8Array, collector: string) {
  const channel: SealChannel = {key, collector, direction: 'down'};
  return frames.flatMap(frame => {
    const opened = openSealed(channel, frame, EMPTY_REPLAY_WINDOW);
    if (opened.kind !== 'ok') return [];
    const decoded = decodeDown(opened.plaintext);
    return decoded.kind === 'message' ? [decoded.message.kind] : [];
  });
}

test('P12 a replayed request moves no lock and logs REPLAY, one flipped bit logs BAD_MAC, and 5 in a minute raise one alarm', async t => {
  const rules = {enterWithinMs: 10_000};
  await withWorld(t, {collectors: [C2], rules}, async world => {
    const {collector} = world.site.smartPost('C2');
    const lock = world.site.lock('B-017');
    const card = await world.office.cardFor(['B-017']);
    await world.tap('C2', card);
    await world.advance(15_000);
    t.is(world.site.commandTimes('B-017', 'lower').length, 1);
    t.is(lock.arm, 'up', 'nobody came, so the bay is barred again');
    const request = collector.captured.find(({kind}) => kind === 'card')?.frame;
    if (!request) return t.fail('no request was captured');
    const onTheWire = toHex(request).toLowerCase();
    t.false(onTheWire.includes(card.uid.toLowerCase()));
    t.false(onTheWire.includes(toHex(new TextEncoder().encode(card.uid)).toLowerCase()));

    const heard = lock.commands.length;
    collector.inject(request);
    await world.advance(5000);
    t.deepEqual(rejected(world), ['REPLAY']);
    const forged = [CIPHERTEXT_BIT, COUNTER_BIT, request.length * 8 - 1];
    for (const bit of forged) {
      collector.inject(flipBit(request, bit));
      await world.advance(1000);
    }
    t.deepEqual(rejected(world), ['REPLAY', 'BAD_MAC', 'BAD_MAC', 'BAD_MAC']);
    t.deepEqual(world.alarms(), []);
    collector.inject(request);
    await world.advance(1000);
    t.deepEqual(
      world.alarms().map(({kind, count}) => ({kind, count})),
      [{kind: 'SEAL_FAULT', count: 1}],
    );
    t.is(lock.commands.length, heard);
    t.is(lock.arm, 'up');
    t.is(world.events('attempt.opened').length, 1);

    await world.tap('C2', card);
    await world.advance(3000);
    t.is(lock.arm, 'down', 'the true card still opens');
    return t.pass();
  });
});

test("P13 with the cloud unreachable a cached grant is answered within 300 ms, sealed so that another collector's key cannot open it", async t => {
  await withWorld(t, {collectors: [C2, C3], cloud: true}, async world => {
    const {collector} = world.site.smartPost('C2');
    const own = await world.office.cardFor(['B-017']);
    const elsewhere = await world.office.cardFor(['C-020']);
    const withdrawn = await world.office.card();
    await world.office.revoke(await world.office.give(withdrawn, ['B-017']));
    world.cloud?.cut();
    await world.advance(5000);
    t.false(world.cloud?.isOnline());

    let overheard: Uint8Array = new Uint8Array(0);
    world.end('C2').tap(bytes => {
      overheard = concatBytes(overheard, bytes);
    });
    const expected = [
      {card: own, verdict: 'allow', reason: undefined},
      {card: elsewhere, verdict: 'redirect', reason: 'OTHER_POINT'},
      {card: withdrawn, verdict: 'deny', reason: 'REVOKED'},
    ] as const;
    for (const {card, verdict, reason} of expected) {
      const tappedMs = world.nowMs;
      await world.tap('C2', card);
      const answer = collector.answers.at(-1);
      t.is(answer?.verdict, verdict);
      t.is(answer?.reason, reason);
      const waitedMs = (answer?.atMs ?? Number.POSITIVE_INFINITY) - tappedMs;
      t.true(waitedMs <= LOCAL_LIMIT_MS, `${verdict} after ${waitedMs} ms`);
      await world.advance(5000);
    }
    t.is(world.site.lock('B-017').arm, 'down');
    t.deepEqual(world.site.lock('C-020').commands, []);

    const frames = framesIn(overheard);
    const answers = kindsOpened(frames, world.keyOf('C2'), 'C2').filter(kind => kind === 'answer');
    t.is(answers.length, expected.length);
    for (const name of ['C2', 'C3']) t.deepEqual(kindsOpened(frames, world.keyOf('C3'), name), []);
  });
});
