import {sql} from 'kysely';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import type {CloudStore} from '../store/cloud-store.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {Ledger} from './ledger.js';
import {type Imbalance, imbalancesOf} from './ledger-audit.js';
import {type ChainCheck, LedgerChain} from './ledger-chain.js';
import {LedgerTable} from './ledger-table.js';
import type {MoneyMove} from './money-move.js';
import {RandomMoves} from './random-moves.js';

export interface LawReport {
  readonly moved: number;
  readonly refused: number;
  /** Of all lines of the tenant. */
  readonly sumFen: number;
  /** The lowest that anybody who may not owe could spend. */
  readonly lowestFen: number;
  /** Holds of which more was taken than held. */
  readonly overtaken: number;
  readonly imbalances: readonly Imbalance[];
  readonly chain: ChainCheck['kind'];
  /** Did asking everything again change anything? */
  readonly isSameAfterReplay: boolean;
}

export interface LawBench {
  readonly clock: Clock;
  /** Ids; what is asked comes from `dice`. */
  readonly entropy: Entropy;
  readonly dice: Entropy;
}

const TENANT = 'laws';

/** Ask `count` random moves of one ledger, many in a transaction, then some again; and see what holds. */
export async function runLedgerLaws(
  store: CloudStore,
  {clock, entropy, dice}: LawBench,
  {count, batch, replayed}: {readonly count: number; readonly batch: number; replayed: number},
): Promise<LawReport> {
  await store.read(db => new TenantTable().add(db, {id: TENANT, name: 'T', createdWall: 1}));
  const ledger = new Ledger({clock, entropy, table: new LedgerTable()});
  const chain = new LedgerChain(store);
  const random = new RandomMoves(dice);
  const all = Array.from({length: count}, () => random.next());
  const ask = async (moves: readonly MoneyMove[]) => {
    let refused = 0;
    for (let from = 0; from < moves.length; from += batch) {
      refused += await store.transaction(async tx => {
        let no = 0;
        for (const move of moves.slice(from, from + batch)) {
          if ((await ledger.move(tx, TENANT, move, {orderId: null})) !== undefined) no += 1;
        }
        return no;
      });
    }
    return refused;
  };
  const refused = await ask(all);
  await chain.seal();
  const before = await stateOf(store);
  // What was refused for want of money may be done later; what was done may not be done again.
  await ask(await done(store, random.asked.slice(-replayed)));
  await chain.seal();
  const after = await stateOf(store);
  const {sumFen, lowestFen, overtaken} = after;
  return {
    ...{moved: count - refused, refused, sumFen, lowestFen, overtaken},
    imbalances: await store.read(db => imbalancesOf(db, TENANT)),
    chain: (await chain.verify(TENANT)).kind,
    isSameAfterReplay: JSON.stringify(before) === JSON.stringify(after),
  };
}

async function done(store: CloudStore, asked: readonly MoneyMove[]): Promise<readonly MoneyMove[]> {
  const rows = await store.read(db => db.selectFrom('ledger_entry').select('key').execute());
  const keys = new Set(rows.map(({key}) => key));
  return asked.filter(({key}) => keys.has(key));
}

function stateOf(store: CloudStore) {
  return store.read(async db => {
    const sum = await sql<{fen: number | string; lines: number}>`
      SELECT SUM(amount_fen) AS fen, COUNT(*) AS lines FROM ledger_line`.execute(db);
    const lowest = await sql<{fen: number}>`
      SELECT MIN(posted_fen - held_fen) AS fen FROM ledger_balance
      WHERE account NOT LIKE 'lender:%'`.execute(db);
    const over = await sql<{key: string}>`
      SELECT h.key FROM ledger_hold h JOIN ledger_entry e
        ON e.tenant = h.tenant AND e.of_key = h.key AND e.kind = 'capture'
      JOIN ledger_line l ON l.entry_id = e.id AND l.n = 0
      WHERE -l.amount_fen > h.amount_fen OR h.state <> 'captured'`.execute(db);
    const rows = await db
      .selectFrom('ledger_balance')
      .selectAll()
      .orderBy('tenant')
      .orderBy('account')
      .execute();
    return {
      ...{sumFen: Number(sum.rows[0]?.fen ?? 0), lines: Number(sum.rows[0]?.lines ?? 0)},
      ...{lowestFen: Number(lowest.rows[0]?.fen ?? 0), overtaken: over.rows.length, rows},
    };
  });
}
