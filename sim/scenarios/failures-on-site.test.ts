import test from 'ava';
import Sqlite from 'better-sqlite3';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {StoreError} from '../../protocols/base/errors.js';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {withWorld} from './with-world.js';

/** Slow, so that 13 h of polling are few enough frames for a test. */
const SLOW_POLL_MS = 2000;
const OUTAGE_HOURS = 13;

// What users of other systems reported of a whole site. The sources stand in sim/README.md.

test('TB #1446: two writers beside a backup reader for 10 min, no SQLITE_BUSY surfaces, and an error enqueues no event', t =>
  withWorld(
    t,
    {
      cloud: true,
      collectors: [
        {id: 'C1', bays: ['A-001']},
        {id: 'C2', bays: ['B-001']},
      ],
    },
    async world => {
      const {store} = world.edge;
      const {lot} = store;
      const cards = {C1: await world.office.cardFor(['A-001']), C2: world.office.unknownCard()};
      // The reader keeps a snapshot open for as long as a slow backup would.
      const reader = new Sqlite(world.databasePath, {readonly: true, timeout: 0});
      t.teardown(() => reader.close());
      for (let minute = 0; minute < 10; minute += 1) {
        reader.exec('BEGIN');
        t.true(Number(reader.prepare('SELECT count(*) FROM ev').pluck().get()) > 0);
        await Promise.all([world.tap('C1', cards.C1), world.office.cardFor(['B-001'])]);
        await world.tap('C2', cards.C2);
        await world.advance(MINUTE_MS - 2 * SECOND_MS);
        reader.exec('COMMIT');
      }
      const told = world.logged.map(line => JSON.stringify(line));
      t.false(told.some(text => /SQLITE_BUSY|store\/locked|is locked/.test(text)));
      t.is(world.edge.site.state().storage.state, 'ok');

      // Now every commit fails. Were each error an event of its own, it would never end.
      const {commit} = lot;
      let tries = 0;
      lot.commit = () => {
        tries += 1;
        throw new StoreError('store/locked', 'database is locked');
      };
      const head = store.outbox.head();
      const triesIn = async (ms: number) => {
        const before = tries;
        await world.advance(ms);
        return tries - before;
      };
      await world.tap('C2', cards.C2);
      await world.advance(2 * MINUTE_MS);
      const [first, later] = [await triesIn(MINUTE_MS), await triesIn(MINUTE_MS)];
      t.is(store.outbox.head(), head);
      t.true(first > 0 && later <= first + 2, `${first} commits tried at first, then ${later}`);
      lot.commit = commit;
      await world.advance(MINUTE_MS);
      t.true(store.outbox.head() - head < 20);
      await world.until(() => world.cloud?.unsent() === 0);
    },
  ));

test('TB #2132: 13 h without a cloud and with two of three slaves dead: the third is asked as often as before, cards open, and the journal does not swell', t =>
  withWorld(
    t,
    {
      cloud: true,
      collectors: [{id: 'C1', bays: ['A-001', 'A-002', 'A-003'], pollMs: SLOW_POLL_MS}],
    },
    async world => {
      t.timeout(10 * MINUTE_MS);
      const {cloud, edge} = world;
      const asked = () =>
        world.site
          .line('C1')
          .log.framesTo(1)
          .filter(({atMs}) => atMs >= world.nowMs - MINUTE_MS).length;
      const validUntil = (world.clock.wallMs() + DAY_MS) as UnixMillis;
      const card = await world.office.cardFor(['A-001'], {validUntil});
      await world.advance(MINUTE_MS);
      const before = asked();
      world.site.lock('A-002').ail({unplugged: true});
      world.site.lock('A-003').ail({unplugged: true});
      cloud?.cut();
      await world.advance(MINUTE_MS);
      const head = edge.store.outbox.head();
      const dead = () => world.alarms().filter(({kind}) => kind === 'DEVICE_OFFLINE');
      for (let hour = 0; hour < OUTAGE_HOURS; hour += 1) {
        await world.advance(HOUR_MS);
        t.true(asked() >= 0.8 * before, `${asked()} times in a minute, ${before} before`);
      }
      t.is(dead().length, 2, 'told once each');
      const hourly = (edge.store.outbox.head() - head) / OUTAGE_HOURS;
      t.true(hourly < 20, `${hourly} events an hour from a dead line`);
      await world.tap('C1', card);
      await world.until(
        () => world.edge.site.state().bays.find(bay => bay.id === 'A-001')?.arm === 'down',
      );
      cloud?.restore();
      await world.until(() => cloud?.unsent() === 0, 5 * MINUTE_MS);
      t.is((await cloud?.events())?.length, edge.store.outbox.head());
      world.site.lock('A-002').ail({unplugged: false});
      await world.until(() => dead().length === 1, 5 * MINUTE_MS);
    },
  ));
