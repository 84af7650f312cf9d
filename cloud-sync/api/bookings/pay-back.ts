import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {PayBack} from './booking-desk.js';

/** Without a provider that gives it back: told to who follows the changes; it stays the member's own. */
export function toldPayBack(changes: ChangeFeed): PayBack {
  return {
    payBack: (tx, tenant, payment, {amountFen, why}) =>
      changes.note(tx, {
        ...{tenant, site: null, type: 'payment.return_wanted'},
        ...{subject: 'payment', subjectId: payment, data: {amountFen, why}},
      }),
  };
}
