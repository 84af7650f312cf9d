import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import type {SyncLog} from '../../log.js';
import type {IdentityShelf} from '../../uplink/identity/gateway-identity.js';
import {type Cloud, type CloudOptions, startCloud} from '../server.js';
import {loadOrMakeAuthority} from './authority-files.js';

export const QUIET: SyncLog = {debug() {}, info() {}, warn() {}, error() {}};
const API_KEY = 'rig-key';

/** A cloud that enrols, for tests; it ends with the test. */
export async function startEnrollingCloud(
  t: ExecutionContext,
  parts: {readonly clock: Clock; readonly entropy: Entropy},
  changes: Partial<CloudOptions> = {},
): Promise<Cloud> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-ca-'));
  const authority = await loadOrMakeAuthority(join(folder, 'ca.key'), parts);
  const cloud = await startCloud({
    ...{...parts, log: QUIET, database: ':memory:', apiKey: API_KEY, authority},
    signingKey: generateKeyPairSync('ed25519').privateKey,
    mqtts: {host: '127.0.0.1', port: 0},
    names: ['127.0.0.1', 'localhost'],
    ...changes,
  });
  t.teardown(async () => {
    await cloud.close();
    rmSync(folder, {recursive: true});
  });
  return cloud;
}

/** Ask the cloud as the office does. */
export async function office<Body>(cloud: Cloud, method: string, path: string): Promise<Body> {
  const headers = {authorization: `Bearer ${API_KEY}`};
  const response = await cloud.fetch(new Request(`http://cloud${path}`, {method, headers}));
  return (await response.json()) as Body;
}

export async function codeFor(cloud: Cloud, gateway: string): Promise<string> {
  const path = `/v1/gateways/${gateway}/enrollment-codes`;
  return (await office<{code: string}>(cloud, 'POST', path)).code;
}

/** An identity folder in memory. */
export function memoryShelf(): IdentityShelf & {readonly files: Map<string, Uint8Array>} {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    read: name => files.get(name),
    write: (name, content) => void files.set(name, content),
    remove: name => void files.delete(name),
  };
}
