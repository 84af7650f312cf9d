import type {Clock} from '../../../protocols/base/clock.js';
import {InternalError} from '../../../protocols/base/errors.js';
import type {Ledger} from '../ledger/ledger.js';
import type {AccountName} from '../ledger/money-move.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {IntentRow} from './intent-rules.js';
import type {PaymentTable} from './payment-table.js';
import type {SettlementLine} from './provider-port.js';
import type {
  DayKey,
  ReconciliationItem,
  ReconciliationRow,
  ReconciliationTable,
} from './reconciliation-table.js';
import {type ComparedDay, compareDay, type Difference} from './settlement-rules.js';

export interface ReconcileParts {
  readonly clock: Clock;
  readonly store: CloudStore;
  readonly ledger: Ledger;
  readonly payments: PaymentTable;
  readonly reconciliations: ReconciliationTable;
}

export interface ReconciliationReport {
  readonly run: ReconciliationRow;
  readonly items: readonly ReconciliationItem[];
}

/**
 * Hold a day of a provider against our books: what both have is marked, fees are booked, and each
 * difference goes from clearing to suspense, so that clearing says what the provider says. Done again it
 * moves only what has changed since. @see ecosystem.md 3.8, requirements P28
 */
export function reconcileDay(
  parts: ReconcileParts,
  key: DayKey,
  {lines, by}: {readonly lines: readonly SettlementLine[]; readonly by: string},
): Promise<ReconciliationReport> {
  const {store, clock, payments, reconciliations} = parts;
  return store.transaction(async tx => {
    const before = await reconciliations.lock(tx, key, clock.wallMs());
    const keys = [...new Set(lines.map(line => line.key))];
    const compared = compareDay(key.day, await payments.booked(tx, key, keys), lines);
    await payments.setSettled(tx, compared.matched, key.day);
    await bookFees(tx, parts, key, compared.fees);
    const ver = before.ver + 1;
    await bookDifferences(tx, parts, key, compared, ver);
    const items = await reconciliations.items(tx, key);
    const isOpen = items.some(({state}) => state === 'open');
    const run: ReconciliationRow = {
      ...{...key, state: isOpen ? 'differs' : 'balanced', ver, by, atWall: clock.wallMs()},
      ...{oursFen: compared.oursFen, theirsFen: compared.theirsFen},
      matched: compared.matched.length,
    };
    await reconciliations.save(tx, run);
    return {run, items: items.filter(({state}) => state !== 'gone')};
  });
}

/**
 * A person has found out what a difference was: what stands in suspense for it goes where it belongs
 * (`account`), and nothing is waiting any more. `unknown` when no such difference is open; `NOT_FINAL`
 * while the payment may still be booked by itself, or a dispute about it is open.
 */
