import {bookDayOf} from '../../cloud-sync/api/payments/book-day.js';
import type {PaymentProvider} from '../../cloud-sync/api/payments/provider-port.js';
import {WireProvider} from '../../cloud-sync/api/payments/wire-provider.js';
import type {Clock, Entropy} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import type {CloudClient} from '../scenarios/cloud-client.js';
import {type SimCallback, SimPaymentProvider} from '../services/payment-provider.js';

const SECRET = new Uint8Array(32).fill(5);
const PROVIDER = 'sim';
const ZONE = 'Asia/Shanghai';
const DAILY = {single: [], weekly: [{days: [1, 2, 3, 4, 5, 6, 7], fromMinute: 0, toMinute: 1440}]};
/** How soon a payer has paid what he is asked for. */
const PAID_AFTER_MS = 300;

/** A lease that both sides agreed to, and what its tenant shows. */
export interface StoryLease {
  readonly grant: string;
  readonly qr: string;
}

export interface LeaseHours {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A code for the bath, as the cloud shows it. */
export interface StoryCode {
  readonly id: string;
  readonly state: string;
  readonly code?: string;
  readonly heldFen: number;
  readonly usedFen: number | null;
  readonly deliverable: string | null;
}

export interface PlatformPlan {
  readonly site: string;
  readonly gateway: string;
  /** Bays to let, by the number that tokens name. */
  readonly bays: ReadonlyMap<string, number>;
  readonly stalls: readonly string[];
}

/** Whoever pays for the people of the story. */
export class StoryPayments {
  readonly wire: PaymentProvider;
  #deliver: (callback: SimCallback) => void = () => {};

  constructor(clock: Clock, entropy: Entropy, tenant: string) {
    const provider = new SimPaymentProvider({
      ...{clock, entropy, secret: SECRET, dayOf: bookDayOf, paysAfterMs: PAID_AFTER_MS},
      deliver: callback => this.#deliver(callback),
    });
    this.wire = new WireProvider({
      ...{name: PROVIDER, secrets: [SECRET], merchants: new Map([[tenant, 'm-1']])},
      post: (path, body) => provider.post(path, body),
    });
  }

  /** Where the cloud is called back. */
  callAt(cloudUrl: string): void {
    const url = `${cloudUrl}/v1/payments/callbacks/${PROVIDER}`;
    this.#deliver = ({headers, body}) => {
      const sent = {...headers, 'content-type': 'application/json'};
      // A callback that nobody takes comes again, and the cloud asks by itself.
      fetch(url, {method: 'POST', headers: sent, body}).catch(() => {});
    };
  }
}

/** The office of the platform: it lets bays, sells showers, and knows the people of the story. */
export class Platform {
  readonly #cloud: CloudClient;
  readonly #plan: PlatformPlan;
  #people = 0;

  constructor(cloud: CloudClient, plan: PlatformPlan) {
    this.#cloud = cloud;
    this.#plan = plan;
  }

  /** Put the site on the platform: what there is, and what is let. */
  async furnish(): Promise<void> {
    const {site, gateway, bays, stalls} = this.#plan;
    await this.#ask('POST', '/v1/sites', {id: site, name: site, kind: 'public', zone: ZONE});
    await this.#ask('PUT', `/v1/sites/${site}/gateways/${gateway}`);
    const points = `/v1/sites/${site}/points`;
    for (const [id, number] of bays) {
      await this.#ask('POST', points, {id, kind: 'bay', gateway, number});
      await this.#ask('POST', '/v1/listings', {
        ...{site, point: id, ownershipRef: 'deed 7', openings: DAILY, isPublic: true},
        ...{offer: 'lease', priceFen: 3000, termDays: 1},
      });
    }
    for (const id of stalls) await this.#ask('POST', points, {id, kind: 'stall', gateway});
    const text = 'Bay {{bay}} at {{site}} until {{until}} for {{price}}.';
    await this.#ask('POST', '/v1/agreement-texts', {language: 'en', text, depositFen: 1000});
  }

  /** Somebody new, who recharges `fen` when there is a provider to pay it by. */
  async person(name: string, fen: number): Promise<string> {
    this.#people += 1;
    const phone = `1380000${String(1000 + this.#people)}`;
    const roles = ['tenant'];
    const {id} = await this.#ask<{id: string}>('POST', '/v1/members', {phone, name, roles});
    const wish = {provider: PROVIDER, amountFen: fen};
    await this.#ask('POST', `/v1/members/${id}/recharges`, wish);
    return id;
  }

  async balanceFen(member: string): Promise<number> {
    const path = `/v1/members/${member}/balance`;
    return (await this.#ask<{postedFen: number}>('GET', path)).postedFen;
  }

  /** Tenant and lender both agree to the very same text. */
  async lease(holder: string, bay: string, hours: LeaseHours): Promise<StoryLease> {
    const wish = {site: this.#plan.site, point: bay, holder, ...hours};
    const agreement = await this.#ask<Agreement>('POST', '/v1/agreements', wish);
    const {textSha256} = agreement;
    for (const side of ['tenant', 'lender']) {
      await this.#ask('POST', `/v1/agreements/${agreement.id}/consent`, {side, textSha256});
    }
    return this.#tokenOf(agreement.lease);
  }

  code(holder: string): Promise<StoryCode> {
    return this.#ask('POST', '/v1/bath/codes', {site: this.#plan.site, holder});
  }

  codeNow(id: string): Promise<StoryCode> {
    return this.#ask('GET', `/v1/bath/codes/${id}`);
  }

  async #tokenOf(lease: string): Promise<StoryLease> {
    const {grants} = await this.#ask<{grants: {id: string}[]}>('GET', `/v1/grants?order=${lease}`);
    const grant = grants[0]?.id ?? '';
    const path = `/v1/grants/${grant}/credentials`;
    const {credentials} = await this.#ask<{credentials: {id: string; kind: string}[]}>('GET', path);
    const qr = credentials.find(({kind}) => kind === 'qr');
    const {text} = await this.#ask<{text: string}>('GET', `/v1/credentials/${qr?.id}/token`);
    return {grant, qr: text};
  }

  /** @throws UsageError `story/wrong` for whatever the cloud refuses */
  async #ask<Body>(method: string, path: string, body?: object): Promise<Body> {
    const answer = await this.#cloud.ask<Body>(method, path, body);
    if (answer.status < 300) return answer.body;
    const said = JSON.stringify(answer.body);
    throw new UsageError('story/wrong', `${method} ${path}: ${answer.status} ${said}`);
  }
}

interface Agreement {
  readonly id: string;
  readonly lease: string;
  readonly textSha256: string;
}
