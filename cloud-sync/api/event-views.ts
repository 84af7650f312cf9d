import type {z} from 'zod';
import type {DropCounter} from '../drop-counter.js';
import type {RightUseTable} from './credentials/right-use-table.js';
import type {OrderUseTable, SessionReport} from './orders/order-use-table.js';
import {
  alarmBodySchema,
  bayBodySchema,
  commandBodySchema,
  decisionBodySchema,
  sessionBodySchema,
} from './site-event-schemas.js';
import type {CloudTransaction} from './store/cloud-schema.js';
import type {StoredEvent} from './store/event-ledger.js';
import type {EventWriter} from './store/event-writer.js';
import type {GrantUse, LateUseTable} from './store/late-use-table.js';
import type {EventPlace, PlacedAlarm, PlacedBay, SiteView} from './store/site-view.js';

export interface CommandReport {
  readonly gateway: string;
  readonly command: string;
  readonly result: string;
  readonly why: string | null;
}

export interface ViewTargets {
  readonly writer: EventWriter;
  readonly view: SiteView;
  readonly lateUses: LateUseTable;
  readonly orderUses: OrderUseTable;
  readonly rightUses: RightUseTable;
  readonly onBays?: OnBays | undefined;
}

/** Runs within the transaction that stored them. */
export type OnBays = (tx: CloudTransaction, bays: readonly PlacedBay[]) => Promise<void>;

/** Kinds of events that the views look into. */
const VIEWED: ReadonlySet<string> = new Set([
  ...['bay', 'alarm', 'command', 'decision', 'session'],
]);

export function isViewed(kind: string): boolean {
  return VIEWED.has(kind);
}

/** Gathers what new events say about bays, alarms and commands, the latest of each, which grants were
 *  used, and how stays go on. What a body does not bear is counted, and the event itself stays stored
 *  all the same. */
export class EventViews {
  readonly #drops: DropCounter;
  readonly #bays = new Map<string, PlacedBay>();
  readonly #alarms = new Map<string, PlacedAlarm>();
  readonly #uses: GrantUse[] = [];
  readonly #sessions = new Map<string, PlacedSession>();
  /** Bodies of bays, read: there are few different ones, and each comes again and again. */
  readonly #bayBodies = new Map<string, PlacedBay['body']>();
  readonly reports: CommandReport[] = [];

  constructor(drops: DropCounter) {
    this.#drops = drops;
  }

  note(gateway: string, event: StoredEvent): void {
    const {epochNo, seq, wall} = event;
    const place: EventPlace = {gateway, epochNo, seq, wall};
    if (event.kind === 'bay') {
      const body = this.#readBay(event);
      if (body) putLater(this.#bays, `${gateway}/${body.bay}`, {place, body});
    } else if (event.kind === 'alarm') {
      const body = this.#read(event, alarmBodySchema);
      if (body) putLater(this.#alarms, `${gateway}/${body.alarm}`, {place, body});
    } else if (event.kind === 'command') {
      const body = this.#read(event, commandBodySchema);
      if (body) this.reports.push({gateway, ...body});
    } else if (event.kind === 'decision') {
      const body = this.#read(event, decisionBodySchema);
      if (body?.result !== 'ALLOW' || body.grant === null) return;
      const {grant, bay, credential} = body;
      this.#uses.push({...place, clk: event.clk, grant, bay, credential});
    } else if (event.kind === 'session') {
      this.#noteSession(place, event);
    }
  }

  /** Bring the views up to date; `onBays` hears of the bays that are otherwise now. */
  async store(
    tx: CloudTransaction,
    {writer, view, lateUses, orderUses, rightUses, onBays}: ViewTargets,
  ): Promise<void> {
    const changed = await writer.putBays(tx, inOrder(this.#bays));
    if (changed.length > 0) await onBays?.(tx, changed);
    await view.putAlarms(tx, inOrder(this.#alarms));
    await lateUses.note(tx, this.#uses, writer);
    const sessions = inOrder(this.#sessions).map(({report}) => report);
    await orderUses.note(tx, sessions, writer);
    await rightUses.note(tx, this.#uses, sessions);
  }

  #noteSession(place: EventPlace, event: StoredEvent): void {
    const body = this.#read(event, sessionBodySchema);
    if (!body || body.grant === null) return;
    const {session, grant, bay: point, phase, closeCause, durationMs} = body;
    const {gateway, epochNo, seq, wall} = place;
    const report: SessionReport = {
      ...{gateway, epochNo, seq, session, grant, point, phase, closeCause, durationMs},
      atWall: event.clk === 'floor' ? null : wall,
    };
    putLater(this.#sessions, `${gateway}/${session}`, {place, report});
  }

  #readBay(event: StoredEvent): PlacedBay['body'] | undefined {
    const held = this.#bayBodies.get(event.body);
    if (held) return held;
    const body = this.#read(event, bayBodySchema);
    if (body) this.#bayBodies.set(event.body, body);
    return body;
  }

  #read<Body>(event: StoredEvent, schema: z.ZodType<Body>): Body | undefined {
    const checked = schema.safeParse(parseOrNull(event.body));
    if (checked.success) return checked.data;
    this.#drops.drop(`body/${event.kind}`, {
      seq: event.seq,
      where: checked.error.issues[0]?.path.join('.'),
    });
    return undefined;
  }
}

interface Placed {
  readonly place: EventPlace;
}

interface PlacedSession extends Placed {
  readonly report: SessionReport;
}

function putLater<Item extends Placed>(items: Map<string, Item>, key: string, item: Item): void {
  const held = items.get(key)?.place;
  const {epochNo, seq} = item.place;
  const isLater = !held || epochNo > held.epochNo || (epochNo === held.epochNo && seq > held.seq);
  if (isLater) items.set(key, item);
}

/** By key, so that two workers take rows in the same order. */
function inOrder<Item>(items: ReadonlyMap<string, Item>): readonly Item[] {
  return [...items].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, item]) => item);
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
