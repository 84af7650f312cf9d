import {fromHex, toHex} from '../../../protocols/base/bytes.js';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {chainHashes} from '../../../protocols/cloud/chain.js';
import type {WireEvent} from '../../../protocols/cloud/up-messages.js';
import {storedRun} from '../event-chain.js';
import {correctedWalls} from '../event-times.js';
import type {CloudTransaction} from './cloud-schema.js';
import type {ContractBench} from './contract-bench.js';
import type {StoredEvent} from './event-ledger.js';
import {LateUseTable} from './late-use-table.js';

const EPOCH = 'ab'.repeat(16);
/** Bytes of every value, and a body that no printer would write twice the same way. */
const HASH = Uint8Array.from({length: 32}, (_, index) => index * 8);
const BODY = '{"note":"车位 A-012 \\u0000 \\"\\\\ {,}","n":1.50}';

const event = (seq: number, changes: Partial<StoredEvent> = {}): StoredEvent => ({
  ...{epochNo: 1, seq, kind: 'bay', boot: 'b-1', mono: 1234.5678, wall: 1_700_000_000_123},
  ...{clk: 'ok', body: BODY, hash: HASH},
  ...changes,
});

/** What every database must do alike with events. */
export function eventContract(bench: ContractBench): void {
  keptEvents(bench);
  appendedEvents(bench);
  doubtfulEvents(bench);
  timedEvents(bench);
  askedIds(bench);
}

async function begin(
  {gateways, ledger}: ContractBench,
  tx: CloudTransaction,
  gateway: string,
  epoch: string,
): Promise<void> {
  await gateways.add(tx, [gateway]);
  await ledger.addEpoch(tx, gateway, {epoch, known: 0, knownHash: HASH, wallMs: 1});
}

function keptEvents(bench: ContractBench): void {
  const {check, ledger} = bench;
  check('events come back byte for byte, in order, each once', async (t, {store}) => {
    const wild = event(3, {mono: 0.1 + 0.2, wall: 9_007_199_254_740_991, hash: null});
    await store.transaction(async tx => {
      await begin(bench, tx, 'gw-1', EPOCH);
      const runs = [{gateway: 'gw-1', events: [event(2), wild, event(1)]}];
      t.is(await store.events.insert(tx, runs, 77), 3);
      t.is(await store.events.insert(tx, [{gateway: 'gw-1', events: [event(2), event(4)]}], 78), 1);
    });
    const range = {gateway: 'gw-1', epochNo: 1, from: 1, to: 3};
    const rows = await store.read(db => ledger.range(db, range, 10));
    t.deepEqual(rows.map(plain), [event(1), event(2), wild].map(plain));
  });

  check(
    'the feed shows what has no gap below it, across epochs, from any cursor',
    async (t, {store}) => {
      const second = 'cd'.repeat(16);
      await store.transaction(async tx => {
        await begin(bench, tx, 'gw-1', EPOCH);
        await begin(bench, tx, 'gw-1', second);
        const later = [event(1, {epochNo: 2}), event(3, {epochNo: 2})];
        const runs = [{gateway: 'gw-1', events: [event(1), event(2), ...later]}];
        await store.events.insert(tx, runs, 7);
        const epochs = await store.events.lockEpochs(tx, [
          {gateway: 'gw-1', epoch: EPOCH},
          {gateway: 'gw-1', epoch: second},
          {gateway: 'gw-1', epoch: 'ef'.repeat(16)},
        ]);
        t.deepEqual(
          epochs.map(({row}) => row.no),
          [1, 2],
        );
        const known = [2, 1];
        const saved = epochs.map((epoch, index) => ({
          ...epoch,
          row: {...epoch.row, known: known[index] ?? 0, chained: 3, beyond: index ? 3 : null},
        }));
        await store.events.saveEpochs(tx, saved);
      });
      const feed = async (no: number, seq: number, limit = 10) => {
        const rows = await store.read(db => ledger.feed(db, 'gw-1', no, seq, limit));
        return rows.map(row => `${row.epoch.slice(0, 2)}${row.seq}`);
      };
      t.deepEqual(await feed(0, 0), ['ab1', 'ab2', 'cd1']);
      t.deepEqual(await feed(1, 1), ['ab2', 'cd1']);
      t.deepEqual(await feed(1, 2, 1), ['cd1']);
      const row = await store.read(db => ledger.epoch(db, 'gw-1', second));
      t.like(row, {no: 2, known: 1, chained: 3, beyond: 3, gapSinceWall: null});
      t.is(toHex(row?.knownHash ?? new Uint8Array()), toHex(HASH));
    },
  );
}

