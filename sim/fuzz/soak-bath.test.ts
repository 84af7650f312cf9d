import test from 'ava';
import {soakBath} from './soak-bath.js';

test('a day of a bathhouse in which things break: water metered is billed or explained to the millilitre, holds, captures and releases sum to zero, and no code opens twice', async t => {
  const {findings, showers, rinses, faults, ...water} = await soakBath(
    {days: 1, showersPerDay: 60, seed: 3},
    () => {},
  );
  t.deepEqual(findings, []);
  t.true(showers >= 50, `${showers}`);
  t.true(rinses >= 1 && Object.keys(faults).length >= 5, JSON.stringify({rinses, faults}));
  t.is(water.meteredMl, water.billedMl + water.rinseMl + water.freeMl);
  t.true(water.billedMl > 1_000_000 && water.usedFen > 20_000, JSON.stringify(water));
  t.true(water.owedFen > 0, `${water.owedFen}`);
});
