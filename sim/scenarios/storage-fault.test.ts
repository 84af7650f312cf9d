import test from 'ava';
import {StoreError} from '../../protocols/base/errors.js';
import type {World} from '../world.js';
import {Guard} from './guard.js';
import {withWorld} from './with-world.js';

const SITE = {collectors: [{id: 'C1', bays: ['A-001']}]};

function full(): never {
  throw new StoreError('store/full', 'database or disk is full');
}

/** Until the returned function is called, the disk takes nothing of the lot. */
function fillDisk({edge}: World): () => void {
  const {lot} = edge.store;
  const {commit} = lot;
  lot.commit = full;
  return () => {
    lot.commit = commit;
  };
}

function post(world: World, path: string, body: object): Promise<Response> {
  const headers = {Host: '127.0.0.1', 'X-Latchkey-Token': world.pageToken};
  const request = {method: 'POST', headers, body: JSON.stringify(body)};
  return Promise.resolve(world.page.request(`http://127.0.0.1${path}`, request));
}

test('a series that met a full disk goes on, and ends in its call, once there is room', t =>
  withWorld(t, SITE, async world => {
    const card = await world.office.cardFor(['A-001']);
    world.site.lock('A-001').ail({deaf: 'acks'});
    await world.tap('C1', card);
    await world.advance(3000);
    const makeRoom = fillDisk(world);
    await world.advance(60_000);
    t.deepEqual(world.alarms(), []);
    t.is(world.edge.site.state().storage.state, 'fault');
    makeRoom();
    await world.advance(35_000);
    t.deepEqual(
      world.alarms().map(alarm => alarm.kind),
      ['UNLOCK_FAILED'],
    );
    t.is(world.edge.site.state().storage.state, 'ok');
  }));

test('a press that no disk took rings as soon as one does, with all its presses', t =>
  withWorld(t, SITE, async world => {
    const makeRoom = fillDisk(world);
    world.site.post('C1').press();
    await world.advance(1000);
    world.site.post('C1').press();
    await world.advance(10_000);
    makeRoom();
    await world.advance(10_000);
    t.like(world.alarms(), [{kind: 'EMERGENCY_BUTTON', count: 2}]);
  }));

test('a press rings at once, also behind something else that no disk took', t =>
  withWorld(t, SITE, async world => {
    await world.advance(2000);
    fillDisk(world);
    world.site.lock('A-001').ail({unplugged: true});
    const refused = () => world.logged.filter(line => line.event === 'lot.not-stored').length;
    await world.until(() => refused() > 0, 20_000);
    t.false(world.site.post('C1').buzzer);
    world.site.post('C1').press();
    await world.advance(1000);
    t.true(world.site.post('C1').buzzer);
    t.true(world.logged.some(line => line.event === 'alarm.call'));
  }));

test('EC-2 while no disk takes the call the sounder sounds and nobody is assured; stored, lamp and display assure the caller, and tell him by another word that somebody comes', t =>
  withWorld(t, SITE, async world => {
    await world.advance(2000);
    const post = world.site.post('C1');
    const resting = world.screen('C1');
    const makeRoom = fillDisk(world);
    post.press();
    await world.advance(5000);
    t.deepEqual([post.buzzer, post.lamp, world.screen('C1')], [true, false, resting]);
    makeRoom();
    await world.until(() => world.alarms().length > 0, 15_000);
    await world.advance(1000);
    t.deepEqual(
      [post.buzzer, post.lamp, world.screen('C1')],
      [true, true, 'Call sent / Please wait'],
    );
    const [call] = world.alarms();
    await new Guard(world).acknowledge(call?.id ?? '');
    await world.advance(1000);
    t.deepEqual([post.buzzer, post.lamp], [false, true]);
    t.regex(world.screen('C1'), /^Staff are coming/);
  }));

test('a car seen while an arm rises stops it, also while no disk takes anything', t =>
  withWorld(t, {collectors: [{id: 'C1', bays: ['A-001'], travelMs: 2000}]}, async world => {
    const lock = world.site.lock('A-001');
    const commands = () => lock.commands.map(({command}) => command);
    await world.tap('C1', await world.office.cardFor(['A-001']));
    const car = world.car();
    await world.clock.settle(car.enterWhenDown(world.site.bay('A-001'), {patienceMs: 10_000}));
    await world.advance(10_000);
    await world.clock.settle(car.leave());
    await world.until(() => commands().includes('raise'), 40_000);
    fillDisk(world);
    await world.advance(500);
    lock.ail({detector: 'stuck_present'});
    await world.until(() => commands().includes('stop'), 1000);
    await world.advance(30_000);
    t.is(commands().filter(command => command === 'raise').length, 1);
    t.not(lock.arm, 'up');
  }));

test('what no disk takes is tried ever more seldom, and a card is answered at once all the while', t =>
  withWorld(t, SITE, async world => {
    const card = await world.office.cardFor(['A-001']);
    const makeRoom = fillDisk(world);
    const refused = () => world.logged.filter(line => line.event === 'lot.not-stored').length;
    world.site.post('C1').press();
    await world.advance(10_000);
    t.true(refused() >= 4, String(refused()));
    const before = refused();
    await world.advance(600_000);
    const perMinute = (refused() - before) / 10;
    t.true(perMinute >= 5 && perMinute <= 20, `${perMinute} a minute`);
    await world.tap('C1', card);
    await world.advance(5000);
    const cards = world.logged.filter(line => JSON.stringify(line).includes('"input":"card"'));
    t.is(cards.length, 1, 'the card waits for nothing');
    t.is(world.site.lock('A-001').arm, 'up');
    makeRoom();
    await world.tap('C1', card);
    await world.advance(400);
    t.like(
      world.alarms(),
      [{kind: 'EMERGENCY_BUTTON'}],
      'with the first commit all that waited follows',
    );
  }));

test('a guard whose order or answer cannot be stored is told so at once', t =>
  withWorld(t, SITE, async world => {
    world.site.post('C1').press();
    await world.advance(1000);
    const [alarm] = world.alarms();
    fillDisk(world);
    const person = 'wang';
    const acked = await post(world, `/api/alarms/${alarm?.id}/acknowledge`, {person});
    t.like(await acked.json(), {result: 'NOT_STORED'});
    const opened = await post(world, '/api/bays/A-001/open', {person, reason: 'asked for'});
    t.like(await opened.json(), {result: {kind: 'failed', why: 'store/full'}});
    t.is(world.site.lock('A-001').arm, 'up');
  }));

test('a disk that cannot forget leaves the site running', t =>
  withWorld(t, SITE, async world => {
    world.edge.store.prune = full;
    await world.advance(5000);
    t.true(world.logged.some(line => line.event === 'site.housekeeping'));
    const card = await world.office.cardFor(['A-001']);
    await world.tap('C1', card);
    await world.advance(5000);
    t.is(world.site.lock('A-001').arm, 'down');
  }));

test('a disk that cannot be read leaves the page its bays', t =>
  withWorld(t, SITE, async world => {
    await world.advance(2000);
    world.edge.store.outbox.head = full;
    const [bay] = world.edge.site.state().bays;
    t.is(bay?.arm, 'up');
  }));

test('a backlog that cannot be read keeps nobody from trying the disk again', t =>
  withWorld(t, {...SITE, cloud: true}, async world => {
    await world.advance(2000);
    const {store} = world.edge;
    const {tend} = store;
    let tended = 0;
    store.tend = () => {
      tended += 1;
      tend.call(store);
    };
    store.outbox.head = full;
    await world.advance(5000);
    t.true(tended >= 4, `${tended} times in 5 s`);
  }));
