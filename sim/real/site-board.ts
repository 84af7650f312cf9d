import type {ExecutionContext} from 'ava';
import type {Browser} from 'playwright-core';
import {STAFF} from '../../edge/page/fixture-lot.js';
import {memoryShelf} from '../../edge/page/fixture-shelf.js';
import {startPage} from '../../edge/page/page-server.js';
import {StaffDesk} from '../../edge/page/staff/staff-desk.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {stretchCode} from '../../edge/platform/stretch.js';
import {asId} from '../../protocols/site/ids.js';
import {type Board, type Screen, standBefore} from './board-rig.js';
import type {RealSite} from './real-site.js';

export interface SiteBoard extends Board {
  readonly desk: StaffDesk;
}

/** The page of a site that runs in earnest, and a fresh browser before it. */
export async function boardOf(
  t: ExecutionContext,
  browser: Browser,
  site: RealSite,
  screen?: Screen,
): Promise<SiteBoard> {
  const {clock, config, edge} = site;
  const desk = new StaffDesk({
    ...{staff: STAFF, store: memoryShelf(), clock, entropy: new SystemEntropy(clock)},
    ...{stretch: stretchCode, site: 'lot-1'},
  });
  const page = await startPage({
    ...{host: '127.0.0.1', port: 0, clock, token: 'real-token', desk},
    log: {info() {}, warn() {}},
    ...{view: edge.site, actions: edge.site},
    staff: config.staff.map(({id, ...rest}) => ({...rest, id: asId(id)})),
    language: config.site.language,
  });
  t.teardown(() => page.close());
  return {desk, ...(await standBefore(t, browser, page.url, screen))};
}
