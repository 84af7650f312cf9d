import type {IntentRow} from './intent-rules.js';
import type {SettlementLine} from './provider-port.js';

export type DifferenceKind =
  /** The provider moved money that our books know nothing of. */
  | 'not_ours'
  /** Our books say that it moved, the provider's do not. */
  | 'not_theirs'
  | 'other_amount'
  /** The provider has it twice. */
  | 'twice'
  | 'other_currency';

export interface Difference {
  /** Our key, or the provider's number where it has none. */
  readonly subject: string;
  readonly kind: DifferenceKind;
  readonly oursFen: number;
  readonly theirsFen: number;
}

export interface ComparedDay {
  readonly oursFen: number;
  readonly theirsFen: number;
  /** Intents that both sides have alike. */
  readonly matched: readonly string[];
  /** What the provider took for its work; below 0. */
  readonly fees: readonly SettlementLine[];
  readonly differences: readonly Difference[];
}

/**
 * A day of the provider beside our books. `ours`: intents that our books have on that day, and all that
 * the lines name. Each line is held against the intent of its key; what remains on either side is told.
 */
export function compareDay(
  day: string,
  ours: readonly IntentRow[],
  lines: readonly SettlementLine[],
): ComparedDay {
  const byKey = new Map(ours.map(intent => [intent.id, intent]));
  const matched = new Set<string>();
  const seen = new Map<string, number>();
  const differences: Difference[] = [];
  const fees = lines.filter(({act}) => act === 'fee');
  for (const line of lines) {
    if (line.act === 'fee') continue;
    const count = (seen.get(line.key) ?? 0) + 1;
    seen.set(line.key, count);
    const intent = byKey.get(line.key);
    const oursFen = intent?.postedFen ?? 0;
    const theirsFen = line.currency === 'CNY' ? line.amountFen : 0;
    const isElsewhere = intent && intent.settledDay !== null && intent.settledDay !== day;
    if (count > 1 || isElsewhere) {
      const subject = count > 1 ? `${line.key}#${count}` : line.key;
      differences.push({subject, kind: 'twice', oursFen: 0, theirsFen});
      continue;
    }
    if (intent && oursFen === theirsFen && oursFen !== 0) {
      matched.add(intent.id);
      continue;
    }
    const kind = kindOf(line, oursFen);
    differences.push({subject: line.key, kind, oursFen, theirsFen});
  }
  for (const intent of ours) {
    if (intent.postedFen === 0 || seen.has(intent.id) || intent.bookDay !== day) continue;
    if (intent.settledDay !== null && intent.settledDay !== day) continue;
    const missing = {subject: intent.id, oursFen: intent.postedFen, theirsFen: 0};
    differences.push({...missing, kind: 'not_theirs'});
  }
  const matchedFen = ours
    .filter(({id}) => matched.has(id))
    .reduce((sum, {postedFen}) => sum + postedFen, 0);
  const feesFen = fees.reduce((sum, {amountFen}) => sum + amountFen, 0);
  const both = (side: 'oursFen' | 'theirsFen') =>
    differences.reduce((sum, difference) => sum + difference[side], matchedFen + feesFen);
  return {
    ...{oursFen: both('oursFen'), theirsFen: both('theirsFen')},
    ...{matched: [...matched], fees, differences},
  };
}

function kindOf(line: SettlementLine, oursFen: number): DifferenceKind {
  if (line.currency !== 'CNY') return 'other_currency';
  return oursFen === 0 ? 'not_ours' : 'other_amount';
}
