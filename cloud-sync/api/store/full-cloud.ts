import {CHAIN_START, chainHash} from '../../../protocols/cloud/chain.js';
import type {CloudStore} from './cloud-store.js';
import {type EpochRow, EventLedger, type StoredEvent} from './event-ledger.js';
import {GatewayTable} from './gateway-table.js';

const EPOCH = 'ab'.repeat(16);
const EVENTS = 1234;
/** What the gateway had lost for good. */
const LOST = {from: 500, to: 509, why: 'pruned'};

/** Fill a store with something of nearly everything, for tests of what handles whole clouds; gives how
 *  many rows each table then has. */
export async function fillCloud(store: CloudStore): Promise<Readonly<Record<string, number>>> {
  const gateways = new GatewayTable();
  const ledger = new EventLedger();
  const events = chain();
  const last = events.at(-1) as StoredEvent;
  await store.transaction(async tx => {
    await gateways.add(tx, ['gw-1', '车库']);
    await gateways.setSeen(tx, 'gw-1', {boot: 'b-1', firmware: '1.0', wallMs: 1_700_000_000_000});
    const start = {epoch: EPOCH, known: 0, knownHash: CHAIN_START, wallMs: 5};
    await ledger.addEpoch(tx, 'gw-1', start);
    const [epoch] = await store.events.lockEpochs(tx, [{gateway: 'gw-1', epoch: EPOCH}]);
    if (epoch) {
      const known = {known: last.seq, knownHash: last.hash, chained: last.seq};
      const row: EpochRow = {...epoch.row, ...known};
      await store.events.saveEpochs(tx, [{...epoch, row}]);
    }
    await store.events.insert(tx, [{gateway: 'gw-1', events}], 1_700_000_000_001);
    await ledger.addConflict(tx, 'gw-1', {...last, body: '{"other":"🚗"}'}, 9);
    await ledger.addGap(tx, 'gw-1', 1, LOST, 9);
    const grant = {gw: 'gw-1', section: 'grant', id: 'g-1', row: 'sealed', lease_until: null};
    await tx.insertInto('grant_row').values(grant).execute();
    const given = {gw: 'gw-1', issued_wall: 1, not_after_wall: 1_900_000_000_000};
    await tx
      .insertInto('certificate')
      .values({serial: 'c0ffee', ...given, seen_wall: 2})
      .execute();
    await tx.insertInto('revocation').values({gw: 'gw-1', id: 'g-2', ver: 1, wall: 3}).execute();
  });
  const rest = {ev_conflict: 1, gap: 1, grant_row: 1, revocation: 1, certificate: 1};
  return {gateway: 2, epoch: 1, ev: events.length, ...rest};
}

function chain(): readonly StoredEvent[] {
  const events: StoredEvent[] = [];
  let hash = CHAIN_START;
  for (let seq = 1; seq <= EVENTS; seq += 1) {
    const body = JSON.stringify({bay: `A-${seq % 24}`, note: seq % 3 ? null : '满'});
    hash = chainHash(hash, seq, body);
    if (seq >= LOST.from && seq <= LOST.to) continue;
    const at = {mono: seq * 1.5 + 0.1, wall: 1_700_000_000_000 + seq};
    events.push({epochNo: 1, seq, kind: 'bay', boot: 'b-1', ...at, clk: 'ok', body, hash});
  }
  return events;
}
