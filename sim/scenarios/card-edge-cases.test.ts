import test from 'ava';
import {Tenant} from '../plant/tenant.js';
import type {World, WorldOptions} from '../world.js';
import {Guard} from './guard.js';
import {withWorld} from './with-world.js';

const ONE_POST: WorldOptions = {
  collectors: [{id: 'C1', bays: ['A-012', 'A-013'], travelMs: 1000, pollMs: 250}],
};
const PROOF_POST: WorldOptions = {
  collectors: [{id: 'C2', kind: 'smart', bays: ['B-017'], travelMs: 1000, pollMs: 250}],
};

function lowered(world: World, bay: string): number {
  return world.site.commandTimes(bay, 'lower').length;
}

function closedAttempts(world: World) {
  return world.events('attempt.closed').map(({body}) => body);
}

test('E26 a card of B-017 at collector 1 is guided to collector 3, moves no lock and counts no failure', t =>
  withWorld(
    t,
    {
      collectors: [
        {id: 'C1', bays: ['A-012'], pollMs: 500},
        {id: 'C3', zone: 'B', arrow: '←', bays: ['B-017'], travelMs: 1000, pollMs: 500},
      ],
    },
    async world => {
      const card = await world.office.cardFor(['B-017']);
      for (let tap = 1; tap <= 3; tap += 1) {
        await world.tap('C1', card);
        t.is(world.screen('C1'), 'B-017: zone B / Go to C3 ←');
        await world.advance(4000);
      }
      for (const attempt of closedAttempts(world)) {
        t.like(attempt, {result: 'REDIRECT', reason: 'OTHER_POINT', tries: 1, failures: 0});
      }
      t.is(closedAttempts(world).length, 3);
      t.deepEqual([lowered(world, 'A-012'), lowered(world, 'B-017')], [0, 0]);
      await world.tap('C3', card);
      t.is(lowered(world, 'B-017'), 1);
    },
  ));

test('E42 a double tap and a card held for 30 s make one attempt each, and the display tells to remove it', t =>
  withWorld(t, ONE_POST, async world => {
    const first = await world.office.cardFor(['A-012']);
    const tenant = new Tenant({clock: world.clock, card: first});
    const twice = {times: 2, everyMs: 1000, holdMs: 300};
    await world.clock.settle(tenant.tapAgainAndAgain(world.site.post('C1'), twice));
    await world.advance(10_000);
    t.is(closedAttempts(world).length, 1);
    t.is(lowered(world, 'A-012'), 1);

    const second = await world.office.cardFor(['A-013']);
    await world.tap('C1', second, 30_000);
    t.is(world.screen('C1'), 'Card was read / Remove card');
    t.is(closedAttempts(world).length, 2);
    t.is(lowered(world, 'A-013'), 1);
    await world.advance(10_000);
    t.is(world.screen('C1'), 'Welcome / Tap your card');
  }));

test('E43 a wallet with two cards is asked for one card, moves no lock and counts no failure', t =>
  withWorld(t, {collectors: [...ONE_POST.collectors, ...PROOF_POST.collectors]}, async world => {
    for (const [collector, bay] of [
      ['C1', 'A-012'],
      ['C2', 'B-017'],
    ] as const) {
      const mine = await world.office.cardFor([bay]);
      const post = world.site.post(collector);
      post.present(world.office.unknownCard());
      post.present(mine);
      await world.advance(2000);
      t.is(world.screen(collector), 'Two cards seen / One card please');
      await world.advance(8000);
      t.is(lowered(world, bay), 0);
      post.remove();
      await world.advance(1000);
      await world.tap(collector, mine);
      t.is(lowered(world, bay), 1);
    }
    for (const {failures} of closedAttempts(world)) t.is(failures, 0);
    t.deepEqual(world.alarms(), []);
  }));

test('E44 a copied card with a wrong key proof is denied CLONE_SUSPECT with one alarm, and a UID alone is never a right', t =>
  withWorld(t, PROOF_POST, async world => {
    const card = await world.office.cardFor(['B-017']);
    await world.tap('C2', {uid: card.uid, secret: new Uint8Array(16).fill(9)});
    await world.advance(6000);
    t.is(world.screen('C2'), 'Not accepted / Swipe again');
    t.like(closedAttempts(world)[0], {result: 'DENY', reason: 'CLONE_SUSPECT', failures: 1});
    const [alarm, ...others] = world.alarms();
    t.like(alarm, {kind: 'CLONE_SUSPECT', collector: 'C2', state: 'notified'});
    t.true(alarm?.detail.includes('陈** 138****5678'), 'names the holder who is to be told');
    t.deepEqual(others, []);

    await world.advance(4000);
    await world.tap('C2', {uid: card.uid});
    await world.advance(7000);
    t.like(closedAttempts(world)[1], {result: 'DENY', reason: 'NEEDS_GUARD'});
    t.is(lowered(world, 'B-017'), 0);
    t.is(world.alarms().length, 1);

    await world.tap('C2', card);
    t.is(lowered(world, 'B-017'), 1);
  }));

test('E47 a swipe for a bay that is down and empty sends no command, says so and opens the session', t =>
  withWorld(t, ONE_POST, async world => {
    await new Guard(world).open('A-012', 'sweeping');
    await world.advance(5000);
    t.is(world.site.lock('A-012').arm, 'down');
    const card = await world.office.cardFor(['A-012']);
    await world.tap('C1', card);
    t.is(world.screen('C1'), 'A-012 / Already open');
    await world.advance(5000);
    t.is(lowered(world, 'A-012'), 1);
    t.like(world.events('session').at(-1)?.body, {
      bay: 'A-012',
      phase: 'open_wait_car',
      holder: card.credential.holder,
    });
  }));

test('E48 a bay that is down under a stranger is BAY_OCCUPIED, the alternative opens and no failure is counted', t =>
  withWorld(t, ONE_POST, async world => {
    await new Guard(world).open('A-012', 'delivery');
    await world.advance(3000);
    await world.clock.settle(world.car('沪C00001').enter(world.site.bay('A-012')));
    await world.advance(5000);

    await world.tap('C1', await world.office.cardFor(['A-012']));
    t.is(world.screen('C1'), 'A-012 occupied / Ask the guard');
    await world.advance(4000);
    await world.tap('C1', await world.office.cardFor(['A-012', 'A-013']));
    t.is(world.screen('C1'), 'A-012 occupied / Park at A-013');
    await world.advance(3000);
    t.is(world.site.lock('A-013').arm, 'down');
    t.deepEqual([lowered(world, 'A-012'), lowered(world, 'A-013')], [1, 1]);
    t.deepEqual(
      closedAttempts(world).map(({result, reason, failures}) => [result, reason, failures]),
      [
        ['DENY', 'BAY_OCCUPIED', 0],
        ['ALLOW', null, 0],
      ],
    );
  }));
