import test from 'ava';
import {raceForBay} from '../scenarios/race-for-bay.js';
import {PostgresServer} from './postgres.js';

test.serial(
  '~P2 PostgreSQL: of eight bookings of one bay at one instant over two API workers exactly one wins',
  async t => {
    const server = await PostgresServer.start();
    t.teardown(() => server.stop());
    await raceForBay(t, await server.database('race'));
  },
);
