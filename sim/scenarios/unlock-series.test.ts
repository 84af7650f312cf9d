import test from 'ava';
import type {World, WorldCollector} from '../world.js';
import {secondsSince} from './seconds-since.js';
import {withWorld} from './with-world.js';

const BAYS = ['A-011', 'A-012', 'A-013'];
const SITE: readonly WorldCollector[] = [
  {id: 'C1', bays: BAYS, travelMs: 1000},
  {id: 'C2', kind: 'smart', bays: ['B-017'], travelMs: 1000},
];
const LOCK_UNITS = 8;

/** Every command frame on any line, as line, unit and time: what locks could have heard. */
function commandFrames(world: World) {
  return [...world.site.lines].flatMap(([line, {log}]) =>
    log.entries
      .filter(({direction, bytes}) => direction === 'toDevices' && bytes[1] === 6)
      .map(({bytes, atMs}) => ({line, unit: bytes[0] ?? 0, atMs}))
      .filter(({unit}) => unit <= LOCK_UNITS),
  );
}

const statesOf = (world: World) => world.events('actuation').map(({body}) => body.state);

test('P14 a healthy lock gets exactly one lower frame, DOWN is seen, a session opens and no other address is commanded', async t => {
  await withWorld(t, {collectors: SITE}, async world => {
    const card = await world.office.cardFor(['A-012']);
    await world.tap('C1', card);
    await world.advance(2000);
    t.is(world.screen('C1'), 'A-012 open / Drive in');
    await world.advance(30_000);
    t.deepEqual(
      commandFrames(world).map(({line, unit}) => ({line, unit})),
      [{line: 'C1', unit: 2}],
    );
    t.is(world.site.commandTimes('A-012', 'lower').length, 1);
    const bay = world.edge.site.state().bays.find(one => one.id === 'A-012');
    t.is(bay?.arm, 'down');
    t.is(bay?.session, 'open_wait_car');
    const [session] = world.events('session');
    t.is(session?.body.phase, 'open_wait_car');
    t.is(session?.body.holder, card.credential.holder);
    t.deepEqual(statesOf(world), ['queued', 'sent', 'moving', 'confirmed']);
  });
});

test('P16 a deaf lock gets commands at 0,5,10,15,20,25 s and no seventh; one that obeys the 4th gets them at 0,5,10,15 s, tries 4; an obstacle ends the series at once', async t => {
  await withWorld(t, {collectors: SITE}, async world => {
    world.site.lock('A-012').ail({deaf: 'acks'});
    const deafMs = world.nowMs;
    await world.tap('C1', await world.office.cardFor(['A-012']));
    await world.advance(60_000);
    const deaf = commandFrames(world);
    t.deepEqual(
      secondsSince(
        deafMs,
        deaf.map(({atMs}) => atMs),
      ),
      [0, 5, 10, 15, 20, 25],
    );
    t.deepEqual([...new Set(deaf.map(({unit}) => unit))], [2]);
    t.is(statesOf(world).at(-1), 'failed');

    world.site.lock('A-013').ail({obeysNth: 4});
    const fourthMs = world.nowMs;
    await world.tap('C1', await world.office.cardFor(['A-013']));
    await world.advance(60_000);
    const frames = commandFrames(world).slice(deaf.length);
    t.deepEqual(
      secondsSince(
        fourthMs,
        frames.map(({atMs}) => atMs),
      ),
      [0, 5, 10, 15],
    );
    const last = world.events('actuation').at(-1)?.body;
    t.is(String(last?.bay), 'A-013');
    t.is(last?.state, 'confirmed');
    t.is(last?.tryNo, 4);
    t.is(world.site.lock('A-013').arm, 'down');

    world.site.lock('A-011').ail({obstacle: 'lower'});
    const blockedMs = world.nowMs;
    await world.tap('C1', await world.office.cardFor(['A-011']));
    await world.until(() => world.alarms().some(alarm => alarm.bay === 'A-011'), 3000);
    await world.advance(60_000);
    const heard = world.site.commandTimes('A-011', 'lower');
    t.deepEqual(secondsSince(blockedMs, heard), [0], 'a hard fault is never repeated');
  });
});

test('~P16 a lock that answers no command is commanded at 0,5,10,15,20,25 s, never sooner', async t => {
  await withWorld(t, {collectors: SITE}, async world => {
    world.site.lock('B-017').ail({deaf: 'silent'});
    const fromMs = world.nowMs;
    await world.tap('C2', await world.office.cardFor(['B-017']));
    await world.advance(60_000);
    const heard = world.site.commandTimes('B-017', 'lower');
    t.deepEqual(secondsSince(fromMs, heard), [0, 5, 10, 15, 20, 25]);
  });
});

test('~P16 a lock whose motor is broken gets at most one command before help is called', async t => {
  await withWorld(t, {collectors: SITE}, async world => {
    world.site.lock('A-013').ail({motorFault: true});
    await world.advance(2000);
    await world.tap('C1', await world.office.cardFor(['A-013']));
    await world.until(() => world.alarms().some(({kind}) => kind === 'UNLOCK_FAILED'), 5000);
    await world.advance(30_000);
    t.true(world.site.commandTimes('A-013', 'lower').length <= 1);
  });
});
