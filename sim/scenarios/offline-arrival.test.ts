import test from 'ava';
import {MINUTE_MS} from '../../protocols/base/units.js';
import {withWorld} from './with-world.js';

test('E1 with the internet down a booked tenant is let in on his cached grant, and his events reach the cloud once and in order', async t => {
  const collectors = [{id: 'C1', bays: ['A-012'], travelMs: 1000, pollMs: 1000}];
  await withWorld(t, {cloud: true, collectors}, async world => {
    const {cloud} = world;
    if (!cloud) return t.fail();
    const card = await world.office.cardFor(['A-012']);
    await world.until(() => cloud.unsent() === 0, 10_000);
    const before = (await cloud.events()).length;

    cloud.cut();
    await world.advance(10 * MINUTE_MS);
    t.false(cloud.isOnline());
    await world.tap('C1', card);
    await world.until(() => world.screen('C1').includes('A-012'), 10_000);
    await world.until(() => world.site.lock('A-012').arm === 'down', 10_000);
    await world.advance(1000);
    const [decision] = world.events('decision');
    t.like(decision?.body, {result: 'ALLOW', tryNo: 1, bay: 'A-012', degraded: false});
    t.is(world.site.commandTimes('A-012', 'lower').length, 1);
    const queued = cloud.unsent();
    t.true(queued >= 5, `${queued} events wait`);
    t.is((await cloud.events()).length, before);

    cloud.restore();
    await world.until(() => cloud.isOnline() && cloud.unsent() === 0, 120_000);
    const held = world.allEvents().map(({seq, kind, body}) => ({seq, kind, body}));
    const delivered = (await cloud.events()).map(({seq, kind, body}) => ({seq, kind, body}));
    t.deepEqual<unknown, unknown>(delivered, held);
    const story = delivered.slice(before).map(event => event.kind);
    t.deepEqual(
      story.filter(kind => kind === 'decision' || kind === 'session'),
      ['decision', 'session'],
    );
  });
});
