import type {AreaBase} from '../area-base.js';
import type {Api} from '../http/api.js';
import {LedgerTable} from '../ledger/ledger-table.js';
import type {Orders} from '../orders/orders.js';
import type {CloudReader} from '../store/cloud-schema.js';
import {AuditLog} from '../tenancy/audit-log.js';
import type {BathDebts} from './bath-debts.js';
import {BathDesk, type BathMembers} from './bath-desk.js';
import {bathOrder} from './bath-order.js';
import {addBathCodes} from './bath-routes.js';
import {BathTable} from './bath-table.js';
import {bathWork} from './bath-work.js';
import {addBathReport} from './report-routes.js';
import {RightCodes} from './right-codes.js';
import {ShowerFeeder} from './shower-feeder.js';
import {StallGateways} from './stall-gateways.js';

export interface BathSeams {
  readonly orders: Pick<Orders, 'frame' | 'orders' | 'uses' | 'feedBy'>;
  readonly members: BathMembers;
  readonly rights: ConstructorParameters<typeof RightCodes>[0];
  readonly debts: BathDebts;
}

export interface Bath {
  addRoutes(api: Api): void;
}

/** Codes for showers, and what becomes of the showers that gateways tell of, put together. */
export function assembleBath(base: AreaBase, seams: BathSeams): Bath {
  const {clock, entropy, log, store, writer, sites, ledger, onGateways, presence, journals} = base;
  const {members, debts} = seams;
  const codes = new RightCodes(seams.rights);
  const {frame, orders, uses, feedBy} = seams.orders;
  const {gateways: rows, showers} = base.parts;
  const gateways = new StallGateways({gateways: rows, uses, presence, journals});
  const table = new BathTable();
  const desk = new BathDesk({
    ...{clock, entropy, frame, orders, ledger, sites, codes: table, debts, members, gateways},
    commands: base.parts.commandBook,
  });
  frame.register(bathOrder, bathWork({clock, entropy, orders, debts, gateways}));
  const feeder = new ShowerFeeder({log, store, showers, frame, desk, onGateways});
  showers.listen(feedBy(() => feeder.run()));
  const shared = {
    ...{store, writer, orders, desk, codes, onGateways, entries: new LedgerTable()},
    commandOf: (db: CloudReader, id: string) => base.parts.commandBook.table.get(db, id),
    onOrdered: () => base.parts.commands.wake(),
    audit: new AuditLog(clock, entropy),
  };
  return {
    addRoutes: api => {
      addBathCodes(api, shared);
      addBathReport(api, {store, sites});
    },
  };
}
