import test from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import {asId} from '../../../protocols/site/ids.js';
import {cardUid, collectorId} from '../lot/rig-config.js';
import {numberedConfig, ShownRig} from './shown-rig.js';

const settled = () => new ShownRig().settled() as ShownRig;
const leased = () => new ShownRig(numberedConfig('parkLease')).settled() as ShownRig;
const at = (rig: ShownRig, ms: number) => (rig.wallMs + ms) as UnixMillis;

test('a token of a known grant opens its bay, by the way of a card', t => {
  const rig = settled();
  const grant = rig.right('77', ['A-012']);
  rig.show('C1', rig.claim('77'));
  t.is(rig.verdict, 'ALLOW');
  t.is(rig.commands('lower', 'A-012').length, 1);
  t.like(rig.bodies('attempt.opened')[0], {assurance: 'token'});
  rig.advance(5000);
  t.is(rig.bodies('session')[0]?.grant, grant.id);
});

test('~Q4 token, code and card of one grant find one stay: the second to come is the same holder', t => {
  const rig = settled();
  const grant = rig.right('77', ['A-012']);
  rig.code('19057344', grant);
  rig.show('C1', rig.claim('77'));
  rig.advance(5000);
  rig.key('C1', '19057344');
  t.is(rig.screen('C1')?.code, 'ALREADY_OPEN');
  rig.advance(5000);
  rig.tap('C1', 'card-77');
  t.is(rig.screen('C1')?.code, 'ALREADY_OPEN');
  t.is(rig.commands('lower').length, 1);
});

test('~E2 a token of which nobody here has heard holds the whole right: one bay by its number, or collectors by a mask', t => {
  const rig = settled();
  rig.show('C1', rig.claim('900', {doors: {kind: 'point', number: 2}}));
  t.is(rig.verdict, 'ALLOW');
  t.is(rig.commands('lower', 'A-013').length, 1);
  const masked = settled();
  masked.show('C1', masked.claim('901', {doors: {kind: 'mask', mask: 0b100}}));
  t.is(masked.verdict, 'OTHER_POINT');
  t.is(masked.screen('C1')?.code, 'GUIDE');
  masked.show('C3', masked.claim('901', {doors: {kind: 'mask', mask: 0b100}}));
  t.is(masked.commands('lower', 'B-017').length, 1);
  const nowhere = settled();
  nowhere.show('C1', nowhere.claim('902', {doors: {kind: 'point', number: 99}}));
  t.is(nowhere.verdict, 'OTHER_POINT');
  t.deepEqual(nowhere.sent, []);
});

test('a stay that was opened by a token alone stays its holder’s when the grant arrives', t => {
  const rig = settled();
  rig.show('C1', rig.claim('903', {doors: {kind: 'point', number: 1}}));
  rig.advance(5000);
  rig.sense('A-012', 'occupied');
  rig.right('903', ['A-012']);
  rig.show('C1', rig.claim('903', {doors: {kind: 'point', number: 1}}));
  t.is(rig.screen('C1')?.code, 'ALREADY_OPEN');
});

test('the bounds of token and grant both count', t => {
  const late = settled();
  late.right('1', ['A-012']);
  late.show('C1', late.claim('1', {validFrom: at(late, DAY_MS), validUntil: at(late, 2 * DAY_MS)}));
  t.is(late.verdict, 'NOT_YET_VALID');
  const ended = settled();
  ended.right('1', ['A-012'], {validUntil: at(ended, -1)});
  ended.show('C1', ended.claim('1'));
  t.is(ended.verdict, 'EXPIRED');
  const other = settled();
  other.right('1', ['A-012']);
  other.show('C1', other.claim('1', {doors: {kind: 'point', number: 2}}));
  t.not(other.verdict, 'ALLOW');
  t.deepEqual(other.sent, []);
  const tomorrow = settled();
  tomorrow.inWindow = false;
  tomorrow.right('1', ['A-012']);
  tomorrow.show('C1', tomorrow.claim('1'));
  t.is(tomorrow.verdict, 'NOT_YET_VALID');
});

