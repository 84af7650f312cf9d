import type {ExecutionContext} from 'ava';
import {HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import type {ContractBench, StoreUnderTest} from '../store/contract-bench.js';
import {SiteTable} from '../tenancy/site-table.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {StayTable} from './stay-table.js';

const NOON = 1_772_510_400_000;
const MIN = MINUTE_MS;
const BAYS = ['A-1', 'A-2', 'A-3', 'A-4'];

/** What shows that stays have ended, and that bays are not free, on every database alike. */
export function staysContract({check}: ContractBench): void {
  check('a stay has ended where its bay is barred again or another stays there, not before', ends);
  check('bays that are kept beyond their time, or by strangers, and who is due there', takenBays);
  check('orders whose time is over and whose money is held still are listed', waitingOrders);
}

async function ends(t: ExecutionContext, use: StoreUnderTest): Promise<void> {
  const lot = await makeLot(use);
  await lot.order('o-1', 'A-1', NOON - HOUR_MS, NOON + HOUR_MS);
  await lot.stay('s-1', {order: 'o-1', bay: 'A-1', phase: 'parked', seq: 10});
  await lot.bay('A-1', {occupancy: 'occupied', arm: 'down', seq: 11, wall: NOON - 30 * MIN});
  t.deepEqual(await lot.ended(), [], 'it stands there');
  await lot.bay('A-1', {occupancy: 'vacant', arm: 'down', seq: 20, wall: NOON - 20 * MIN});
  t.deepEqual(await lot.ended(), [], 'he may be out for lunch');
  await lot.bay('A-1', {occupancy: 'vacant', arm: 'up', seq: 21, wall: NOON - 9 * MIN});
  t.deepEqual(await lot.ended(), [], 'the word of it may be on its way');
  await lot.bay('A-1', {occupancy: 'vacant', arm: 'up', seq: 21, wall: NOON - 10 * MIN});
  const proof = {session: 's-1', order: 'o-1', endWall: NOON - 10 * MIN, proof: 'BARRED_AGAIN'};
  t.like((await lot.ended())[0], proof);
  await lot.known(20);
  t.deepEqual(await lot.ended(), [], 'something before it is missing');
  await lot.known(99);
  await lot.stay('s-1', {order: 'o-1', bay: 'A-1', phase: 'parked', seq: 30});
  t.deepEqual(await lot.ended(), [], 'he came back since');

  await lot.order('o-2', 'A-2', NOON - 3 * HOUR_MS, NOON - 15 * MIN);
  await lot.stay('s-2', {order: 'o-2', bay: 'A-2', phase: 'away', seq: 40});
  await lot.bay('A-2', {occupancy: 'vacant', arm: 'down', seq: 41, wall: NOON - HOUR_MS});
  const over = {session: 's-2', endWall: NOON - HOUR_MS, proof: 'TIME_OVER_AND_VACANT'};
  t.like((await lot.ended())[0], over);

  await lot.order('o-3', 'A-3', NOON - 3 * HOUR_MS, NOON - 2 * HOUR_MS);
  await lot.stay('s-3', {order: 'o-3', bay: 'A-3', phase: 'parked', seq: 50});
  await lot.order('o-4', 'A-3', NOON - 2 * HOUR_MS, NOON + HOUR_MS);
  const next = {order: 'o-4', bay: 'A-3', phase: 'parked', durationMs: 5 * MIN} as const;
  await lot.stay('s-4', {...next, seq: 60, atWall: NOON - 30 * MIN});
  const found = await lot.ended();
  t.like(
    found.find(({session}) => session === 's-3'),
    {endWall: NOON - 35 * MIN, proof: 'NEXT_STAY'},
  );
  t.is(found.length, 2);
  for (const stay of found) {
    t.true(await use.store.transaction(tx => lot.stays.presume(tx, stay)));
    t.false(await use.store.transaction(tx => lot.stays.presume(tx, stay)), 'once');
  }
  t.deepEqual(await lot.ended(), []);
}

async function takenBays(t: ExecutionContext, use: StoreUnderTest): Promise<void> {
  const lot = await makeLot(use);
  const taken = () => use.store.read(db => lot.stays.taken(db, NOON));
  const due = (point: string) => {
    const when = {nowWall: NOON, beforeWall: NOON + 15 * MIN};
    return use.store.read(db => lot.stays.dueAt(db, {site: 'lot-1', point}, when));
  };
  await lot.order('o-1', 'A-1', NOON - HOUR_MS, NOON);
  await lot.order('o-2', 'A-1', NOON + 15 * MIN, NOON + HOUR_MS);
  await lot.order('o-3', 'A-1', NOON + HOUR_MS, NOON + 2 * HOUR_MS);
  t.deepEqual(await taken(), []);
  await lot.stay('s-1', {order: 'o-1', bay: 'A-1', phase: 'parked', seq: 10});
  const kept = {tenant: 't-1', site: 'lot-1', point: 'A-1', why: 'OVERSTAY', order: 'o-1'};
  t.deepEqual(await taken(), [kept] as never);
  t.deepEqual(await due('A-1'), ['o-2']);
  await lot.stay('s-1', {order: 'o-1', bay: 'A-1', phase: 'closed', seq: 11});

  await lot.alarm('INTRUDER', 'A-2');
  t.deepEqual(await taken(), [], 'nobody is there');
  await lot.bay('A-2', {occupancy: 'occupied', arm: 'down', seq: 20, wall: NOON});
  t.like(await taken(), [{point: 'A-2', why: 'INTRUDER', order: null}]);
  await lot.order('o-4', 'A-2', NOON - HOUR_MS, NOON + HOUR_MS);
  t.deepEqual(await due('A-2'), ['o-4']);
  await lot.stay('s-4', {order: 'o-4', bay: 'A-2', phase: 'parked', seq: 30});
  t.deepEqual(await taken(), [], 'the stranger has left, and nobody closed the alarm');
  await lot.bay('A-3', {occupancy: 'vacant', arm: 'up', seq: 40, wall: NOON});
  t.deepEqual([...(await use.store.read(db => lot.stays.vacant(db, 'lot-1')))], ['A-3']);
}

async function waitingOrders(t: ExecutionContext, use: StoreUnderTest): Promise<void> {
  const lot = await makeLot(use);
  await lot.order('o-1', 'A-1', NOON - 3 * HOUR_MS, NOON - 2 * HOUR_MS);
  await lot.order('o-2', 'A-2', NOON - HOUR_MS, NOON);
  await lot.order('o-3', 'A-3', NOON - 3 * HOUR_MS, NOON - 2 * HOUR_MS, 'settled');
  await lot.bay('A-1', {occupancy: 'vacant', arm: 'up', seq: 5, wall: NOON});
  const query = {tenant: 't-1', beforeWall: NOON - HOUR_MS, after: '', limit: 9};
  const waiting = await use.store.read(db => lot.stays.waiting(db, query));
  t.like(waiting, [{id: 'o-1', point: 'A-1', occupancy: 'vacant', state: 'running'}]);
  const elsewhere = {...query, sites: ['lot-2']};
  t.deepEqual(await use.store.read(db => lot.stays.waiting(db, elsewhere)), []);
}

async function makeLot({store}: StoreUnderTest) {
  const sites = new SiteTable();
  const stays = new StayTable();
  await store.transaction(async tx => {
    await new TenantTable().add(tx, {id: 't-1', name: '一', createdWall: 1});
    await sites.add(tx, {
      ...{id: 'lot-1', tenant: 't-1', name: 'Lot 1', kind: 'public', zone: 'Asia/Shanghai'},
      ...{address: '', latE7: null, lngE7: null, createdWall: 1},
    });
    await sites.bindGateway(tx, {tenant: 't-1', site: 'lot-1', gateway: 'gw-1'});
    for (const id of BAYS) {
      await sites.addPoint(tx, 't-1', {
        ...{site: 'lot-1', id, kind: 'bay', parent: null, gateway: 'gw-1', guidance: ''},
        ...{capacity: 1, saleState: 'open', owner: null},
      });
    }
    await tx.insertInto('gateway').values({gw: 'gw-1', cfg_hash: ''}).execute();
    const epoch = {epoch: 'e', known: 99, known_h: null, chained: 99, started_wall: 1};
    await tx
      .insertInto('epoch')
      .values({
        gw: 'gw-1',
        no: 1,
        ...epoch,
        beyond: null,
        gap_since_wall: null,
        gap_asked_wall: null,
      })
      .execute();
  });
  return {stays, ended: () => store.read(db => stays.ended(db, NOON)), ...writing(store)};
}

interface ToldStay {
  readonly order: string;
  readonly bay: string;
  readonly phase: string;
  readonly seq: number;
  readonly atWall?: number;
  readonly durationMs?: number;
}

/** Rows as gateways and orders would leave them. */
function writing(store: StoreUnderTest['store']) {
  return {
    known: (known: number) =>
      store.read(db => db.updateTable('epoch').set({known}).where('gw', '=', 'gw-1').execute()),
    order: (id: string, point: string, fromWall: number, untilWall: number, state = 'running') =>
      store.transaction(async tx => {
        const row = {id, tenant: 't-1', site: 'lot-1', type: 'booking', state, holder: 'm'};
        const times = {created_wall: 1, changed_wall: 1};
        await tx
          .insertInto('order_row')
          .values({...row, data: '{}', ...times})
          .execute();
        const slot = {site: 'lot-1', point, from_wall: fromWall, until_wall: untilWall};
        await tx
          .insertInto('bay_slot')
          .values({order_id: id, ...slot})
          .execute();
      }),
    stay: (session: string, told: ToldStay) =>
      store.read(async db => {
        const {order: order_id, bay: point, phase, seq, durationMs = 0, atWall = NOON} = told;
        const said = {phase, close_cause: null, duration_ms: durationMs, at_wall: atWall};
        const row = {...said, epoch_no: 1, seq, pending: 0};
        await db
          .insertInto('order_use')
          .values({gw: 'gw-1', session, order_id, point, ...row})
          .onConflict(clash => clash.columns(['gw', 'session']).doUpdateSet(row))
          .execute();
      }),
    bay: (bay: string, told: {occupancy: string; arm: string; seq: number; wall: number}) =>
      store.read(async db => {
        const {occupancy, arm, seq, wall: changed_wall} = told;
        const row = {occupancy, arm, online: 1, saleable: 1, epoch_no: 1, seq, changed_wall};
        await db
          .insertInto('bay')
          .values({gw: 'gw-1', bay, ...row})
          .onConflict(clash => clash.columns(['gw', 'bay']).doUpdateSet(row))
          .execute();
      }),
    alarm: (kind: string, bay: string) =>
      store.read(async db => {
        const row = {alarm: `${kind}-${bay}`, kind, state: 'notified', bay, collector: null};
        const rest = {count: 1, contact: null, person: null, note: null};
        await db
          .insertInto('alarm')
          .values({gw: 'gw-1', ...row, ...rest, epoch_no: 1, seq: 1, changed_wall: NOON})
          .execute();
      }),
  };
}
