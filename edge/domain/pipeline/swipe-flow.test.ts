import test from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {LotRig} from '../lot/lot-rig.js';
import {cardUid, collectorId, rigConfig} from '../lot/rig-config.js';

const PROOF = {kind: 'proof', nonce: new Uint8Array(8), proof: new Uint8Array(16)} as const;

const decisionTimes = (rig: LotRig, fromMs: number) =>
  rig.facts.filter(({fact}) => fact.kind === 'decision').map(({atMs}) => (atMs - fromMs) / 1000);

test('P11 a card shown 4 times in 2 s makes one attempt and one unlock command', t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012']);
  for (let times = 0; times < 4; times += 1) {
    rig.tap('C1', '01');
    rig.advance(600);
  }
  rig.advance(10_000);
  t.is(rig.bodies('attempt.opened').length, 1);
  t.is(rig.commands('lower').length, 1);
  t.is(rig.codes('C1')[1], 'CHECKING');
});

test('~P12 every refused frame is logged, and the fifth within a minute raises one alarm', t => {
  const rig = new LotRig().settled();
  const refuse = () =>
    rig.input({kind: 'sealFault', collector: collectorId('C2'), fault: 'BAD_MAC'});
  for (let times = 0; times < 4; times += 1) refuse();
  rig.advance(61_000);
  refuse();
  t.deepEqual(rig.openAlarms(), []);
  for (let times = 0; times < 6; times += 1) refuse();
  t.deepEqual(rig.openAlarms(), ['SEAL_FAULT']);
  t.is(rig.bodies('seal.rejected').length, 11);
});

test('a cable that babbles for ten minutes does not fill the disk', t => {
  const rig = new LotRig().settled();
  for (let second = 0; second < 600; second += 1) {
    for (let frame = 0; frame < 20; frame += 1) {
      rig.input({kind: 'sealFault', collector: collectorId('C2'), fault: 'BAD_MAC'});
    }
    rig.advance(1000);
  }
  t.deepEqual(rig.openAlarms(), ['SEAL_FAULT']);
  t.true(rig.bodies('seal.rejected').length <= 60 * 10);
});

test("P18 B-017's card at collector 1 moves nothing, names B-017 and collector 3, counts no failure", t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['B-017']);
  rig.tap('C1', '01');
  rig.advance(1000);
  t.deepEqual(rig.sent, []);
  t.deepEqual(rig.screen('C1'), {
    code: 'GUIDE',
    bay: 'B-017',
    zone: 'B',
    collector: 'C3',
    arrow: '↑',
  });
  const [closed] = rig.bodies('attempt.closed');
  t.is(closed?.result, 'REDIRECT');
  t.is(closed?.failures, 0);
  t.true(rig.effects.some(({effect}) => effect.kind === 'answer' && effect.verdict === 'redirect'));
});

test('P19 an unknown card is checked at 0..5 s; its grant arriving at 2.5 s opens at 3 s; a revoked one is checked once', t => {
  const unknown = new LotRig().settled();
  const startMs = unknown.nowMs;
  unknown.tap('C1', '99');
  unknown.advance(10_000);
  t.deepEqual(decisionTimes(unknown, startMs), [0, 1, 2, 3, 4, 5]);
  t.is(unknown.effects.filter(({effect}) => effect.kind === 'pullGrants').length, 5);

  const late = new LotRig().settled();
  const tapMs = late.nowMs;
  late.tap('C1', '99');
  late.advance(2500);
  late.grant('99', ['A-012']);
  late.input({kind: 'grantsChanged'});
  t.deepEqual(late.sent, []);
  late.advance(5000);
  t.deepEqual(
    late.commands('lower').map(at => at - tapMs),
    [3000],
  );

  const revoked = new LotRig().settled();
  revoked.grant('99', ['A-012'], {state: 'revoked'});
  revoked.tap('C1', '99');
  revoked.advance(10_000);
  t.is(revoked.bodies('decision').length, 1);
  t.is(revoked.bodies('attempt.closed')[0]?.reason, 'REVOKED');
});

