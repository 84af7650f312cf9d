import {doClash} from '../../../protocols/site/openings.js';
import type {SiteZone} from '../../../protocols/site/zone.js';
import type {PointRow, SiteRow} from '../tenancy/site-table.js';
import type {ListingRow} from './listing-table.js';

export type ListingFault = 'unknown_bay' | 'lot_suspended' | 'not_owner' | 'window_clash';

/** A bay, or a vehicle that is let from one. */
const LENT: ReadonlySet<PointRow['kind']> = new Set(['bay', 'stall', 'vehicle']);

/**
 * May this be offered? The point must be its lender's; a bay of the lot itself has no owner. One bay is
 * offered once at each instant, but for a lease beside hours: the calendar gives it to one of them.
 * @see requirements P1
 */
export function listingFault(
  listing: Pick<ListingRow, 'offer' | 'lender' | 'openings'> & {readonly id?: string},
  {
    site,
    point,
    live,
    zone,
  }: {
    readonly site: SiteRow;
    readonly point: PointRow | undefined;
    /** What is offered of the point already. */
    readonly live: readonly ListingRow[];
    readonly zone: SiteZone;
  },
): ListingFault | undefined {
  if (!point || !LENT.has(point.kind)) return 'unknown_bay';
  if (site.state !== 'active' || point.saleState === 'suspended') return 'lot_suspended';
  if (point.owner !== listing.lender) return 'not_owner';
  const rivals = live.filter(({id, offer}) => id !== listing.id && offer === listing.offer);
  const isClash = rivals.some(({openings}) => doClash(openings, listing.openings, zone));
  return isClash ? 'window_clash' : undefined;
}
