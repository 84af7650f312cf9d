import {unreachable} from '../../protocols/base/errors.js';
import type {SiteFact} from '../../protocols/site/events.js';
import type {BayId, CommandId} from '../../protocols/site/ids.js';
import type {OrderResult} from '../domain/lot/contract.js';
import type {CommandClaim, CommandLog, StoredOutcome} from '../store/command-log.js';
import type {Stamp} from '../store/stamp.js';
import type {OrderDesk} from './order-desk.js';

/** An order from afar whose signature, session and age have been checked. */
export interface RemoteOrder {
  readonly id: CommandId;
  readonly kind: 'open' | 'close' | 'pulse' | 'valve';
  readonly bay: BayId;
  readonly by: string;
  /** W3C trace context of the request it came of. */
  readonly trace?: string;
}

export interface RemoteOrdersOptions {
  readonly commands: CommandLog;
  readonly desk: OrderDesk;
  readonly stampNow: () => Stamp;
  /** Journal facts that no step of the lot made. */
  readonly append: (facts: readonly SiteFact[]) => void;
}

/** Lets the lot carry out orders from afar: the id is on disk before anything moves. */
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
    if (order.kind !== 'open' && order.kind !== 'close') {
      // Water runs by what was paid and measured here, and no door tells whether it was pulsed.
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