test('P20 after the sixth failure RESWIPE and DENY with 6 tries; an expired card shows EXPIRED at once; a bad proof shows nothing', t => {
  const rig = new LotRig().settled();
  rig.tap('C1', '99');
  rig.advance(4900);
  t.is(rig.screen('C1')?.code, 'CHECKING');
  rig.advance(100);
  t.deepEqual(rig.screen('C1'), {code: 'RESWIPE', reason: undefined});
  const [closed] = rig.bodies('attempt.closed');
  t.is(closed?.result, 'DENY');
  t.is(closed?.tries, 6);

  const expired = new LotRig().settled();
  expired.grant('98', ['A-012'], {validUntil: (expired.wallMs - 1) as UnixMillis});
  expired.tap('C1', '98');
  t.deepEqual(expired.screen('C1'), {code: 'RESWIPE', reason: 'EXPIRED'});
  t.is(expired.bodies('attempt.closed')[0]?.failures, 1);

  const copied = new LotRig().settled();
  copied.grant('97', ['C-020']);
  copied.secret('97');
  copied.proofIsGood = false;
  copied.present('C2', PROOF, '97');
  copied.advance(6000);
  t.true(
    copied.shown.some(({message}) => message.code === 'RESWIPE' && message.reason === undefined),
  );
  const answers = copied.effects.flatMap(({effect}) => (effect.kind === 'answer' ? [effect] : []));
  t.deepEqual(
    answers.map(one => [one.verdict, one.reason]),
    [['deny', undefined]],
  );
});

test('P21 PRESS_EMERGENCY on the third failing swipe only; a success in between clears the count', t => {
  const final = (rig: LotRig) => {
    rig.tap('C1', '01');
    rig.advance(100);
    const code = rig.screen('C1')?.code;
    rig.advance(10_000);
    return code;
  };
  const rig = new LotRig().settled();
  const grant = rig.grant('01', ['A-012'], {state: 'suspended'});
  t.deepEqual([final(rig), final(rig), final(rig)], ['RESWIPE', 'RESWIPE', 'PRESS_EMERGENCY']);
  const failures = () => rig.bodies('attempt.closed').map(body => body.failures);
  t.deepEqual(failures(), [1, 2, 3]);
  final(rig);
  t.is(failures().at(-1), 3);
  rig.grants.set(grant.id, {...grant, state: 'active'});
  final(rig);
  t.is(failures().at(-1), 0);
  rig.grants.set(grant.id, {...grant, state: 'suspended'});
  t.is(final(rig), 'RESWIPE');
  rig.advance(121_000);
  t.is(rig.state.collectors.get(collectorId('C1'))?.counts.size, 0);
  t.is(final(rig), 'RESWIPE');
});

test('~A7 unreadable cards share one count per collector', t => {
  const rig = new LotRig().settled();
  const garble = () => {
    rig.input({kind: 'readError', collector: collectorId('C1'), error: 'read_error'});
    const code = rig.screen('C1')?.code;
    rig.advance(4000);
    return code;
  };
  t.deepEqual([garble(), garble(), garble()], ['HOLD_STILL', 'HOLD_STILL', 'PRESS_EMERGENCY']);
});

test('~E3 a book older than 24 h still opens with the DEGRADED flag; past the lease of 30 days it denies', t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012']);
  rig.bookAgeMs = 25 * 3_600_000;
  rig.tap('C1', '01');
  t.like(rig.bodies('decision')[0], {result: 'ALLOW', degraded: true});

  const leased = new LotRig().settled();
  leased.grant('01', ['A-012'], {
    validUntil: (leased.wallMs + 90 * 86_400_000) as UnixMillis,
    leaseUntil: (leased.wallMs - 1) as UnixMillis,
  });
  leased.tap('C1', '01');
  t.like(leased.bodies('decision')[0], {result: 'DENY', reason: 'NEEDS_GUARD'});
  t.deepEqual(leased.sent, []);
});

