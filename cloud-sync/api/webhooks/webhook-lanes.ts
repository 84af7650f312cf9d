import type {Millis} from '../../../protocols/base/clock.js';
import {SECOND_MS} from '../../../protocols/base/units.js';

/** Where a message goes. */
export interface Target {
  readonly webhook: string;
  readonly tenant: string;
}

/** What waits for one place. */
export interface Waiting extends Target {
  /** Nothing has got through to it lately. */
  readonly isFailing: boolean;
}

interface UnderWay extends Target {
  readonly sinceMs: Millis;
}

/** Who answers within this is quick. */
const QUICK_MS: Millis = 2 * SECOND_MS;
/** Requests under way to those that answer quickly. */
const MOST_QUICK = 48;
/** And to those that keep one waiting, or never answer. */
const MOST_SLOW = 144;
const MOST_PER_TENANT = 16;
/** Of those: so its own places that answer do not wait for its dead ones. */
const MOST_SLOW_PER_TENANT = 12;
const MOST_PER_PLACE = 4;
/** Who was slow the last time is not waited for by more than one message. */
const MOST_PER_SLOW_PLACE = 1;

/**
 * How many requests this worker may have under way, and to whom: a place that is slow or dead keeps only
 * itself waiting. What is under way for long is counted among the slow ones, so that quick places find
 * room again after two seconds, however many others hang.
 */
export class WebhookLanes {
  readonly #underWay = new Map<string, UnderWay>();
  /** Places that took long, or gave no good answer, the last time. */
  readonly #slow = new Set<string>();

  begin(id: string, target: Target, nowMs: Millis): void {
    this.#underWay.set(id, {...target, sinceMs: nowMs});
  }

  /** `isGood`: it took the message. */
  end(id: string, isGood: boolean, nowMs: Millis): void {
    const ended = this.#underWay.get(id);
    if (!ended) return;
    this.#underWay.delete(id);
    if (isGood && nowMs - ended.sinceMs < QUICK_MS) this.#slow.delete(ended.webhook);
    else this.#slow.add(ended.webhook);
  }

  /**
   * How many may begin now for each of those that wait, the longest waiting first in `waiting`. One each
   * before anybody gets a second: first those of tenants who have the least under way, of them those that
   * answer quickly. Who gets none is in the answer with 0.
   */
  share(waiting: readonly Waiting[], nowMs: Millis): ReadonlyMap<string, number> {
    const load = this.#load(nowMs);
    const given = new Map(waiting.map(({webhook}) => [webhook, 0]));
    for (let round = 0; round < MOST_PER_PLACE; round += 1) {
      const byLoad = waiting.toSorted(
        (a, b) =>
          load.ofTenant(a) - load.ofTenant(b) || Number(this.#isSlow(a)) - Number(this.#isSlow(b)),
      );
      for (const place of byLoad) {
        if (!load.take(place, this.#isSlow(place))) continue;
        given.set(place.webhook, (given.get(place.webhook) ?? 0) + 1);
      }
    }
    return given;
  }

  #isSlow({webhook, isFailing}: Waiting): boolean {
    return isFailing || this.#slow.has(webhook);
  }

  #load(nowMs: Millis): Load {
    const load = new Load();
    for (const {sinceMs, ...target} of this.#underWay.values()) {
      load.add(target, nowMs - sinceMs >= QUICK_MS);
    }
    return load;
  }
}

/** What is under way, by lane, by tenant and by place. */
class Load {
  readonly #tenants = new Map<string, number>();
  readonly #places = new Map<string, number>();
  readonly #slowOfTenants = new Map<string, number>();
  readonly #hanging = new Set<string>();
  #quick = 0;
  #slow = 0;

  ofTenant({tenant}: Target): number {
    return this.#tenants.get(tenant) ?? 0;
  }

  add({tenant, webhook}: Target, isSlow: boolean): void {
    this.#tenants.set(tenant, this.ofTenant({tenant, webhook}) + 1);
    this.#places.set(webhook, (this.#places.get(webhook) ?? 0) + 1);
    // Beyond what the slow may have, one that hangs goes on to count as quick: the sum is bounded.
    if (isSlow && this.#slow < MOST_SLOW) this.#slow += 1;
    else this.#quick += 1;
    if (!isSlow) return;
    this.#hanging.add(webhook);
    this.#slowOfTenants.set(tenant, (this.#slowOfTenants.get(tenant) ?? 0) + 1);
  }

  /** False when there is no room for it. */
  take(target: Target, wasSlow: boolean): boolean {
    const isSlow = wasSlow || this.#hanging.has(target.webhook);
    const most = isSlow ? MOST_PER_SLOW_PLACE : MOST_PER_PLACE;
    if ((this.#places.get(target.webhook) ?? 0) >= most) return false;
    if (this.ofTenant(target) >= MOST_PER_TENANT) return false;
    const ofTenant = this.#slowOfTenants.get(target.tenant) ?? 0;
    if (isSlow && (this.#slow >= MOST_SLOW || ofTenant >= MOST_SLOW_PER_TENANT)) return false;
    if (!isSlow && this.#quick >= MOST_QUICK) return false;
    this.add(target, isSlow);
    return true;
  }
}
