import test from 'ava';
import {soakLease} from './soak-lease.js';

test('a day of a leased lot of six bays, with all that goes wrong there: no arm rose under a car, no bay had two tenants, and at the end all is closed', async t => {
  const {findings, ...figures} = await soakLease({days: 1, posts: 2, baysEach: 3, seed: 3});
  t.deepEqual(findings, []);
  t.is(figures.failed, 0);
  // It is a day in which things happen.
  t.true(figures.stays > 8 && figures.raises > 8 && figures.refused > 3, JSON.stringify(figures));
});