function appendedEvents(bench: ContractBench): void {
  const {check, ledger} = bench;
  check('a run is kept as it came, over every change of boot and clock', async (t, {store}) => {
    const ev = Array.from({length: 137}, (_, index): WireEvent => {
      const [boot, clk] = [index < 61 ? 'b-1' : 'b-2', index < 75 ? 'floor' : 'ok'] as const;
      const wall = (1_700_000_000_000 + index) as UnixMillis;
      return [index % 3 ? 'bay' : 'note', boot, index * 7, wall, clk, `${BODY} ${index}`];
    });
    const bodies = ev.map(([, , , , , body]) => body);
    const hashes = chainHashes(HASH, 2 ** 40, bodies);
    const run = {gateway: 'gw-1', epochNo: 1, from: 2 ** 40, ev, hashes};
    await store.transaction(async tx => {
      await begin(bench, tx, 'gw-1', EPOCH);
      t.is(await store.events.append(tx, [run], 77), 137);
      t.is(await store.events.append(tx, [{...run, gateway: 'gw-2'}], 78), 137);
      t.is(await store.events.append(tx, [{...run, from: 2 ** 40 + 100}], 79), 100);
    });
    const range = {gateway: 'gw-1', epochNo: 1, from: 2 ** 40, to: 2 ** 40 + 136};
    const rows = await store.read(db => ledger.range(db, range, 200));
    t.deepEqual(rows.map(plain), storedRun(run).map(plain));
  });
}

function doubtfulEvents(bench: ContractBench): void {
  const {check, ledger} = bench;
  check('an open gap is a fact for every worker, found by its age', async (t, use) => {
    await use.store.transaction(async tx => {
      await begin(bench, tx, 'gw-1', EPOCH);
      const [epoch] = await use.store.events.lockEpochs(tx, [{gateway: 'gw-1', epoch: EPOCH}]);
      if (!epoch) return;
      const row = {...epoch.row, known: 4, chained: 9, knownHash: null, gapSinceWall: 1000};
      await use.store.events.saveEpochs(tx, [{...epoch, row}]);
    });
    const other = await use.reopen();
    const gaps = (wallMs: number) =>
      other.read(db => ledger.gapsSince(db, ['gw-1', 'gw-2'], wallMs));
    t.deepEqual(await gaps(999), []);
    t.deepEqual(await gaps(1000), [{gateway: 'gw-1', from: 5}]);
  });

  check(
    'a claim on a taken number is kept beside it, once; a marked gap is replaced',
    async (t, {store}) => {
      const claim = event(1, {body: '{"other":true}', hash: null});
      await store.transaction(async tx => {
        await begin(bench, tx, 'gw-1', EPOCH);
        await store.events.insert(tx, [{gateway: 'gw-1', events: [event(1)]}], 7);
        await ledger.addConflict(tx, 'gw-1', claim, 8);
        await ledger.addConflict(tx, 'gw-1', claim, 9);
        await ledger.replace(tx, 'gw-1', event(1, {body: '[]', hash: fromHex('11'.repeat(32))}));
        await ledger.addGap(tx, 'gw-1', 1, {from: 2, to: 5, why: 'pruned'}, 9);
        await ledger.addGap(tx, 'gw-1', 1, {from: 2, to: 7, why: 'lost'}, 9);
      });
      await store.read(async db => {
        t.is(await ledger.conflicts(db, 'gw-1'), 1);
        t.is((await ledger.get(db, 'gw-1', 1, 1))?.body, '[]');
        t.deepEqual(await ledger.gaps(db, 'gw-1'), [{epoch: EPOCH, from: 2, to: 7, why: 'lost'}]);
      });
    },
  );

  check(
    'epochs of one gateway are numbered in turn; one that is there begins no second time',
    async (t, {store}) => {
      await store.transaction(async tx => {
        await begin(bench, tx, 'gw-1', EPOCH);
        await begin(bench, tx, 'gw-1', EPOCH);
        await begin(bench, tx, 'gw-1', 'cd'.repeat(16));
        await begin(bench, tx, 'gw-2', EPOCH);
      });
      await store.read(async db => {
        t.is((await ledger.epoch(db, 'gw-1', 'cd'.repeat(16)))?.no, 2);
        t.is((await ledger.epoch(db, 'gw-2', EPOCH))?.no, 1);
      });
    },
  );
}

/** Buffers and arrays of bytes alike. */
function plain(row: StoredEvent): object {
  return {...row, hash: row.hash && toHex(row.hash)};
}

