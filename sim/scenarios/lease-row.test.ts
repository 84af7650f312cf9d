import test from 'ava';
import {HOUR_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {LeasedRow} from './leased-row.js';

const altered = (text: string) =>
  `${text.slice(0, 40)}${text[40] === 'A' ? 'B' : 'A'}${text.slice(41)}`;

test('Q6 a valid QR lowers only its bay, by 1 + 5 commands 5 s apart where the lock is deaf; one altered byte lowers none', async t => {
  const row = await LeasedRow.open(t);
  const {world} = row;
  const text = row.token({doors: {kind: 'point', number: 2}});
  t.is(await row.scan(1, altered(text)), 'BAD_MAC');
  await world.advance(10_000);
  t.deepEqual(row.frames('lower'), [0, 0, 0]);
  world.site.lock('A-002').ail({deaf: 'silent'});
  t.is(await row.scan(1, text), 'ALLOW');
  await world.advance(40_000);
  const [firstMs = 0, ...rest] = world.site.commandTimes('A-002', 'lower');
  t.deepEqual(
    rest.map(atMs => Math.round((atMs - firstMs) / SECOND_MS)),
    [5, 10, 15, 20, 25],
  );
  t.deepEqual(
    world.alarms().map(({kind, bay}) => [kind, `${bay}`]),
    [['UNLOCK_FAILED', 'A-002']],
  );
  world.site.lock('A-002').ail({deaf: 'no'});
  t.is(await row.scan(1, text), 'ALLOW');
  await world.until(() => world.site.lock('A-002').arm === 'down', 10_000);
  t.deepEqual(row.frames('lower'), [0, 7, 0]);
});

test('Q7 a closing scan with a car inside: no raise frame, CAR_PRESENT and "drive out first"; without it the arm goes up at once, and after who drives off without a word when the bay was vacant for 30 s', async t => {
  const row = await LeasedRow.open(t);
  const {world} = row;
  const raises = () => world.site.commandTimes('A-001', 'raise');
  const text = row.token();
  await row.leased('900', ['A-001']);
  t.is(await row.scan(1, text), 'ALLOW');
  let car = await row.driveIn('A-001');
  t.is(await row.scan(1, text), 'CAR_PRESENT');
  t.is(world.screen('C1'), 'Car on A-001 / Drive out first');
  await world.advance(MINUTE_MS);
  t.deepEqual(raises(), []);

  await world.clock.settle(car.leave());
  await world.advance(6000);
  const scannedMs = world.nowMs + 4000;
  t.is(await row.scan(1, text), 'ALLOW');
  t.is(world.screen('C1'), 'A-001 closing / Keep clear');
  await world.until(() => world.site.lock('A-001').arm === 'up', 5000);
  t.true((raises()[0] ?? 0) - scannedMs < SECOND_MS);

  t.is(await row.scan(1, text), 'ALLOW', 'the lease goes on');
  car = await row.driveIn('A-001');
  const leftMs = world.nowMs;
  await world.clock.settle(car.leave());
  await world.until(() => world.site.lock('A-001').arm === 'up', MINUTE_MS);
  const vacantMs = (raises()[1] ?? 0) - leftMs;
  t.true(vacantMs >= 30_000 && vacantMs <= 32_000, `${vacantMs} ms`);
  t.is(raises().length, 2);
});

test('Q10 every opening names one tenant, his lease, bay and time, by whatever he opens; what two could mean opens nothing', async t => {
  const row = await LeasedRow.open(t);
  const {world} = row;
  await row.leased('901', ['A-001']);
  await row.leased('902', ['A-002']);
  t.is(await row.scan(1, row.token({grant: '901'})), 'ALLOW');
  t.is(await row.scan(1, row.token({grant: '902', doors: {kind: 'point', number: 2}})), 'ALLOW');
  t.is(await row.scan(2, row.token({grant: '903', doors: {kind: 'point', number: 3}})), 'ALLOW');
  await world.advance(5000);
  const opened = world.events('session').filter(({body}) => body.phase === 'open_wait_car');
  t.deepEqual(
    opened.map(({body}) => [`${body.bay}`, `${body.holder}`]),
    [
      ['A-001', 'tenant-901'],
      ['A-002', 'tenant-902'],
      ['B-003', 'number-903'],
    ],
  );
  for (const {body} of opened) t.truthy(body.grant);
  const twice = await world.office.card();
  await world.office.give(twice, ['C-004']);
  await world.office.give(twice, ['C-004'], {
    holder: twice.credential.holder.replace('h', 'x') as never,
  });
  await world.tap('C3', twice);
  await world.advance(8000);
  t.like(world.events('decision').at(-1)?.body, {
    result: 'DENY',
    reason: 'NEEDS_GUARD',
    holder: null,
  });
  t.deepEqual(row.frames('lower', ['C-004']), [0]);
});

test('Q13 expired, early, other bay, other lot, revoked and altered: six reason codes, each shown in its own words, and no frame', async t => {
  const row = await LeasedRow.open(t);
  const {world} = row;
  const now = Math.floor(world.clock.wallMs() / 1000);
  const gone = await row.leased('905', ['A-001']);
  await world.office.revoke(gone);
  const shown = [];
  for (const text of [
    row.token({fromSeconds: now - 7200, untilSeconds: now - 60}),
    row.token({fromSeconds: now + 1230, untilSeconds: now + 7200}),
    row.token({doors: {kind: 'point', number: 3}}),
    row.token({}, {site: 'lot-2', gateway: 'lot-2'}),
    row.token({grant: '905'}),
    altered(row.token()),
  ]) {
    shown.push([await row.scan(1, text), world.screen('C1')]);
  }
  t.deepEqual(shown, [
    ['EXPIRED', 'Expired / Ask the guard'],
    ['NOT_YET_VALID', 'Not valid yet / Opens in 21 min'],
    ['OTHER_POINT', 'B-003: zone 2 / Go to C2 →'],
    ['OTHER_SITE', 'For another site / Ask the guard'],
    ['REVOKED', 'Withdrawn / Ask the guard'],
    ['BAD_MAC', 'Not valid here / Ask the guard'],
  ]);
  await world.advance(30_000);
  t.deepEqual([...row.frames('lower'), ...row.frames('raise')], [0, 0, 0, 0, 0, 0]);
});

test('~Q5 at a recogniser: one QR read twice in 1 s is one attempt, judged within 1 s, and what is read in part is asked for again', async t => {
  const row = await LeasedRow.open(t);
  const {world} = row;
  const text = row.token();
  row.scanner.showCut(text, 30);
  await world.advance(1000);
  t.is(world.screen('C1'), 'Code not read / Show it again');
  await world.advance(3000);
  row.scanner.show(text, 2, 900);
  await world.advance(1000);
  t.is(row.verdict, 'ALLOW');
  await world.advance(5000);
  t.is(world.events('attempt.opened').length, 1);
  t.deepEqual(row.frames('lower'), [1, 0, 0]);
});

test('~X3 a collector of cards and a leased row in one daemon, each by its own policy', async t => {
  const row = await LeasedRow.open(t);
  const {world} = row;
  t.is(world.screen('C1'), 'Welcome / Show QR, key + #');
  t.is(world.screen('C3'), 'Welcome / Tap your card');
  const card = await world.office.cardFor(['A-001', 'C-004']);
  await world.tap('C1', card);
  await world.advance(8000);
  t.like(world.events('decision').at(-1)?.body, {result: 'DENY', reason: 'NOT_FOUND'});
  await world.tap('C3', card);
  await world.advance(4000);
  t.is(await row.scan(1, row.token()), 'ALLOW');
  await world.advance(4000);
  t.deepEqual(row.frames('lower', ['A-001', 'C-004']), [1, 1]);
});

test('~E36 who comes 20 min early is told how long it still is, and nothing moves until then', async t => {
  const row = await LeasedRow.open(t);
  const {world} = row;
  const from = Math.floor(world.clock.wallMs() / 1000) + 20 * 60;
  const text = row.token({fromSeconds: from, untilSeconds: from + HOUR_MS / 1000});
  t.is(await row.scan(1, text), 'NOT_YET_VALID');
  t.is(world.screen('C1'), 'Not valid yet / Opens in 20 min');
  await world.advance(20 * MINUTE_MS);
  t.is(await row.scan(1, text), 'ALLOW');
  t.deepEqual(row.frames('lower'), [1, 0, 0]);
});
