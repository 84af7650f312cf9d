import test from 'ava';
import {soakBath} from './soak-bath.js';

test('a day of a bathhouse in which things break: water metered is billed or explained to the millilitre, holds, captures and releases sum to zero, and no code opens twice', async t => {
  const {findings, showers, faults, ...water} = await soakBath(
    {days: 1, showersPerDay: 40, seed: 1},
    () => {},
  );
  t.deepEqual(findings, []);
  t.true(showers >= 35, `${showers}`);
  t.true(Object.keys(faults).length >= 3, JSON.stringify(faults));
  t.is(water.meteredMl, water.billedMl + water.rinseMl + water.freeMl);
  t.true(water.billedMl > 500_000 && water.usedFen > 10_000, JSON.stringify(water));
});
