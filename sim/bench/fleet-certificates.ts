import {createPublicKey, generateKeyPairSync} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {
  CertificateAuthority,
  IssuedCertificate,
} from '../../cloud-sync/api/identity/certificate-authority.js';
import {CertificateTable} from '../../cloud-sync/api/store/certificate-table.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {asId} from '../../protocols/site/ids.js';

export interface Fleet {
  /** PEM, as the rest. */
  readonly ca: string;
  /** One key for all: making thousands of them is not what is measured, proving one is the same. */
  readonly key: string;
  readonly gateways: readonly {readonly name: string; readonly certificate: string}[];
}

type Issued = IssuedCertificate & {readonly name: string};

const LOOPBACK = '127.0.0.1';
const NAME_DIGITS = 5;

/** Certificates of `count` gateways, in a file, and known to the cloud of this folder; returns its path. */
export async function writeFleet(
  folder: string,
  ca: CertificateAuthority,
  count: number,
): Promise<string> {
  const {privateKey, publicKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  const issued: Issued[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = `gw-${String(index).padStart(NAME_DIGITS, '0')}`;
    issued.push({name, ...(await ca.issueClient(name, 'demo', publicKey))});
  }
  await record(join(folder, 'cloud.db'), issued);
  const gateways = issued.map(({name, pem}) => ({name, certificate: pem}));
  const key = privateKey.export({format: 'pem', type: 'pkcs8'}).toString();
  const path = join(folder, 'fleet.json');
  writeFileSync(path, JSON.stringify({ca: ca.certificate, key, gateways} satisfies Fleet));
  return path;
}

async function record(database: string, issued: readonly Issued[]): Promise<void> {
  const store = await CloudStore.open(database);
  const table = new CertificateTable();
  await store.transaction(async tx => {
    for (const {name: gateway, serial, notBeforeMs, notAfterMs} of issued) {
      const dates = {issuedWall: notBeforeMs, notAfterWall: notAfterMs};
      await table.add(tx, {serial, gateway, ...dates});
    }
  });
  await store.close();
}

export interface CertificateFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** Key and certificate in files for a program that wants files. */
export async function writeCertificate(
  folder: string,
  ca: CertificateAuthority,
  use: {readonly kind: 'server'} | {readonly kind: 'client'; readonly name: string},
): Promise<CertificateFiles> {
  const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  const publicKey = createPublicKey(privateKey);
  const {pem} =
    use.kind === 'server'
      ? await ca.issueServer([LOOPBACK], publicKey)
      : await ca.issueClient(asId(use.name), 'demo', publicKey);
  const path = (ending: string) => join(folder, `${use.kind}.${ending}`);
  writeFileSync(path('ca'), ca.certificate, {mode: 0o644});
  writeFileSync(path('crt'), pem, {mode: 0o644});
  // Programs that give up root read it after that.
  const key = privateKey.export({format: 'pem', type: 'pkcs8'});
  writeFileSync(path('key'), key, {mode: 0o644});
  return {ca: path('ca'), certificate: path('crt'), key: path('key')};
}
