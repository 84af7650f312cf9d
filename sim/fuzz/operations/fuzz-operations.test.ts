import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {SeededEntropy} from '../../clock/seeded-entropy.js';
import {VirtualClock} from '../../clock/virtual-clock.js';
import {fuzzCloud} from './fuzz-cloud.js';

/** Of each operation; the long form is `LATCHKEY_FUZZ_RUNS=200 npm run test:real`. */
const RUNS = 2;
/** Tuesday, 3 March 2026. */
const NOW_WALL = 1_772_499_600_000;

/** What it waits for may be a thread, which takes its own time: then little passes here. */
async function settled<Result>(clock: VirtualClock, work: Promise<Result>): Promise<Result> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  for (let turns = 0; !isOver; turns += 1) {
    await new Promise(resolve => (turns < 50 ? setImmediate(resolve) : setTimeout(resolve, 1)));
    if (!isOver && turns >= 50) await clock.advance(50);
  }
  return over;
}

test('every operation is done once, and asked with what fits and what does not gives a documented answer and never 500', async t => {
  t.timeout(10 * 60_000);
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-fuzz-db-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const yieldTurn = () => new Promise<void>(resolve => setImmediate(resolve));
  const clock = new VirtualClock({yieldTurn, wallMs: NOW_WALL});
  await fuzzCloud(t, {
    ...{clock, entropy: new SeededEntropy(5), runs: RUNS, seed: 20},
    database: join(folder, 'cloud.db'),
    settled: work => settled(clock, work),
    wait: ms => clock.advance(ms),
  });
});
