import type {AlarmId, BayId} from '../../protocols/site/ids.js';
import type {AlarmActionInput, CareRequest} from '../domain/calls/call-input.js';
import type {CallActor, CallAnswer} from '../domain/calls/call-view.js';
import type {
  AlarmActionResult,
  LotInput,
  OrderOrigin,
  OrderResult,
} from '../domain/lot/contract.js';

/** Answers of one order: the first (accepted, or why not), then, if it was accepted, the final one. */
export type OrderAnswer = (result: OrderResult) => void;

/**
 * Brings the lot's answers back to whoever asked. An order is known by its origin object, an alarm
 * action by its alarm: both are answered by the very step that takes them, in order.
 */
export class OrderDesk {
  readonly #dispatch: (input: LotInput) => void;
  readonly #orders = new Map<OrderOrigin, {readonly bay: BayId; readonly answer: OrderAnswer}>();
  readonly #latest = new Map<BayId, OrderResult>();
  readonly #alarms = new Map<AlarmId, ((result: AlarmActionResult) => void)[]>();

  readonly #cares = new Map<number, (answer: CallAnswer) => void>();
  #asks = 0;

  constructor(dispatch: (input: LotInput) => void) {
    this.#dispatch = dispatch;
  }

  /** Put an order to the lot. `answer` may run before `order` returns. */
  order(bay: BayId, desired: 'up' | 'down', by: OrderOrigin, answer: OrderAnswer): void {
    this.#orders.set(by, {bay, answer});
    this.#dispatch({kind: 'order', bay, desired, by});
  }

  alarm(action: Omit<AlarmActionInput, 'kind'>): Promise<AlarmActionResult> {
    return new Promise(resolve => {
      const waiting = this.#alarms.get(action.alarm) ?? [];
      this.#alarms.set(action.alarm, [...waiting, resolve]);
      this.#dispatch({kind: 'alarmAction', ...action});
    });
  }

  /** The newest answer for each bay that was ordered since the start. */
  get latest(): ReadonlyMap<BayId, OrderResult> {
    return this.#latest;
  }

  /** What a board asks beside acts on a call itself. */
  care(actor: CallActor, request: CareRequest): Promise<CallAnswer> {
    return new Promise(resolve => {
      this.#asks += 1;
      this.#cares.set(this.#asks, resolve);
      this.#dispatch({kind: 'callCare', ask: this.#asks, actor, request});
    });
  }

  onCallAnswer(ask: number, answer: CallAnswer): void {
    const waiting = this.#cares.get(ask);
    this.#cares.delete(ask);
    waiting?.(answer);
  }

  onOrderResult(order: OrderOrigin, result: OrderResult): void {
    const waiting = this.#orders.get(order);
    if (!waiting) return;
    if (result.kind !== 'accepted') this.#orders.delete(order);
    this.#latest.set(waiting.bay, result);
    waiting.answer(result);
  }

  onAlarmResult(alarm: AlarmId, result: AlarmActionResult): void {
    const [first, ...rest] = this.#alarms.get(alarm) ?? [];
    if (rest.length > 0) this.#alarms.set(alarm, rest);
    else this.#alarms.delete(alarm);
    first?.(result);
  }
}
