import {generateKeyPairSync} from 'node:crypto';
import {createInterface} from 'node:readline';
import {startCloud} from '../../cloud-sync/api/server.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {answer} from './child.js';

const SILENT = {debug() {}, info() {}, warn() {}, error() {}};
const MIB = 1024 * 1024;

export interface CloudReady {
  readonly port: number;
  readonly publicKey: string;
}

export interface CloudReport {
  readonly cpuS: number;
  readonly rssMiB: number;
}

/** `DATABASE`: the cloud with its own broker, until its input ends; each line asks what it has used. */
export async function run([database = '']: readonly string[]): Promise<undefined> {
  const clock = new SystemClock();
  const cloud = await startCloud({
    ...{clock, entropy: new SystemEntropy(clock), log: SILENT, database},
    signingKey: generateKeyPairSync('ed25519').privateKey,
    apiKey: 'bench',
    mqtt: {host: '127.0.0.1', port: 0},
  });
  const port = Number(new URL(cloud.mqttUrl ?? '').port);
  answer({port, publicKey: cloud.publicKey} satisfies CloudReady);
  for await (const _ of createInterface(process.stdin)) {
    const {user, system} = process.cpuUsage();
    const rssMiB = process.memoryUsage.rss() / MIB;
    answer({cpuS: (user + system) / 1e6, rssMiB} satisfies CloudReport);
  }
  await cloud.close();
  return undefined;
}
