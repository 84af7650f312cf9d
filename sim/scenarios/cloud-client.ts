import {UsageError} from '../../protocols/base/errors.js';
import type {GrantChannel} from './card-office.js';

/** An event as the cloud's API gives it out. */
export interface CloudEvent {
  readonly seq: number;
  readonly kind: string;
  readonly wallMs: number;
  readonly clk: string;
  /** When it happened, of a clock that was lost then and came back. */
  readonly correctedMs: number | null;
  /** Of the command that it follows from. */
  readonly traceparent: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A command as the cloud's API shows it. */
export interface CloudCommand {
  readonly id: string;
  readonly state: string;
  readonly why: string | null;
  readonly traceparent: string;
}

export interface Asked<Body> {
  readonly status: number;
  readonly body: Body;
}

export interface CloudClientOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly gateway: string;
  /** The API itself, for a cloud without a socket; HTTP when left out. */
  readonly fetch?: (request: Request) => Response | Promise<Response>;
  /** Runs after every change that was taken, before the caller goes on. */
  readonly afterChange?: () => Promise<void>;
}

export interface Sent {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The cloud's API as an operator of one gateway uses it. */
export class CloudClient {
  readonly url: string;
  /** Cards and grants by HTTP; the cloud numbers and leases them itself. */
  readonly channel: GrantChannel;
  readonly #options: CloudClientOptions;
  readonly #home: string;
  #asked = 0;

  constructor(options: CloudClientOptions) {
    this.url = options.url;
    this.#options = options;
    this.#home = `/v1/gateways/${options.gateway}`;
    this.channel = {
      putCard: ({id, holder, uid, secretHex, state}) =>
        this.#change('POST', '/cards', {id, holder, uid, secretHex, state}),
      putGrant: ({number: _number, rev: _rev, leaseUntil: _lease, ...grant}) =>
        this.#change('POST', '/grants', grant),
      revoke: id => this.#change('DELETE', `/grants/${id}`),
      revokeCard: id => this.#change('DELETE', `/cards/${id}`),
    };
  }

  /** All events that the cloud holds of the gateway, by sequence. */
  async events(kind?: string): Promise<readonly CloudEvent[]> {
    const all: CloudEvent[] = [];
    for (let query = '?limit=500'; ; ) {
      const path = `${this.#home}/events${query}`;
      const page = await this.get<{events: CloudEvent[]; next: string}>(path);
      if (page.events.length === 0) break;
      all.push(...page.events);
      query = `?limit=500&after=${page.next}`;
    }
    return kind === undefined ? all : all.filter(event => event.kind === kind);
  }

  /** @throws UsageError `sim/cloud` for an answer that is not 2xx */
  async get<Body>(path: string): Promise<Body> {
    return (await (await this.#ask('GET', path)).json()) as Body;
  }

  /** Ask anything else of the API. @throws UsageError `sim/cloud` for an answer that is not 2xx */
  async send<Body>(method: string, path: string, sent: Sent = {}): Promise<Body> {
    return (await (await this.#ask(method, path, sent.body, sent.headers)).json()) as Body;
  }

  /** Each call with a key of its own; what is refused is given too. */
  async ask<Body>(method: string, path: string, body?: object): Promise<Asked<Body>> {
    this.#asked += 1;
    const response = await this.#send(method, path, body, {'idempotency-key': `c-${this.#asked}`});
    return {status: response.status, body: (await response.json()) as Body};
  }

  /** Let the gateway serve `site`, with these bays; what is there stays. */
  async addSite(site: string, bays: readonly string[]): Promise<void> {
    const made = {id: site, name: site, kind: 'public', zone: 'Asia/Shanghai'};
    await this.ask('POST', '/v1/sites', made);
    await this.ask('PUT', `/v1/sites/${site}/gateways/${this.#options.gateway}`);
    for (const id of bays) {
      const point = {id, kind: 'bay', gateway: this.#options.gateway};
      await this.ask('POST', `/v1/sites/${site}/points`, point);
    }
  }

  /** Order an arm. */
  async order(
    {site, point, kind}: {readonly site: string; readonly point: string; readonly kind: string},
    reason: string,
  ): Promise<CloudCommand> {
    const path = `/v1/sites/${site}/points/${point}/commands`;
    return (await this.ask<CloudCommand>('POST', path, {kind, reason})).body;
  }

  /** How it stands. */
  command(id: string): Promise<CloudCommand> {
    return this.get<CloudCommand>(`/v1/commands/${id}`);
  }

  async #change(method: string, path: string, body?: unknown): Promise<void> {
    await this.#ask(method, `${this.#home}${path}`, body);
    await this.#options.afterChange?.();
  }

  async #ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const response = await this.#send(method, path, body, headers);
    if (response.ok) return response;
    const text = `${method} ${path}: ${response.status} ${await response.text()}`;
    throw new UsageError('sim/cloud', text);
  }

  async #send(
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<Response> {
    const {url, apiKey, fetch: ask = fetch} = this.#options;
    const request = new Request(`${url}${path}`, {
      method,
      headers: {authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers},
      ...(body === undefined ? {} : {body: JSON.stringify(body)}),
    });
    return await ask(request);
  }
}
