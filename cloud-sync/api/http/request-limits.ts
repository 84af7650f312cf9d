import {getConnInfo} from '@hono/node-server/conninfo';
import type {Context, MiddlewareHandler} from 'hono';
import type {Clock} from '../../../protocols/base/clock.js';
import {networkOf} from '../identity/try-limit.js';
import type {ApiEnv} from './api.js';
import {type Rate, RateLimit} from './rate-limit.js';
import {Refusal} from './refusals.js';

/** How often what may be asked. @see ecosystem.md 3.1, rate limits */
export interface HttpRates {
  readonly perKey: Rate;
  /** Of one address, or of one network of IPv6, whatever it asks. */
  readonly perAddress: Rate;
  /** Keys that nobody knows, from one address. */
  readonly wrongKeys: Rate;
  /** Opens of one device. */
  readonly opens: Rate;
}

const USUAL_RATES: HttpRates = {
  perKey: {burst: 2000, perSecond: 200},
  perAddress: {burst: 4000, perSecond: 400},
  wrongKeys: {burst: 60, perSecond: 1},
  opens: {burst: 15, perSecond: 15 / 60},
};

/** Limits of one worker. */
export class RequestLimits {
  readonly #perKey: RateLimit;
  readonly #perAddress: RateLimit;
  readonly #wrongKeys: RateLimit;
  readonly #opens: RateLimit;

  constructor(clock: Clock, rates: Partial<HttpRates> = {}) {
    const {perKey, perAddress, wrongKeys, opens} = {...USUAL_RATES, ...rates};
    this.#perKey = new RateLimit(clock, perKey);
    this.#perAddress = new RateLimit(clock, perAddress);
    this.#wrongKeys = new RateLimit(clock, wrongKeys);
    this.#opens = new RateLimit(clock, opens);
  }

  /** Before anything is looked up. Who asks from within this process has no address. */
  get byAddress(): MiddlewareHandler<ApiEnv> {
    return async (context, next) => {
      const address = addressOf(context);
      if (address !== undefined) refuseAfter(this.#perAddress.take(networkOf(address)));
      await next();
    };
  }

  /** After the look-up: who guesses locks out nobody whose key is known.
   *  @throws Refusal `too_many_requests` where too many keys were guessed */
  countWrongKey(context: Context<ApiEnv>): void {
    const address = addressOf(context);
    if (address !== undefined) refuseAfter(this.#wrongKeys.take(networkOf(address)));
  }

  /** @throws Refusal `too_many_requests` */
  countKey(id: string): void {
    refuseAfter(this.#perKey.take(id));
  }

  /** @throws Refusal `too_many_requests` */
  countOpen(tenant: string, site: string, bay: string): void {
    refuseAfter(this.#opens.take(`${tenant} ${site} ${bay}`));
  }
}

function refuseAfter(retryAfterS: number | undefined): void {
  if (retryAfterS !== undefined) throw new Refusal('too_many_requests', {retryAfterS});
}

/** Of who asks, as the frame found it: the other end of the socket, or whom trusted proxies name. */
export function addressOf(context: Context<ApiEnv>): string | undefined {
  return context.get('address');
}

/** Of the other end of the socket: what a header says of it anybody can write. */
export function socketAddressOf(context: Context): string | undefined {
  const {incoming, address}: {incoming?: unknown; address?: string} = context.env ?? {};
  return incoming ? getConnInfo(context).remote.address : address;
}
