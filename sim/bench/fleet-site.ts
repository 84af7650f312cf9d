import {chmodSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {CertificateAuthority} from '../../cloud-sync/api/identity/certificate-authority.js';
import {InternalError} from '../../protocols/base/errors.js';
import {freePort} from '../real/mosquitto.js';
import {PeerProcess, until} from '../real/peer-process.js';
import {PostgresServer} from '../real/postgres.js';
import {writeCertificate} from './fleet-certificates.js';

const LOOPBACK = '127.0.0.1';
const PROGRAM = 'dist/bin/latchkey-cloud.js';
const START_LIMIT_MS = 30_000;

export type FleetForm = 'embedded' | 'large';

export interface FleetSite {
  /** For gateways. */
  readonly url: string;
  readonly publicKeyFile: string;
  readonly cloudPid: () => number;
  /** Undefined: the broker is a part of the cloud. */
  readonly brokerPid: () => number | undefined;
  /** The broker is killed and comes back. */
  bounce(afterMs: number): Promise<void>;
  close(): Promise<void>;
}

interface Parts {
  readonly folder: string;
  readonly ca: CertificateAuthority;
}

/** The cloud as `latchkey-cloud serve` starts it: alone, or with PostgreSQL and mosquitto. */
export function startFleetSite(form: FleetForm, parts: Parts): Promise<FleetSite> {
  // Programs that give up root look into it.
  chmodSync(parts.folder, 0o755);
  return form === 'embedded' ? startEmbedded(parts) : startLarge(parts);
}

async function startEmbedded({folder}: Parts): Promise<FleetSite> {
  const port = await freePort();
  const args = ['--mqtts', `${LOOPBACK}:${port}`, '--name', LOOPBACK];
  const database = join(folder, 'cloud.db');
  let cloud = await serve(folder, database, args);
  return {
    url: `mqtts://${LOOPBACK}:${port}`,
    publicKeyFile: join(folder, 'cloud.key.pub'),
    cloudPid: () => pidOf(cloud),
    brokerPid: () => undefined,
    bounce: async afterMs => {
      await cloud.kill();
      await pause(afterMs);
      cloud = await serve(folder, database, args);
    },
    close: () => cloud.end(),
  };
}

async function startLarge({folder, ca}: Parts): Promise<FleetSite> {
  const postgres = await PostgresServer.start();
  const port = await freePort();
  const conf = await mosquittoConf(folder, ca, port);
  let broker = await mosquitto(conf);
  const own = await writeCertificate(folder, ca, {kind: 'client', name: 'cloud'});
  const url = `mqtts://${LOOPBACK}:${port}`;
  const cloud = await serve(folder, await postgres.database('fleet'), [
    ...['--broker', url, '--broker-ca', own.ca],
    ...['--broker-cert', own.certificate, '--broker-key', own.key],
  ]);
  return {
    url,
    publicKeyFile: join(folder, 'cloud.key.pub'),
    cloudPid: () => pidOf(cloud),
    brokerPid: () => pidOf(broker),
    bounce: async afterMs => {
      await broker.kill();
      await pause(afterMs);
      broker = await mosquitto(conf);
    },
    close: async () => {
      await cloud.end();
      await broker.end();
      await postgres.stop();
    },
  };
}

async function serve(
  folder: string,
  database: string,
  args: readonly string[],
): Promise<PeerProcess> {
  const path = (name: string) => join(folder, name);
  const cloud = new PeerProcess(process.execPath, [
    ...[PROGRAM, 'serve', '--http', `${LOOPBACK}:0`, '--database', database],
    ...['--key-file', path('cloud.key'), '--api-key-file', path('api.key')],
    ...['--ca-key-file', path('ca.key'), ...args],
  ]);
  await until(
    `the cloud runs: ${cloud.output}`,
    () => cloud.output.includes('cloud.listening'),
    START_LIMIT_MS,
  );
  return cloud;
}

async function mosquittoConf(
  folder: string,
  ca: CertificateAuthority,
  port: number,
): Promise<string> {
  const {ca: cafile, certificate, key} = await writeCertificate(folder, ca, {kind: 'server'});
  const acl = join(folder, 'mosquitto.acl');
  const rules = [
    ...['pattern write v1/demo/%u/u/#', 'pattern read v1/demo/%u/d/#'],
    ...['user cloud', 'topic readwrite v1/demo/#'],
  ];
  writeFileSync(acl, `${rules.join('\n')}\n`, {mode: 0o644});
  const conf = join(folder, 'mosquitto.conf');
  const lines = [
    ...[`listener ${port} ${LOOPBACK}`, `cafile ${cafile}`, `certfile ${certificate}`],
    ...[`keyfile ${key}`, 'require_certificate true', 'use_identity_as_username true'],
    ...[`acl_file ${acl}`, 'persistence false', 'max_queued_messages 100000'],
  ];
  writeFileSync(conf, `${lines.join('\n')}\n`, {mode: 0o644});
  return conf;
}

async function mosquitto(conf: string): Promise<PeerProcess> {
  const broker = new PeerProcess('/usr/sbin/mosquitto', ['-c', conf]);
  await until(`mosquitto runs: ${broker.output}`, () => broker.output.includes('running'));
  return broker;
}

function pidOf({child}: PeerProcess): number {
  if (child.pid === undefined) throw new InternalError('bench/child', 'a process never started');
  return child.pid;
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
