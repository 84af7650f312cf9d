import {generateKeyPairSync} from 'node:crypto';
import {existsSync, mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Sqlite from 'better-sqlite3';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {ConfigError, StoreError, SyncError} from '../../protocols/base/errors.js';
import type {SyncLog} from '../log.js';
import {readCloudKey} from '../uplink/cloud-key.js';
import {MqttTransport} from '../uplink/mqtt-transport.js';
import {loadOrMakeApiKey, loadOrMakeSigningKey} from './key-files.js';
import {type Cloud, type CloudOptions, startCloud} from './server.js';
import {SecretBox} from './store/secret-box.js';

const clock = new SystemClock();
const entropy = new SystemEntropy(clock);
const quiet: SyncLog = {debug: () => {}, info: () => {}, warn: () => {}, error: () => {}};
const signingKey = generateKeyPairSync('ed25519').privateKey;
const LOOPBACK = {host: '127.0.0.1', port: 0};

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-cloud-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  return folder;
}

async function start(t: ExecutionContext, changes: Partial<CloudOptions> = {}): Promise<Cloud> {
  const parts = {clock, entropy, log: quiet, signingKey, apiKey: 'secret-key'};
  const cloud = await startCloud({...parts, database: ':memory:', ...changes});
  t.teardown(() => cloud.close());
  return cloud;
}

function ask(cloud: Cloud, method: string, path: string, body?: string, key = 'secret-key') {
  const headers = {
    ...{authorization: `Bearer ${key}`, 'idempotency-key': 'k1'},
    ...(body === undefined ? {} : {'content-type': 'application/json'}),
  };
  const init = body === undefined ? {method, headers} : {method, headers, body};
  return cloud.fetch(new Request(`http://cloud${path}`, init));
}

test('health is open, everything else needs the key', async t => {
  const cloud = await start(t);
  t.is((await cloud.fetch(new Request('http://cloud/livez'))).status, 200);
  t.is((await cloud.fetch(new Request('http://cloud/readyz'))).status, 200);
  const refused = await ask(cloud, 'GET', '/v1/gateways', undefined, 'other');
  t.is(refused.status, 401);
  t.is(refused.headers.get('content-type'), 'application/problem+json');
  t.is((await ask(cloud, 'GET', '/v1/gateways')).status, 200);
});

test('each bad request is told what is wrong', async t => {
  const cloud = await start(t);
  const grants = '/v1/gateways/gw-1/grants';
  const problem = await (await ask(cloud, 'POST', grants, '{"holder":"h"}')).json();
  t.like(problem, {status: 422, code: 'invalid', instance: grants});
  t.true(JSON.stringify(problem).includes('#/validUntil'));
  t.is((await ask(cloud, 'POST', grants, 'no json')).status, 422);
  t.is((await ask(cloud, 'POST', grants, 'x'.repeat(40_000))).status, 413);
  t.is((await ask(cloud, 'POST', '/v1/gateways/gw%2F1/cards', '{}')).status, 404);
  t.is((await ask(cloud, 'GET', '/v1/gateways/none/bays')).status, 404);
  t.is((await ask(cloud, 'GET', '/v1/gateways/none/events?limit=0')).status, 422);
  t.is((await ask(cloud, 'GET', '/v1/commands/none')).status, 404);
  t.is((await ask(cloud, 'DELETE', `${grants}/none`)).status, 404);
  t.is((await ask(cloud, 'GET', '/v2')).status, 404);
});

test('a card secret is neither shown nor readable in the file', async t => {
  const file = join(folderOf(t), 'cloud.db');
  const cloud = await start(t, {database: file});
  const secretHex = 'ab'.repeat(16);
  const card = JSON.stringify({id: 'k-1', holder: 'h-1', uid: '0104F2A7B3', secretHex});
  const shown = await (await ask(cloud, 'POST', '/v1/gateways/gw-1/cards', card)).text();
  t.false(shown.includes(secretHex));
  const rows = new Sqlite(file, {readonly: true}).prepare('SELECT * FROM grant_row').all();
  t.is(rows.length, 1);
  t.false(JSON.stringify(rows).includes(secretHex));
});

