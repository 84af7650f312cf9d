import {StoreError, unreachable} from '../../protocols/base/errors.js';
import type {SiteFact} from '../../protocols/site/events.js';
import {
  type AlarmId,
  asId,
  type BayId,
  type CollectorId,
  type CommandId,
  type DeviceId,
  type PersonId,
  type SessionId,
} from '../../protocols/site/ids.js';
import type {DeviceFact, OrderResult} from '../domain/lot/contract.js';
import type {CommandClaim, CommandLog, StoredOutcome} from '../store/command-log.js';
import type {Stamp} from '../store/stamp.js';
import type {DeviceOrders} from './devices/site-device.js';
import type {OrderDesk} from './order-desk.js';

/** An order from afar whose signature, session and age have been checked. */
export interface RemoteOrder {
  readonly id: CommandId;
  readonly kind: 'open' | 'close' | 'pulse' | 'valve' | 'stop' | 'acknowledge';
  /** A bay, or a device or stall of its name; with `acknowledge` an alarm. */
  readonly bay: BayId;
  readonly by: string;
  /** The shower that a stop is meant for: of another one the water runs on. */
  readonly use?: string;
  /** W3C trace context of the request it came of. */
  readonly trace?: string;
}

export interface RemoteOrdersOptions {
  readonly commands: CommandLog;
  readonly desk: OrderDesk;
  /** What the cloud may have the device of this name do; undefined: there is none, or nothing. */
  readonly ordersOf: (device: DeviceId) => DeviceOrders | undefined;
  /** The shower under way in a stall. */
  readonly showerAt: (stall: CollectorId) => SessionId | undefined;
  readonly stampNow: () => Stamp;
  /** Journal facts that no step of the lot made. */
  readonly append: (facts: readonly SiteFact[]) => void;
  /** Journal what came of something, when it can be stored. */
  readonly tell: (fact: DeviceFact) => void;
}

/** Lets the lot, or a device of the site, carry out orders from afar: the id is on disk before anything moves. */
export class RemoteOrders {
  readonly #options: RemoteOrdersOptions;

  constructor(options: RemoteOrdersOptions) {
    this.#options = options;
  }

  earlier(id: CommandId): ReturnType<CommandLog['earlier']> {
    return this.#options.commands.earlier(id);
  }

  accept(
    order: RemoteOrder,
    answer: (outcome: StoredOutcome) => void,
    begun: () => void,
  ): CommandClaim {
    const {commands, desk, stampNow} = this.#options;
    const claim = commands.claim(order.id, stampNow());
    if (claim.kind === 'dup') return claim;
    if (order.kind === 'acknowledge') {
      this.#acknowledge(order, answer);
      return claim;
    }
    const device = this.#options.ordersOf(asId(order.bay));
    if (device) {
      this.#orderDevice(device, order, answer, begun);
      return claim;
    }
    if (order.kind !== 'open' && order.kind !== 'close') {
      // Water runs by what was paid and measured here, and an arm has no third place.
      this.#refuse(order, 'NOT_FROM_AFAR', answer);
      return claim;
    }
    const {id, kind, bay, ...origin} = order;
    const by = {kind: 'remote', command: id, by: origin.by, ...traceOf(origin)} as const;
    desk.order(bay, kind === 'open' ? 'down' : 'up', by, result => {
      const outcome = outcomeOf(result);
      if (!outcome) {
        begun();
        return;
      }
      commands.settle(order.id, outcome);
      answer(outcome);
    });
    return claim;
  }

  reject(order: RemoteOrder, result: 'expired' | 'stale_session' | 'refused', why: string): void {
    const body = {command: order.id, result, why, ...traceOf(order)};
    this.#options.append([{kind: 'command', body}]);
  }

  /** Somebody far away takes a call: nothing moves, and the board shows who. */
  #acknowledge(order: RemoteOrder, answer: (outcome: StoredOutcome) => void): void {
    const {desk} = this.#options;
    const action = {alarm: asId<AlarmId>(order.bay), action: 'acknowledge', reason: ''} as const;
    const person = asId<PersonId>(order.by);
    void desk.alarm({...action, person}).then(result => {
      if (result !== 'done') {
        this.#refuse(order, result, answer);
        return;
      }
      this.#settle(order.id, {kind: 'done'});
      answer({kind: 'done'});
    });
  }

  /** That it begins is on disk before anything moves: a restart cannot make it look as if it never came. */
  #orderDevice(
    device: DeviceOrders,
    order: RemoteOrder,
    answer: (outcome: StoredOutcome) => void,
    begun: () => void,
  ): void {
    const isNever = order.kind === 'valve' || order.kind === 'acknowledge';
    const act = isNever ? undefined : device[order.kind];
    const refusal = act ? (this.#isOver(order) ? 'OVER' : act.refusal()) : 'NOT_FROM_AFAR';
    if (!act || refusal !== undefined) {
      this.#refuse(order, refusal ?? 'NOT_FROM_AFAR', answer);
      return;
    }
    const {id: command, kind, bay, by} = order;
    const about = {device: asId<DeviceId>(bay), event: 'ordered', data: {command, kind, by}};
    this.#options.append([
      {kind: 'device.event', body: about},
      {kind: 'command', body: {command, result: 'taken', why: null, ...traceOf(order)}},
    ]);
    begun();
    act.run(outcome => {
      const why = outcome.kind === 'done' ? null : outcome.why;
      const body = {command, result: outcome.kind, why, ...traceOf(order)};
      this.#options.tell({kind: 'command', body});
      this.#settle(command, outcome);
      answer(outcome);
    });
  }

  /** What is to be stopped has ended, and somebody else may stand there. */
  #isOver({bay, use}: RemoteOrder): boolean {
    return use !== undefined && this.#options.showerAt(asId(bay)) !== use;
  }

  /** Amid the readings of a device: a disk that fails then must not stop them. */
  #settle(command: CommandId, outcome: StoredOutcome): void {
    try {
      this.#options.commands.settle(command, outcome);
    } catch (error) {
      // A copy of the command is answered as one that still runs, and begins nothing.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  #refuse(order: RemoteOrder, why: string, answer: (outcome: StoredOutcome) => void): void {
    this.#options.commands.settle(order.id, {kind: 'refused', why});
    this.reject(order, 'refused', why);
    answer({kind: 'refused', why});
  }
}

function traceOf({trace}: {readonly trace?: string}): {readonly trace?: string} {
  return trace === undefined ? {} : {trace};
}

function outcomeOf(result: OrderResult): StoredOutcome | undefined {
  switch (result.kind) {
    case 'accepted':
      return undefined;
    case 'done':
      return {kind: 'done'};
    case 'refused':
      return {kind: 'refused', why: result.reason};
    case 'failed':
      return {kind: 'failed', why: result.why};
    default:
      return unreachable(result, 'order result');
  }
}
