import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {Server} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import type {SyncLog} from '../log.js';
import {loadOrMakeAuthority} from './identity/authority-files.js';
import {startCloud} from './server.js';

const quiet: SyncLog = {debug: () => {}, info: () => {}, warn: () => {}, error: () => {}};
const LOOPBACK = {host: '127.0.0.1', port: 0};

test.serial('a connection that cannot be accepted ends no port and not the process', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-listeners-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const servers: Server[] = [];
  const listen = Server.prototype.listen;
  Server.prototype.listen = function (this: Server, ...options: readonly unknown[]) {
    servers.push(this);
    return Reflect.apply(listen, this, options);
  };
  t.teardown(() => {
    Server.prototype.listen = listen;
  });
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const cloud = await startCloud({
    ...{clock, entropy, log: quiet, database: ':memory:', apiKey: 'secret-key'},
    signingKey: generateKeyPairSync('ed25519').privateKey,
    authority: await loadOrMakeAuthority(join(folder, 'ca.key'), {clock, entropy}),
    ...{http: LOOPBACK, mqtt: LOOPBACK, mqtts: LOOPBACK},
  });
  t.teardown(() => cloud.close());
  t.is(servers.length, 3);
  for (const server of servers) {
    for (let times = 0; times < 3; times += 1) {
      t.notThrows(() => server.emit('error', new Error('accept EMFILE')));
    }
  }
  t.is((await fetch(`${cloud.httpUrl}/livez`)).status, 200);
});
