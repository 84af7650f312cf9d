import test from 'ava';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {fuzzCloud} from '../fuzz/operations/fuzz-cloud.js';
import {PostgresServer} from './postgres.js';

/** Of each operation; the long form is `LATCHKEY_FUZZ_RUNS=200 npm run test:real`. */
const RUNS = Number(process.env.LATCHKEY_FUZZ_RUNS ?? 2);

test.serial(
  'PostgreSQL: every operation is done once, gives a documented answer and never 500',
  async t => {
    t.timeout(20 * 60_000);
    const server = await PostgresServer.start();
    t.teardown(() => server.stop());
    const clock = new SystemClock();
    const entropy = new SystemEntropy(clock);
    await fuzzCloud(t, {
      ...{clock, entropy, database: await server.database('fuzz'), runs: RUNS},
      seed: Math.floor(entropy.fraction() * 2 ** 31),
      settled: work => work,
      wait: ms => clock.sleep(ms),
    });
  },
);
