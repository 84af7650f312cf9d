import {sql} from 'kysely';
import type {CloudReader} from '../store/cloud-schema.js';

/** Something that cannot be when the ledger is right. */
export interface Imbalance {
  readonly kind: 'entry_not_zero' | 'balance_differs' | 'held_differs';
  /** Entry or account. */
  readonly subject: string;
  /** What is there, and what should be, in fen. */
  readonly foundFen: number;
  readonly expectedFen: number;
}

/** Enough to know that something is wrong. */
const MAX_FOUND = 100;

/**
 * Everything that must add up: the lines of each entry to zero, the lines of an account to its running
 * balance, its open holds to what is held. Each question is one statement, so that money that moves
 * meanwhile is seen whole or not at all.
 */
export async function imbalancesOf(db: CloudReader, tenant: string): Promise<readonly Imbalance[]> {
  const entries = await sql<Raw>`
    SELECT entry_id AS subject, SUM(amount_fen) AS found, 0 AS expected FROM ledger_line
    WHERE tenant = ${tenant} GROUP BY entry_id HAVING SUM(amount_fen) <> 0
    ORDER BY entry_id LIMIT ${MAX_FOUND}`.execute(db);
  const balances = await sql<Raw>`
    SELECT subject, SUM(found) AS found, SUM(expected) AS expected FROM (
      SELECT account AS subject, posted_fen AS found, 0 AS expected FROM ledger_balance
      WHERE tenant = ${tenant}
      UNION ALL
      SELECT account, 0, SUM(amount_fen) FROM ledger_line
      WHERE tenant = ${tenant} AND account NOT LIKE 'house:%' GROUP BY account
    ) AS both_sides GROUP BY subject HAVING SUM(found) <> SUM(expected)
    ORDER BY subject LIMIT ${MAX_FOUND}`.execute(db);
  const holds = await sql<Raw>`
    SELECT subject, SUM(found) AS found, SUM(expected) AS expected FROM (
      SELECT account AS subject, held_fen AS found, 0 AS expected FROM ledger_balance
      WHERE tenant = ${tenant}
      UNION ALL
      SELECT account, 0, SUM(amount_fen) FROM ledger_hold
      WHERE tenant = ${tenant} AND state = 'open' GROUP BY account
    ) AS both_sides GROUP BY subject HAVING SUM(found) <> SUM(expected)
    ORDER BY subject LIMIT ${MAX_FOUND}`.execute(db);
  return [
    ...entries.rows.map(row => imbalance('entry_not_zero', row)),
    ...balances.rows.map(row => imbalance('balance_differs', row)),
    ...holds.rows.map(row => imbalance('held_differs', row)),
  ];
}

interface Raw {
  readonly subject: string;
  /** PostgreSQL gives sums as text. */
  readonly found: number | string;
  readonly expected: number | string;
}

function imbalance(kind: Imbalance['kind'], {subject, found, expected}: Raw): Imbalance {
  return {kind, subject, foundFen: Number(found), expectedFen: Number(expected)};
}