test('~E42 a card held for 30 s makes one attempt, and the display tells to remove it', t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012']);
  rig.tap('C1', '01', true);
  rig.advance(30_000);
  t.is(rig.bodies('attempt.opened').length, 1);
  t.is(rig.screen('C1')?.code, 'REMOVE_CARD');
  rig.takeAway('C1', '01');
  rig.advance(6000);
  t.is(rig.screen('C1')?.code, 'IDLE');
});

test('~E43 two cards in one wallet: one card please, and no failure is counted', t => {
  const rig = new LotRig().settled();
  rig.input({kind: 'readError', collector: collectorId('C1'), error: 'two_cards'});
  t.is(rig.screen('C1')?.code, 'ONE_CARD_PLEASE');
  t.is(rig.state.collectors.get(collectorId('C1'))?.counts.size, 0);
  t.deepEqual(rig.bodies('attempt.closed'), []);
});

test('~E43 a second card beside one that is being verified ends the attempt uncounted, and alone it is a new swipe', t => {
  const rig = new LotRig().settled();
  rig.tap('C1', '01', true);
  rig.advance(200);
  rig.input({kind: 'readError', collector: collectorId('C1'), error: 'two_cards'});
  t.is(rig.screen('C1')?.code, 'ONE_CARD_PLEASE');
  t.like(rig.bodies('attempt.closed')[0], {result: 'DENY', reason: 'READ_ERROR', failures: 0});
  rig.takeAway('C1', '01');
  rig.advance(1000);
  t.is(rig.state.collectors.get(collectorId('C1'))?.counts.size, 0);
  rig.grant('01', ['A-012']);
  rig.tap('C1', '01');
  t.is(rig.commands('lower', 'A-012').length, 1);
});

test('~E44 a copied card is denied as CLONE_SUSPECT with one alarm that names whom to tell; a bare number is never a right', t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['C-020']);
  rig.secret('01');
  rig.proofIsGood = false;
  rig.present('C2', PROOF, '01');
  rig.advance(6000);
  t.is(rig.bodies('attempt.closed')[0]?.reason, 'CLONE_SUSPECT');
  t.deepEqual(rig.openAlarms(), ['CLONE_SUSPECT']);
  t.regex([...rig.state.alarms.values()][0]?.detail ?? '', /138\*\*\*\*5678/);
  t.deepEqual(rig.sent, []);

  const bare = new LotRig().settled();
  bare.grant('01', ['C-020']);
  bare.present('C2', {kind: 'uid'}, '01');
  t.like(bare.bodies('attempt.closed')[0], {result: 'DENY', reason: 'NEEDS_GUARD'});
});

test('~E44 a card with the right number whose sector stays shut is denied as CLONE_SUSPECT where a bare number is enough', t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012']);
  rig.present('C1', {kind: 'sector', isGenuine: false}, '01');
  rig.advance(6000);
  t.is(rig.bodies('attempt.opened')[0]?.assurance, 'sector');
  t.is(rig.bodies('attempt.closed')[0]?.reason, 'CLONE_SUSPECT');
  t.deepEqual(rig.openAlarms(), ['CLONE_SUSPECT']);
  t.deepEqual(rig.sent, []);
  rig.takeAway('C1', '01');
  rig.advance(4000);
  rig.present('C1', {kind: 'sector', isGenuine: true}, '01');
  t.is(rig.commands('lower', 'A-012').length, 1);
});

test('a genuine proof opens, and each repeat reads the card anew while it lies there', t => {
  const rig = new LotRig().settled();
  rig.present('C2', PROOF, '01');
  rig.advance(1500);
  t.is(rig.effects.filter(({effect}) => effect.kind === 'reread').length, 1);
  rig.grant('01', ['C-020']);
  rig.secret('01');
  rig.advance(1000);
  t.is(rig.commands('lower', 'C-020').length, 1);
});

test('a collector that never answers a reread has the old reading judged after the timeout', t => {
  const rig = new LotRig().settled();
  rig.answersRereads = false;
  const startMs = rig.nowMs;
  rig.tap('C1', '99', true);
  rig.advance(10_000);
  t.deepEqual(decisionTimes(rig, startMs), [0, 1.8, 2.8, 3.8, 4.8, 5.8]);
});

