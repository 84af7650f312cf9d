import {X509Certificate} from 'node:crypto';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {readCertificateDate} from '../../certificate-time.js';

export interface ServerCheckOptions {
  /** Certificates of the authorities that may vouch for the broker, PEM, one after the other. */
  readonly ca: string;
  /** Surely past. The system's clock may say 1970 or 2036, so no date is held against it. */
  readonly floorMs: () => UnixMillis;
}

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Why a broker's certificate is refused; undefined when it is good: made for servers, signed by a pinned
 * authority itself, and not expired before the latest time that is surely past. Not its name, which is
 * the caller's. A certificate "not yet valid" is good: a lower bound of the time cannot say so.
 * @see sync.md 7, provisioning: works with a wrong clock
 */
export function serverFault(der: Uint8Array, options: ServerCheckOptions): string | undefined {
  const leaf = parse(der);
  if (!leaf) return 'the broker showed no certificate that can be read';
  const issuer = authorities(options.ca).find(ca => isIssuedBy(leaf, ca));
  if (!issuer) return 'the certificate is not from the authority of our cloud';
  if (leaf.ca) return 'the certificate is that of an authority, not of a broker';
  // A gateway's certificate has the same issuer: without this, each could play the broker.
  if (!leaf.keyUsage?.includes(SERVER_AUTH)) return 'the certificate is not made for a broker';
  const floorMs = options.floorMs();
  for (const certificate of [leaf, issuer]) {
    if (readCertificateDate(certificate.validTo) < floorMs) {
      return `the certificate of ${certificate.subject} expired on ${certificate.validTo}`;
    }
  }
  return undefined;
}

function parse(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(der));
  } catch {
    return undefined;
  }
}

function authorities(pem: string): readonly X509Certificate[] {
  return (pem.match(PEM_CERTIFICATE) ?? []).map(one => new X509Certificate(one));
}

function isIssuedBy(leaf: X509Certificate, ca: X509Certificate): boolean {
  return ca.ca && leaf.checkIssued(ca) && leaf.verify(ca.publicKey);
}
