import test from 'ava';
import {HOUR_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {bookedLot} from './booked-lot.js';
import {CallOffice, CallPost} from './call-office.js';
import {cloudOf} from './lot-on-platform.js';
import {withWorld} from './with-world.js';

/** Tuesday, 3 March 2026, 09:00 in Shanghai. */
const NINE = 1_772_499_600_000;
const DUTY = '+8613800000001';
const BAYS = Array.from({length: 10}, (_, index) => `A-${String(index + 1).padStart(3, '0')}`);

test('E53 ice in the locks: many fail at once, one incident of the site, one message and not one for each lock, sales stopped at the gateway and in the cloud until it is over', async t => {
  const database = await bookedLot(t, {fromMs: NINE, bays: BAYS, members: ['chen']});
  const post = new CallPost();
  const plan = {database, noticePorts: post.ports.bind(post)};
  const collectors = [{id: 'C1', bays: BAYS, pollMs: 2000}];
  await withWorld(t, {collectors, cloud: plan, wallMs: NINE}, async world => {
    const office = new CallOffice(world, post);
    await office.contact(DUTY, {label: '值班', afterMs: MINUTE_MS});
    let hour = 0;
    const book = async (point: string) => {
      hour += 1;
      const time = {fromMs: NINE + hour * HOUR_MS, untilMs: NINE + (hour + 1) * HOUR_MS};
      const wish = {site: 'lot-1', point, plate: '粤B12345', holder: 'chen', ...time};
      return (await world.clock.settle(cloudOf(world).ask('POST', '/v1/bookings', wish))).status;
    };
    const site = () => office.ask<{state: string}>('GET', '/v1/sites/lot-1');
    t.is(await book('A-001'), 201);
    const moved = () =>
      BAYS.flatMap(bay => [
        ...world.site.commandTimes(bay, 'raise'),
        ...world.site.commandTimes(bay, 'lower'),
      ]).length;
    const before = moved();

    for (const bay of BAYS.slice(1)) world.site.lock(bay).ail({motorFault: true});
    await world.until(() => world.alarms().length > 0, 10_000);
    await world.advance(10_000);
    t.deepEqual(
      world.alarms().map(({kind}) => kind),
      ['SITE_INCIDENT'],
    );
    const told = world.events('alarm').filter(({body}) => body.contact !== null);
    t.is(told.length, 1, 'one message at the site');
    t.is((await site()).state, 'suspended');
    t.is(await book('A-001'), 409, 'a sound lock is not sold either');
    await world.advance(MINUTE_MS);
    t.deepEqual(
      post.provider.to(DUTY).map(({text}) => /many devices fail at once/.test(text)),
      [true],
      'one message of the cloud',
    );
    t.is(moved(), before, 'no arm moves for it');

    for (const bay of BAYS) world.site.lock(bay).ail({motorFault: false});
    await world.until(() => world.alarms().length === 0, 10_000);
    await world.advance(5000);
    t.is((await site()).state, 'active');
    t.is(await book('A-001'), 201);
    t.like((await office.calls())[0], {kind: 'SITE_INCIDENT', state: 'ended'});
  });
});
