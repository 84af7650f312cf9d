import {UsageError} from '../../../protocols/base/errors.js';
import type {OrderWork} from '../orders/order-frame.js';
import type {AgreementRow, AgreementTable} from './agreement-table.js';
import type {LeaseCalendar} from './lease-desk.js';

/** What the steps of leases want of others. */
export function leaseWork({
  calendar,
  agreements,
  onBayKept,
}: {
  readonly calendar: Pick<LeaseCalendar, 'free' | 'move'>;
  readonly agreements: AgreementTable;
  readonly onBayKept: () => void;
}): OrderWork {
  return async (tx, order, name, data) => {
    switch (name) {
      case 'free_place':
        return calendar.free(tx, order.id);
      case 'bay_kept':
        return onBayKept();
      case 'keep_place': {
        const {fromMs, untilMs} = data as {fromMs: number; untilMs: number};
        await calendar.move(tx, order.id, fromMs, untilMs);
        return;
      }
      case 'agreement': {
        const {agreement, ...stands} = data as {agreement: string} & Pick<
          AgreementRow,
          'state' | 'consents'
        >;
        return agreements.settle(tx, agreement, stands);
      }
      default:
        throw new UsageError('order/work', `lease cannot do ${name}`);
    }
  };
}
