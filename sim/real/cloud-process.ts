import {createPrivateKey, type KeyObject} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {loadOrMakeApiKey, loadOrMakeSigningKey} from '../../cloud-sync/api/key-files.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {PeerProcess, until} from './peer-process.js';

const PROGRAM = 'dist/bin/latchkey-cloud.js';

/** What all workers of one cloud have in common. */
export interface CloudSite {
  readonly folder: string;
  readonly database: string;
  /** Left out: the cloud's own. */
  readonly broker: string | undefined;
  /** Where the own one listens; left out: on any free port. */
  readonly mqttPort?: number;
  /** More options, in the words of `serve`. */
  readonly more?: readonly string[];
  readonly apiKey: string;
  readonly signingKey: KeyObject;
}

/** What ends with the test, or with the last of several. */
export type Ends = Pick<ExecutionContext, 'teardown'>;

export function cloudSite(folder: string, database: string, broker?: string): CloudSite {
  loadOrMakeSigningKey(join(folder, 'cloud.key'));
  const apiKey = loadOrMakeApiKey(join(folder, 'api.key'), new SystemEntropy(new SystemClock()));
  const signingKey = createPrivateKey(readFileSync(join(folder, 'cloud.key')));
  return {folder, database, broker, apiKey, signingKey};
}

/** `latchkey-cloud serve` as it is started in earnest, in a process that can be killed. */
export class CloudProcess {
  readonly #site: CloudSite;
  #process: PeerProcess;
  #url = '';

  private constructor(site: CloudSite) {
    this.#site = site;
    this.#process = spawnCloud(site);
  }

  static async start(t: Ends, site: CloudSite): Promise<CloudProcess> {
    const cloud = CloudProcess.spawn(t, site);
    await cloud.#listening();
    return cloud;
  }

  /** One of which nobody knows whether it will ever be ready. */
  static spawn(t: Ends, site: CloudSite): CloudProcess {
    const cloud = new CloudProcess(site);
    t.teardown(() => cloud.#process.end());
    return cloud;
  }

  /** Everything it logged. */
  get output(): string {
    return this.#process.output;
  }

  /** Of its own broker. */
  get mqttPort(): number {
    return Number(/"mqtt":"[^"]*:(\d+)"/.exec(this.output)?.[1]);
  }

  /** As an operator ends it. */
  async end(): Promise<void> {
    await this.#process.end();
  }

  async kill(): Promise<void> {
    await this.#process.kill();
  }

  async restart(): Promise<void> {
    this.#process = spawnCloud(this.#site);
    await this.#listening();
  }

  /** Of its HTTP interface. */
  get url(): string {
    return this.#url;
  }

  /** Of the process that runs now. */
  get pid(): number {
    return this.#process.child.pid ?? 0;
  }

  get isOver(): boolean {
    return this.#process.isOver;
  }

  async isReady(): Promise<boolean> {
    return (await this.readiness()) === 'ok';
  }

  /** What `/readyz` says; `silent` while nobody answers. */
  async readiness(): Promise<string> {
    this.#url = /"http":"([^"]+)"/.exec(this.output)?.[1] ?? '';
    try {
      return await (await fetch(`${this.#url}/readyz`)).text();
    } catch {
      return 'silent';
    }
  }

  /** Order the arm of A-012, with gw-1 behind it, and wait for what comes of it. */
  async ordered(key: string): Promise<{readonly id: string; readonly state: string}> {
    const site = {id: 'lot-1', name: 'lot-1', kind: 'public', zone: 'Asia/Shanghai'};
    await this.api('POST', '/v1/sites', site);
    await this.api('PUT', '/v1/sites/lot-1/gateways/gw-1');
    await this.api('POST', '/v1/sites/lot-1/points', {id: 'A-012', kind: 'bay'});
    const path = '/v1/sites/lot-1/points/A-012/commands';
    const wish = {kind: 'open', reason: 'a guest', ttlMs: 5000};
    let command = await this.api<{id: string; state: string}>('POST', path, wish, key);
    await until('the command is over', async () => {
      command = await this.api('GET', `/v1/commands/${command.id}`);
      return !['pending', 'sent', 'delivered'].includes(command.state);
    });
    return command;
  }

  async api<Body>(method: string, path: string, body?: object, key?: string): Promise<Body> {
    const headers: Record<string, string> = {authorization: `Bearer ${this.#site.apiKey}`};
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (key !== undefined) headers['idempotency-key'] = key;
    const init =
      body === undefined ? {method, headers} : {method, headers, body: JSON.stringify(body)};
    return (await (await fetch(`${this.#url}${path}`, init)).json()) as Body;
  }

  async #listening(): Promise<void> {
    await until(`the cloud is ready: ${this.output}`, () => this.isReady(), 30_000);
  }
}

function spawnCloud({folder, database, broker, mqttPort = 0, more = []}: CloudSite): PeerProcess {
  const args = [
    ...['serve', '--http', '127.0.0.1:0', '--database', database],
    ...(broker ? ['--broker', broker] : ['--mqtt', `127.0.0.1:${mqttPort}`]),
    ...more,
    ...['--key-file', join(folder, 'cloud.key'), '--api-key-file', join(folder, 'api.key')],
  ];
  return new PeerProcess(process.execPath, [PROGRAM, ...args]);
}
