import {join} from 'node:path';
import test from 'ava';
import {freshFolder} from '../real/real-site.js';
import {raceForBay} from './race-for-bay.js';

test('~P2 SQLite: of eight bookings of one bay at one instant over two API workers exactly one wins', async t => {
  await raceForBay(t, join(freshFolder(t), 'cloud.db'));
});
