import type {OnMisparked} from '../event-views.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';

/** Tells whose car stands in a bay that is not his, under the order that gave him another. @see requirements E25 */
export function tellingMisparked(changes: ChangeFeed): OnMisparked {
  return async (tx, cars) => {
    for (const {gateway, grant, bay, rightBay} of cars) {
      const order = await tx
        .selectFrom('order_grant as g')
        .innerJoin('order_row as o', 'o.id', 'g.order_id')
        .select(['o.id', 'o.tenant', 'o.site', 'o.type'])
        .where('g.gw', '=', gateway)
        .where('g.grant_id', '=', grant)
        .executeTakeFirst();
      if (!order) continue;
      const {id: subjectId, tenant, site, type} = order;
      const about = {subject: 'order', subjectId, data: {bay, rightBay}};
      await changes.note(tx, {tenant, site, type: `${type}.misparked`, ...about});
    }
  };
}
