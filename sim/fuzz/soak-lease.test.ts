import test from 'ava';
import {soakLease} from './soak-lease.js';

test('four days of a leased lot of six bays, with all that goes wrong there: no arm rose under a car, no bay had two tenants, and at the end all is closed', async t => {
  const {findings, ...figures} = await soakLease({days: 4, posts: 2, baysEach: 3, seed: 2});
  t.deepEqual(findings, []);
  t.is(figures.failed, 0);
  // Days in which things happen: in these one tenant overstays until the next one is there.
  t.true(figures.stays > 40 && figures.overtime > 3, JSON.stringify(figures));
  t.true(figures.moved + figures.refunded > 0, JSON.stringify(figures));
});
