import type {CloudReader} from './store/cloud-schema.js';
import type {EventLedger, FeedEvent, StoredEvent} from './store/event-ledger.js';

/**
 * When events of a gateway with a lost clock happened: counted back on its monotonic clock from the next
 * event of the same boot that knew the time. The result holds the corrected instants, in ms since 1970,
 * of those events for which there is one. @see sync.md 5.4
 */
export async function correctedWalls(
  db: CloudReader,
  ledger: EventLedger,
  gateway: string,
  events: readonly FeedEvent[],
): Promise<ReadonlyMap<FeedEvent, number>> {
  const sure = new Map<string, StoredEvent | undefined>();
  const corrected = new Map<FeedEvent, number>();
  for (const event of events) {
    if (event.clk !== 'floor') continue;
    const key = `${event.epochNo} ${event.boot}`;
    if (!sure.has(key)) sure.set(key, await ledger.nextSure(db, gateway, event));
    const anchor = sure.get(key);
    if (anchor) corrected.set(event, Math.round(anchor.wall - (anchor.mono - event.mono)));
  }
  return corrected;
}
