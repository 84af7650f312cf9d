/** What the provider of the simulation knows of one order. */
export interface SimOrder {
  readonly key: string;
  readonly act: string;
  readonly ref: string;
  readonly merchant: string;
  readonly amountFen: number;
  readonly currency: string;
  readonly of: string | undefined;
  state: 'pending' | 'succeeded' | 'failed';
  bookDay: string | undefined;
  expiresWall: number | undefined;
  why: string | undefined;
}

/** How much an order changes its merchant's account: above 0 it comes in. */
export function movedFen({act, amountFen, state}: SimOrder): number {
  if (state !== 'succeeded') return 0;
  if (act === 'charge' || act === 'capture') return amountFen;
  return act === 'refund' || act === 'pay_out' ? -amountFen : 0;
}

/** Why an order cannot be done; undefined: it can. The rules of every provider that we know. */
export function refusalOf(order: SimOrder, all: ReadonlyMap<string, SimOrder>): string | undefined {
  const {act, amountFen, of} = order;
  if (act === 'charge' || act === 'authorize' || act === 'pay_out') return undefined;
  const first = of === undefined ? undefined : all.get(of);
  if (first?.state !== 'succeeded' || first.merchant !== order.merchant) return 'NO_SUCH_ORDER';
  const others = [...all.values()].filter(
    other => other.of === of && other.key !== order.key && other.state !== 'failed',
  );
  if (act === 'refund') {
    const backFen = others
      .filter(other => other.act === 'refund')
      .reduce((sum, other) => sum + other.amountFen, 0);
    return backFen + amountFen > first.amountFen ? 'OVER_REFUND' : undefined;
  }
  if (first.act !== 'authorize' || others.length > 0) return 'HOLD_OVER';
  return amountFen > first.amountFen ? 'OVER_HOLD' : undefined;
}
