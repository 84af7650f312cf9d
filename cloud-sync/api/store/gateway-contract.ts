import type {KyselyPlugin} from 'kysely';
import {CertificateTable} from './certificate-table.js';
import type {ContractBench} from './contract-bench.js';
import {EventLedger} from './event-ledger.js';
import {FaultTable} from './fault-table.js';
import {GatewayOverview} from './gateway-overview.js';

const EPOCH = 'ab'.repeat(16);

/** The part of the contract that is about who gateways are and how they stand. */
export function gatewayContract(bench: ContractBench): void {
  certificates(bench);
  overview(bench);
}

function certificates({check}: ContractBench): void {
  const table = new CertificateTable();
  check('certificates are known by serial, seen once, revoked for good', async (t, {store}) => {
    const dates = {issuedWall: 5, notAfterWall: 9000};
    await store.transaction(async tx => {
      await table.add(tx, {serial: 'a1', gateway: 'gw-1', ...dates});
      await table.add(tx, {serial: 'a2', gateway: 'gw-1', ...dates, issuedWall: 6});
      await table.add(tx, {serial: 'a3', gateway: 'gw-1', ...dates, issuedWall: 7});
      await table.add(tx, {serial: 'b1', gateway: 'gw-2', ...dates});
    });
    await store.read(async db => {
      t.is(await table.get(db, 'a9'), undefined);
      t.deepEqual(await table.get(db, 'a1'), {
        ...{serial: 'a1', gateway: 'gw-1', ...dates},
        ...{seenWall: null, revokedWall: null, why: null},
      });
      t.deepEqual(
        [await table.wasGiven(db, 'gw-1'), await table.wasGiven(db, 'gw-3')],
        [true, false],
      );
    });
    const shown = ['a2', 'b1', 'a9'];
    const seen = () => store.transaction(async tx => [...(await table.markSeen(tx, shown, 7))]);
    t.deepEqual([(await seen()).toSorted(), await seen()], [['a2', 'b1'], []]);
    await store.transaction(tx => table.revokeOlder(tx, shown, {why: 'renewed', wallMs: 8}));
    await store.read(async db => {
      t.deepEqual(await table.revoked(db, 9000), [{serial: 'a1', revokedWall: 8}]);
      t.deepEqual(
        (await table.list(db, 'gw-1')).map(({serial}) => serial),
        ['a3', 'a2', 'a1'],
      );
    });
    const how = {why: 'lost', wallMs: 9};
    t.is(await store.transaction(tx => table.revoke(tx, 'gw-1', how)), 2);
    t.is((await store.read(db => table.get(db, 'a1')))?.why, 'renewed', 'the first reason stays');
  });
}

function overview({check, gateways}: ContractBench): void {
  check(
    '1000 gateways are shown with what is wrong with each by four questions',
    async (t, {store}) => {
      const names = Array.from(
        {length: 1000},
        (_, index) => `gw-${String(index).padStart(4, '0')}`,
      );
      const faults = new FaultTable();
      const ledger = new EventLedger();
      await store.transaction(async tx => {
        for (let at = 0; at < names.length; at += 200) {
          await gateways.add(tx, names.slice(at, at + 200));
        }
        await faults.raise(tx, 'gw-0007', {kind: 'b', wallMs: 2, detail: 'two'});
        await faults.raise(tx, 'gw-0007', {kind: 'a', wallMs: 1, detail: 'one'});
        const epoch = {epoch: EPOCH, known: 0, knownHash: null, wallMs: 5};
        await ledger.addEpoch(tx, 'gw-0008', epoch);
        await ledger.addGap(tx, 'gw-0008', 1, {from: 2, to: 3, why: 'lost'}, 9);
      });
      let questions = 0;
      const counting: KyselyPlugin = {
        transformQuery: ({node}) => {
          questions += 1;
          return node;
        },
        transformResult: ({result}) => Promise.resolve(result),
      };
      const asked = {tenant: 'demo', sites: undefined, unbound: true, after: undefined};
      const all = await store.read(db =>
        new GatewayOverview().some(db.withPlugin(counting), {...asked, limit: names.length}),
      );
      t.is(questions, 4);
      t.deepEqual(
        all.map(({row}) => row.gw),
        names,
      );
      const wrong = all.filter(one => one.faults.length + one.gaps.length + one.conflicts > 0);
      t.deepEqual(
        wrong.map(({row, faults: found, gaps, conflicts}) => [row.gw, found, gaps, conflicts]),
        [
          [
            'gw-0007',
            [
              {kind: 'a', raisedWall: 1, detail: 'one'},
              {kind: 'b', raisedWall: 2, detail: 'two'},
            ],
            [],
            0,
          ],
          ['gw-0008', [], [{epoch: EPOCH, from: 2, to: 3, why: 'lost'}], 0],
        ],
      );
    },
  );
}
