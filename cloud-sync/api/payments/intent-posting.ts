import {InternalError} from '../../../protocols/base/errors.js';
import type {Ledger} from '../ledger/ledger.js';
import type {AccountName, MoneyMove} from '../ledger/money-move.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {IntentRow} from './intent-rules.js';

/** Money that is on its way out is held under this key until the provider has it, or not. */
export function holdKeyOf(intentId: string): string {
  return `pay/${intentId}/hold`;
}

/**
 * Post what a succeeded intent has moved, under one key: whoever comes first. Gives what the provider
 * has more (above 0) or less by it. @see ecosystem.md 3.8, table of postings
 */
export async function postSuccess(
  tx: CloudTransaction,
  ledger: Ledger,
  intent: IntentRow,
): Promise<number> {
  const {act, amountFen} = intent;
  const key = `pay/${intent.id}`;
  const account = intent.account as AccountName;
  switch (act) {
    case 'charge':
    case 'capture':
      await mustMove(tx, ledger, intent, {
        ...{move: 'transfer', key, from: 'house:clearing', to: [{account, amountFen}]},
        reason: intent.reason ?? act,
      });
      return amountFen;
    case 'refund':
    case 'pay_out':
      await mustMove(tx, ledger, intent, {
        ...{move: 'capture', key, hold: holdKeyOf(intent.id)},
        to: [{account: 'house:clearing', amountFen}],
      });
      return -amountFen;
    case 'authorize':
    case 'release':
      return 0;
  }
}

/** What was held for an intent that came to nothing is free again. */
export async function postFailure(
  tx: CloudTransaction,
  ledger: Ledger,
  intent: IntentRow,
): Promise<void> {
  if (intent.act !== 'refund' && intent.act !== 'pay_out') return;
  const hold = holdKeyOf(intent.id);
  await mustMove(tx, ledger, intent, {move: 'release', key: `${hold}/release`, hold});
}

async function mustMove(
  tx: CloudTransaction,
  ledger: Ledger,
  {id, tenant, orderId}: IntentRow,
  move: MoneyMove,
): Promise<void> {
  const why = await ledger.move(tx, tenant, move, {orderId});
  if (why === undefined) return;
  const text = `payment ${id}: the ledger refuses what the provider has done (${why})`;
  throw new InternalError('internal/payment', text, {payment: id, why});
}
