/*
 * A payment provider as the cloud sees it. Contract of every adaptor:
 *
 * - `key` is ours, made before the first call. The same key does the same thing once at the provider,
 *   however often it is called, and `fetch` finds it by that key.
 * - A call that throws, or that does not answer in time, says nothing: it may have been done. Only `fetch`
 *   tells. What a call or a callback claims is a nudge to fetch, never a reason to move money.
 * - Calls are made outside of database transactions.
 * - Amounts are whole fen of CNY. `merchant` is whose account at the provider it is about.
 */

export const PROVIDER_ACTS = [
  'authorize',
  'capture',
  'release',
  'charge',
  'refund',
  'pay_out',
] as const;
export type ProviderAct = (typeof PROVIDER_ACTS)[number];

/** What is asked of the provider. */
export interface ProviderOrder {
  readonly act: ProviderAct;
  readonly key: string;
  readonly merchant: string;
  /** For a release: 0. */
  readonly amountFen: number;
  /** Key of what it is about: the hold of a capture or release, the charge or capture of a refund. */
  readonly of: string | undefined;
  /** Who gets a pay-out; the provider knows his bank account. */
  readonly payee: string | undefined;
}

/** How an order of ours stands at the provider, as it says when it is fetched. */
export interface ProviderPicture {
  readonly key: string;
  readonly act: ProviderAct;
  /** The provider's own number. */
  readonly ref: string;
  readonly merchant: string;
  readonly amountFen: number;
  /** ISO 4217. */
  readonly currency: string;
  /** `pending`: waits for somebody. `succeeded`: money moved, or is set aside. `failed`: nothing did. */
  readonly state: 'pending' | 'succeeded' | 'failed';
  /** The day in whose settlement it is, `YYYY-MM-DD`; undefined until it succeeded. */
  readonly bookDay: string | undefined;
  /** When an authorization ends by itself. */
  readonly expiresWall: number | undefined;
  /** What the payer opens or scans. */
  readonly payLink: string | undefined;
  /** Why it failed, in the provider's words. */
  readonly why: string | undefined;
}

/** One movement of a day in a merchant's account. */
export interface SettlementLine {
  readonly key: string;
  readonly ref: string;
  readonly act: ProviderAct | 'fee';
  /** Above 0 it came in, below 0 it went out. */
  readonly amountFen: number;
  readonly currency: string;
}

export interface Settlement {
  readonly day: string;
  readonly lines: readonly SettlementLine[];
}

/** A callback whose signature is good: what it claims is not believed. */
export interface CallbackNote {
  /** The same on each delivery. */
  readonly eventId: string;
  /** When this delivery was signed. */
  readonly sentWall: number;
  readonly merchant: string;
  /** Our key. */
  readonly key: string;
  readonly amountFen: number;
  readonly currency: string;
}

export interface PaymentProvider {
  /** `[a-z0-9-]{1,32}`; stands in the path of its callbacks. */
  readonly name: string;
  /** Acts that this one does not know: a deposit is then a charge and a refund. */
  readonly unsupported: readonly ProviderAct[];
  /** Whose account a tenant's money goes to; undefined: it has none here. */
  merchantOf(tenant: string): string | undefined;
  /** Ask for it. What it answers is not looked at. @throws when it is not known whether it was done */
  order(order: ProviderOrder): Promise<void>;
  /** Undefined: it never heard of this key. @throws when it does not answer */
  fetch(merchant: string, key: string): Promise<ProviderPicture | undefined>;
  /** @throws when it does not answer, or the day is not closed yet */
  settlement(merchant: string, day: string): Promise<Settlement>;
  /** The callback, when it is signed by the provider and can be read. Pure; `rawBody` exactly as it came. */
  verify(
    headers: (name: string) => string | undefined,
    rawBody: Uint8Array,
  ): CallbackNote | undefined;
}
