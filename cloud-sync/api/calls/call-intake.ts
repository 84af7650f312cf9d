import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {alarmRuleOf} from '../../../protocols/site/alarm-rules.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {SiteTable} from '../tenancy/site-table.js';
import type {CallReport, CallTable} from './call-table.js';

export interface CallIntakeOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sites: Pick<SiteTable, 'siteOf'>;
  readonly calls: Pick<CallTable, 'note'>;
}

/**
 * Keeps what gateways tell of calls, with the events that tell of it: `alarm`, which tell of every kind, with the end
 * of each. Events `call` are the log of the site. Everything else about a call happens in a transaction of its own:
 * gateways are locked first here.
 */
export class CallIntake {
  readonly #options: CallIntakeOptions;
  #onNoted: () => void = () => {};

  constructor(options: CallIntakeOptions) {
    this.#options = options;
  }

  /** `onNoted`: there is something to follow; its transaction may still be undone. */
  listen(onNoted: () => void): void {
    this.#onNoted = onNoted;
  }

  /** Of one gateway that serves no site nobody could be told. */
  async note(tx: CloudTransaction, reports: readonly CallReport[]): Promise<void> {
    const {clock, entropy, sites, calls} = this.#options;
    for (const report of reports) {
      const {escalates, type} = alarmRuleOf(report.kind);
      if (!escalates && type !== 'test') continue;
      const served = await sites.siteOf(tx, report.gateway);
      if (!served) continue;
      await calls.note(tx, report, {id: entropy.ulid(), ...served, wall: clock.wallMs()});
      this.#onNoted();
    }
  }
}
