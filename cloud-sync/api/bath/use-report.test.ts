import test from 'ava';
import {DAY_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {leaseRig, START} from '../leases/lease-rig.js';
import {addBathReport} from './report-routes.js';
import type {ShowerReport} from './shower-report.js';
import {ShowerTable} from './shower-table.js';
import type {UseReport} from './use-report.js';

const NO_ORDERS = {ordersOf: () => []};

test('B18 a day of showers: the litres of each stall and account are the sums of their showers, the totals those of the rows, and a gap is shown', async t => {
  const {clock, store, sites, api, ask} = await leaseRig(t);
  addBathReport(api, {store, sites});
  const table = new ShowerTable(clock);
  const bob = {holder: 'bob', tenant: 'ten', site: 'bath-1', type: 'bath', state: 'settled'};
  const made = {data: '{}', created_wall: 1, changed_wall: 1};
  const showers: ShowerReport[] = Array.from({length: 40}, (_, no) => ({
    ...{gateway: 'gw-2', session: `s-${no}`, grant: `g-${no}`, stall: `S-${1 + (no % 2)}`},
    ...{phase: 'settled', end: 'stop', meteredMl: 31_007 + no, billedMl: 30_000 + no},
    ...{rinseMl: 1000, freeMl: 7, ranMs: 60_000, usedFen: 600, owedFen: 20, isGivenBack: false},
    quality: no === 3 ? 'estimated' : 'good',
    ...{openedWall: START + no * 10 * MINUTE_MS, atWall: START + no * 10 * MINUTE_MS + 60_000},
    ...{epochNo: 1, seq: 10 + no},
  }));
  await store.transaction(async tx => {
    await sites.bindGateway(tx, {tenant: 'ten', site: 'bath-1', gateway: 'gw-2'});
    await tx
      .insertInto('order_row')
      .values({id: 'o-bob', ...bob, ...made})
      .execute();
    const writer = {ordersOf: () => showers.map((_, no) => (no < 8 ? 'o-bob' : undefined))};
    await table.note(tx, showers, writer);
    const [last] = showers.slice(-1) as [ShowerReport];
    await table.note(tx, [{...last, seq: 9, billedMl: 1}], NO_ORDERS);
    const events = [8, 60].map(seq => ({
      ...{gw: 'gw-2', epoch_no: 1, seq, kind: 'boot', boot: 'b', mono: seq, clk: 'ok', body: '{}'},
      ...{wall: START + (seq === 8 ? 0 : DAY_MS), h: null, received_wall: START},
    }));
    await tx.insertInto('ev').values(events).execute();
    const gap = {gw: 'gw-2', epoch_no: 1, from_seq: 50, to_seq: 55, why: 'lost', marked_wall: 1};
    await tx.insertInto('gap').values(gap).execute();
  });
  const path = `/v1/bath/use?site=bath-1&fromMs=${START}&untilMs=${START + DAY_MS}`;
  const {body, status} = await ask<UseReport>('staff', 'GET', path);
  t.is(status, 200);
  const litres = (stall: string) =>
    showers.filter(one => one.stall === stall).reduce((sum, {meteredMl}) => sum + meteredMl, 0);
  for (const stall of ['S-1', 'S-2']) {
    const rows = body.rows.filter(row => row.stall === stall);
    t.is(
      rows.reduce((sum, {meteredMl}) => sum + meteredMl, 0),
      litres(stall),
      stall,
    );
  }
  for (const {meteredMl, billedMl, rinseMl, freeMl} of [...body.rows, body.totals]) {
    t.is(meteredMl, billedMl + rinseMl + freeMl);
  }
  t.like(body.totals, {showers: 40, usedFen: 24_000, owedFen: 800, estimated: 1, unsettled: 0});
  const his = body.rows.filter(({account}) => account === 'bob');
  t.is(
    his.reduce((sum, row) => sum + row.showers, 0),
    8,
  );
  t.deepEqual([...new Set(body.rows.map(({day}) => day))], ['2026-03-03']);
  t.like(body.gaps, [{gateway: 'gw-2', fromSeq: 50, toSeq: 55, why: 'lost', afterMs: START}]);
  const before = `/v1/bath/use?site=bath-1&fromMs=${START - DAY_MS}&untilMs=${START}`;
  t.deepEqual((await ask<UseReport>('staff', 'GET', before)).body.gaps, []);
  t.is((await ask('stranger', 'GET', path)).status, 404);
  t.is((await ask('ann', 'GET', path)).status, 403);
});
