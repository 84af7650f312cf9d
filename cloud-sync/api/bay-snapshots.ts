import type {UpMessages} from '../../protocols/cloud/up-messages.js';
import type {OnBays} from './event-views.js';
import type {IngestItem} from './ingest-item.js';
import type {CloudTransaction} from './store/cloud-schema.js';
import type {EpochKey, EventWriter} from './store/event-writer.js';
import type {PlacedBay, SiteView} from './store/site-view.js';

export interface SnapshotTargets {
  readonly writer: EventWriter;
  readonly view: SiteView;
  readonly onBays?: OnBays | undefined;
  readonly wallMs: number;
  readonly epochNoOf: (key: EpochKey) => number | undefined;
}

/**
 * What gateways say of all their bays, against the view. Nearly always both are alike, and nothing is written; a
 * bay that differs is put right, unless an event that is later than the snapshot has been here.
 * @see requirements A15
 */
export async function healBays(
  tx: CloudTransaction,
  items: readonly IngestItem[],
  targets: SnapshotTargets,
): Promise<void> {
  const said = items.flatMap(item => (item.name === 'bays' ? placed(item, targets) : []));
  if (said.length === 0) return;
  const {view, writer, onBays} = targets;
  const gateways = [...new Set(said.map(({place}) => place.gateway))];
  const held = new Map(
    (await view.placedBays(tx, gateways)).map(row => [nameOf(row.gateway, row.bay), row]),
  );
  const latest = new Map<string, PlacedBay>();
  for (const one of said) {
    const name = nameOf(one.place.gateway, one.body.bay);
    const row = held.get(name);
    if (!row || !isAlike(row, one.body)) latest.set(name, one);
  }
  if (latest.size === 0) return;
  // By name, so that two workers take rows in the same order.
  const wrong = [...latest.keys()].sort().map(name => latest.get(name) as PlacedBay);
  const changed = await writer.putBays(tx, wrong);
  if (changed.length > 0) await onBays?.(tx, changed);
}

function placed(
  {gateway, message}: {readonly gateway: string; readonly message: UpMessages['bays']},
  {wallMs, epochNoOf}: SnapshotTargets,
): readonly PlacedBay[] {
  const {epoch, head: seq, bays} = message;
  const epochNo = epochNoOf({gateway, epoch});
  if (epochNo === undefined) return [];
  const place = {gateway, epochNo, seq, wall: wallMs};
  return bays.map(([bay, arm, occupancy, online, saleable]) => ({
    place,
    body: {bay, arm, occupancy, online, saleable},
  }));
}

type Look = Omit<PlacedBay['body'], 'bay' | 'occupancy'> & {readonly occupancy: string};

function isAlike(left: Look, right: Look): boolean {
  return (
    left.arm === right.arm &&
    left.occupancy === right.occupancy &&
    left.online === right.online &&
    left.saleable === right.saleable
  );
}

function nameOf(gateway: string, bay: string): string {
  return `${gateway} ${bay}`;
}
