import test from 'ava';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {Tenant} from '../plant/tenant.js';
import type {World, WorldCollector} from '../world.js';
import {secondsSince} from './seconds-since.js';
import {withWorld} from './with-world.js';

const PLAIN: WorldCollector = {id: 'C1', bays: ['A-012'], travelMs: 1000};
const SMART: WorldCollector = {id: 'C2', kind: 'smart', bays: ['B-017'], travelMs: 1000};
const RESWIPE = 'Not accepted / Swipe again';
const PRESS_BUTTON = 'Press the / emergency button';

const closedOf = (world: World) => world.events('attempt.closed').map(({body}) => body);

/** Verifications since `fromMs`: when, and with what result. */
function checksSince(world: World, fromMs: number) {
  const checks = world.events('decision').filter(({monoMs}) => monoMs >= fromMs);
  return {
    atS: secondsSince(
      fromMs,
      checks.map(({monoMs}) => monoMs),
    ),
    results: checks.map(({body}) => body.result),
  };
}

test('P11 a card shown 4 times in 2 s makes one attempt and one unlock command; unreadable or two cards are told so', async t => {
  await withWorld(t, {collectors: [PLAIN, SMART]}, async world => {
    for (const [collector, bay] of [
      ['C1', 'A-012'],
      ['C2', 'B-017'],
    ] as const) {
      const card = await world.office.cardFor([bay]);
      const tenant = new Tenant({clock: world.clock, card});
      const rhythm = {times: 4, everyMs: 500, holdMs: 300};
      await world.clock.settle(tenant.tapAgainAndAgain(world.site.post(collector), rhythm));
      await world.advance(10_000);
      const opened = world.events('attempt.opened').filter(({body}) => body.uid === card.uid);
      t.is(opened.length, 1, collector);
      t.is(world.site.commandTimes(bay, 'lower').length, 1, collector);
      t.is(world.site.lock(bay).arm, 'down');
    }

    const stranger = world.office.unknownCard();
    await world.tap('C1', stranger);
    t.is(world.screen('C1'), 'Checking card / Please wait');
    await world.advance(20_000);

    const attempts = world.events('attempt.opened').length;
    const {collector} = world.site.smartPost('C2');
    collector.present(world.office.unknownCard());
    collector.present(world.office.unknownCard());
    await world.advance(300);
    t.is(world.screen('C2'), 'Two cards seen / One card please');
    collector.remove();
    await world.advance(20_000);
    await world.tap('C2', stranger, 20);
    await world.advance(300);
    t.is(world.screen('C2'), 'Card not read / Hold card still');
    t.is(world.events('attempt.opened').length, attempts);
  });
});

test("P18 B-017's card at collector 1 moves no lock, the display names B-017 and collector 3, and no failure counts", async t => {
  const collectors = [PLAIN, {id: 'C3', bays: ['B-017'], zone: 'B', arrow: '←'}];
  await withWorld(t, {collectors}, async world => {
    const card = await world.office.cardFor(['B-017']);
    await world.tap('C1', card);
    t.is(world.screen('C1'), 'B-017: zone B / Go to C3 ←');
    await world.advance(10_000);
    t.deepEqual(
      closedOf(world).map(({result, reason, failures}) => ({result, reason, failures})),
      [{result: 'REDIRECT', reason: 'OTHER_POINT', failures: 0}],
    );
    for (const bay of ['A-012', 'B-017']) t.deepEqual(world.site.lock(bay).commands, []);
    t.deepEqual(world.events('actuation'), []);

    await world.tap('C3', card);
    await world.advance(5000);
    t.is(world.site.lock('B-017').arm, 'down');
  });
});

