import type {CloudStore} from '../store/cloud-store.js';
import type {ContractBench} from '../store/contract-bench.js';
import {BathTable} from './bath-table.js';
import type {ShowerReport} from './shower-report.js';
import {ShowerTable} from './shower-table.js';

const AT = {tenant: 'ten', holder: 'h-1', site: 'lot-1', child: 0};
const TOLD: ShowerReport = {
  ...{gateway: 'gw-1', session: 's-1', grant: 'g-1', stall: 'S-1', phase: 'running', end: null},
  ...{meteredMl: 0, billedMl: 0, rinseMl: 0, freeMl: 0, ranMs: 0, usedFen: 0, owedFen: 0},
  ...{quality: 'good', isGivenBack: false, openedWall: 50, atWall: 50, epochNo: 1, seq: 4},
};
const ENDED: ShowerReport = {
  ...{...TOLD, phase: 'settled', end: 'stop', meteredMl: 20_350, billedMl: 20_000, freeMl: 350},
  ...{ranMs: 120_000, usedFen: 400, quality: 'estimated', openedWall: null, atWall: 200, seq: 9},
};

export interface BathBench extends Pick<ContractBench, 'check' | 'hasManyWriters'> {
  /** A tenant with two gateways. */
  readonly fill: (store: CloudStore) => Promise<void>;
}

/** Codes, debts and showers, on every database alike. */
export function bathContract({check, hasManyWriters, fill}: BathBench): void {
  check(
    'of two codes for one bath the second finds the first, a child has its own, and debts add up',
    async (t, use) => {
      await fill(use.store);
      const other = hasManyWriters ? await use.reopen() : use.store;
      const bath = new BathTable();
      const take = (store: CloudStore, order: string, child = 0) =>
        store.transaction(tx => bath.take(tx, {...AT, child}, order));
      const before = await Promise.all([take(use.store, 'o-1'), take(other, 'o-2')]);
      t.is(before.filter(one => one === undefined).length, 1);
      t.is(before.filter(one => one === 'o-1' || one === 'o-2').length, 1);
      t.is(await take(other, 'o-3', 1), undefined);
      t.is(await other.read(db => bath.current(db, {...AT, child: 1})), 'o-3');
      t.is(await take(use.store, 'o-4', 1), 'o-3');
      const owe = (store: CloudStore, fen: number) =>
        store.transaction(tx => bath.owe(tx, AT, fen));
      await Promise.all([owe(use.store, 30), owe(other, 12)]);
      t.is(await other.read(db => bath.debt(db, AT)), 42);
    },
  );
  check(
    'a shower is joined out of its words in whatever order they come, and told to its order once',
    async (t, {store}) => {
      await fill(store);
      let noted = 0;
      const showers = new ShowerTable({wallMs: () => 7} as never);
      showers.listen(() => {
        noted += 1;
      });
      await store.transaction(async tx => {
        const row = {site: 'lot-1', type: 'bath', state: 'running', holder: 'h-1', data: '{}'};
        const order = {...row, id: 'o-1', tenant: 'ten', created_wall: 1, changed_wall: 1};
        await tx.insertInto('order_row').values(order).execute();
      });
      const note = (report: ShowerReport, order: string | undefined) =>
        store.transaction(tx => showers.note(tx, [report], {ordersOf: () => [order]}));
      await note(ENDED, 'o-1');
      await note(TOLD, 'o-1');
      await note({...TOLD, session: 's-2'}, undefined);
      const whole = {...ENDED, openedWall: 50, order: 'o-1', receivedWall: 7};
      t.deepEqual(await store.read(db => showers.get(db, ENDED)), whole);
      t.is(noted, 1);
      const pending = await store.read(db => showers.firstPending(db, []));
      t.deepEqual(pending, whole);
      t.is(await store.read(db => showers.firstPending(db, ['s-1'])), undefined);
      await store.transaction(tx => showers.settle(tx, {...whole, seq: 8}));
      t.truthy(await store.read(db => showers.firstPending(db, [])), 'a newer word has come');
      await store.transaction(tx => showers.settle(tx, whole));
      t.is(await store.read(db => showers.firstPending(db, [])), undefined);
    },
  );
}
