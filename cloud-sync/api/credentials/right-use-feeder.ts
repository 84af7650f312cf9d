import {errorText, StoreError} from '../../../protocols/base/errors.js';
import type {SyncLog} from '../../log.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {CredentialTable} from './credential-table.js';
import type {HoldDesk} from './hold-desk.js';
import type {RightTable} from './right-table.js';
import type {RightUse, RightUseTable} from './right-use-table.js';
import type {RightsDesk} from './rights-desk.js';
import type {CredentialFacts} from './shown-credential.js';

export interface RightUseFeederOptions {
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly uses: RightUseTable;
  readonly rights: RightTable;
  readonly credentials: CredentialTable;
  readonly desk: RightsDesk;
  readonly holds: HoldDesk;
  readonly onGateways: (gateways: readonly string[]) => void;
}

const AT_ONCE = 50;

/** Draws from each use what follows for the right: once, whichever worker does it. */
export class RightUseFeeder {
  readonly #options: RightUseFeederOptions;

  constructor(options: RightUseFeederOptions) {
    this.#options = options;
  }

  /** Gives how many. What fails waits for the next time. */
  async run(): Promise<number> {
    const {store, uses, log, onGateways} = this.#options;
    for (let count = 0; ; ) {
      const found = await store.read(db => uses.pending(db, AT_ONCE));
      let failures = 0;
      for (const use of found) {
        try {
          onGateways(await store.transaction(tx => this.#judge(tx, use)));
          count += 1;
        } catch (error) {
          if (error instanceof StoreError && error.code !== 'store/failed') throw error;
          log.error('right.use_not_judged', {id: use.id, why: errorText(error)});
          failures += 1;
        }
      }
      if (found.length < AT_ONCE || failures > 0) return count;
    }
  }

  async #judge(tx: CloudTransaction, use: RightUse): Promise<readonly string[]> {
    const {uses} = this.#options;
    if (!(await uses.take(tx, use))) return [];
    return use.section === 'grant' ? this.#consume(tx, use) : this.#judgeShown(tx, use);
  }

  async #consume(tx: CloudTransaction, {id}: RightUse): Promise<readonly string[]> {
    const {rights, desk} = this.#options;
    const right = await rights.lockById(tx, id);
    return right ? desk.setState(tx, right, 'consumed') : [];
  }

  async #judgeShown(tx: CloudTransaction, use: RightUse): Promise<readonly string[]> {
    const {rights, credentials, desk, holds} = this.#options;
    const [shown] = await credentials.some(tx, [use.id]);
    if (!shown) return [];
    // The grant first: whoever changes a grant changes its credentials after it.
    const right = shown.grant === null ? undefined : await rights.lockById(tx, shown.grant);
    const credential = await credentials.lock(tx, use.id);
    if (!credential) return [];
    if (!isGoodOnce(credential.facts)) return holds.judge(tx, credential, use);
    // A code for a shower is good again where no water came: its order says when it is used up.
    return right?.kind === 'shower' ? [] : desk.consume(tx, credential);
  }
}

function isGoodOnce(facts: CredentialFacts): boolean {
  if (facts.kind === 'qr') return facts.isOneUse;
  return facts.kind === 'code' && facts.uses === 'one';
}
