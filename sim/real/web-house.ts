import {generateKeyPairSync} from 'node:crypto';
import {join} from 'node:path';
import {bookDayOf} from '../../cloud-sync/api/payments/book-day.js';
import {WireProvider} from '../../cloud-sync/api/payments/wire-provider.js';
import {type Cloud, startCloud} from '../../cloud-sync/api/server.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {DeviceError} from '../../protocols/base/errors.js';
import {SimPaymentProvider} from '../services/payment-provider.js';
import type {Ends} from './cloud-process.js';
import {freshFolder} from './real-site.js';

const KEY = 'office';
const SECRET = new Uint8Array(32).fill(5);
const SILENT = {debug() {}, info() {}, warn() {}, error() {}};
const ZONE = 'Asia/Shanghai';
const DAILY = {single: [], weekly: [{days: [1, 2, 3, 4, 5, 6, 7], fromMinute: 0, toMinute: 1440}]};
export const PASSWORD = '1234567890';
/** Guesses are to be wrong and not slow here. */
const CHEAP = {n: 2, r: 1, p: 1};

export interface HousePerson {
  readonly id: string;
  readonly phone: string;
}

/** A cloud at a real port with a lot, a bathhouse, and people who can sign in; gateways are away. */
export class WebHouse {
  readonly #cloud: Cloud;
  readonly #provider: SimPaymentProvider;
  #asked = 0;
  #people = 0;

  private constructor(cloud: Cloud, provider: SimPaymentProvider) {
    this.#cloud = cloud;
    this.#provider = provider;
  }

  static async open(t: Ends): Promise<WebHouse> {
    const clock = new SystemClock();
    const entropy = new SystemEntropy(clock);
    const callBack = async (headers: Readonly<Record<string, string>>, body: string) => {
      const url = 'http://cloud/v1/payments/callbacks/sim';
      const sent = {...headers, 'content-type': 'application/json'};
      await cloud.fetch(new Request(url, {method: 'POST', headers: sent, body}));
    };
    const provider = new SimPaymentProvider({
      ...{clock, entropy, secret: SECRET, dayOf: bookDayOf},
      deliver: ({headers, body}) => void callBack(headers, body),
    });
    const wire = new WireProvider({
      ...{name: 'sim', secrets: [SECRET], merchants: new Map([['demo', 'm-1']])},
      post: (path, body) => provider.post(path, body),
    });
    const cloud = await startCloud({
      ...{clock, entropy, log: SILENT, apiKey: KEY, tenant: 'demo', passwordCost: CHEAP},
      database: join(freshFolder(t), 'cloud.db'),
      signingKey: generateKeyPairSync('ed25519').privateKey,
      providers: [wire],
      http: {host: '127.0.0.1', port: 0},
    });
    t.teardown(() => cloud.close());
    const house = new WebHouse(cloud, provider);
    await house.#furnish();
    return house;
  }

  get url(): string {
    return this.#cloud.httpUrl ?? '';
  }

  /** @throws DeviceError `real/house` when it is refused */
  async ask<Body>(method: string, path: string, body?: object): Promise<Body> {
    this.#asked += 1;
    const headers = {
      ...{authorization: `Bearer ${KEY}`, 'content-type': 'application/json'},
      'idempotency-key': `house-${this.#asked}`,
    };
    const init = {method, headers, ...(body && {body: JSON.stringify(body)})};
    const response = await this.#cloud.fetch(new Request(`http://cloud${path}`, init));
    const text = await response.text();
    if (!response.ok) throw new DeviceError('real/house', `${method} ${path}: ${text}`);
    return JSON.parse(text) as Body;
  }

  /** Somebody with a password, and with so much to spend. */
  async person(name: string, roles: readonly string[], fen = 0): Promise<HousePerson> {
    this.#people += 1;
    const phone = `1380000${String(1000 + this.#people)}`;
    const {id} = await this.ask<HousePerson>('POST', '/v1/members', {phone, name, roles});
    await this.ask('PUT', `/v1/members/${id}/access`, {roles: ['member'], sites: null});
    const {invitation} = await this.ask<{invitation: string}>(
      'POST',
      `/v1/members/${id}/invitation`,
    );
    await this.ask('POST', '/v1/sessions/redeem', {invitation, password: PASSWORD});
    if (fen > 0) {
      const wish = {provider: 'sim', amountFen: fen};
      await this.ask('POST', `/v1/members/${id}/recharges`, wish);
      await this.paid(id, fen);
    }
    return {id, phone};
  }

  /** A bay of the lot that belongs to somebody, offered by the hour when it says a price. */
  async bay(id: string, owner: HousePerson | undefined, offer?: object): Promise<void> {
    const number = Number(id.replaceAll(/\D/g, '')) || null;
    const point = {id, kind: 'bay', gateway: 'gw-1', owner: owner?.id ?? null, number};
    await this.ask('POST', '/v1/sites/lot-1/points', point);
    if (!offer) return;
    const listing = {site: 'lot-1', point: id, ownershipRef: 'deed 7', openings: DAILY};
    await this.ask('POST', '/v1/listings', {...listing, isPublic: true, priceFen: 600, ...offer});
  }

  /** Whoever is asked to pay pays; settles when it has arrived. */
  async paid(member: string, leastFen: number): Promise<void> {
    for (let round = 0; round < 400; round += 1) {
      for (const {key, state} of this.#provider.orders) {
        if (state === 'pending') this.#provider.pay(key);
      }
      if ((await this.balance(member)).postedFen >= leastFen) return;
      await new Promise(resolve => setTimeout(resolve, 25));
    }
    throw new DeviceError('real/house', `${member} never had ${leastFen} fen`);
  }

  balance(member: string): Promise<{readonly postedFen: number; readonly heldFen: number}> {
    return this.ask('GET', `/v1/members/${member}/balance`);
  }

  async #furnish(): Promise<void> {
    const lot = {id: 'lot-1', name: 'Riverside lot', kind: 'public', zone: ZONE};
    await this.ask('POST', '/v1/sites', {...lot, address: '12 Riverside Road'});
    await this.ask('PUT', '/v1/sites/lot-1/gateways/gw-1');
    const bath = {id: 'bath-1', name: 'Old Town bathhouse', kind: 'bath', zone: ZONE};
    await this.ask('POST', '/v1/sites', {...bath, address: '3 Well Lane'});
    await this.ask('PUT', '/v1/sites/bath-1/gateways/gw-2');
    for (const id of ['S-1', 'S-2']) {
      const stall = {id, kind: 'stall', gateway: 'gw-2'};
      await this.ask('POST', '/v1/sites/bath-1/points', stall);
    }
    const terms = {language: 'en', text: 'Bay {{bay}} at {{site}} until {{until}} for {{price}}.'};
    await this.ask('POST', '/v1/agreement-texts', {...terms, depositFen: 1000});
  }
}