test('~Q11 a token of which the cloud has told goes by the time of its grant; one that is good once keeps its own', t => {
  const rig = settled();
  const grant = rig.right('1', ['A-012'], {validUntil: at(rig, DAY_MS)});
  const ended = {validFrom: at(rig, -9000), validUntil: at(rig, -1000)};
  rig.show('C1', rig.claim('1', ended));
  t.is(rig.verdict, 'EXPIRED', 'nobody has told of it');
  rig.issued(grant, ended.validFrom);
  rig.advance(4000);
  rig.show('C1', rig.claim('1', {...ended, id: 'once', isOneUse: true}));
  t.is(rig.verdict, 'EXPIRED');
  rig.advance(4000);
  rig.show('C1', rig.claim('1', {...ended, id: 'again'}));
  t.is(rig.verdict, 'ALLOW');
  const shorter = settled();
  const over = shorter.right('1', ['A-012'], {validUntil: at(shorter, -1000)});
  const claim = shorter.claim('1');
  shorter.issued(over, claim.validFrom);
  shorter.show('C1', claim);
  t.is(shorter.verdict, 'EXPIRED');
});

test('time before revocation before use: what a token tells of itself comes first', t => {
  const rig = settled();
  const grant = rig.right('1', ['A-012'], {state: 'revoked'});
  rig.spent.add('token');
  rig.show('C1', rig.claim('1', {id: 'token', isOneUse: true, validUntil: at(rig, -1)}));
  t.is(rig.verdict, 'EXPIRED');
  rig.advance(4000);
  rig.show('C1', rig.claim('1', {id: 'token', isOneUse: true}));
  t.is(rig.verdict, 'REVOKED');
  rig.grants.set(grant.id, {...grant, state: 'active'});
  rig.advance(4000);
  rig.show('C1', rig.claim('1', {id: 'token', isOneUse: true}));
  t.is(rig.verdict, 'ALREADY_USED');
});

test('~Q4 a token that was issued anew kills the one before it, and one that was withdrawn is dead', t => {
  const rig = settled();
  const grant = rig.right('1', ['A-012']);
  const old = rig.claim('1', {validFrom: at(rig, -9000)});
  rig.issued(grant, at(rig, -5000));
  rig.show('C1', old);
  t.is(rig.verdict, 'REVOKED');
  rig.show('C1', rig.claim('1', {validFrom: at(rig, -5000)}));
  t.is(rig.verdict, 'ALLOW');
  rig.advance(4000);
  const newer = rig.claim('1', {validFrom: at(rig, -1000)});
  rig.show('C1', newer);
  t.is(rig.verdict, 'ALLOW', 'one that this gateway has not heard of yet is newer, not older');
  const withdrawn = settled();
  const held = withdrawn.right('1', ['A-012']);
  const qr = withdrawn.issued(held, at(withdrawn, -5000));
  withdrawn.revoked.add(qr.id);
  withdrawn.show('C1', withdrawn.claim('1', {validFrom: qr.validFrom}));
  t.is(withdrawn.verdict, 'REVOKED');
});

test('a token of an unheard grant is honoured for 30 days at most, then a person decides', t => {
  const rig = settled();
  const doors = {kind: 'point', number: 1} as const;
  const year = {validFrom: at(rig, -31 * DAY_MS), validUntil: at(rig, 300 * DAY_MS), doors};
  rig.show('C1', rig.claim('1', year));
  t.is(rig.verdict, 'NEEDS_GUARD');
  rig.right('1', ['A-012'], {validUntil: at(rig, 300 * DAY_MS)});
  rig.advance(4000);
  rig.show('C1', rig.claim('1', year));
  t.is(rig.verdict, 'ALLOW');
});

test('a rotating token opens with the proof of its holder, never with a picture or without his secret', t => {
  const rotation = {body: new Uint8Array(25), proof: new Uint8Array(8)};
  const rig = settled();
  const grant = rig.right('1', ['A-012']);
  rig.show('C1', rig.claim('1', {rotation}));
  t.is(rig.verdict, 'NEEDS_GUARD');
  const claim = rig.claim('1', {rotation, validFrom: at(rig, -500), id: 'r'.repeat(32)});
  rig.issued(grant, claim.validFrom, {secretHex: '00'.repeat(16)});
  rig.rotationIsNow = false;
  rig.show('C1', claim);
  t.is(rig.verdict, 'REPLAY');
  t.is(rig.screen('C1')?.code, 'NOT_VALID_HERE');
  rig.rotationIsNow = true;
  rig.advance(4000);
  rig.show('C1', claim);
  t.is(rig.verdict, 'ALLOW');
});

test('~Q13 a token that is not genuine: the journal has the reason, the screen that of another site alone, and nothing moves', t => {
  const rig = settled();
  for (const [index, reason] of (['OTHER_SITE', 'BAD_MAC', 'NOT_FOUND'] as const).entries()) {
    const uid = cardUid(`0${index}`);
    rig.input({
      kind: 'shown',
      collector: collectorId('C1'),
      shown: {kind: 'badToken', uid, reason},
    });
    t.is(rig.verdict, reason);
    const isTold = reason === 'OTHER_SITE';
    t.deepEqual(rig.screen('C1'), isTold ? {code: 'REFUSED', reason} : {code: 'NOT_VALID_HERE'});
  }
  t.deepEqual(rig.sent, []);
  t.is(rig.bodies('decision').length, 3, 'none is tried again');
});

