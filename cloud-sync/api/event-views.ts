import type {z} from 'zod';
import type {DropCounter} from '../drop-counter.js';
import {joinReports, type ShowerReport} from './bath/shower-report.js';
import type {ShowerTable} from './bath/shower-table.js';
import type {CallIntake} from './calls/call-intake.js';
import type {CallReport} from './calls/call-table.js';
import type {RightUseTable} from './credentials/right-use-table.js';
import type {OrderUseTable, SessionReport} from './orders/order-use-table.js';
import {underOwnGrants} from './orders/own-grants.js';
import {
  alarmBodySchema,
  bayBodySchema,
  commandBodySchema,
  type DecisionBody,
  decisionBodySchema,
  isDecisionBody,
  isSessionBody,
  misparkedBodySchema,
  remoteOrderSchema,
  type SessionBody,
  sessionBodySchema,
  showerBodySchema,
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
  readonly showers: ShowerTable;
  readonly calls: Pick<CallIntake, 'note'>;
  readonly onBays?: OnBays | undefined;
  readonly onMisparked?: OnMisparked | undefined;
}

/** Runs within the transaction that stored them. */
export type OnMisparked = (tx: CloudTransaction, cars: readonly Misparked[]) => Promise<void>;

/** The car of somebody who has a right, in a bay that is not his. */
export interface Misparked {
  readonly gateway: string;
  readonly grant: string;
  readonly bay: string;
  readonly rightBay: string | null;
}

/** Runs within the transaction that stored them. */
export type OnBays = (tx: CloudTransaction, bays: readonly PlacedBay[]) => Promise<void>;

/** Kinds of events that the views look into. */
const VIEWED: ReadonlySet<string> = new Set([
  ...['bay', 'alarm', 'command', 'actuation', 'decision', 'session', 'shower', 'misparked'],
]);

export function isViewed(kind: string): boolean {
  return VIEWED.has(kind);
}

/** What one gateway said, the latest of each. */
class GatewayViews {
  readonly bays = new Map<string, PlacedBay>();
  readonly alarms = new Map<string, PlacedAlarm>();
  readonly calls = new Map<string, CallReport>();
  readonly sessions = new Map<string, PlacedSession>();
  readonly showers = new Map<string, ShowerReport>();
}

/** Gathers what new events say about bays, alarms and commands, the latest of each, which grants were
 *  used, and how stays and showers go on. What a body does not bear is counted, and the event itself stays stored
 *  all the same. */
export class EventViews {
  readonly #drops: DropCounter;
  readonly #gateways = new Map<string, GatewayViews>();
  readonly #uses: GrantUse[] = [];
  readonly #misparked: Misparked[] = [];
  /** Bodies of bays, read: there are few different ones, and each comes again and again. */
  readonly #bayBodies = new Map<string, PlacedBay['body']>();
  readonly reports: CommandReport[] = [];

  constructor(drops: DropCounter) {
    this.#drops = drops;
  }

  note(gateway: string, events: readonly StoredEvent[]): void {
    if (events.length === 0) return;
    const views = this.#viewsOf(gateway);
    for (const event of events) this.#note(gateway, views, event);
  }

  /** Bring the views up to date; `onBays` hears of the bays that are otherwise now. */
  async store(
    tx: CloudTransaction,
    {
      writer,
      view,
      lateUses,
      orderUses,
      rightUses,
      showers,
      calls,
      onBays,
      onMisparked,
    }: ViewTargets,
  ): Promise<void> {
    const gateways = inOrder(this.#gateways);
    const bays = gateways.flatMap(views => inOrder(views.bays));
    const changed = await writer.putBays(tx, bays);
    if (changed.length > 0) await onBays?.(tx, changed);
    const alarms = gateways.flatMap(views => inOrder(views.alarms));
    await view.putAlarms(tx, alarms);
    await calls.note(
      tx,
      gateways.flatMap(views => inOrder(views.calls)),
    );
    if (this.#misparked.length > 0) await onMisparked?.(tx, this.#misparked);
    await lateUses.note(tx, this.#uses, writer);
    const sessions = gateways.flatMap(views => inOrder(views.sessions));
    const reports = await underOwnGrants(
      tx,
      sessions.map(({report}) => report),
    );
    await orderUses.note(tx, reports, writer);
    await rightUses.note(tx, this.#uses, reports);
    const baths = gateways.flatMap(views => inOrder(views.showers));
    await showers.note(tx, baths, writer);
  }

  #note(gateway: string, views: GatewayViews, event: StoredEvent): void {
    const {epochNo, seq, wall} = event;
    const place: EventPlace = {gateway, epochNo, seq, wall};
    if (event.kind === 'bay') {
      const body = this.#readBay(event);
      if (body) putLater(views.bays, body.bay, {place, body});
    } else if (event.kind === 'alarm') {
      const body = this.#read(event, alarmBodySchema);
      if (body) noteAlarm(views, {place, body}, event.clk);
    } else if (event.kind === 'command') {
      const body = this.#read(event, commandBodySchema);
      if (body) this.reports.push({gateway, ...body});
    } else if (event.kind === 'actuation') {
      this.#noteArm(gateway, event);
    } else if (event.kind === 'decision') {
      this.#noteDecision(gateway, event);
    } else if (event.kind === 'session') {
      this.#noteSession(views, place, event);
    } else if (event.kind === 'shower') {
      this.#noteShower(views, place, event);
    } else if (event.kind === 'misparked') {
      this.#noteMisparked(gateway, event);
    }
  }

  #noteMisparked(gateway: string, event: StoredEvent): void {
    const body = this.#read(event, misparkedBodySchema);
    if (!body || body.grant === null) return;
    const {grant, bay, rightBay} = body;
    this.#misparked.push({gateway, grant, bay, rightBay});
  }

  /** An arm that moves for a command: who waits for that should know, though an answer was lost. */
  #noteArm(gateway: string, event: StoredEvent): void {
    // Most move for cards, and there are many of them.
    if (!event.body.includes('"remote"')) return;
    const body = remoteOrderSchema.safeParse(parseOrNull(event.body));
    if (!body.success) return;
    this.reports.push({gateway, command: body.data.cause.command, result: 'taken', why: null});
  }

  #noteDecision(gateway: string, event: StoredEvent): void {
    const body = this.#read<DecisionBody>(event, decisionBodySchema, isDecisionBody);
    if (body?.result !== 'ALLOW' || body.grant === null) return;
    const {epochNo, seq, wall, clk} = event;
    const {grant, bay, credential} = body;
    this.#uses.push({gateway, epochNo, seq, wall, clk, grant, bay, credential});
  }

