import type {AreaBase} from '../area-base.js';
import type {Api} from '../http/api.js';
import type {Orders} from '../orders/orders.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {addAgreements} from './agreement-routes.js';
import {AgreementTable} from './agreement-table.js';
import {type LeaseCalendar, LeaseDesk, type LeaseMembers} from './lease-desk.js';
import {leaseOrder} from './lease-order.js';
import {addLeases} from './lease-routes.js';
import {leaseWork} from './lease-work.js';

export interface LeaseSeams {
  readonly orders: Pick<Orders, 'frame' | 'orders'>;
  readonly calendar: LeaseCalendar;
  readonly members: LeaseMembers;
  /** The time of a lease is over and its car is still there; its transaction may still be undone. */
  readonly onBayKept: () => void;
}

export interface Leases {
  readonly desk: LeaseDesk;
  addRoutes(api: Api): void;
}

/** Agreements and leases, put together. */
export function assembleLeases(
  base: AreaBase,
  {orders, calendar, members, onBayKept}: LeaseSeams,
): Leases {
  const {clock, entropy, store, writer, sites, onGateways} = base;
  const agreements = new AgreementTable();
  const {frame} = orders;
  const desk = new LeaseDesk({
    ...{clock, entropy, frame, orders: orders.orders, sites, agreements, calendar, members},
  });
  frame.register(leaseOrder, leaseWork({calendar, agreements, onBayKept}));
  const audit = new AuditLog(clock, entropy);
  const wallMs = () => clock.wallMs();
  const shared = {
    store,
    writer,
    orders: orders.orders,
    agreements,
    desk,
    audit,
    wallMs,
    onGateways,
  };
  return {
    desk,
    addRoutes: api => {
      addAgreements(api, shared);
      addLeases(api, shared);
    },
  };
}