test('~E47 a swipe for a bay that is down and empty sends no command and opens the session', t => {
  const rig = new LotRig().settled();
  rig.lock('A-012').arm = 'down';
  rig.advance(1000);
  rig.grant('01', ['A-012']);
  rig.tap('C1', '01');
  rig.advance(1000);
  t.deepEqual(rig.sent, []);
  t.deepEqual(rig.screen('C1'), {code: 'ALREADY_OPEN', bay: 'A-012'});
  t.is(rig.bodies('session')[0]?.phase, 'open_wait_car');
});

test('~E48 a bay that is down and holds a stranger: BAY_OCCUPIED, the alternative opens, no failure is counted', t => {
  const rig = new LotRig().settled();
  rig.lock('A-012').arm = 'down';
  rig.sense('A-012', 'occupied');
  rig.advance(1000);
  rig.grant('01', ['A-012', 'A-013']);
  rig.grant('02', ['A-012']);
  rig.tap('C1', '02');
  t.deepEqual(rig.screen('C1'), {code: 'BAY_OCCUPIED', bay: 'A-012', alternative: undefined});
  t.like(rig.bodies('attempt.closed')[0], {reason: 'BAY_OCCUPIED', failures: 0});
  rig.tap('C1', '01');
  t.deepEqual(rig.screen('C1'), {code: 'BAY_OCCUPIED', bay: 'A-012', alternative: 'A-013'});
  rig.advance(5000);
  t.deepEqual(
    rig.sent.map(one => one.bay),
    ['A-013'],
  );
});

test('another card at the post takes over from one that is still being verified', t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012']);
  rig.tap('C1', '99');
  rig.advance(1500);
  rig.tap('C1', '01');
  rig.advance(5000);
  t.deepEqual(
    rig.bodies('attempt.closed').map(body => [body.uid, body.result]),
    [
      [cardUid('99'), 'DENY'],
      [cardUid('01'), 'ALLOW'],
    ],
  );
  t.is(rig.commands('lower').length, 1);
});

test('a one-entry grant opens once, shows its open bay again, and is used up afterwards', t => {
  const rig = new LotRig().settled();
  const grant = rig.grant('01', ['A-012']);
  rig.tap('C1', '01');
  rig.advance(5000);
  t.true(rig.used.has(grant.id));
  rig.tap('C1', '01');
  t.is(rig.screen('C1')?.code, 'ALREADY_OPEN');
  rig.sense('A-012', 'occupied');
  rig.advance(60_000);
  rig.sense('A-012', 'vacant');
  rig.advance(60_000);
  rig.tap('C1', '01');
  t.like(rig.bodies('attempt.closed').at(-1), {reason: 'ALREADY_USED'});
});

test('a holder of several bays is led back to the one that is open for him', t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012', 'A-013'], {entries: 'multi'});
  rig.tap('C1', '01');
  rig.advance(5000);
  rig.sense('A-012', 'occupied');
  rig.tap('C1', '01');
  t.deepEqual(rig.screen('C1'), {code: 'ALREADY_OPEN', bay: 'A-012'});
  rig.tap('C3', '01');
  t.is(rig.screen('C3')?.code, 'GUIDE');
  rig.advance(5000);
  t.is(rig.sent.length, 1);
});

test('a grant for no bay of this lot is OTHER_SITE, and a swipe while the arm moves orders nothing new', t => {
  const rig = new LotRig(rigConfig()).settled();
  rig.grant('01', ['X-001']);
  rig.tap('C1', '01');
  t.like(rig.bodies('attempt.closed')[0], {reason: 'OTHER_SITE'});
  rig.grant('02', ['A-012']);
  rig.lock('A-012').deafTo = 9;
  rig.tap('C1', '02');
  rig.advance(4000);
  rig.tap('C1', '02');
  t.is(rig.screen('C1')?.code, 'OPENING');
  t.is(rig.commands('lower').length, 1);
  t.is(new Set(rig.bodies('actuation').map(body => body.actuation)).size, 1);
});
