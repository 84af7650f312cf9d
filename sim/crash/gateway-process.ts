import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {UsageError} from '../../protocols/base/errors.js';
import {PeerProcess, until} from '../real/peer-process.js';
import {DATABASE} from './crash-park.js';

const LATCHKEY = fileURLToPath(new URL('../../bin/latchkey.js', import.meta.url));
/** Two cores do many things at once here; the aim of 10 s is proved elsewhere. */
const START_LIMIT_MS = 30_000;

export interface GatewayOptions {
  /** On the disk under test; holds `site.yaml`. */
  readonly folder: string;
  /** Outside of it: where the process leaves its number. */
  readonly workFolder: string;
  /** A module that the process loads first. */
  readonly preload?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A program that starts the gateway, with its arguments. */
  readonly under?: readonly string[];
}

/** `latchkey run` as a process of its own. */
export class GatewayProcess {
  readonly #peer: PeerProcess;
  readonly #folder: string;

  constructor({folder, workFolder, preload, env = {}, under = []}: GatewayOptions) {
    this.#folder = folder;
    const before = preload === undefined ? [] : ['--import', preload];
    const run = [LATCHKEY, 'run', '--config', join(folder, 'site.yaml')];
    const [command = process.execPath, ...args] = [...under, process.execPath, ...before, ...run];
    this.#peer = new PeerProcess(command, args, {
      env: {...process.env, UV_THREADPOOL_SIZE: '24', ...env},
    });
    const {pid} = this.#peer.child;
    if (pid !== undefined) writeFileSync(join(workFolder, `gateway-${pid}.pid`), `${pid}`);
  }

  get pid(): number {
    return this.#peer.child.pid ?? 0;
  }

  get output(): string {
    return this.#peer.output;
  }

  get isOver(): boolean {
    return this.#peer.isOver;
  }

  /** Until the site runs. @throws UsageError `crash/gateway` when it ends instead */
  async running(limitMs = START_LIMIT_MS): Promise<void> {
    await until(
      'the gateway runs',
      () => this.output.includes('"daemon.running"') || this.isOver,
      limitMs,
    );
    if (this.isOver) throw new UsageError('crash/gateway', `the gateway ended: ${this.output}`);
  }

  /** What the site shows on its page. */
  async state(): Promise<SeenSite> {
    return (await this.#ask('GET', '/api/state')) as SeenSite;
  }

  /** What its wall clock shows, to the second. */
  async wallMs(): Promise<number> {
    const response = await this.#fetch('GET', '/api/state');
    await response.arrayBuffer();
    return Date.parse(response.headers.get('date') ?? '');
  }

  /** Ask as a person at the page. */
  act(path: string, body: object): Promise<unknown> {
    return this.#ask('POST', path, body);
  }

  /** Where people find it. */
  pageUrl(): string {
    return this.#access().url;
  }

  /** What it goes on telling, as to a browser. */
  listen(path: string, signal: AbortSignal): Promise<Response> {
    return this.#fetch('GET', path, undefined, signal);
  }

  /** As if its power went, as far as the process is concerned. */
  kill(): Promise<void> {
    return this.#peer.kill();
  }

  /** Let it end by itself. */
  end(): Promise<void> {
    return this.#peer.end();
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    return (await this.#fetch(method, path, body)).json();
  }

  #access(): Access {
    return JSON.parse(readFileSync(join(this.#folder, `${DATABASE}.token`), 'utf8')) as Access;
  }

  #fetch(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Response> {
    const {url, token, configToken} = this.#access();
    const key = path.startsWith('/api/config/') ? configToken : token;
    return fetch(new URL(path, url), {
      ...{method, ...(signal && {signal})},
      headers: {'X-Latchkey-Token': key, 'content-type': 'application/json'},
      ...(body === undefined ? {} : {body: JSON.stringify(body)}),
    });
  }
}

/** What a daemon leaves for programs of its own machine. */
interface Access {
  readonly url: string;
  readonly token: string;
  readonly configToken: string;
}

/** The part of the page's state that a test looks at. */
export interface SeenSite {
  readonly bays: readonly {
    readonly id: string;
    readonly arm: string;
    readonly health: string;
  }[];
  readonly devices: readonly {readonly id: string; readonly health: string}[];
  readonly alarms: readonly {readonly kind: string; readonly state: string}[];
  /** What of a new site file is under way. */
  readonly config: {readonly phase: string};
}
