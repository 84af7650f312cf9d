import {errorText} from '../../protocols/base/errors.js';
import type {CopyAnswer} from '../page/config-actions.js';
import {CONFIG_PATH} from '../page/config-path.js';
import type {Problem} from '../page/request-guard.js';
import type {PageState} from '../page/view.js';
import type {CommandMachine} from './command.js';
import {type PageAccess, readPageAccess} from './page-access.js';
import {readSiteFile} from './site-file.js';

/** An answer of the daemon, or in one sentence why there is none. */
export type DaemonAnswer<Body> =
  | {readonly kind: 'answer'; readonly body: Body}
  | {readonly kind: 'silent'; readonly why: string};

/** What the page adds to an answer that it refuses. */
interface Refusal {
  readonly error?: Problem;
}

/** The running daemon of a site, asked over its local page. */
export class DaemonClient {
  readonly #access: PageAccess;
  readonly #machine: CommandMachine;

  constructor(access: PageAccess, machine: CommandMachine) {
    this.#access = access;
    this.#machine = machine;
  }

  async state(): Promise<DaemonAnswer<PageState>> {
    const answer = await this.#ask<PageState & Refusal>('/api/state', {
      headers: {'X-Latchkey-Token': this.#access.token},
    });
    if (answer.kind === 'silent' || answer.body.error === undefined) return answer;
    const {where, expected, got} = answer.body.error;
    return {kind: 'silent', why: `${this.#access.url}: ${where}: expected ${expected}, got ${got}`};
  }

  /** Post an action; a refusal is an answer, with what to mend in `error`. */
  act<Body>(path: string, body: object): Promise<DaemonAnswer<Body & Refusal>> {
    return this.#post(path, this.#access.token, body);
  }

  /** Look at something that only programs of this machine may see. */
  look<Body>(path: string): Promise<DaemonAnswer<Body & Refusal>> {
    return this.#ask(path, {headers: {'X-Latchkey-Token': this.#access.token}});
  }

  /** Bring a site file, or take one back. */
  configure<Body>(verb: 'apply' | 'rollback', body: object): Promise<DaemonAnswer<Body & Refusal>> {
    return this.#post(`${CONFIG_PATH}/${verb}`, this.#access.configToken, body);
  }

  /** Have the daemon copy the whole site, however long that takes. */
  copySite(by: string): Promise<DaemonAnswer<CopyAnswer & Refusal>> {
    return this.#post(`${CONFIG_PATH}/copy`, this.#access.configToken, {by}, {signal: null});
  }

  #post<Body>(
    path: string,
    token: string,
    body: object,
    options: Pick<RequestInit, 'signal'> = {},
  ): Promise<DaemonAnswer<Body>> {
    return this.#ask(path, {
      ...options,
      method: 'POST',
      headers: {'Content-Type': 'application/json', 'X-Latchkey-Token': token},
      body: JSON.stringify(body),
    });
  }

  async #ask<Body>(path: string, options: RequestInit): Promise<DaemonAnswer<Body>> {
    const url = new URL(path, this.#access.url).href;
    try {
      const response = await this.#machine.request(url, options);
      return {kind: 'answer', body: (await response.json()) as Body};
    } catch (thrown) {
      const why = `no daemon answers at ${this.#access.url} (${errorText(thrown)})`;
      return {kind: 'silent', why};
    }
  }
}

export type FoundDaemon =
  | {readonly kind: 'daemon'; readonly daemon: DaemonClient}
  | {readonly kind: 'problems'; readonly problems: readonly string[]};

/** Find the daemon that runs the site of `path`. */
export function findDaemon(path: string, machine: CommandMachine): FoundDaemon {
  const site = readSiteFile(path, machine);
  if (site.kind === 'problems') return site;
  const access = readPageAccess(site.pathOf(site.config.database), machine);
  if (access) return {kind: 'daemon', daemon: new DaemonClient(access, machine)};
  const problem = `no daemon runs for ${path}: start it with latchkey run --config ${path}`;
  return {kind: 'problems', problems: [problem]};
}
