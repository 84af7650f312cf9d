import test from 'ava';
import {asId} from '../../protocols/site/ids.js';
import type {World} from '../world.js';
import {withWorld} from './with-world.js';

interface Member {
  readonly id: string;
  readonly status: string;
  readonly displayMask: string;
}

const SITE = {cloud: true, collectors: [{id: 'C1', bays: ['A-012', 'A-013'], travelMs: 1000}]};
/** How long a freeze may take to the collector of a gateway that is online. Source: requirements P26. */
const FROZEN_MS = 5000;

function cloudOf(world: World) {
  const {cloud} = world;
  if (!cloud) throw new Error('the world has no cloud');
  const send = (path: string, body: object, key: string) =>
    cloud.send<Member>('POST', `/v1/members${path}`, {
      body,
      headers: {'idempotency-key': key},
    });
  return {
    ...{cloud, send},
    register: (phone: string) =>
      send('', {phone, roles: ['tenant'], name: '陈小明'}, `new-${phone}`),
    freeze: (id: string) => send(`/${id}/freeze`, {reason: 'lost all his cards'}, `freeze-${id}`),
    unfreeze: (id: string) => send(`/${id}/unfreeze`, {reason: 'found them again'}, `thaw-${id}`),
  };
}

test('P26 a frozen member is denied at the collector within 5 s, also for what he is granted then; offline on next contact; others go on', t =>
  withWorld(t, SITE, async world => {
    const {office} = world;
    const {cloud, send, register, freeze, unfreeze} = cloudOf(world);
    const member = await register('13800005678');
    t.like(member, {status: 'active', displayMask: '陈** 138****5678'});
    const card = await office.card({holder: asId(member.id)});
    const first = await office.give(card, ['A-012']);
    const suspended = await office.give(card, ['A-012'], {state: 'suspended'});
    const other = await office.cardFor(['A-013']);
    const decision = async (shown = card) => {
      await world.tap('C1', shown);
      await world.advance(2000);
      return world.events('decision').at(-1)?.body;
    };
    t.like(await decision(), {result: 'ALLOW', grant: first.id});
    await world.advance(30_000);

    t.is((await freeze(member.id)).status, 'frozen');
    await world.advance(FROZEN_MS);
    t.like(await decision(), {result: 'DENY', reason: 'BLOCKED'});
    await office.give(card, ['A-012']);
    await world.advance(2000);
    t.like(await decision(), {result: 'DENY', reason: 'BLOCKED'}, 'nothing new while frozen');
    t.like(await decision(other), {result: 'ALLOW'});
    await world.advance(30_000);

    t.is((await unfreeze(member.id)).status, 'active');
    await world.advance(FROZEN_MS);
    t.like(await decision(), {result: 'ALLOW'});
    const kept = world.edge.store.book.grantById(suspended.id);
    t.is(kept?.state, 'suspended', 'what somebody else suspended stays so');
    await world.advance(30_000);

    cloud.cut();
    await world.advance(1000);
    await send(`/${member.id}/freeze`, {reason: 'lost again'}, 'again');
    await world.advance(60_000);
    t.like(await decision(), {result: 'ALLOW'}, 'the edge cannot know');
    await world.advance(30_000);
    cloud.restore();
    await world.until(() => cloud.isOnline(), 300_000);
    await world.advance(FROZEN_MS);
    t.like(await decision(), {result: 'DENY', reason: 'BLOCKED'});
  }));
