import type {OnBays} from '../event-views.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';

/**
 * Tells followers of a site what became of its bays, in the transaction that stored it. Those of gateways
 * that serve no site are nobody's to follow. @see requirements P31
 */
export function tellingBays(changes: ChangeFeed): OnBays {
  return async (tx, bays) => {
    const gateways = [...new Set(bays.map(({place}) => place.gateway))];
    const sites = await sitesOf(tx, gateways);
    const told = bays.flatMap(({place, body}) => {
      const owner = sites.get(place.gateway);
      if (!owner) return [];
      const {bay: subjectId, arm, occupancy, online, saleable} = body;
      const data = {arm, occupancy, online, saleable, atMs: place.wall};
      return [{...owner, type: 'bay.changed', subject: 'bay', subjectId, data}];
    });
    if (told.length > 0) await changes.noteAll(tx, told);
  };
}

/** Rows of one question: far below what either database takes as parameters. */
const SLICE = 500;

async function sitesOf(
  tx: CloudTransaction,
  gateways: readonly string[],
): Promise<ReadonlyMap<string, {readonly tenant: string; readonly site: string}>> {
  const found = new Map<string, {tenant: string; site: string}>();
  for (let at = 0; at < gateways.length; at += SLICE) {
    const rows = await tx
      .selectFrom('site_gateway')
      .select(['gw', 'tenant', 'site'])
      .where('gw', 'in', gateways.slice(at, at + SLICE))
      .execute();
    for (const {gw, tenant, site} of rows) found.set(gw, {tenant, site});
  }
  return found;
}
