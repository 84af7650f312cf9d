import {errorText, StoreError} from '../../../protocols/base/errors.js';
import type {SyncLog} from '../../log.js';

/** Beyond this something is wrong that another try does not mend. */
const MAX_FAILURES = 100;

/** Of which use, and of which order, if any, it tells. */
interface PendingUse {
  readonly session: string;
  readonly order: string | null;
}

export interface PendingUses<Use extends PendingUse> {
  readonly log: SyncLog;
  /** The oldest that is to be told, but for these sessions. */
  readonly next: (except: readonly string[]) => Promise<Use | undefined>;
  /** Settles with the gateways whose rights changed by it. */
  readonly tell: (use: Use) => Promise<readonly string[]>;
  readonly onGateways: (gateways: readonly string[]) => void;
}

/** Tell orders of one use after the other. Gives how many; what fails waits for the next time and holds up
 *  no other. @throws StoreError when it is not this one use that the database refuses */
export async function tellPending<Use extends PendingUse>({
  log,
  next,
  tell,
  onGateways,
}: PendingUses<Use>): Promise<number> {
  const failed: string[] = [];
  for (let count = 0; failed.length < MAX_FAILURES; ) {
    const use = await next(failed);
    if (!use) return count;
    try {
      onGateways(await tell(use));
      count += 1;
    } catch (error) {
      if (error instanceof StoreError && error.code !== 'store/failed') throw error;
      log.error('order.use_not_told', {order: use.order, why: errorText(error)});
      failed.push(use.session);
    }
  }
  return 0;
}
