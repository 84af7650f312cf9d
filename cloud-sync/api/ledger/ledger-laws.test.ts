import test from 'ava';
import fc from 'fast-check';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {CloudStore} from '../store/cloud-store.js';
import {runLedgerLaws} from './ledger-laws.js';

const clock = new VirtualClock({yieldTurn: () => Promise.resolve()});

async function run(seed: number, count: number, replayed: number) {
  const store = await CloudStore.open(':memory:');
  const bench = {clock, entropy: new SeededEntropy(1), dice: new SeededEntropy(seed)};
  try {
    return await runLedgerLaws(store, bench, {count, batch: 500, replayed});
  } finally {
    await store.close();
  }
}

test('100,000 random operations sum to zero, balances and holds agree with the lines, the chain is whole', async t => {
  const {moved, refused, ...laws} = await run(7, 100_000, 5000);
  t.true(moved > 30_000 && refused > 10_000, `${moved} moved, ${refused} refused`);
  t.true(laws.lowestFen >= 0);
  t.like(laws, {sumFen: 0, overtaken: 0, imbalances: [], chain: 'whole', isSameAfterReplay: true});
});

test('whatever is asked in whatever order, the same holds, and asking it again changes nothing', async t => {
  await fc.assert(
    fc.asyncProperty(fc.integer({min: 1, max: 2 ** 31}), fc.nat(150), async (seed, count) => {
      const {sumFen, lowestFen, overtaken, imbalances, chain, ...rest} = await run(
        seed,
        count,
        150,
      );
      t.true(sumFen === 0 && lowestFen >= 0 && overtaken === 0 && imbalances.length === 0);
      t.true(chain === 'whole' && rest.isSameAfterReplay);
    }),
    {numRuns: 15},
  );
});
