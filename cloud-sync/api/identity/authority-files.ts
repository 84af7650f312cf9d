import {createPrivateKey, generateKeyPairSync} from 'node:crypto';
import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {ConfigError} from '../../../protocols/base/errors.js';
import {readIfThere, writeNew} from '../key-files.js';
import {authorityFault, CertificateAuthority, selfSigned} from './certificate-authority.js';

const PUBLIC_MODE = 0o644;
const NAME = 'Latchkey gateways';

/**
 * The authority whose key lies in `path` (P-256, PKCS#8 in PEM, readable by its owner only), with its
 * certificate in `<path>.crt`; both are made at the first start.
 * @throws ConfigError `config/key-file` when the files cannot be read or do not belong together
 */
export async function loadOrMakeAuthority(
  path: string,
  parts: {readonly clock: Clock; readonly entropy: Entropy},
): Promise<CertificateAuthority> {
  const keyPem = readIfThere(path) ?? newKey(path);
  const key = parseKey(path, keyPem);
  const certificatePath = `${path}.crt`;
  let certificate = readIfThere(certificatePath);
  if (certificate === undefined) {
    certificate = await selfSigned(key, NAME, parts);
    writeNew(certificatePath, certificate, PUBLIC_MODE);
  }
  const fault = authorityFault(keyPem, certificate);
  if (fault === undefined) return new CertificateAuthority({...parts, key, certificate});
  throw new ConfigError('config/key-file', `${path}: ${fault}`, {path});
}

function newKey(path: string): string {
  const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  const pem = privateKey.export({format: 'pem', type: 'pkcs8'}).toString();
  writeNew(path, pem);
  return pem;
}

function parseKey(path: string, pem: string) {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Said below: no key at all is as useless as a key of another kind.
  }
  throw new ConfigError('config/key-file', `${path} is not a P-256 key`, {path});
}
