import test, {type ExecutionContext} from 'ava';
import {MINUTE_MS} from '../../protocols/base/units.js';
import type {World} from '../world.js';
import {CallOffice, CallPost} from './call-office.js';
import {Guard} from './guard.js';
import {cloudOf} from './lot-on-platform.js';
import {withWorld} from './with-world.js';

const FIRST = '+8613800000001';
const SECOND = '+8613800000002';

interface Site {
  readonly world: World;
  readonly post: CallPost;
  readonly office: CallOffice;
}

/** A site on a cloud that tells one person after 60 s and another after 180 s. */
function withCalls(t: ExecutionContext, play: (site: Site) => Promise<void>): Promise<void> {
  const post = new CallPost();
  const plan = {database: ':memory:', noticePorts: post.ports.bind(post)};
  const collectors = [{id: 'C1', bays: ['A-012'], pollMs: 2000}];
  return withWorld(t, {collectors, cloud: plan}, async world => {
    const office = new CallOffice(world, post);
    await cloudOf(world).addSite('lot-1', ['A-012']);
    await office.contact(FIRST, {label: '王队长', afterMs: MINUTE_MS});
    await office.contact(SECOND, {label: 'Operator', afterMs: 3 * MINUTE_MS});
    await play({world, post, office});
  });
}

async function press(world: World): Promise<number> {
  world.site.post('C1').press();
  await world.until(() => world.alarms().length > 0, 5000);
  return world.nowMs;
}

test('EC-11 the cloud counts from the call itself, also of one that comes late behind an outage, and a gateway that falls silent within 5 min of an open call makes the next step', t =>
  withCalls(t, async ({world, office}) => {
    const cloud = cloudOf(world);
    const calledMs = await press(world);
    await world.advance(100_000);
    t.deepEqual(office.rang(FIRST, calledMs), [60]);
    t.deepEqual(office.rang(SECOND, calledMs), []);
    const [call] = await office.calls();
    t.like(call, {kind: 'EMERGENCY_BUTTON', state: 'open', silentSinceMs: null});

    // The line goes: nobody knows whether anybody at the site still hears the sounder.
    cloud.cut();
    const cutMs = world.nowMs;
    await world.until(() => office.rang(SECOND, calledMs).length > 0, 41_000);
    t.true(world.nowMs - cutMs <= 40_000, 'after three missed heartbeats at the latest');
    t.true(world.nowMs - calledMs < 180_000, 'before its own time');
    t.not((await office.calls())[0]?.silentSinceMs, null);
    const [alarm] = world.alarms();
    await new Guard(world).dismiss(alarm?.id ?? t.fail(), 'helped');

    // Another call, made while the line is cut: it comes 100 s late.
    await world.advance(1000);
    world.site.post('C1').press();
    await world.advance(500);
    const againMs = world.nowMs;
    await world.advance(100_000);
    const before = office.rang(FIRST, againMs).length;
    cloud.restore();
    await world.until(() => cloud.isOnline(), 120_000);
    await world.advance(3000);
    const late = world.nowMs - againMs;
    t.is(office.rang(FIRST, againMs).length, before + 1, 'at once, as it is older than 60 s');
    const [newest, first] = await office.calls();
    t.is(first?.state, 'ended');
    t.true(Math.abs((newest?.receivedMs ?? 0) - (newest?.atMs ?? 0) - late) < 5000);
    const rang = () => office.rang(SECOND, againMs).filter(second => second > 0);
    await world.until(() => rang().length > 0, 100_000);
    t.deepEqual(rang().at(0), Math.max(180, Math.round(late / 1000)));
  }));

test('~E50 who takes a call by the code of his notice stops the steps, and the board at the site shows him', t =>
  withCalls(t, async ({world, office}) => {
    await press(world);
    await world.advance(62_000);
    t.is(world.alarms()[0]?.ackedBy, null);
    const wrong = cloudOf(world).ask('POST', '/v1/public/notice-answers', {code: 'AAAAAAAAAA'});
    t.is((await world.clock.settle(wrong)).status, 404);
    const answer = {code: office.codeFor(FIRST)};
    const taken = await office.ask<object>('POST', '/v1/public/notice-answers', answer);
    t.deepEqual(taken, {kind: 'call', taken: true, state: 'acknowledged', takenBy: '王队长'});
    await world.advance(3000);
    t.like(world.alarms()[0], {state: 'acked', ackedBy: '王队长' as never});
    t.is(world.screen('C1')?.split(' / ')[0], 'Staff are coming');
    t.like((await office.calls())[0], {state: 'acknowledged', siteKnows: true});
    t.deepEqual(await office.ask('POST', '/v1/public/notice-answers', answer), taken);
    await world.advance(5 * MINUTE_MS);
    t.deepEqual(office.rang(SECOND, 0), []);
  }));

test('openHAB cloud #212: a silent gateway is noticed within 3 missed heartbeats, and a test that nobody answers is told', t =>
  withCalls(t, async ({world, office, post}) => {
    const cloud = cloudOf(world);
    const prover = '+8613800000009';
    await office.contact(prover, {label: 'Test', afterMs: 0, test: true});
    interface Test {
      readonly state: string;
      readonly nextMs: number;
    }
    const test = () => office.ask<Test>('GET', '/v1/sites/lot-1/notice-test');
    const {nextMs} = await test();
    t.is(new Date(nextMs).toISOString().slice(11), '02:00:00.000Z', '10:00 in Shanghai');
    const faults = async () => {
      const path = '/v1/gateways';
      const {gateways} = await office.ask<{gateways: {faults: {kind: string}[]}[]}>('GET', path);
      return gateways[0]?.faults.map(({kind}) => kind);
    };
    t.deepEqual(await faults(), []);
    cloud.cut();
    const cutMs = world.nowMs;
    await world.until(() => post.provider.to(FIRST).length > 0, 60_000);
    t.true(world.nowMs - cutMs <= 40_000);
    t.regex(post.provider.to(FIRST)[0]?.text ?? '', /Nothing is heard of gw-1/);
    t.deepEqual(await faults(), ['gateway_silent']);
    cloud.restore();
    await world.until(() => cloud.isOnline(), 120_000);
    await world.advance(10_000);
    t.deepEqual(await faults(), []);
    await world.stopEdge();
    const silence = post.provider.inbox.length;

    cloud.clock.aheadMs += nextMs - cloud.clock.wallMs();
    await world.advance(5 * MINUTE_MS + 5000);
    t.is((await test()).state, 'waiting');
    t.regex(post.provider.to(prover)[0]?.text ?? '', /daily test/);
    await office.ask('POST', '/v1/public/notice-answers', {code: office.codeFor(prover)});
    t.is((await test()).state, 'passed');
    const again = await test();
    t.true(again.nextMs > nextMs + 23 * 3_600_000);

    cloud.clock.aheadMs += again.nextMs - cloud.clock.wallMs();
    await world.advance(36 * MINUTE_MS);
    t.is((await test()).state, 'missed');
    const told = post.provider.inbox.slice(silence).filter(({text}) => /not answered/.test(text));
    t.deepEqual(told.map(({to}) => to).sort(), [FIRST, SECOND]);
  }));
