import type {ContractBench} from './contract-bench.js';
import {type SiteConfigRow, SiteConfigTable} from './site-config-table.js';

const HASH = 'a'.repeat(64);

function version(ver: number): SiteConfigRow {
  const text = `site: {id: lot-1} # 第 ${ver} 版\n`;
  return {
    ver,
    sha: HASH,
    text,
    base: [HASH],
    removing: ver % 2 === 1,
    by: 'office',
    createdWall: ver,
  };
}

/** What every database of the cloud must do alike with site files. */
export function siteConfigContract({check, gateways}: ContractBench): void {
  const configs = new SiteConfigTable();

  check('the newest site file of a gateway counts, and twenty are kept', async (t, {store}) => {
    await store.transaction(tx => gateways.add(tx, ['gw-1', 'gw-2']));
    t.is(await store.read(db => configs.newest(db, 'gw-1')), undefined);
    for (let ver = 1; ver <= 25; ver += 1) {
      await store.transaction(tx => configs.add(tx, 'gw-1', version(ver)));
    }
    await store.transaction(tx => configs.add(tx, 'gw-2', version(7)));
    t.deepEqual(await store.read(db => configs.newest(db, 'gw-1')), version(25));
    const kept = await store.read(db => configs.versions(db, 'gw-1'));
    t.deepEqual(
      kept.map(({ver}) => ver),
      Array.from({length: 20}, (_, index) => 25 - index),
    );
    t.is((await store.read(db => configs.versions(db, 'gw-2'))).length, 1);
  });

  check('what a gateway says of its site file replaces what it said before', async (t, {store}) => {
    await store.transaction(tx => gateways.add(tx, ['gw-1']));
    t.is(await store.read(db => configs.held(db, 'gw-1')), undefined);
    const report = {
      ver: 1,
      sha: HASH,
      state: 'trial',
      held: HASH,
      why: null,
      problems: [],
    } as const;
    await store.read(db => configs.setHeld(db, 'gw-1', report, 5));
    t.deepEqual(await store.read(db => configs.held(db, 'gw-1')), {...report, reportedWall: 5});
    const refused = {...report, state: 'refused', why: 'problems', problems: ['一', '"']} as const;
    await store.read(db => configs.setHeld(db, 'gw-1', refused, 6));
    t.deepEqual(await store.read(db => configs.held(db, 'gw-1')), {...refused, reportedWall: 6});
  });
}
