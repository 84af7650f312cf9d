import {readFileSync} from 'node:fs';
import {ConfigError, errorText, SyncError} from '../../../protocols/base/errors.js';
import type {PaymentProvider} from './provider-port.js';
import {WireProvider} from './wire-provider.js';

/** How a payment provider is told on the command line. */
export interface ProviderOptions {
  readonly providerUrl?: string;
  readonly providerName?: string;
  /** The key that the provider gave us, as one line. */
  readonly providerKeyFile?: string;
  /** Base64 of what signs its callbacks, a line each: a new one beside the old while one takes over. */
  readonly providerSecretFile?: string;
  /** `TENANT=NUMBER`: whose account there is whose. */
  readonly providerMerchants?: readonly string[];
}

/** Must give up by itself when no answer comes. */
type Send = (request: Request) => Promise<Response>;

export const PROVIDER_NAME = 'wire';
/** A day of a large merchant has some ten thousand lines. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const MIN_SECRET_BYTES = 24;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const TOGETHER =
  '--provider-url, --provider-key-file, --provider-secret-file and --provider-merchants go together';

/** The providers that are meant; without any nobody can recharge, and everything else works.
 *  @throws ConfigError `config/provider` */
export function providerSite(options: ProviderOptions, send: Send): readonly PaymentProvider[] {
  const {providerUrl, providerName = PROVIDER_NAME} = options;
  const {providerKeyFile: keyFile, providerSecretFile: secretFile, providerMerchants} = options;
  const given = [providerUrl, keyFile, secretFile, providerMerchants];
  if (given.every(one => one === undefined)) {
    if (options.providerName === undefined) return [];
    throw wrong(`--provider-name ${providerName}: ${TOGETHER}`);
  }
  if (!providerUrl || !keyFile || !secretFile || !providerMerchants) throw wrong(TOGETHER);
  if (!/^[a-z0-9-]{1,32}$/.test(providerName)) {
    throw wrong(`--provider-name ${providerName}: expected 1-32 of a-z, 0-9 and -`);
  }
  const base = baseOf(providerUrl);
  const key = read(keyFile, '--provider-key-file').trim();
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw wrong(`--provider-key-file ${keyFile}: expected one line of visible characters`);
  }
  return [
    new WireProvider({
      ...{name: providerName, merchants: merchantsOf(providerMerchants)},
      secrets: secretsOf(secretFile),
      post: (path, body) => post(send, {url: new URL(path.slice(1), base), key, body}),
    }),
  ];
}

/** Paths are added behind its own. */
function baseOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (!url || !isSafe || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw wrong(`--provider-url ${url?.host ?? text}: expected https://HOST/PATH`);
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function secretsOf(path: string): readonly Uint8Array[] {
  const lines = read(path, '--provider-secret-file')
    .split('\n')
    .map(line => line.trim().replace(/^whsec_/, ''))
    .filter(line => line !== '');
  const secrets = lines.map(line => Buffer.from(line, 'base64'));
  const isGood =
    lines.every(line => /^[A-Za-z0-9+/]+={0,2}$/.test(line)) &&
    secrets.every(secret => secret.length >= MIN_SECRET_BYTES);
  if (isGood && secrets.length > 0) return secrets;
  const expected = `Base64 of ${MIN_SECRET_BYTES} bytes or more in each line`;
  throw wrong(`--provider-secret-file ${path}: expected ${expected}`);
}

function merchantsOf(pairs: readonly string[]): ReadonlyMap<string, string> {
  const merchants = new Map<string, string>();
  for (const pair of pairs) {
    const [, tenant, number] = /^([\x21-\x7e]{1,64})=([\x21-\x7e]{1,128})$/.exec(pair) ?? [];
    if (!tenant || !number || tenant.includes('=')) {
      throw wrong(`--provider-merchants ${pair}: expected TENANT=NUMBER`);
    }
    merchants.set(tenant, number);
  }
  return merchants;
}

/** @throws SyncError `payment/answer` for what is no good answer in JSON */
async function post(
  send: Send,
  {url, key, body}: {readonly url: URL; readonly key: string; readonly body: object},
): Promise<unknown> {
  const headers = {authorization: `Bearer ${key}`, 'content-type': 'application/json'};
  const init = {method: 'POST', headers, body: JSON.stringify(body), redirect: 'error'} as const;
  const response = await send(new Request(url, init));
  const told = {path: url.pathname, status: response.status};
  if (!response.ok) {
    await response.body?.cancel();
    throw new SyncError('payment/answer', `${url.host} answers ${response.status}`, told);
  }
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of response.body ?? []) {
    sizeBytes += part.length;
    if (sizeBytes > MAX_ANSWER_BYTES) {
      throw new SyncError('payment/answer', `${url.host} answers without end`, told);
    }
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new SyncError('payment/answer', `${url.host} answers no JSON`, told);
  }
}

function read(path: string, option: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw wrong(`${option} ${path}: ${errorText(error)}`, error);
  }
}

function wrong(text: string, cause?: unknown): ConfigError {
  return new ConfigError('config/provider', text, {}, cause);
}
