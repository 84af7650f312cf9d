import type {Migration} from 'kysely';
import type {ColumnTypes} from './column-types.js';
import {createCloudTables} from './migrations/0001-cloud.js';
import {createSiteConfigTables} from './migrations/0002-site-config.js';
import {createIdentityTables} from './migrations/0003-identity.js';
import {createLateUseTable} from './migrations/0004-late-use.js';
import {addTombstoneEnd} from './migrations/0005-tombstone-end.js';
import {createOriginTable} from './migrations/0006-origin.js';
import {createTenancyTables} from './migrations/0007-tenancy.js';
import {createOrderTables} from './migrations/0008-orders.js';
import {createLedgerTables} from './migrations/0009-ledger.js';
import {createPlacesTables} from './migrations/0010-places.js';
import {createBookingTables} from './migrations/0011-bookings.js';
import {createPaymentTables} from './migrations/0012-payments.js';
import {createAccountTables} from './migrations/0013-accounts.js';
import {createLeaseTables} from './migrations/0014-leases.js';
import {createWebhookTables} from './migrations/0015-webhooks.js';
import {addLateUseCredential} from './migrations/0016-late-use-credential.js';
import {createCredentialTables} from './migrations/0017-credentials.js';
import {createRightUseTables} from './migrations/0018-right-uses.js';
import {addOrderPayments} from './migrations/0019-order-payments.js';
import {createNoticeTable} from './migrations/0020-notices.js';
import {createCommandTable} from './migrations/0021-commands.js';
import {addGrantBudget} from './migrations/0022-grant-budget.js';
import {addSettledDifferences} from './migrations/0023-settled-differences.js';
import {addFairShares} from './migrations/0024-fair-shares.js';
import {indexStays} from './migrations/0025-stays.js';
import {createShowerTable} from './migrations/0026-showers.js';
import {addGrantPlates} from './migrations/0027-grant-plates.js';
import {createCallTables} from './migrations/0028-calls.js';
import {addStoppedSales} from './migrations/0029-stopped-sales.js';
import {addBathChildren} from './migrations/0030-bath-children.js';

/** Applied in the order of their names, once each, all or nothing. Never edited after a release; a
 *  change is a new entry. */
export function cloudMigrations(types: ColumnTypes): Readonly<Record<string, Migration>> {
  return {
    '0001-cloud': {up: db => createCloudTables(db, types)},
    '0002-site-config': {up: db => createSiteConfigTables(db, types)},
    '0003-identity': {up: db => createIdentityTables(db, types)},
    '0004-late-use': {up: db => createLateUseTable(db, types)},
    '0005-tombstone-end': {up: db => addTombstoneEnd(db, types)},
    '0006-origin': {up: db => createOriginTable(db, types)},
    '0007-tenancy': {up: db => createTenancyTables(db, types)},
    '0008-orders': {up: db => createOrderTables(db, types)},
    '0009-ledger': {up: db => createLedgerTables(db, types)},
    '0010-places': {up: db => createPlacesTables(db, types)},
    '0011-bookings': {up: db => createBookingTables(db, types)},
    '0012-payments': {up: db => createPaymentTables(db, types)},
    '0013-accounts': {up: db => createAccountTables(db, types)},
    '0014-leases': {up: db => createLeaseTables(db, types)},
    '0015-webhooks': {up: db => createWebhookTables(db, types)},
    '0016-late-use-credential': {up: db => addLateUseCredential(db, types)},
    '0017-credentials': {up: db => createCredentialTables(db, types)},
    '0018-right-uses': {up: db => createRightUseTables(db, types)},
    '0019-order-payments': {up: db => addOrderPayments(db, types)},
    '0020-notices': {up: db => createNoticeTable(db, types)},
    '0021-commands': {up: db => createCommandTable(db, types)},
    '0022-grant-budget': {up: db => addGrantBudget(db, types)},
    '0023-settled-differences': {up: db => addSettledDifferences(db, types)},
    '0024-fair-shares': {up: db => addFairShares(db)},
    '0025-stays': {up: db => indexStays(db)},
    '0026-showers': {up: db => createShowerTable(db, types)},
    '0027-grant-plates': {up: db => addGrantPlates(db, types)},
    '0028-calls': {up: db => createCallTables(db, types)},
    '0029-stopped-sales': {up: db => addStoppedSales(db, types)},
    '0030-bath-children': {up: db => addBathChildren(db, types)},
  };
}
