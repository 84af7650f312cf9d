import {createHmac} from 'node:crypto';
import type {Clock, Entropy} from '../../protocols/base/clock.js';
import {LinkError} from '../../protocols/base/errors.js';
import {DAY_MS, SECOND_MS} from '../../protocols/base/units.js';
import {movedFen, refusalOf, type SimOrder} from './payment-orders.js';

/** One delivery of a callback, as it comes over HTTP. */
export interface SimCallback {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How often each goes wrong, from 0 to 1. */
export interface PaymentFaults {
  /** The request never arrives. */
  readonly lostRequest: number;
  /** It is done, and the answer never arrives. */
  readonly lostAnswer: number;
  /** It is done 20 s later, when nobody listens any more. */
  readonly slow: number;
  /** A charge that is not paid, a payout that the bank sends back. */
  readonly declined: number;
  /** A refund that the provider does not do. */
  readonly refusedRefund: number;
  /** A callback comes twice. */
  readonly doubled: number;
  /** A callback comes up to a minute late, behind younger ones. */
  readonly late: number;
  readonly lostCallback: number;
  /** A callback claims another amount and that all was paid. */
  readonly lying: number;
}

export const HONEST: PaymentFaults = {
  ...{lostRequest: 0, lostAnswer: 0, slow: 0, declined: 0, refusedRefund: 0},
  ...{doubled: 0, late: 0, lostCallback: 0, lying: 0},
};

export interface SimPaymentOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Shared with its one customer. */
  readonly secret: Uint8Array;
  /** The day on which it books what happens at this instant, `YYYY-MM-DD`. */
  readonly dayOf: (wallMs: number) => string;
  readonly deliver: (callback: SimCallback) => void;
  /** Payers pay by themselves after this; undefined: when `pay` is called. */
  readonly paysAfterMs?: number;
}

const SLOW_MS = 20 * SECOND_MS;
const LATE_MS = 60 * SECOND_MS;
const HOLD_MS = 7 * DAY_MS;

/**
 * A payment provider that answers JSON at `post` and calls back. It does each key once, as it promises,
 * and tells the truth when it is fetched; everything else of it can be made to fail, delay, double,
 * overtake and lie. assumed: no provider's own dialect, only what all have in common.
 */
export class SimPaymentProvider {
  readonly #options: SimPaymentOptions;
  readonly #orders = new Map<string, SimOrder>();
  readonly #calls = new Map<string, number>();
  faults: PaymentFaults = HONEST;
  /** Changes what the settlement of a day says, and nothing else. */
  bendSettlement: (lines: readonly SettledLine[]) => readonly SettledLine[] = lines => lines;

  constructor(options: SimPaymentOptions) {
    this.#options = options;
  }

