import type {Clock, Millis} from '../../protocols/base/clock.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import type {Ack} from '../../protocols/cloud/down-messages.js';
import type {DropCounter} from '../drop-counter.js';
import type {SyncLog} from '../log.js';
import type {ShowerTable} from './bath/shower-table.js';
import {healBays} from './bay-snapshots.js';
import type {CallIntake} from './calls/call-intake.js';
import type {CommandBook} from './command-book.js';
import {type CommandNews, newsIn, newsOf} from './command-closing.js';
import type {RightUseTable} from './credentials/right-use-table.js';
import {EventIntake, INTAKE_FAULTS, type IntakeResult} from './event-intake.js';
import {EventViews, type OnBays, type OnMisparked} from './event-views.js';
import {GatewayReports, type HeldReport} from './gateway-reports.js';
import {type FenceOrder, HelloGuard} from './identity/hello-guard.js';
import type {IngestItem} from './ingest-item.js';
import type {OrderUseTable} from './orders/order-use-table.js';
import type {CloudTransaction} from './store/cloud-schema.js';
import type {CloudStore} from './store/cloud-store.js';
import type {EventLedger} from './store/event-ledger.js';
import type {FaultTable} from './store/fault-table.js';
import type {GatewayTable} from './store/gateway-table.js';
import type {LateUseTable} from './store/late-use-table.js';
import type {LifeTable} from './store/life-table.js';
import type {SiteView} from './store/site-view.js';

/** What to do once it is committed. */
export interface TickOutcome {
  readonly acks: readonly {readonly gateway: string; readonly ack: Ack}[];
  readonly reports: readonly HeldReport[];
  /** Gateways under whose identity another one lives. */
  readonly fences: readonly FenceOrder[];
}

export interface IngestTickOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly drops: DropCounter;
  readonly store: CloudStore;
  readonly gateways: GatewayTable;
  readonly faults: FaultTable;
  readonly ledger: EventLedger;
  readonly view: SiteView;
  readonly lateUses: LateUseTable;
  readonly orderUses: OrderUseTable;
  readonly rightUses: RightUseTable;
  readonly showers: ShowerTable;
  readonly calls: CallIntake;
  readonly commands: CommandBook;
  readonly lives: LifeTable;
  /** How long a gap may be open before its part is asked for. */
  readonly gapPatienceMs: Millis;
  readonly onBays?: OnBays | undefined;
  readonly onMisparked?: OnMisparked | undefined;
}

/** Looked at with each heartbeat, so that a gap is told within a minute, also when one of them is lost.
 *  @see sync.md 9, G3 */
const GAP_ALARM_MS: Millis = 35 * SECOND_MS;

/** Keeps what came from all gateways within one tick, in one transaction. */
export class IngestTick {
  readonly #options: IngestTickOptions;

  constructor(options: IngestTickOptions) {
    this.#options = options;
  }

  /** `careful`: read before each write. @throws NotFree when it was not careful enough */
  async run(
    tx: CloudTransaction,
    items: readonly IngestItem[],
    careful: boolean,
  ): Promise<TickOutcome> {
    const {clock, store, ledger, gateways, gapPatienceMs: patienceMs, drops} = this.#options;
    const wallMs = clock.wallMs();
    const reports = await GatewayReports.begin({tx, gateways, wallMs}, items);
    const writer = store.events;
    const options = {tx, ledger, writer, wallMs, patienceMs, careful};
    const intake = await EventIntake.begin(options, epochKeys(items));
    const {lives, faults, log} = this.#options;
    const guard = await HelloGuard.begin({tx, lives, faults, wallMs}, items);
    const news: CommandNews[] = [];
    const gapsToCheck: string[] = [];
    for (const item of items) {
      if (item.name === 'hb') gapsToCheck.push(item.gateway);
      const heard = item.name === 'res' ? newsOf(item.gateway, item.message) : undefined;
      if (heard) news.push(heard);
      if (item.name === 'hello' && !(await guard.admits(item.gateway, item.message))) continue;
      await reports.note(item);
      await keep(intake, item);
    }
    const results = await intake.finish();
    const views = new EventViews(drops);
    for (const result of results) await this.#settle(tx, result, views);
    await views.store(tx, {...this.#options, writer});
    await healBays(tx, items, {
      ...this.#options,
      writer,
      wallMs,
      epochNoOf: key => intake.noOf(key),
    });
    for (const report of views.reports) news.push(...newsIn(report));
    await this.#step(tx, news, wallMs);
    await this.#checkGaps(tx, gapsToCheck, wallMs);
    for (const {gateway, why, epoch} of guard.fences) {
      log.error('gateway.fenced', {gateway, why, epoch});
    }
    return {
      fences: guard.fences,
      acks: results.flatMap(({gateway, ack}) => (ack ? [{gateway, ack}] : [])),
      reports: reports.held(),
    };
  }

  async #settle(tx: CloudTransaction, result: IntakeResult, views: EventViews): Promise<void> {
    const {clock, faults, log} = this.#options;
    const {gateway, fault} = result;
    views.note(gateway, result.fresh);
    const over = [...(result.began ? INTAKE_FAULTS : []), ...(result.closedGap ? ['gap'] : [])];
    if (over.length > 0) await faults.clear(tx, gateway, over);
    if (!fault) return;
    const raised = {kind: fault, wallMs: clock.wallMs(), detail: 'at ev'};
    if (await faults.raise(tx, gateway, raised)) log.error('events.refused', {gateway, fault});
  }

  /** A gap that stays open while the gateway is online is a fault. */
  async #checkGaps(
    tx: CloudTransaction,
    gateways: readonly string[],
    wallMs: number,
  ): Promise<void> {
    if (gateways.length === 0) return;
    const {ledger, faults, log} = this.#options;
    for (const {gateway, from} of await ledger.gapsSince(tx, gateways, wallMs - GAP_ALARM_MS)) {
      const raised = {kind: 'gap', wallMs, detail: `missing from ${from}`};
      if (await faults.raise(tx, gateway, raised)) log.error('events.missing', {gateway, from});
    }
  }

  /** By id, so that two workers take rows in the same order. */
  async #step(tx: CloudTransaction, news: readonly CommandNews[], wallMs: number): Promise<void> {
    const sorted = [...news].sort((left, right) => (left.id < right.id ? -1 : 1));
    for (const {input, ...command} of sorted) {
      await this.#options.commands.step(tx, command, input, wallMs);
    }
  }
}

function epochKeys(items: readonly IngestItem[]) {
  return items.flatMap(({name, gateway, message}) =>
    name === 'hello' || name === 'ev' || name === 'live' || name === 'gone' || name === 'bays'
      ? [{gateway, epoch: message.epoch}]
      : [],
  );
}

function keep(intake: EventIntake, {name, gateway, message}: IngestItem): Promise<void> {
  switch (name) {
    case 'hello':
      return intake.hello(gateway, message);
    case 'ev':
      return intake.batch(gateway, message);
    case 'live':
      return intake.live(gateway, message);
    case 'gone':
      return intake.gone(gateway, message);
    default:
      return Promise.resolve();
  }
}