test('a sealed text opens under its own key alone', t => {
  const sealed = new SecretBox(signingKey, entropy).seal('secret');
  t.is(new SecretBox(signingKey, entropy).open(sealed), 'secret');
  const other = new SecretBox(generateKeyPairSync('ed25519').privateKey, entropy);
  t.throws(() => other.open(sealed), {instanceOf: StoreError, code: 'store/unseal'});
});

test('real ports: HTTP answers, MQTT takes a gateway, and a taken port is a clear error', async t => {
  const cloud = await start(t, {http: LOOPBACK, mqtt: LOOPBACK});
  t.is((await fetch(`${cloud.httpUrl}/livez`)).status, 200);
  const opened = await new Promise<boolean>(resolve => {
    const transport = new MqttTransport({kind: 'url', url: cloud.mqttUrl ?? ''});
    const will = {topic: 'v1/demo/gw-1/u/st', payload: new Uint8Array()};
    const connection = transport.connect(
      {clientId: 'gw-1', will, subscribe: 'v1/demo/gw-1/d/#'},
      {
        onOpen: () => {
          connection.end();
          resolve(true);
        },
        onMessage: () => {},
        onClose: () => resolve(false),
      },
    );
  });
  t.true(opened);
  const port = Number(new URL(cloud.httpUrl ?? '').port);
  const taken = {code: 'cloud/listen', instanceOf: SyncError};
  await t.throwsAsync(start(t, {http: {...LOOPBACK, port}}), taken);
  const mqttPort = Number(new URL(cloud.mqttUrl ?? '').port);
  await t.throwsAsync(start(t, {http: LOOPBACK, mqtt: {...LOOPBACK, port: mqttPort}}), taken);
});

test('a subscription to other topics than its own is refused', async t => {
  const cloud = await start(t, {mqtt: LOOPBACK});
  const why = await new Promise<string>(resolve => {
    const transport = new MqttTransport({kind: 'url', url: cloud.mqttUrl ?? ''});
    const will = {topic: 'v1/demo/gw-1/u/st', payload: new Uint8Array()};
    transport.connect(
      {clientId: 'gw-1', will, subscribe: 'v1/demo/gw-2/d/#'},
      {onOpen: () => resolve('open'), onMessage: () => {}, onClose: resolve},
    );
  });
  t.not(why, 'open');
});

test('a file that is not ours is left alone', async t => {
  const file = join(folderOf(t), 'other.db');
  new Sqlite(file).exec('CREATE TABLE theirs (a)').close();
  await t.throwsAsync(start(t, {database: file}), {code: 'store/foreign', instanceOf: StoreError});
  writeFileSync(`${file}.txt`, 'this is no database, only a text of some length '.repeat(50));
  await t.throwsAsync(start(t, {database: `${file}.txt`}), {code: 'store/open'});
});

test('keys are made once, private, with the public one beside', t => {
  const file = join(folderOf(t), 'cloud.key');
  const key = loadOrMakeSigningKey(file);
  t.is(statSync(file).mode & 0o777, 0o600);
  t.true(existsSync(`${file}.pub`));
  t.true(loadOrMakeSigningKey(file).equals(key));
  const apiKey = loadOrMakeApiKey(`${file}.api`, entropy);
  t.is(loadOrMakeApiKey(`${file}.api`, entropy), apiKey);
});

test('key files that hold something else are refused by name', t => {
  const file = join(folderOf(t), 'bad.key');
  writeFileSync(file, 'no key');
  const refused = {instanceOf: ConfigError, code: 'config/key-file'};
  t.throws(() => loadOrMakeSigningKey(file), refused);
  t.throws(() => loadOrMakeApiKey(file, entropy), refused);
  const {privateKey, publicKey} = generateKeyPairSync('x25519');
  writeFileSync(file, privateKey.export({format: 'pem', type: 'pkcs8'}));
  t.throws(() => loadOrMakeSigningKey(file), refused);
  const x25519 = publicKey.export({format: 'pem', type: 'spki'}).toString();
  for (const pem of ['no key', x25519]) {
    t.throws(() => readCloudKey(pem), {instanceOf: ConfigError, code: 'config/cloud-key'});
  }
  t.throws(() => new MqttTransport({kind: 'url', url: 'http://x'}), {code: 'config/broker'});
});
