import {generateKeyPairSync} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import {imbalancesOf} from '../../cloud-sync/api/ledger/ledger-audit.js';
import type {AccountName} from '../../cloud-sync/api/ledger/money-move.js';
import {bookDayOf} from '../../cloud-sync/api/payments/book-day.js';
import type {PaymentProvider} from '../../cloud-sync/api/payments/provider-port.js';
import {WireProvider} from '../../cloud-sync/api/payments/wire-provider.js';
import {type Cloud, startCloud} from '../../cloud-sync/api/server.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import type {Clock} from '../../protocols/base/clock.js';
import {HOUR_MS, SECOND_MS} from '../../protocols/base/units.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {
  type PaymentFaults,
  type SimCallback,
  SimPaymentProvider,
} from '../services/payment-provider.js';
import {bookedLot, newLedger} from './booked-lot.js';

/** Tuesday, 3 March 2026, 09:00 in Shanghai. */
export const NINE = 1_772_499_600_000;

const SECRET = new Uint8Array(32).fill(5);
const SILENT = {debug() {}, info() {}, warn() {}, error() {}};
const {privateKey: signingKey} = generateKeyPairSync('ed25519');

export interface PaidOrder {
  readonly id: string;
  readonly state: string;
  readonly code?: string;
  readonly detail?: string;
  readonly booking: {
    readonly amountFen: number;
    readonly chargedFen: number;
    readonly refundedFen: number;
    readonly payment: string | null;
  };
}

/** A provider as a cloud sees it, and as the payers and the test do. */
export function simProvider(
  clock: Clock,
  {seed = 1, deliver}: {readonly seed?: number; deliver: (callback: SimCallback) => void},
): {readonly provider: SimPaymentProvider; readonly wire: PaymentProvider} {
  const provider = new SimPaymentProvider({
    ...{clock, entropy: new SeededEntropy(seed), secret: SECRET, dayOf: bookDayOf, deliver},
  });
  const wire = new WireProvider({
    ...{name: 'sim', secrets: [SECRET], merchants: new Map([['demo', 'm-1']])},
    post: (path, body) => provider.post(path, body),
  });
  return {provider, wire};
}

/** A lot whose members have no money in it: they pay each order by a provider. Without gateways. */
export async function paidLot(
  t: ExecutionContext,
  {seed = 1, faults}: {readonly seed?: number; readonly faults?: PaymentFaults} = {},
) {
  const clock = new VirtualClock({yieldTurn, wallMs: NINE});
  const bays = ['A-012', 'A-013'];
  const file = await bookedLot(t, {fromMs: NINE, bays, members: ['chen', 'wang'], purseFen: 0});
  // What reads beside the cloud is open before it: opening writes, and the cloud may be writing then.
  const store = await CloudStore.open(file);
  const taken: SimCallback[] = [];
  const delivering: Promise<unknown>[] = [];
  const callBack = async ({headers, body}: SimCallback) => {
    const url = 'http://cloud/v1/payments/callbacks/sim';
    const sent = {...headers, 'content-type': 'application/json'};
    return (await cloud.fetch(new Request(url, {method: 'POST', headers: sent, body}))).status;
  };
  const {provider, wire} = simProvider(clock, {
    seed,
    deliver: callback => {
      taken.push(callback);
      delivering.push(callBack(callback));
    },
  });
  if (faults) provider.faults = faults;
  const cloud = await startCloud({
    ...{clock, entropy: new SeededEntropy(seed + 7), log: SILENT, database: file, signingKey},
    ...{apiKey: 'office', tenant: 'demo', providers: [wire]},
  });
  t.teardown(async () => {
    await cloud.close();
    await store.close();
  });
  const asking = asker(cloud);
  const pass = async (forMs: number) => {
    await clock.advance(forMs);
    await Promise.all(delivering.splice(0));
  };
  return {
    ...{provider, taken, store, pass, callBack, ...asking, ...booksOf(store, provider)},
    /** Ask for the money of an order; gives the payment, which the payer has not paid yet. */
    charge: async (id: string) => {
      const path = `/v1/bookings/${id}/payments`;
      const {body} = await asking.ask<{payment: string}>('POST', path, {provider: 'sim'});
      await pass(SECOND_MS);
      return body.payment;
    },
  };
}

/** What people ask of the cloud. */
function asker({fetch}: Pick<Cloud, 'fetch'>) {
  let asked = 0;
  const ask = async <Body>(method: string, path: string, body?: object) => {
    asked += 1;
    const headers = {
      ...{authorization: 'Bearer office', 'idempotency-key': `i-${asked}`},
      'content-type': 'application/json',
    };
    const init = {method, headers, ...(body && {body: JSON.stringify(body)})};
    const response = await fetch(new Request(`http://cloud${path}`, init));
    return {status: response.status, body: (await response.json()) as Body};
  };
  return {
    ask,
    book: async (holder: string, change: object = {}) => {
      const hours = {fromMs: NINE + 3 * HOUR_MS, untilMs: NINE + 5 * HOUR_MS};
      const wish = {site: 'lot-1', point: 'A-012', plate: '粤B12345', holder, ...hours, ...change};
      const made = await ask<PaidOrder>('POST', '/v1/bookings', {pay: 'later', ...wish});
      return {status: made.status, ...made.body};
    },
    act: async (id: string, what: 'cancel' | 'dispute' | 'refund', body: object) => {
      const {status, body: order} = await ask<PaidOrder>('POST', `/v1/orders/${id}/${what}`, body);
      return {status, ...order};
    },
    order: async (id: string) => (await ask<PaidOrder>('GET', `/v1/orders/${id}`)).body,
    faults: async () => {
      const {body} = await ask<{faults: readonly object[]}>('GET', '/v1/ledger/faults');
      return body.faults;
    },
  };
}

/** The books of the cloud, read beside it, and those of the provider. */
function booksOf(store: CloudStore, provider: SimPaymentProvider) {
  return {
    money: async (account: AccountName) => {
      const {postedFen, heldFen} = await store.read(db => newLedger().balance(db, 'demo', account));
      return {postedFen, heldFen};
    },
    imbalances: () => store.read(db => imbalancesOf(db, 'demo')),
    /** What was told to those who follow the changes. */
    told: async () => {
      const rows = await store.read(db => db.selectFrom('change').select('type').execute());
      return rows.map(({type}) => type);
    },
    /** What the provider gave back of a payment. */
    backFen: (payment: string) =>
      provider.orders
        .filter(({act, of, state}) => act === 'refund' && of === payment && state === 'succeeded')
        .reduce((sum, {amountFen}) => sum + amountFen, 0),
  };
}
