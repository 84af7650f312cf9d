import {errorText, SyncError} from '../../../protocols/base/errors.js';

export interface OperatorClientOptions {
  /** Of the cloud's HTTP interface. */
  readonly url: string;
  readonly key: string;
  /** Must give up by itself when no answer comes. */
  readonly request: (request: Request) => Response | Promise<Response>;
  /** A new Idempotency-Key. */
  readonly newKey: () => string;
}

interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly {readonly pointer: string; readonly detail: string}[];
}

/** The interface of a running cloud, as its operator's commands ask it. */
export class OperatorClient {
  readonly #options: OperatorClientOptions;

  constructor(options: OperatorClientOptions) {
    this.#options = options;
  }

  /**
   * The body of a good answer.
   * @throws SyncError `cloud/refused` with the code and the words of a refusal, `cloud/unreachable` when
   *   nobody answers, or nobody of ours
   */
  async ask<Body>(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<Body> {
    const {url, key, request, newKey} = this.#options;
    const headers: Record<string, string> = {authorization: `Bearer ${key}`};
    if (method === 'POST') headers['idempotency-key'] = newKey();
    if (body) headers['content-type'] = 'application/json';
    const init = {method, headers, ...(body && {body: JSON.stringify(body)})};
    const {status, text} = await answerOf(
      () => request(new Request(new URL(path, url), init)),
      url,
    );
    const read = parsed(text);
    if (read === undefined) {
      throw new SyncError('cloud/unreachable', `${url}: ${status}, and no JSON: no cloud of ours`);
    }
    if (status < 300) return read as Body;
    throw new SyncError('cloud/refused', wordsOf(status, read as Problem), {status});
  }
}

async function answerOf(ask: () => Response | Promise<Response>, url: string) {
  try {
    const response = await ask();
    return {status: response.status, text: await response.text()};
  } catch (error) {
    const text = `${url} does not answer (${errorText(error)}): is latchkey-cloud serve running?`;
    throw new SyncError('cloud/unreachable', text, {}, error);
  }
}

function wordsOf(status: number, {code, title, detail, errors = []}: Problem): string {
  const places = errors.map(error => `${error.pointer} ${error.detail}`);
  return `${code ?? status}: ${[detail ?? title ?? 'refused', ...places].join('; ')}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
