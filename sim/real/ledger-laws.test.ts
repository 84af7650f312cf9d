import test from 'ava';
import {runLedgerLaws} from '../../cloud-sync/api/ledger/ledger-laws.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {PostgresServer} from './postgres.js';

test('PostgreSQL: 3,000 random operations sum to zero, balances and holds agree with the lines, the chain is whole', async t => {
  const server = await PostgresServer.start();
  t.teardown(() => server.stop());
  t.timeout(170_000);
  const store = await CloudStore.open(await server.database('laws'));
  t.teardown(() => store.close());
  const bench = {clock: new VirtualClock({yieldTurn}), entropy: new SeededEntropy(1)};
  const size = {count: 3000, batch: 250, replayed: 200};
  const {moved, refused, ...laws} = await runLedgerLaws(
    store,
    {...bench, dice: new SeededEntropy(11)},
    size,
  );
  t.true(moved > 1000 && refused > 300, `${moved} moved, ${refused} refused`);
  t.true(laws.lowestFen >= 0);
  t.like(laws, {sumFen: 0, overtaken: 0, imbalances: [], chain: 'whole', isSameAfterReplay: true});
});