  /** A request over HTTP. @throws LinkError `sim/payment` when no answer comes */
  async post(path: string, body: object): Promise<unknown> {
    this.#calls.set(path, (this.#calls.get(path) ?? 0) + 1);
    const {clock} = this.#options;
    if (this.#happens('lostRequest')) throw noAnswer(path);
    if (this.#happens('slow')) await clock.sleep(SLOW_MS);
    const answer = this.#answer(path, body as Readonly<Record<string, unknown>>);
    if (this.#happens('lostAnswer')) throw noAnswer(path);
    return JSON.parse(JSON.stringify(answer)) as unknown;
  }

  /** The payer pays, or does not. */
  pay(key: string, isPaid = true): void {
    const order = this.#orders.get(key);
    if (order?.state === 'pending') this.#end(order, isPaid ? undefined : 'NOT_PAID');
  }

  order(key: string): SimOrder | undefined {
    return this.#orders.get(key);
  }

  get orders(): readonly SimOrder[] {
    return [...this.#orders.values()];
  }

  /** How often a path was asked. */
  calls(path: string): number {
    return this.#calls.get(path) ?? 0;
  }

  /** What the merchant has here. */
  balanceFen(merchant: string): number {
    return this.orders
      .filter(order => order.merchant === merchant)
      .reduce((sum, order) => sum + movedFen(order), 0);
  }

  /** Call back about an order again, with whatever is claimed instead of the truth. */
  callBack(key: string, claims: Claims = {}): SimCallback {
    const order = this.#orders.get(key);
    const {clock, entropy, secret} = this.#options;
    const truth = {
      ...{key, merchant: order?.merchant ?? 'nobody', amountFen: order?.amountFen ?? 1},
      ...{currency: order?.currency ?? 'CNY', state: order?.state ?? 'succeeded'},
    };
    const {eventId = `evt_${entropy.ulid()}`, sentWall = clock.wallMs(), ...claimed} = claims;
    const {secret: signingSecret = secret, ...words} = claimed;
    const body = JSON.stringify({...truth, ...words});
    const timestamp = String(Math.floor(sentWall / 1000));
    const digest = createHmac('sha256', signingSecret)
      .update(`${eventId}.${timestamp}.${body}`)
      .digest('base64');
    return {
      headers: {
        ...{'webhook-id': eventId, 'webhook-timestamp': timestamp},
        'webhook-signature': `v1,${digest}`,
      },
      body,
    };
  }

  #answer(path: string, body: Readonly<Record<string, unknown>>): unknown {
    switch (path) {
      case '/orders':
        return {taken: this.#take(body).key};
      case '/orders/fetch': {
        const order = this.#orders.get(String(body.key));
        const isHis = order?.merchant === body.merchant;
        return {found: isHis && order ? pictureOf(order) : null};
      }
      case '/settlements':
        return {day: body.day, lines: this.#settlement(String(body.merchant), String(body.day))};
      default:
        throw noAnswer(path);
    }
  }

  #take(body: Readonly<Record<string, unknown>>): SimOrder {
    const key = String(body.key);
    const known = this.#orders.get(key);
    if (known) return known;
    const {clock, paysAfterMs} = this.#options;
    const order: SimOrder = {
      ...{key, act: String(body.act), ref: `T${this.#orders.size + 1}`},
      ...{merchant: String(body.merchant), amountFen: Number(body.amountFen)},
      ...{currency: String(body.currency), of: body.of === undefined ? undefined : String(body.of)},
      ...{state: 'pending', bookDay: undefined, expiresWall: undefined, why: undefined},
    };
    this.#orders.set(key, order);
    const isPayer = order.act === 'charge' || order.act === 'authorize';
    if (!isPayer) {
      this.#end(order, refusalOf(order, this.#orders) ?? this.#whim(order.act));
    } else if (paysAfterMs !== undefined) {
      const isPaid = !this.#happens('declined');
      clock.timer('sim.payer', paysAfterMs, () => this.pay(key, isPaid));
    }
    return order;
  }

  #whim(act: string): string | undefined {
    if (act === 'pay_out' && this.#happens('declined')) return 'BANK';
    return act === 'refund' && this.#happens('refusedRefund') ? 'NO_FUNDS' : undefined;
  }

  #end(order: SimOrder, why: string | undefined): void {
    const now = this.#options.clock.wallMs();
    order.state = why === undefined ? 'succeeded' : 'failed';
    order.why = why;
    if (why === undefined) {
      order.bookDay = this.#options.dayOf(now);
      if (order.act === 'authorize') order.expiresWall = now + HOLD_MS;
    }
    this.#announce(order);
  }

  #announce({key, amountFen}: SimOrder): void {
    if (this.#happens('lostCallback')) return;
    const {clock, entropy, deliver} = this.#options;
    const lie = this.#happens('lying') ? {amountFen: amountFen + 100, state: 'succeeded'} : {};
    const eventId = `evt_${entropy.ulid()}`;
    const copies = this.#happens('doubled') ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const afterMs = this.#happens('late') ? entropy.fraction() * LATE_MS : SECOND_MS;
      clock.timer('sim.callback', afterMs, () => deliver(this.callBack(key, {...lie, eventId})));
    }
  }

  #settlement(merchant: string, day: string): readonly SettledLine[] {
    const lines = this.orders
      .filter(order => order.merchant === merchant && order.bookDay === day)
      .filter(order => movedFen(order) !== 0)
      .map(order => ({
        ...{key: order.key, ref: order.ref, act: order.act},
        ...{amountFen: movedFen(order), currency: order.currency},
      }));
    return this.bendSettlement(lines);
  }

  #happens(fault: keyof PaymentFaults): boolean {
    const often = this.faults[fault];
    return often > 0 && this.#options.entropy.fraction() < often;
  }
}

export interface Claims {
  readonly eventId?: string;
  readonly sentWall?: number;
  readonly merchant?: string;
  readonly amountFen?: number;
  readonly currency?: string;
  readonly state?: string;
  readonly secret?: Uint8Array;
}

export interface SettledLine {
  readonly key: string;
  readonly ref: string;
  readonly act: string;
  readonly amountFen: number;
  readonly currency: string;
}

function pictureOf({of: _of, ...order}: SimOrder) {
  return order.state === 'pending'
    ? {...order, payLink: `https://pay.example/${order.key}`}
    : order;
}

function noAnswer(path: string): LinkError {
  return new LinkError('sim/payment', `no answer from the payment provider at ${path}`, {path});
}
