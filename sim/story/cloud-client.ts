import {UsageError} from '../../protocols/base/errors.js';
import type {GrantChannel} from '../scenarios/card-office.js';

export interface CloudClientOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly gateway: string;
}

export interface CloudEvent {
  readonly seq: number;
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The cloud's API as an operator uses it. */
export class CloudClient {
  readonly url: string;
  /** Cards and grants by HTTP. */
  readonly channel: GrantChannel;
  readonly #options: CloudClientOptions;

  constructor(options: CloudClientOptions) {
    this.url = options.url;
    this.#options = options;
    this.channel = {
      putCard: async ({id, holder, uid, secretHex, state}) =>
        void (await this.#ask('POST', '/cards', {id, holder, uid, secretHex, state})),
      putGrant: async ({number: _number, rev: _rev, leaseUntil: _lease, ...grant}) =>
        void (await this.#ask('POST', '/grants', grant)),
      revoke: async id => void (await this.#ask('DELETE', `/grants/${id}`)),
    };
  }

  /** All events that the cloud holds of the gateway, by sequence. */
  async events(): Promise<readonly CloudEvent[]> {
    const all: CloudEvent[] = [];
    for (let query = '?limit=500'; ; ) {
      const response = await this.#ask('GET', `/events${query}`);
      const page = (await response.json()) as {events: CloudEvent[]; next: string};
      if (page.events.length === 0) return all;
      all.push(...page.events);
      query = `?limit=500&after=${page.next}`;
    }
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Response> {
    const {url, apiKey, gateway} = this.#options;
    const response = await fetch(`${url}/v1/gateways/${gateway}${path}`, {
      method,
      headers: {authorization: `Bearer ${apiKey}`, 'content-type': 'application/json'},
      ...(body === undefined ? {} : {body: JSON.stringify(body)}),
    });
    if (response.ok) return response;
    const text = `${method} ${path}: ${response.status} ${await response.text()}`;
    throw new UsageError('sim/cloud', text);
  }
}