test('whoever flashes forgeries all day fills no disk', t => {
  const rig = settled();
  for (let times = 0; times < 600; times += 1) {
    const shown = {kind: 'badToken', uid: cardUid(`f${times}`), reason: 'BAD_MAC'} as const;
    rig.input({kind: 'shown', collector: collectorId('C1'), shown});
    rig.advance(100);
  }
  t.true(rig.bodies('decision').length <= 31);
});

test('~G12 a one-use token is spent in the very step that orders the movement, and opens nothing again', t => {
  const rig = settled();
  rig.right('1', ['A-012', 'C-020']);
  const claim = rig.claim('1', {isOneUse: true});
  const step = rig.show('C1', claim);
  t.like(
    step.records.filter(record => record.table === 'used'),
    [{id: claim.id}],
  );
  t.true(step.effects.some(effect => effect.kind === 'lockCommand'));
  t.true(step.facts.some(fact => fact.kind === 'decision'));
  rig.show('C2', claim);
  t.is(rig.verdict, 'ALREADY_USED');
  rig.advance(10_000);
  rig.show('C1', claim);
  t.is(rig.verdict, 'ALREADY_USED');
  t.is(rig.commands('lower').length, 1);
});

test('a one-use token is not spent on a word: the way to another collector costs nothing', t => {
  const rig = settled();
  rig.right('1', ['B-017']);
  const claim = rig.claim('1', {isOneUse: true});
  rig.show('C1', claim);
  t.is(rig.screen('C1')?.code, 'GUIDE');
  rig.show('C3', claim);
  t.is(rig.commands('lower', 'B-017').length, 1);
});

test('a code opens under the windows and revocations of its grant, and says nothing to a stranger', t => {
  const rig = settled();
  const grant = rig.right('1', ['A-012']);
  rig.code('11112222', grant);
  rig.key('C1', '00000000');
  t.is(rig.verdict, 'NOT_FOUND');
  t.deepEqual(rig.screen('C1'), {code: 'NOT_VALID_HERE'});
  t.is(rig.bodies('decision').length, 1, 'a wrong code is looked up once');
  rig.key('C1', '11112222');
  t.is(rig.verdict, 'ALLOW');
  t.like(rig.bodies('attempt.opened').at(-1), {assurance: 'code'});
  const ended = settled();
  ended.code('1', ended.right('1', ['A-012'], {validUntil: at(ended, -1)}));
  ended.key('C1', '1');
  t.deepEqual(ended.screen('C1'), {code: 'REFUSED', reason: 'EXPIRED'});
  const dead = settled();
  const code = dead.code('1', dead.right('1', ['A-012']));
  dead.revoked.add(code.id);
  dead.key('C1', '1');
  t.is(dead.verdict, 'REVOKED');
});

test('~B14 a code that is good once is good once', t => {
  const rig = settled();
  rig.code('1', rig.right('1', ['A-012']), {uses: 'one'});
  rig.key('C1', '1');
  t.is(rig.verdict, 'ALLOW');
  rig.advance(10_000);
  rig.key('C1', '1');
  t.is(rig.verdict, 'ALREADY_USED');
});

test('five wrong codes: the count is stored with the decision, the door refuses unseen, the guard is told', t => {
  const rig = settled();
  rig.code('99', rig.right('1', ['A-012']));
  for (let times = 0; times < 4; times += 1) rig.key('C1', `${times}`);
  const step = rig.key('C1', '4');
  t.like(
    step.records.filter(record => record.table === 'lockout'),
    [{row: {door: 'C1', fails: 5, lockLeftMs: 90_000, dayTries: 5}}],
  );
  t.true(step.facts.some(fact => fact.kind === 'decision'));
  t.deepEqual(rig.screen('C1'), {code: 'LOCKED_OUT', leftMs: 90_000});
  t.deepEqual(rig.openAlarms(), ['CODE_GUESSING']);
  rig.advance(30_000);
  for (let times = 0; times < 20; times += 1) rig.key('C1', '99');
  t.deepEqual(rig.screen('C1'), {code: 'LOCKED_OUT', leftMs: 60_000});
  t.is(rig.bodies('attempt.closed').filter(({reason}) => reason === 'LOCKED_OUT').length, 1);
  t.deepEqual(rig.sent, [], 'not even the right one');
  rig.key('C2', '0');
  t.deepEqual(rig.screen('C2'), {code: 'NOT_VALID_HERE'}, 'another door has a count of its own');
  rig.advance(60_000);
  rig.key('C1', '99');
  t.is(rig.verdict, 'ALLOW');
  t.is(rig.state.collectors.get(collectorId('C1'))?.lockout.fails, 0);
});