export async function settleDifference(
  tx: CloudTransaction,
  parts: ReconcileParts,
  key: DayKey,
  {subject, account, reason}: {subject: string; account: AccountName; reason: string},
): Promise<'settled' | 'unknown' | 'LOW_BALANCE' | 'NOT_FINAL'> {
  const {reconciliations, clock, payments} = parts;
  await reconciliations.lock(tx, key, clock.wallMs());
  const items = await reconciliations.items(tx, key);
  const item = items.find(one => one.subject === subject && one.state === 'open');
  if (!item) return 'unknown';
  const intent = await payments.get(tx, subject.replace(/#\d+$/, ''));
  if (intent?.tenant === key.tenant && !isFinal(intent)) return 'NOT_FINAL';
  const ver = item.ver + 1;
  const {suspenseFen, settledFen} = item;
  const why = await shift(tx, parts, key, {
    ...{key: `${keyOf(key)}/${subject}/settled/${ver}`, byFen: suspenseFen - settledFen, reason},
    ...{from: 'house:suspense', to: account},
  });
  if (why !== undefined) return 'LOW_BALANCE';
  await reconciliations.putItem(tx, {
    ...{...item, state: 'settled', reason, ver, settledFen: suspenseFen},
  });
  const isOpen = items.some(one => one !== item && one.state === 'open');
  const run = await reconciliations.get(tx, key);
  if (run && !isOpen) await reconciliations.save(tx, {...run, state: 'balanced'});
  return 'settled';
}

async function bookFees(
  tx: CloudTransaction,
  parts: ReconcileParts,
  key: DayKey,
  fees: readonly SettlementLine[],
): Promise<void> {
  for (const {ref, amountFen} of fees) {
    await mustShift(tx, parts, key, {
      ...{key: `fee/${key.provider}/${key.day}/${ref}`, byFen: amountFen, reason: 'provider fee'},
      ...{from: 'house:clearing', to: 'house:fees'},
    });
  }
}

async function bookDifferences(
  tx: CloudTransaction,
  parts: ReconcileParts,
  key: DayKey,
  {differences}: ComparedDay,
  ver: number,
): Promise<void> {
  const {reconciliations} = parts;
  const known = new Map(
    (await reconciliations.items(tx, key)).map(item => [item.subject, item] as const),
  );
  for (const difference of differences) {
    const before = known.get(difference.subject);
    known.delete(difference.subject);
    await bookDifference(tx, parts, key, {difference, before, ver});
  }
  for (const before of known.values()) {
    if (before.state === 'gone') continue;
    const gone = {subject: before.subject, kind: before.kind, oursFen: 0, theirsFen: 0};
    await bookDifference(tx, parts, key, {difference: gone, before, ver});
  }
}

async function bookDifference(
  tx: CloudTransaction,
  parts: ReconcileParts,
  key: DayKey,
  {
    difference,
    before,
    ver,
  }: {difference: Difference; before: ReconciliationItem | undefined; ver: number},
): Promise<void> {
  const {subject, kind, oursFen, theirsFen} = difference;
  const suspenseFen = theirsFen - oursFen;
  const settledFen = before?.settledFen ?? 0;
  const byFen = suspenseFen - (before?.suspenseFen ?? 0);
  await mustShift(tx, parts, key, {
    ...{key: `${keyOf(key)}/${subject}/${ver}`, byFen, reason: `reconciliation: ${kind}`},
    ...{from: 'house:clearing', to: 'house:suspense'},
  });
  // What a person settled and what is found later are not the same: somebody has to look again.
  const isSame =
    suspenseFen === settledFen &&
    (settledFen !== 0 || (byFen === 0 && before?.state === 'settled'));
  const isGone = suspenseFen === 0 && settledFen === 0 && kindIsGone(difference);
  const state = isSame ? 'settled' : isGone ? 'gone' : 'open';
  await parts.reconciliations.putItem(tx, {
    ...{...key, subject, kind, oursFen, theirsFen, suspenseFen, settledFen, state},
    ...{reason: isSame ? (before?.reason ?? null) : null, ver},
  });
}

/** A line in a foreign currency is no fen of ours, and somebody has to look at it all the same. */
function kindIsGone({kind, oursFen, theirsFen}: Difference): boolean {
  return kind !== 'other_currency' && oursFen === theirsFen;
}

/** Nothing moves by it any more unless a person says so. */
function isFinal({state, outcome}: IntentRow): boolean {
  return state === 'succeeded' || state === 'failed' || outcome !== null;
}

interface Shift {
  readonly key: string;
  readonly from: AccountName;
  readonly to: AccountName;
  /** Below 0 it goes the other way; 0: nothing is written. */
  readonly byFen: number;
  readonly reason: string;
}

function shift(
  tx: CloudTransaction,
  {ledger}: ReconcileParts,
  {tenant}: DayKey,
  {key, from, to, byFen, reason}: Shift,
) {
  if (byFen === 0) return Promise.resolve(undefined);
  const [giver, taker] = byFen > 0 ? [from, to] : [to, from];
  const shares = [{account: taker, amountFen: Math.abs(byFen)}];
  const move = {move: 'transfer' as const, key, from: giver, to: shares, reason};
  return ledger.move(tx, tenant, move, {orderId: null});
}

async function mustShift(
  tx: CloudTransaction,
  parts: ReconcileParts,
  key: DayKey,
  wanted: Shift,
): Promise<void> {
  const why = await shift(tx, parts, key, wanted);
  if (why === undefined) return;
  const text = `the ledger refuses ${wanted.key} (${why})`;
  throw new InternalError('internal/payment', text, {key: wanted.key, why});
}

function keyOf({provider, day}: DayKey): string {
  return `reconcile/${provider}/${day}`;
}
