import {generateKeyPairSync, type KeyObject} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {loadOrMakeAuthority} from '../../cloud-sync/api/identity/authority-files.js';
import {
  CertificateAuthority,
  selfSigned,
} from '../../cloud-sync/api/identity/certificate-authority.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {TENANT} from './cloud-on-mosquitto.js';
import {freePort} from './mosquitto.js';
import {PeerProcess, until} from './peer-process.js';
import {freshFolder} from './real-site.js';

/** A space, so that no gateway can ever bear it. */
const WORKER = 'latchkey cloud';
/** What the README has an operator write: each gateway its own topics, the workers all of them. */
const RULES = [
  `user ${WORKER}`,
  `topic read v1/${TENANT}/+/u/#`,
  `topic write v1/${TENANT}/+/d/#`,
  `pattern write v1/${TENANT}/%u/u/#`,
  `pattern read v1/${TENANT}/%u/d/#`,
];

/** PEM files as `--broker-cert` and `--broker-key` name them. */
export interface ShownFiles {
  readonly cert: string;
  readonly key: string;
}

export interface TlsMosquitto {
  readonly url: string;
  readonly folder: string;
  /** Key of the authority of the gateways, for `--ca-key-file`, and its certificate. */
  readonly caKeyFile: string;
  readonly caFile: string;
  /** A worker's certificate, of an authority that makes none for gateways. */
  readonly worker: ShownFiles;
  /** The same name from an authority that the broker does not know, and that one's certificate. */
  readonly stranger: ShownFiles;
  readonly strangerCaFile: string;
}

const clock = new SystemClock();
const entropy = new SystemEntropy(clock);

/** Mosquitto that speaks TLS alone, asks everybody for a certificate, takes names from them, and has rules. */
export async function startTlsMosquitto(t: ExecutionContext): Promise<TlsMosquitto> {
  const folder = freshFolder(t);
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, {mode: 0o644});
    return join(folder, name);
  };
  const gateways = await loadOrMakeAuthority(join(folder, 'gateways.key'), {clock, entropy});
  const [workers, others] = [await authority('Workers'), await authority('Others')];
  const shown = async (ca: CertificateAuthority, name: string): Promise<ShownFiles> => {
    const {privateKey, publicKey} = p256();
    const {pem} = await ca.issueClient(WORKER, TENANT, publicKey);
    return {cert: file(`${name}.crt`, pem), key: file(`${name}.pem`, pemOf(privateKey))};
  };
  const {privateKey, publicKey} = p256();
  const server = await gateways.issueServer(['127.0.0.1', 'localhost'], publicKey);
  const lists = [await gateways.revocationList([]), await workers.revocationList([])];
  const port = await freePort();
  const lines = [
    `listener ${port} 127.0.0.1`,
    // The test's own folder is nobody else's to read.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    `cafile ${file('trusted.crt', `${gateways.certificate}${workers.certificate}`)}`,
    `certfile ${file('server.crt', server.pem)}`,
    `keyfile ${file('server.pem', pemOf(privateKey))}`,
    `crlfile ${file('revoked.crl', lists.join(''))}`,
    ...['require_certificate true', 'use_identity_as_username true', 'allow_anonymous false'],
    ...['persistence false', `acl_file ${file('acl', `${RULES.join('\n')}\n`)}`],
  ];
  const config = file('mosquitto.conf', `${lines.join('\n')}\n`);
  const broker = new PeerProcess('/usr/sbin/mosquitto', ['-c', config, '-v']);
  t.teardown(() => broker.end());
  await until(`mosquitto runs: ${broker.output}`, () => broker.output.includes('running'));
  return {
    url: `mqtts://127.0.0.1:${port}`,
    folder,
    caKeyFile: join(folder, 'gateways.key'),
    caFile: file('gateways.crt', gateways.certificate),
    worker: await shown(workers, 'worker'),
    stranger: await shown(others, 'stranger'),
    strangerCaFile: file('others.crt', others.certificate),
  };
}

/** One of the operator's own. */
async function authority(name: string): Promise<CertificateAuthority> {
  const key = p256().privateKey;
  const certificate = await selfSigned(key, name, {clock, entropy});
  return new CertificateAuthority({clock, entropy, key, certificate});
}

function p256() {
  return generateKeyPairSync('ec', {namedCurve: 'P-256'});
}

function pemOf(key: KeyObject): string {
  return key.export({format: 'pem', type: 'pkcs8'}).toString();
}