test('a try is counted though another code is typed before anybody could have answered', t => {
  const rig = settled();
  for (let times = 0; times < 10; times += 1) rig.key('C1', `${times}`);
  t.is(rig.bodies('decision').length, 5);
});

test('cards and tokens go on where codes are refused', t => {
  const rig = settled();
  rig.right('1', ['A-012']);
  for (let times = 0; times < 5; times += 1) rig.key('C1', `${times}`);
  rig.show('C1', rig.claim('1'));
  t.is(rig.verdict, 'ALLOW');
});

test('the day of a door runs on while nobody tries, and is stored as it runs', t => {
  const rig = settled();
  rig.key('C1', '0');
  rig.advance(DAY_MS / 2);
  const half = rig.records.filter(record => record.table === 'lockout').at(-1);
  t.like(half, {row: {dayTries: 1, dayLeftMs: DAY_MS / 2}});
  rig.advance(DAY_MS);
  const over = rig.records.filter(record => record.table === 'lockout').at(-1);
  t.like(over, {row: {fails: 1, dayTries: 0, dayLeftMs: 0}});
  t.is(rig.timers.filter(({kind}) => kind === 'lockout').length, 0);
});

test('~Q7 under parkLease it is shown again to close, by the interlocks of everybody; under parkCard that opens nothing and closes nothing', t => {
  for (const [rig, second] of [
    [settled(), 'ALREADY_OPEN'],
    [leased(), 'CAR_PRESENT'],
  ] as const) {
    rig.code('19057344', rig.right('77', ['A-012'], {kind: 'lease'}));
    const show = () => {
      rig.advance(5000);
      rig.key('C1', '19057344');
    };
    show();
    show();
    t.is(rig.screen('C1')?.code, 'ALREADY_OPEN', 'nobody has been in it');
    rig.sense('A-012', 'occupied');
    show();
    t.is(rig.screen('C1')?.code, second);
    t.deepEqual(rig.commands('raise'), []);
    rig.sense('A-012', 'vacant');
    show();
    t.is(rig.commands('raise', 'A-012').length, second === 'CAR_PRESENT' ? 1 : 0);
    t.is(rig.screen('C1')?.code, second === 'CAR_PRESENT' ? 'CLOSING' : 'ALREADY_OPEN');
    if (second !== 'CAR_PRESENT') continue;
    rig.advance(5000);
    t.is(rig.bodies('session').at(-1)?.phase, 'closed');
    show();
    t.is(rig.commands('lower', 'A-012').length, 2, 'the lease goes on');
  }
});

test('what a policy does not take opens nothing under it: a card or a booked stay at a leased row', t => {
  const rig = leased();
  rig.grant('card-1', ['A-012'], {kind: 'lease'});
  rig.tap('C1', 'card-1');
  t.is(rig.verdict, 'NOT_FOUND');
  rig.code('19057344', rig.right('77', ['A-012'], {kind: 'park'}));
  rig.key('C1', '19057344');
  t.is(rig.verdict, 'NOT_FOUND');
  t.deepEqual(rig.sent, []);
  rig.advance(10_000);
  t.deepEqual(rig.screen('C1'), {code: 'IDLE', asks: 'code'});
});

test('~Q10 a credential by which two people could be meant opens nothing, and names nobody', t => {
  const rig = leased();
  const grant = rig.right('77', ['A-012'], {kind: 'lease'});
  const {id} = rig.code('19057344', grant);
  const other = rig.right('78', ['A-013'], {kind: 'lease', holder: asId('somebody else')});
  rig.grants.set(other.id, {...other, credentials: [id]});
  rig.key('C1', '19057344');
  t.is(rig.verdict, 'NEEDS_GUARD');
  t.is(rig.bodies('decision').at(-1)?.holder, null);
  t.deepEqual(rig.sent, []);
});

test('a code that the scanner could not read is asked for again, and counts for nobody', t => {
  const rig = leased();
  rig.input({kind: 'codeUnread', collector: collectorId('C1')});
  t.deepEqual(rig.screen('C1'), {code: 'SHOW_AGAIN'});
  t.deepEqual(rig.bodies('attempt.opened'), []);
});
