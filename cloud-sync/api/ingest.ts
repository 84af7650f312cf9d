import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import type {Ack} from '../../protocols/cloud/down-messages.js';
import type {UpMessages} from '../../protocols/cloud/up-messages.js';
import type {SyncLog} from '../log.js';
import {type EventIntake, INTAKE_FAULTS, type IntakeResult} from './event-intake.js';
import type {CommandReport, EventViews} from './event-views.js';
import type {CloudDatabase} from './store/cloud-database.js';
import type {GatewayTable} from './store/gateway-table.js';

type IngestName = 'hello' | 'ev' | 'live' | 'gone';
export type IngestItem = {
  [Name in IngestName]: {
    readonly name: Name;
    readonly gateway: string;
    readonly message: UpMessages[Name];
  };
}[IngestName];

export interface IngestOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly database: CloudDatabase;
  readonly gateways: GatewayTable;
  readonly intake: EventIntake;
  readonly views: EventViews;
  /** Called after the commit that the answer speaks of. */
  readonly answer: (gateway: string, ack: Ack) => void;
  readonly onCommandReport: (report: CommandReport) => void;
}

interface Gap {
  readonly from: number;
  readonly sinceMs: Millis;
  readonly askedMs: Millis;
}

/** All gateways' messages of so long share one transaction. @see sync.md 3.5 */
const TICK_MS: Millis = 5;
const ASK_AGAIN_MS: Millis = 2 * SECOND_MS;
const GAP_ALARM_MS: Millis = MINUTE_MS;
/** Beyond this the rest is dropped; gateways send it again. */
const MAX_QUEUE = 2000;

/** Commits what gateways send, and only then answers. */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #gaps = new Map<string, Gap>();
  #queue: IngestItem[] = [];
  #timer: Timer | undefined;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  take(item: IngestItem): void {
    if (this.#queue.length >= MAX_QUEUE) return;
    this.#queue.push(item);
    this.#timer ??= this.#options.clock.timer('cloud.ingest', TICK_MS, () => this.#tick());
  }

  /** A gap that stays open while the gateway is online is a fault. */
  checkGap(gateway: string): void {
    const {clock, gateways, log} = this.#options;
    const gap = this.#gaps.get(gateway);
    if (!gap || clock.nowMs() - gap.sinceMs < GAP_ALARM_MS) return;
    if (gateways.raise(gateway, 'gap', clock.wallMs(), `missing from ${gap.from}`)) {
      log.error('events.missing', {gateway, from: gap.from});
    }
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#queue = [];
  }

  #tick(): void {
    this.#timer = undefined;
    const items = this.#queue;
    this.#queue = [];
    const {database, log, onCommandReport} = this.#options;
    const answers = new Map<string, Ack>();
    const reports: CommandReport[] = [];
    try {
      database.transaction(() => {
        for (const item of items) this.#store(item, answers, reports);
      });
    } catch (error) {
      // Nothing is confirmed, so every gateway sends it again.
      log.error('events.not_committed', {items: items.length, why: errorText(error)});
      return;
    }
    for (const report of reports) onCommandReport(report);
    for (const [gateway, ack] of answers) this.#options.answer(gateway, ack);
  }

  #store(item: IngestItem, answers: Map<string, Ack>, reports: CommandReport[]): void {
    const {gateways, log, views, clock} = this.#options;
    const {gateway} = item;
    gateways.add(gateway);
    const result = this.#intake(item);
    for (const event of result.fresh) {
      const report = views.apply(gateway, event);
      if (report) reports.push(report);
    }
    if (result.fault) {
      const isNew = gateways.raise(gateway, result.fault, clock.wallMs(), `at ${item.name}`);
      if (isNew) log.error('events.refused', {gateway, fault: result.fault});
    }
    if (result.began) for (const fault of INTAKE_FAULTS) gateways.clear(gateway, fault);
    const ack = this.#noteGap(gateway, result);
    const before = answers.get(gateway);
    if (ack && (!before || outranks(ack, before))) answers.set(gateway, ack);
  }

  #intake(item: IngestItem): IntakeResult {
    const {intake, clock} = this.#options;
    const wallMs = clock.wallMs();
    switch (item.name) {
      case 'hello':
        return intake.hello(item.gateway, item.message, wallMs);
      case 'ev':
        return intake.batch(item.gateway, item.message, wallMs);
      case 'live':
        return intake.live(item.gateway, item.message, wallMs);
      case 'gone':
        return intake.gone(item.gateway, item.message, wallMs);
    }
  }

  /** The answer to give: asks for the missing part, but not with every batch behind it. */
  #noteGap(gateway: string, result: IntakeResult): Ack | undefined {
    const {ack, gapAt} = result;
    const {clock, gateways} = this.#options;
    if (gapAt === undefined) {
      if (ack && 'upto' in ack && this.#gaps.delete(gateway)) gateways.clear(gateway, 'gap');
      return ack;
    }
    const nowMs = clock.nowMs();
    const open = this.#gaps.get(gateway);
    const sameGap = open?.from === gapAt;
    if (open && sameGap && nowMs - open.askedMs < ASK_AGAIN_MS) return ack;
    const sinceMs = sameGap ? open.sinceMs : nowMs;
    this.#gaps.set(gateway, {from: gapAt, sinceMs, askedMs: nowMs});
    return ack && {epoch: ack.epoch, want: gapAt};
  }
}

/** Of two answers of one tick the later is the sum of both, unless the earlier one asked for more. */
function outranks(later: Ack, earlier: Ack): boolean {
  if (later.epoch !== earlier.epoch || 'new_epoch' in later) return true;
  if ('new_epoch' in earlier) return false;
  return !('upto' in later && 'want' in earlier && later.upto < earlier.want);
}
