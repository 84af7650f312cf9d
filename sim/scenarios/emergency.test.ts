import test from 'ava';
import type {PageState} from '../../edge/page/view.js';
import {BUTTON_UNIT} from '../plan/site-plan.js';
import type {World, WorldCollector} from '../world.js';
import {Guard} from './guard.js';
import {withWorld} from './with-world.js';

const A_ROW = ['A-009', 'A-010', 'A-011', 'A-012', 'A-013', 'A-014', 'A-015', 'A-016'];
const SITE: readonly WorldCollector[] = [
  {id: 'C1', bays: A_ROW, travelMs: 1000},
  {id: 'C2', kind: 'smart', bays: ['B-017'], travelMs: 1000},
];
const LOOK_MS = 20;

/** The alarms that a guard's browser gets. */
async function alarmsOnPage(world: World): Promise<PageState['alarms']> {
  const answer = await world.page.request('/api/state');
  const state = (await answer.json()) as PageState;
  return state.alarms;
}

/** Look at the page again and again until it shows an alarm of a collector; returns the time that took. */
async function msUntilAlarm(world: World, collector: string, limitMs: number): Promise<number> {
  const fromMs = world.nowMs;
  while (world.nowMs - fromMs <= limitMs) {
    const alarms = await alarmsOnPage(world);
    if (alarms.some(alarm => alarm.collector === collector)) break;
    await world.advance(LOOK_MS);
  }
  return world.nowMs - fromMs;
}

/** A world whose internet is cut, as it was for a while already. */
async function cutOff(world: World): Promise<void> {
  world.cloud?.cut();
  await world.advance(5000);
}

/** The worst moment for a press: the button of C1 has just been asked. */
async function justAfterPoll(world: World): Promise<void> {
  const {log} = world.site.line('C1');
  const polls = () => log.framesTo(BUTTON_UNIT).length;
  const before = polls();
  await world.until(() => polls() > before, 2000);
}

test('P17 after the sixth failed command exactly one UNLOCK_FAILED alarm is on the page within 1 s with the cloud cut, escalates after 60 s, and staff are coming only after the ack', async t => {
  await withWorld(t, {collectors: SITE, cloud: true}, async world => {
    const card = await world.office.cardFor(['A-012']);
    world.site.lock('A-012').ail({deaf: 'acks'});
    await cutOff(world);
    const tappedMs = world.nowMs;
    await world.tap('C1', card);
    await world.until(() => world.site.commandTimes('A-012', 'lower').length === 6, 26_000);
    t.deepEqual(await alarmsOnPage(world), []);
    await world.until(() => world.events('actuation').at(-1)?.body.state === 'failed', 5000);
    t.true(world.nowMs - tappedMs <= 29_600, 'the call goes out 29.5 s after the swipe');
    t.true((await msUntilAlarm(world, 'C1', 2000)) <= 1000);

    const [alarm, ...others] = await alarmsOnPage(world);
    t.deepEqual(others, []);
    if (!alarm) return t.fail();
    const {kind, bay, collector, count, contact} = alarm;
    const first = {kind: 'UNLOCK_FAILED', bay: 'A-012', collector: 'C1', count: 1};
    t.deepEqual({kind, bay, collector, count, contact}, {...first, contact: '值班保安'});
    t.regex(alarm.detail, /arm_up/);
    t.regex(alarm.detail, /1@0\.0s acknowledged, .*6@25\.\ds acknowledged/);
    t.true(alarm.detail.includes('陈** 138****5678'));
    await world.advance(500);
    t.true(world.site.post('C1').buzzer);
    t.is(world.screen('C1'), 'Call sent / Please wait');

    await world.advance(59_000);
    t.is((await alarmsOnPage(world))[0]?.contact, '值班保安');
    await world.advance(1000);
    const [escalated, ...more] = await alarmsOnPage(world);
    t.deepEqual(more, []);
    t.is(escalated?.contact, '保安队长');
    t.is(escalated?.id, alarm.id);
    t.true(world.site.post('C1').buzzer);
    t.is(world.screen('C1'), 'Call sent / Please wait');
    t.false(world.site.post('C1').screens.some(({screen}) => screen.lines[0].includes('Staff')));

    t.is((await new Guard(world).acknowledge(alarm.id)).status, 200);
    await world.advance(500);
    t.is(world.screen('C1'), 'Staff are coming / Please wait');
    t.false(world.site.post('C1').buzzer);
    await world.advance(180_000);
    t.is(
      (await alarmsOnPage(world))[0]?.contact,
      '保安队长',
      'nobody else is called after the ack',
    );
    const raised = world.events('alarm').filter(({body}) => body.state === 'raised');
    t.deepEqual(
      raised.map(({body}) => body.kind),
      ['UNLOCK_FAILED'],
    );
    t.false(world.cloud?.isOnline());
    return t.pass();
  });
});

test('P22 a press with the cloud cut reaches page and buzzer within 500 ms, and ten presses in 5 s are one alarm with count 10', async t => {
  await withWorld(t, {collectors: SITE, cloud: true}, async world => {
    for (const id of ['C1', 'C2']) await world.tap(id, world.office.unknownCard());
    await cutOff(world);
    for (const id of ['C1', 'C2']) {
      const post = world.site.post(id);
      if (id === 'C1') await justAfterPoll(world);
      const pressedMs = world.nowMs;
      post.press();
      const pageMs = await msUntilAlarm(world, id, 1000);
      await world.until(() => post.buzzer, 1000);
      const buzzerMs = world.nowMs - pressedMs;
      t.true(pageMs <= 500, `page after ${pageMs} ms`);
      t.true(buzzerMs <= 500, `buzzer after ${buzzerMs} ms`);

      for (let press = 2; press <= 10; press += 1) {
        await world.advance(500 - ((world.nowMs - pressedMs) % 500));
        post.press();
      }
      t.true(world.nowMs - pressedMs <= 5000);
      await world.advance(1000);
      t.is(world.screen(id), 'Call sent / Please wait');
    }
    const calls = await alarmsOnPage(world);
    t.deepEqual(
      calls.map(({kind, collector, count}) => ({kind, collector: String(collector), count})),
      [
        {kind: 'EMERGENCY_BUTTON', collector: 'C1', count: 10},
        {kind: 'EMERGENCY_BUTTON', collector: 'C2', count: 10},
      ],
    );
    for (const {detail, contact} of calls) {
      t.regex(detail, /last card 4D/);
      t.is(contact, '值班保安');
    }
    t.false(world.cloud?.isOnline());
  });
});
