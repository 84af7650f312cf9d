import {runLedgerLaws} from '../../cloud-sync/api/ledger/ledger-laws.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {PostgresServer} from '../real/postgres.js';

export interface SoakLedgerOptions {
  readonly operations: number;
  readonly seed: number;
  /** SQLite file or `postgres://` address of an empty one; left out: a PostgreSQL for this run alone. */
  readonly database: string | undefined;
}

const BATCH = 500;
const REPLAYED = 5000;

/** Random moves of money through the ledger on a database in earnest: what must add up, adds up. */
export async function soakLedger({operations, seed, database}: SoakLedgerOptions) {
  const server = database === undefined ? await PostgresServer.start() : undefined;
  const place = database ?? (await server?.database('soak')) ?? '';
  const store = await CloudStore.open(place);
  try {
    const bench = {clock: new VirtualClock({yieldTurn}), entropy: new SeededEntropy(seed)};
    const size = {count: operations, batch: BATCH, replayed: REPLAYED};
    const dice = new SeededEntropy(seed + 1);
    const laws = await runLedgerLaws(store, {...bench, dice}, size);
    const {moved, refused, sumFen, lowestFen, overtaken, chain} = laws;
    const findings = [
      ...laws.imbalances.map(one => `${one.kind} ${one.subject}: ${one.foundFen} fen`),
      ...(sumFen === 0 ? [] : [`all lines sum to ${sumFen} fen`]),
      ...(lowestFen >= 0 ? [] : [`somebody has ${lowestFen} fen`]),
      ...(overtaken === 0 ? [] : [`${overtaken} holds of which more was taken`]),
      ...(chain === 'whole' ? [] : ['the chain is broken']),
      ...(laws.isSameAfterReplay ? [] : ['asking again changed something']),
    ];
    return {
      db: store.isShared ? 'postgres' : 'sqlite',
      operations,
      moved,
      refused,
      sumFen,
      findings,
    };
  } finally {
    await store.close();
    await server?.stop();
  }
}
