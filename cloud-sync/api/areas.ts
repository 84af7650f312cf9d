import {HOUR_MS} from '../../protocols/base/units.js';
import {assembleAccounts} from './accounts/assemble-accounts.js';
import {MemberTable} from './accounts/member-table.js';
import type {AreaBase, AreaOptions} from './area-base.js';
import {assembleCommands} from './assemble-commands.js';
import {assembleBath} from './bath/assemble-bath.js';
import {BathDebts} from './bath/bath-debts.js';
import {BathTable} from './bath/bath-table.js';
import {addBookingRoutes, assembleBookings, bookingMembers} from './bookings/assemble-bookings.js';
import {assembleCalls} from './calls/assemble-calls.js';
import {addCredentialRoutes, assembleCredentials} from './credentials/assemble-credentials.js';
import {assembleHolds} from './credentials/assemble-holds.js';
import type {Api} from './http/api.js';
import type {PersonSessions} from './http/callers.js';
import {addWebClient} from './http/web-client.js';
import {RequestWriter} from './http/write.js';
import {assembleLeases} from './leases/assemble-leases.js';
import {Ledger} from './ledger/ledger.js';
import {LedgerTable} from './ledger/ledger-table.js';
import {assembleOrders} from './orders/orders.js';
import {assembleMoney} from './payments/assemble-money.js';
import {assemblePlaces} from './places/assemble-places.js';
import {assembleStays} from './stays/assemble-stays.js';
import {AnswerTable} from './tenancy/answer-table.js';
import {assembleTenancy} from './tenancy/assemble-tenancy.js';
import {assembleWebhooks} from './webhooks/assemble-webhooks.js';

/** The areas of the interface behind the frame, put together. */
export interface Areas {
  /** People who logged in. */
  readonly persons: PersonSessions;
  /** Before anything is asked. @throws StoreError `store/vault-key` */
  begin(): Promise<void>;
  addRoutes(api: Api): void;
  /** Hourly. */
  chores(): Promise<void>;
  close(): Promise<void>;
}

const ANSWERS_KEPT_MS = 72 * HOUR_MS;

export function assembleAreas(options: AreaOptions): Areas {
  const {clock, entropy, store} = options;
  const answers = new AnswerTable();
  const base: AreaBase = {
    ...options,
    writer: new RequestWriter({clock, store, answers}),
    ledger: new Ledger({clock, entropy, table: new LedgerTable()}),
  };
  const {box, parts} = options;
  const {gateways, grants, orderUses: uses} = parts;
  const rights = assembleCredentials(base, {
    ...{box, gateways, grants, uses, cardKeys: options.cardKeys},
  });
  const holds = assembleHolds(base, parts.rightUses, rights);
  const commands = assembleCommands(base, parts);
  const orders = assembleOrders(base, parts, rights.issuer);
  const tenancy = assembleTenancy(base);
  const places = assemblePlaces(base);
  places.runner.start();
  const webhooks = assembleWebhooks(base);
  webhooks.start();
  const accounts = assembleAccounts(base, rights.issuer);
  const members = new MemberTable();
  const debts = new BathDebts(base.ledger, new BathTable());
  const money = assembleMoney(base, {members, orders, debts});
  const {calendar} = places;
  const stays = assembleStays(base, {orders, places});
  const bays = {orders, calendar, onBayKept: stays.onBayKept};
  const own = {members: bookingMembers(members), paying: money};
  const bookings = assembleBookings(base, {...bays, ...own});
  const leases = assembleLeases(base, {...bays, members: accounts.members});
  const bath = assembleBath(base, {orders, debts, rights, members: accounts.members});
  const calls = assembleCalls(base, accounts.vault);
  for (const part of [orders, holds, money, stays, calls]) part.start();
  return {
    persons: accounts.persons,
    begin: () => accounts.begin(),
    addRoutes: api => {
      for (const part of [accounts, commands]) part.addRoutes(api);
      addCredentialRoutes(api, base, {...rights, members});
      for (const part of [holds, tenancy, places, webhooks]) part.addRoutes(api);
      addBookingRoutes(api, base, bookings, orders);
      leases.addRoutes(api);
      stays.addRoutes(api, bookings.desk);
      for (const part of [money, bath, calls]) part.addRoutes(api);
      addWebClient(api, options.firstTenant);
    },
    chores: async () => {
      await places.chores();
      await money.chores();
      await webhooks.prune();
      await accounts.chores();
      await rights.chores();
      await holds.chores();
      await bookings.chores();
      await calls.chores();
      await store.read(db => answers.prune(db, clock.wallMs() - ANSWERS_KEPT_MS));
    },
    close: async () => {
      for (const part of [calls, webhooks, holds, stays, orders]) await part.stop();
      await places.runner.stop();
      await money.close();
    },
  };
}
