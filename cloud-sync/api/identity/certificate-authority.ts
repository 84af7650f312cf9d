import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import {toHex} from '../../../protocols/base/bytes.js';
import type {Clock, Entropy, UnixMillis} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import {certificateDate} from '../../certificate-time.js';
import {loadX509} from './x509.js';

/** A certificate as it was given out. */
export interface IssuedCertificate {
  readonly pem: string;
  /** Lower-case hex. */
  readonly serial: string;
  readonly notBeforeMs: UnixMillis;
  readonly notAfterMs: UnixMillis;
}

export interface RevokedCertificate {
  readonly serial: string;
  readonly revokedMs: UnixMillis;
}

/** A signing request that may be signed: genuine, and of the one kind of key that we use. */
export interface CheckedRequest {
  /** SPKI in DER, hex: the same key asks the same thing. */
  readonly key: string;
  readonly publicKey: KeyObject;
}

const CURVE = {name: 'ECDSA', namedCurve: 'P-256'} as const;
const SIGNING = {name: 'ECDSA', hash: 'SHA-256'} as const;
/** @see sync.md 7, provisioning */
const CERTIFICATE_LIFE_MS = 365 * DAY_MS;
const AUTHORITY_LIFE_MS = 25 * CERTIFICATE_LIFE_MS;
/** A peer whose clock lags a little must not see a certificate of the future. */
const BACKDATED_MS = DAY_MS;
const CRL_LIFE_MS = 30 * DAY_MS;
const SERIAL_BYTES = 16;

export interface AuthorityParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** P-256. */
  readonly key: KeyObject;
  /** PEM. */
  readonly certificate: string;
}

/** The cloud's own certificate authority: for its gateways, its broker, and nobody else. */
export class CertificateAuthority {
  readonly certificate: string;
  readonly #parts: AuthorityParts;

  constructor(parts: AuthorityParts) {
    this.#parts = parts;
    this.certificate = parts.certificate;
  }

  /** Undefined for what is no request, not signed by its own key, or has a key that is not P-256. */
  async check(csr: string): Promise<CheckedRequest | undefined> {
    const x509 = await loadX509();
    try {
      const request = new x509.Pkcs10CertificateRequest(csr);
      const der = Buffer.from(request.publicKey.rawData);
      const publicKey = createPublicKey({key: der, format: 'der', type: 'spki'});
      if (publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return undefined;
      return (await request.verify()) ? {key: toHex(der), publicKey} : undefined;
    } catch {
      return undefined;
    }
  }

  /** For a gateway: CN = its id, O = its tenant; good for proving itself to a broker and nothing else. */
  async issueClient(
    gateway: string,
    tenant: string,
    publicKey: KeyObject,
  ): Promise<IssuedCertificate> {
    const x509 = await loadX509();
    const usage = new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth], true);
    return this.#issue([{CN: [gateway]}, {O: [tenant]}], publicKey, [usage]);
  }

  /** For a broker that gateways reach under any of `names`: host names or addresses. */
  async issueServer(names: readonly string[], publicKey: KeyObject): Promise<IssuedCertificate> {
    const x509 = await loadX509();
    const usage = new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth], true);
    const alternatives = new x509.SubjectAlternativeNameExtension(
      names.map(value => ({type: isAddress(value) ? 'ip' : 'dns', value}) as const),
    );
    return this.#issue([{CN: [names[0] ?? 'broker']}], publicKey, [usage, alternatives]);
  }

  /** The revoked certificates as a list for other brokers, PEM. */
  async revocationList(revoked: readonly RevokedCertificate[]): Promise<string> {
    const x509 = await loadX509();
    const nowMs = this.#parts.clock.wallMs();
    const crl = await x509.X509CrlGenerator.create({
      issuer: new X509Certificate(this.certificate).subject.replaceAll('\n', ', '),
      thisUpdate: certificateDate(nowMs - BACKDATED_MS),
      nextUpdate: certificateDate(nowMs + CRL_LIFE_MS),
      entries: revoked.map(({serial, revokedMs}) => ({
        serialNumber: serial,
        revocationDate: certificateDate(revokedMs),
      })),
      signingAlgorithm: SIGNING,
      signingKey: await signingKey(this.#parts.key),
    });
    // The library writes a label that OpenSSL does not know.
    const lines =
      Buffer.from(crl.rawData)
        .toString('base64')
        .match(/.{1,64}/g) ?? [];
    return ['-----BEGIN X509 CRL-----', ...lines, '-----END X509 CRL-----', ''].join('\n');
  }

  async #issue(
    subject: readonly {readonly [field: string]: string[]}[],
    publicKey: KeyObject,
    extensions: readonly object[],
  ): Promise<IssuedCertificate> {
    const x509 = await loadX509();
    const {clock, entropy, key} = this.#parts;
    const issuer = new x509.X509Certificate(this.certificate);
    const notBeforeMs = wholeSecond(clock.wallMs() - BACKDATED_MS);
    const notAfterMs = wholeSecond(notBeforeMs + CERTIFICATE_LIFE_MS + BACKDATED_MS);
    const serial = newSerial(entropy);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial,
      subject: subject.map(part => ({...part})),
      issuer: issuer.subject,
      notBefore: certificateDate(notBeforeMs),
      notAfter: certificateDate(notAfterMs),
      signingAlgorithm: SIGNING,
      signingKey: await signingKey(key),
      publicKey: await importPublic(publicKey),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        await x509.AuthorityKeyIdentifierExtension.create(issuer),
        ...(extensions as readonly InstanceType<typeof x509.Extension>[]),
      ],
    });
    return {pem: `${certificate.toString('pem')}\n`, serial, notBeforeMs, notAfterMs};
  }
}

/** A certificate in which `key` vouches for itself, PEM. */
export async function selfSigned(
  key: KeyObject,
  name: string,
  {clock, entropy}: Pick<AuthorityParts, 'clock' | 'entropy'>,
): Promise<string> {
  const x509 = await loadX509();
  const publicKey = await importPublic(createPublicKey(key));
  const nowMs = clock.wallMs();
  const usages = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(entropy),
    name: [{CN: [name]}],
    notBefore: certificateDate(nowMs - BACKDATED_MS),
    notAfter: certificateDate(nowMs + AUTHORITY_LIFE_MS),
    signingAlgorithm: SIGNING,
    keys: {privateKey: await signingKey(key), publicKey},
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(usages, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** Why key and certificate are no authority together; undefined when they are one. */
export function authorityFault(key: string, certificate: string): string | undefined {
  try {
    const parsed = new X509Certificate(certificate);
    if (!parsed.checkPrivateKey(createPrivateKey(key))) return 'key and certificate do not fit';
    return parsed.ca ? undefined : 'the certificate is no authority';
  } catch (error) {
    return errorText(error);
  }
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name) || name.includes(':');
}

function wholeSecond(ms: number): UnixMillis {
  return (Math.floor(ms / 1000) * 1000) as UnixMillis;
}

/** Positive and without a leading zero, so that every reader writes it alike. @see RFC 5280, 4.1.2.2 */
function newSerial(entropy: Entropy): string {
  const bytes = entropy.bytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return toHex(bytes);
}

function signingKey(key: KeyObject): Promise<CryptoKey> {
  const der = key.export({format: 'der', type: 'pkcs8'});
  return webcrypto.subtle.importKey('pkcs8', der, CURVE, false, ['sign']);
}

function importPublic(key: KeyObject): Promise<CryptoKey> {
  const der = key.export({format: 'der', type: 'spki'});
  return webcrypto.subtle.importKey('spki', der, CURVE, true, ['verify']);
}