test('P19 an unknown card is checked at 0,1,2,3,4,5 s; a grant that arrives at 2.5 s opens at 3 s; a revoked card is checked once', async t => {
  await withWorld(t, {collectors: [PLAIN]}, async world => {
    const strangerMs = world.nowMs;
    await world.tap('C1', world.office.unknownCard());
    await world.advance(15_000);
    const stranger = checksSince(world, strangerMs);
    t.deepEqual(stranger.atS, [0, 1, 2, 3, 4, 5]);
    t.deepEqual(stranger.results, [...new Array(5).fill('UNKNOWN'), 'DENY']);
    t.deepEqual(world.site.lock('A-012').commands, []);

    const lateMs = world.nowMs;
    const late = world.office.unknownCard();
    await world.tap('C1', late);
    await world.advance(2500 - (world.nowMs - lateMs));
    await world.office.give(await world.office.card({uid: late.uid}), ['A-012']);
    await world.advance(15_000);
    const granted = checksSince(world, lateMs);
    t.deepEqual(granted.atS, [0, 1, 2, 3]);
    t.is(granted.results.at(-1), 'ALLOW');
    t.deepEqual(secondsSince(lateMs, world.site.commandTimes('A-012', 'lower')), [3]);
    t.is(world.site.lock('A-012').arm, 'down');

    const gone = await world.office.card();
    await world.office.revoke(await world.office.give(gone, ['A-012']));
    const revokedMs = world.nowMs;
    await world.tap('C1', gone);
    await world.advance(15_000);
    t.deepEqual(checksSince(world, revokedMs), {atS: [0], results: ['DENY']});
  });
});

test('~P19 a card that stays in the field is read anew for each check at 0,1,2,3,4,5 s', async t => {
  await withWorld(t, {collectors: [PLAIN, SMART]}, async world => {
    for (const collector of ['C1', 'C2']) {
      const fromMs = world.nowMs;
      await world.tap(collector, world.office.unknownCard(), 8000);
      await world.advance(15_000);
      t.deepEqual(checksSince(world, fromMs).atS, [0, 1, 2, 3, 4, 5], collector);
    }
  });
});

test('P20 after the sixth failed check the display asks to swipe again and the attempt is DENY with 6 tries; an expired card is told so at once', async t => {
  await withWorld(t, {collectors: [PLAIN, SMART]}, async world => {
    await world.tap('C1', world.office.unknownCard());
    await world.advance(4000);
    t.is(world.screen('C1'), 'Checking card / Please wait');
    await world.advance(700);
    t.is(world.screen('C1'), RESWIPE);
    const [denied] = closedOf(world);
    t.is(denied?.result, 'DENY');
    t.is(denied?.tries, 6);

    const past = (world.clock.wallMs() - 1000) as UnixMillis;
    const expired = await world.office.cardFor(['A-012'], {validUntil: past});
    await world.tap('C1', expired);
    t.is(world.screen('C1'), 'Card expired / Swipe again');
    const {result, reason, tries, failures} = closedOf(world)[1] ?? {};
    const answer = {result, reason, tries, failures};
    t.deepEqual(answer, {result: 'DENY', reason: 'EXPIRED', tries: 1, failures: 1});

    const original = await world.office.cardFor(['B-017']);
    const copy = {uid: original.uid, secret: new Uint8Array(16)};
    await world.tap('C2', copy);
    await world.advance(5500);
    t.is(world.screen('C2'), RESWIPE);
    const [told] = world.site.smartPost('C2').collector.answers;
    t.is(told?.verdict, 'deny');
    t.is(told?.reason, undefined);
    t.is(closedOf(world)[2]?.reason, 'CLONE_SUSPECT');
  });
});

test('P21 only the third failed swipe points out the emergency button; a success in between and 120 s clear the count', async t => {
  await withWorld(t, {collectors: [PLAIN]}, async world => {
    const screenAfterTap = async (card: Parameters<World['tap']>[1]) => {
      await world.tap('C1', card);
      await world.advance(5500);
      return world.screen('C1');
    };
    const card = await world.office.card();
    t.is(await screenAfterTap(card), RESWIPE);
    t.is(await screenAfterTap(card), RESWIPE);
    t.is(await screenAfterTap(card), PRESS_BUTTON);

    const other = await world.office.card();
    t.is(await screenAfterTap(other), RESWIPE, 'each card has a count of its own');
    t.is(await screenAfterTap(other), RESWIPE);
    const grant = await world.office.give(other, ['A-012']);
    t.is(await screenAfterTap(other), 'A-012 open / Drive in');
    await world.office.revoke(grant);
    t.is(await screenAfterTap(other), 'Card withdrawn / Swipe again');
    t.is(await screenAfterTap(other), 'Card withdrawn / Swipe again');
    t.is(await screenAfterTap(other), PRESS_BUTTON);
    t.deepEqual(
      closedOf(world).map(({failures}) => failures),
      [1, 2, 3, 1, 2, 0, 1, 2, 3],
    );

    const slow = await world.office.card();
    await screenAfterTap(slow);
    t.is(await screenAfterTap(slow), RESWIPE);
    await world.advance(121_000);
    t.is(await screenAfterTap(slow), RESWIPE);
  });
});