  #noteSession(views: GatewayViews, place: EventPlace, event: StoredEvent): void {
    const body = this.#read<SessionBody>(event, sessionBodySchema, isSessionBody);
    if (!body || body.grant === null) return;
    const {session, grant, bay: point, phase, closeCause, durationMs} = body;
    const {gateway, epochNo, seq, wall} = place;
    const atWall = event.clk === 'floor' ? null : wall;
    const report: SessionReport = {
      gateway,
      epochNo,
      seq,
      session,
      grant,
      point,
      phase,
      closeCause,
      durationMs,
      atWall,
    };
    putLater(views.sessions, session, {place, report});
  }

  #noteShower(views: GatewayViews, place: EventPlace, event: StoredEvent): void {
    const body = this.#read(event, showerBodySchema);
    if (!body) return;
    const {gateway, epochNo, seq, wall} = place;
    const atWall = event.clk === 'floor' ? null : wall;
    // The word that gave its code back may come after the last one.
    const isDry = body.phase === 'settled' && body.end === 'no_flow' && body.meteredMl === 0;
    const report: ShowerReport = {
      ...{...body, isGivenBack: body.isGivenBack || isDry},
      ...{gateway, epochNo, seq, openedWall: atWall, atWall},
    };
    const before = views.showers.get(body.session);
    views.showers.set(body.session, before ? joinReports(before, report) : report);
  }

  #readBay(event: StoredEvent): PlacedBay['body'] | undefined {
    const held = this.#bayBodies.get(event.body);
    if (held) return held;
    const body = this.#read(event, bayBodySchema);
    if (body) this.#bayBodies.set(event.body, body);
    return body;
  }

  /** `isFit`: says of nearly all bodies at once that they fit; the schema has the last word. */
  #read<Body>(
    event: StoredEvent,
    schema: z.ZodType<Body>,
    isFit?: (value: unknown) => value is Body,
  ): Body | undefined {
    const value = parseOrNull(event.body);
    if (isFit?.(value)) return value;
    const checked = schema.safeParse(value);
    if (checked.success) return checked.data;
    this.#drops.drop(`body/${event.kind}`, {
      seq: event.seq,
      where: checked.error.issues[0]?.path.join('.'),
    });
    return undefined;
  }

  #viewsOf(gateway: string): GatewayViews {
    let views = this.#gateways.get(gateway);
    if (!views) {
      views = new GatewayViews();
      this.#gateways.set(gateway, views);
    }
    return views;
  }
}

interface Placed {
  readonly place: EventPlace;
}

interface PlacedSession extends Placed {
  readonly report: SessionReport;
}

/** The newest word of it, and the time of the first. */
function noteAlarm(views: GatewayViews, item: PlacedAlarm, clk: string): void {
  putLater(views.alarms, item.body.alarm, item);
  const {gateway, epochNo, seq} = item.place;
  const {alarm, kind, state: word, bay, collector, count, person} = item.body;
  const wordWall = clk === 'floor' ? null : item.place.wall;
  const before = views.calls.get(alarm);
  const isLater = views.alarms.get(alarm) === item;
  const firstWall = before && seq > before.seq ? before.firstWall : wordWall;
  const newest = {word, count, person, wordWall, epochNo, seq};
  const said = before && !isLater ? before : {gateway, alarm, kind, bay, collector, ...newest};
  views.calls.set(alarm, {...said, firstWall});
}

function putLater<Item extends Placed>(items: Map<string, Item>, key: string, item: Item): void {
  const held = items.get(key)?.place;
  const {epochNo, seq} = item.place;
  const isLater = !held || epochNo > held.epochNo || (epochNo === held.epochNo && seq > held.seq);
  if (isLater) items.set(key, item);
}

/** By key, so that two workers take rows in the same order. */
function inOrder<Item>(items: ReadonlyMap<string, Item>): readonly Item[] {
  return [...items.keys()].sort().map(key => items.get(key) as Item);
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
