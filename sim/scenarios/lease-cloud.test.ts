import test, {type ExecutionContext} from 'ava';
import {HOUR_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {bookedLot} from './booked-lot.js';
import {Guard} from './guard.js';
import {BAYS, LeasedRow} from './leased-row.js';
import {NINE} from './linked-cloud.js';
import {cloudOf} from './lot-on-platform.js';

interface Lease {
  readonly state: string;
  readonly chargedFen: number;
}

/** The row on a platform where its bays are let, and the people who lease them. */
async function row(t: ExecutionContext) {
  const lot = {fromMs: NINE, bays: BAYS, members: ['ann', 'bob'], isForLease: true};
  const open = await LeasedRow.open(t, {database: await bookedLot(t, lot), wallMs: NINE});
  const {world} = open;
  const cloud = cloudOf(world);
  const post = <Body>(path: string, body: object) =>
    world.clock.settle(cloud.ask<Body>('POST', path, body));
  await post('/v1/agreement-texts', {language: 'en', text: '{{bay}}', depositFen: 100});
  return {
    ...{open, world, cloud, post},
    hours: (forMs: number) => {
      const fromMs = world.clock.wallMs();
      return {fromMs, untilMs: fromMs + forMs};
    },
    see: (lease: string) => cloud.get<Lease>(`/v1/leases/${lease}`),
    phaseOf: (bay: string) =>
      world.events('session').findLast(({body}) => body.bay === bay)?.body.phase,
  };
}

test('E2 a lease agreed on after the internet was cut opens by its signed QR code, again and again, its bay alone; one that is good once opens once, over a power cut too; an unknown card has its repeats, and then the guard opens with a reason', async t => {
  const {open, world, cloud, post, hours} = await row(t);
  // The keys of its issuer have reached the gateway with an earlier lease.
  const earlier = await open.agree('bob', 'A-002', hours(HOUR_MS));
  t.is(await open.scan(1, await earlier.qr()), 'ALLOW');
  cloud.cut();
  await world.advance(2000);
  const wish = {site: 'lot-1', holder: 'bob', kind: 'lease', points: ['B-003'], entries: 'one'};
  const once = await post<{credentials: {id: string}[]}>('/v1/grants', {
    ...{...wish, ...hours(HOUR_MS), credentials: [{kind: 'qr'}]},
  });
  const qrOf = async (id = '') =>
    (await cloud.get<{text: string}>(`/v1/credentials/${id}/token`)).text;
  const ann = await open.agree('ann', 'A-001', hours(HOUR_MS));
  const text = await ann.qr();
  t.is(await open.scan(2, text), 'OTHER_POINT');
  t.is(await open.scan(1, text), 'ALLOW');
  let car = await open.driveIn('A-001');
  t.is(await open.scan(1, text), 'CAR_PRESENT', 'it opens no second bay while he stands in his');
  await world.clock.settle(car.leave());
  await world.until(() => world.site.lock('A-001').arm === 'up', 45_000);
  t.is(await open.scan(1, text), 'ALLOW');
  car = await open.driveIn('A-001');
  t.deepEqual(open.frames('lower'), [2, 1, 0]);

  const single = await qrOf(once.body.credentials[0]?.id);
  t.is(await open.scan(2, single), 'ALLOW');
  await world.until(() => world.site.lock('B-003').arm === 'down', 10_000);
  t.is(await open.scan(2, single), 'ALREADY_USED');
  await world.killEdge();
  world.startEdge();
  await world.until(() => world.edge.site.state().bays.every(bay => bay.health === 'ok'), 30_000);
  await world.advance(12_000);
  t.is(await open.scan(2, single), 'ALREADY_USED');
  t.is(await open.scan(1, text), 'CAR_PRESENT', 'and he who stands there is known again');

  await world.tap('C3', world.office.unknownCard());
  await world.advance(10_000);
  const tries = world.events('decision').filter(({body}) => body.reason === 'NOT_FOUND');
  t.is(tries.length, 6);
  const guard = new Guard(world);
  t.is((await guard.open('C-004', '')).status, 400);
  t.is((await guard.open('C-004', 'booked by telephone')).status, 202);
  await world.until(() => world.site.lock('C-004').arm === 'down', 10_000);
  t.deepEqual(open.frames('lower', [...BAYS, 'C-004']), [2, 1, 1, 1]);
});

test('E35 out for lunch and back within the lease: the bay is raised meanwhile, the same QR code opens again, and nothing is charged twice', async t => {
  const {open, world, see, post, hours} = await row(t);
  const term = hours(HOUR_MS);
  const ann = await open.agree('ann', 'A-001', term);
  const text = await ann.qr();
  for (const visit of [1, 2]) {
    t.is(await open.scan(1, text), 'ALLOW');
    const car = await open.driveIn('A-001');
    await world.clock.settle(car.leave());
    await world.until(() => world.site.lock('A-001').arm === 'up', 45_000);
    t.deepEqual(open.frames('raise'), [visit, 0, 0]);
  }
  await world.advance(5000);
  t.is((await see(ann.lease)).chargedFen, 0);
  t.is((await post(`/v1/leases/${ann.lease}/end`, {})).status, 200);
  const {state, chargedFen} = await see(ann.lease);
  t.is(state, 'ended');
  const usedFen = (600 * (world.clock.wallMs() - term.fromMs)) / HOUR_MS;
  t.true(
    Math.abs(chargedFen - usedFen) <= 1,
    `${chargedFen} fen for ${usedFen} of time, not for visits`,
  );
});

test('~Q14 the tenant is told 10 min before the end; a car that stands there 1 s after it: no raise frame, OVERTIME at the edge and at the platform; it is billed when it leaves, and then the arm goes up', async t => {
  const {open, world, cloud, see, phaseOf, hours} = await row(t);
  const {nextCursor} = await cloud.get<{nextCursor: string}>('/v1/changes?cursor=now');
  const term = hours(16 * MINUTE_MS);
  const ann = await open.agree('ann', 'A-001', term);
  const text = await ann.qr();
  t.is(await open.scan(1, text), 'ALLOW');
  const car = await open.driveIn('A-001');
  // Nobody needs the gateway while a car stands there: the term goes on without it.
  await world.stopEdge();
  const told = async (type: string) => {
    const path = `/v1/changes?cursor=${nextCursor}`;
    const {changes} = await cloud.get<{changes: {type: string; wallMs: number}[]}>(path);
    return changes.find(change => change.type === type);
  };
  await world.advance(term.untilMs - 10 * MINUTE_MS + SECOND_MS - world.clock.wallMs());
  t.truthy(await told('lease.ending_soon'));
  t.is(await told('lease.overtime'), undefined);
  await world.advance(term.untilMs - MINUTE_MS - world.clock.wallMs());
  world.startEdge();
  await world.settle();
  await world.advance(term.untilMs + SECOND_MS - world.clock.wallMs());
  t.is(phaseOf('A-001'), 'overtime');
  t.deepEqual(open.frames('raise'), [0, 0, 0]);
  await world.advance(5000);
  t.is((await see(ann.lease)).state, 'overtime');
  t.truthy(await told('lease.overtime'));
  t.is(await open.scan(1, text), 'EXPIRED');

  await world.advance(3 * MINUTE_MS);
  t.deepEqual(open.frames('raise'), [0, 0, 0]);
  t.is(world.site.lock('A-001').arm, 'down');
  await world.clock.settle(car.leave());
  await world.until(() => world.site.lock('A-001').arm === 'up', 45_000);
  await world.advance(10_000);
  t.is(phaseOf('A-001'), 'closed');
  const {state, chargedFen} = await see(ann.lease);
  t.is(state, 'ended');
  t.true(chargedFen > 160, `${chargedFen} fen`);
});