function timedEvents(bench: ContractBench): void {
  const {check, ledger} = bench;
  check(
    'a lost clock is corrected by the next sure event of its boot alone',
    async (t, {store}) => {
      await store.transaction(async tx => {
        await begin(bench, tx, 'gw-1', EPOCH);
        const lost = {clk: 'floor', boot: 'B2', wall: 5};
        const events = [
          event(1, {clk: 'floor', boot: 'B1'}),
          event(2, {...lost, mono: 1000}),
          event(3, {...lost, mono: 4000}),
          event(4, {clk: 'ok', boot: 'B2', wall: 90_000, mono: 9000}),
        ];
        await store.events.insert(tx, [{gateway: 'gw-1', events}], 7);
        const epochs = await store.events.lockEpochs(tx, [{gateway: 'gw-1', epoch: EPOCH}]);
        const known = epochs.map(one => ({...one, row: {...one.row, known: 4}}));
        await store.events.saveEpochs(tx, known);
      });
      const walls = await store.read(async db => {
        const events = await ledger.feed(db, 'gw-1', 0, 0, 10);
        const corrected = await correctedWalls(db, ledger, 'gw-1', events);
        return events.map(one => corrected.get(one));
      });
      t.deepEqual(walls, [undefined, 82_000, 85_000, undefined]);
    },
  );

  check('a use after the revocation is kept once, one before it is none', async (t, {store}) => {
    const uses = new LateUseTable();
    const use = (seq: number, wall: number, clk: string, grant = 'g-1', credential?: string) => ({
      ...{gateway: 'gw-1', epochNo: 1, seq, grant, credential, bay: 'A-012', wall, clk},
    });
    await store.transaction(async tx => {
      await begin(bench, tx, 'gw-1', EPOCH);
      const revoked = {gw: 'gw-1', id: 'g-1', ver: 1, wall: 1000};
      const card = {...revoked, id: 'card-1', ver: 2, wall: 3000};
      await tx.insertInto('revocation').values([revoked, card]).execute();
      const note = (...noted: readonly ReturnType<typeof use>[]) =>
        uses.note(tx, noted, store.events);
      await note(use(1, 999, 'ok'), use(2, 1000, 'ok'), use(3, 5, 'floor'));
      await note(use(2, 1000, 'ok'), use(4, 2000, 'ok', 'g-2'));
      await note(
        use(5, 2999, 'ok', 'g-2', 'card-1'),
        use(6, 3000, 'ok', 'g-2', 'card-1'),
        use(7, 3000, 'ok', 'g-2', 'card-2'),
        use(8, 3000, 'ok', 'g-1', 'card-1'),
      );
    });
    const kept = await store.read(db => uses.of(db, 'gw-1'));
    t.deepEqual(
      kept.map(({seq, clk, credential, revokedWall}) => [seq, clk, credential, revokedWall]),
      [
        [8, 'ok', null, 1000],
        [6, 'ok', 'card-1', 3000],
        [3, 'floor', null, 1000],
        [2, 'ok', null, 1000],
      ],
    );
  });
}

function askedIds(bench: ContractBench): void {
  const {check} = bench;
  check(
    'what ids are asked for is answered in their order, twice where asked twice',
    async (t, use) => {
      const {store} = use;
      const id = (gateway: string, name: string) => ({gateway, id: name});
      await store.transaction(async tx => {
        await begin(bench, tx, 'gw-1', EPOCH);
        const revoked = {gw: 'gw-1', id: 'g-1', ver: 1, wall: 1000};
        await tx.insertInto('revocation').values(revoked).execute();
        const made = {created_wall: 1, changed_wall: 1};
        const row = {site: 's-1', type: 'stay', state: 'paid', holder: 'h-1', data: '{}'};
        const tenant = {id: 't-1', name: 'T', state: 'active', created_wall: 1};
        await tx.insertInto('tenant').values(tenant).execute();
        await tx
          .insertInto('order_row')
          .values({id: 'o-1', tenant: 't-1', ...row, ...made})
          .execute();
        const given = {gw: 'gw-1', grant_id: 'g-2', order_id: 'o-1', name: 'entry'};
        await tx.insertInto('order_grant').values(given).execute();
        const asked = [id('gw-1', 'g-2'), id('gw-1', 'g-1'), id('gw-2', 'g-1'), id('gw-1', 'g-1')];
        const walls = [undefined, 1000, undefined, 1000];
        t.deepEqual(await store.events.revokedAt(tx, asked), walls);
        const orders = ['o-1', undefined, undefined, undefined];
        t.deepEqual(await store.events.ordersOf(tx, asked), orders);
        t.deepEqual(await store.events.revokedAt(tx, []), []);
        t.deepEqual(await store.events.ordersOf(tx, []), []);
        t.deepEqual(await store.events.putBays(tx, []), []);
      });
    },
  );
}
