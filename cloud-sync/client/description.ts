import {generateKeyPairSync, randomBytes} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Clock, Entropy, UnixMillis} from '../../protocols/base/clock.js';
import {loadOrMakeAuthority} from '../api/identity/authority-files.js';
import {type Cloud, startCloud} from '../api/server.js';
import type {SyncLog} from '../log.js';

/** No time passes while a cloud is asked what it can do. */
const STILL: Clock = {
  nowMs: () => 0,
  wallMs: () => 1_700_000_000_000 as UnixMillis,
  timer: () => ({cancel: () => {}}),
  sleep: () => Promise.resolve(),
  waitUntil: () => ({cancel: () => {}}),
};
const QUIET: SyncLog = {debug: () => {}, info: () => {}, warn: () => {}, error: () => {}};
let count = 0;
const PLAIN: Entropy = {
  bytes: length => randomBytes(length),
  fraction: () => 0,
  ulid: () => {
    count += 1;
    return String(count).padStart(26, '0');
  },
};

/** `/openapi.json` of a cloud that has everything, as it is committed. */
export async function openApiText(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-client-'));
  let cloud: Cloud | undefined;
  try {
    cloud = await startCloud({
      ...{clock: STILL, entropy: PLAIN, log: QUIET, database: ':memory:', apiKey: 'none'},
      signingKey: generateKeyPairSync('ed25519').privateKey,
      authority: await loadOrMakeAuthority(join(folder, 'ca.key'), {clock: STILL, entropy: PLAIN}),
    });
    const answer = await cloud.fetch(new Request('http://cloud/openapi.json'));
    return `${JSON.stringify(await answer.json(), null, 1)}\n`;
  } finally {
    await cloud?.close();
    rmSync(folder, {recursive: true});
  }
}
