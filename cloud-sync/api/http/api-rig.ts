import {generateKeyPairSync} from 'node:crypto';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import type {SyncLog} from '../../log.js';
import {type Cloud, type CloudOptions, startCloud} from '../server.js';

/** A cloud whose interface tests ask without a socket. */
export interface ApiRig {
  readonly cloud: Cloud;
  /** What was logged as an error or warning. */
  readonly troubles: readonly string[];
  /** Ask with `key`, default the one that may do everything. */
  ask(method: string, path: string, asked?: Asked): Promise<Response>;
  /** The body of an answer with this status. @throws Error for any other status */
  told<Body>(status: number, answer: Promise<Response>): Promise<Body>;
  /** A new key of these rights. */
  key(wish: KeyRights, by?: string): Promise<string>;
}

export interface Asked {
  readonly key?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
}

export interface KeyRights {
  readonly scopes: readonly string[];
  readonly sites?: readonly string[] | null;
  readonly expiresMs?: number | null;
}

export const ROOT_KEY = 'root-key';
const {privateKey: signingKey} = generateKeyPairSync('ed25519');

export async function startRig(
  options: {readonly clock: Clock; readonly entropy: Entropy} & Partial<CloudOptions>,
): Promise<ApiRig> {
  const troubles: string[] = [];
  const trouble = (event: string, fields?: object) =>
    void troubles.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: SyncLog = {debug: () => {}, info: () => {}, warn: trouble, error: trouble};
  const cloud = await startCloud({
    ...{log, database: ':memory:', signingKey, apiKey: ROOT_KEY},
    ...options,
  });
  let count = 0;
  const ask: ApiRig['ask'] = async (method, path, asked = {}) => {
    count += 1;
    const {key = ROOT_KEY, body, address} = asked;
    const headers: Record<string, string> = {
      ...(key === null ? {} : {authorization: `Bearer ${key}`}),
      ...(body === undefined ? {} : {'content-type': 'application/json'}),
      'idempotency-key': `rig-${count}`,
      ...asked.headers,
    };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const init = {method, headers, ...(body === undefined ? {} : {body: text})};
    return await cloud.fetch(new Request(`http://cloud${path}`, init), address);
  };
  const told = async <Body>(status: number, answer: Promise<Response>): Promise<Body> => {
    const response = await answer;
    const text = await response.text();
    if (response.status !== status) throw new Error(`${response.status}: ${text}`);
    return JSON.parse(text) as Body;
  };
  const key: ApiRig['key'] = async (wish, by = ROOT_KEY) => {
    const body = {name: `rig ${count}`, ...wish};
    return (await told<{key: string}>(201, ask('POST', '/v1/keys', {key: by, body}))).key;
  };
  return {cloud, troubles, ask, told, key};
}
