import {errorText} from '../../../protocols/base/errors.js';
import type {SyncLog} from '../../log.js';
import {Refusal} from '../http/refusals.js';
import type {BooksCheck} from './books-check.js';
import type {IntentRunner} from './intent-runner.js';
import type {PaymentProvider} from './provider-port.js';
import {type ReconcileParts, type ReconciliationReport, reconcileDay} from './reconcile.js';

export interface DailyReconcilerOptions extends ReconcileParts {
  readonly log: SyncLog;
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  readonly books: BooksCheck;
  readonly runner: IntentRunner;
}

export interface DayAsked {
  readonly tenant: string;
  readonly provider: string;
  readonly day: string;
  readonly by: string;
}

/** Who is written down where nobody asked. */
const BY_ITSELF = 'cloud';

/** Asks providers for their closed days and holds them against our books; what differs is raised. */
export class DailyReconciler {
  readonly #options: DailyReconcilerOptions;

  constructor(options: DailyReconcilerOptions) {
    this.#options = options;
  }

  /** @throws Refusal `unavailable` when the provider does not give the day */
  async reconcile({tenant, provider: name, day, by}: DayAsked): Promise<ReconciliationReport> {
    const {providers, store, payments, runner, books, log} = this.#options;
    const provider = providers.get(name);
    const merchant = provider?.merchantOf(tenant);
    if (!provider || merchant === undefined) throw new Refusal('not_found');
    const {lines} = await provider.settlement(merchant, day).catch(error => {
      log.warn('settlement.not_given', {provider: name, day, why: errorText(error)});
      throw new Refusal('unavailable', {detail: `${name} does not give the day`});
    });
    const key = {tenant, provider: name, day};
    const keys = [...new Set(lines.map(line => line.key))];
    // What the day shows and our books do not is fetched before it is called a difference.
    const booked = await store.read(db => payments.booked(db, key, keys));
    for (const {id, postedFen} of booked) if (postedFen === 0) await runner.look(id);
    const report = await reconcileDay(this.#options, key, {lines, by});
    await books.findings(tenant, day);
    return report;
  }

  /** The days that nobody has compared up to `day`, each provider's; what fails is tried in an hour. */
  async reconcileLast(day: string): Promise<void> {
    const {store, payments, providers, log} = this.#options;
    const tenants = await store.read(db => db.selectFrom('tenant').select('id').execute());
    for (const {id: tenant} of tenants) {
      const open = await store.read(db => payments.unsettled(db, tenant, day));
      for (const {provider, day: one} of open) {
        if (providers.get(provider)?.merchantOf(tenant) === undefined) continue;
        try {
          await this.reconcile({tenant, provider, day: one, by: BY_ITSELF});
        } catch (error) {
          log.warn('day.not_reconciled', {provider, day: one, why: errorText(error)});
        }
      }
    }
  }
}
