import {createPrivateKey, createPublicKey, X509Certificate} from 'node:crypto';
import {z} from 'zod';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {ConfigError, errorText, SyncError} from '../../../protocols/base/errors.js';
import {enrolmentGrantSchema, IDENTITY_FILE} from '../../../protocols/cloud/enrolment.js';
import {readCertificateDate} from '../../certificate-time.js';

/** Where an identity lies: a private folder whose files are replaced whole or not at all. */
export interface IdentityShelf {
  /** Undefined when there is no such file. */
  read(name: string): Uint8Array | undefined;
  /** Atomic and durable, readable by its owner only. */
  write(name: string, content: Uint8Array): void;
  remove(name: string): void;
}

/** Key of a certificate that was asked for and has not come. */
const DRAFT_FILE = 'draft.key';

const identitySchema = enrolmentGrantSchema.omit({utc: true}).extend({
  /** Private key, PKCS#8 in PEM; it never leaves this gateway. */
  key: z.string().min(64).max(1024),
  /** The latest time that was known when this was written: where a dead clock begins. */
  floor: enrolmentGrantSchema.shape.utc,
  /** Came out of a backup: the gateway that it was made on may still hold the key, so that a new one is
   *  asked for at once. */
  restored: z.literal(true).optional(),
  /** Serial of the certificate that came with the code; left out until a renewal replaced it. */
  enrolled: z.string().min(1).max(64).optional(),
});

/** Who this gateway is, how it reaches its cloud and how it knows it again. */
export type GatewayIdentity = z.infer<typeof identitySchema>;

export interface CertificateDates {
  /** Lower-case hex. */
  readonly serial: string;
  readonly notBeforeMs: UnixMillis;
  readonly notAfterMs: UnixMillis;
}

/** The identity on the shelf; undefined when this gateway was never enrolled.
 *  @throws ConfigError `config/identity` when what lies there is damaged */
export function readIdentity(shelf: IdentityShelf): GatewayIdentity | undefined {
  const content = shelf.read(IDENTITY_FILE);
  if (content === undefined) return undefined;
  try {
    const identity = identitySchema.parse(JSON.parse(Buffer.from(content).toString('utf8')));
    const fault = identityFault(identity);
    if (fault === undefined) return identity;
    throw new SyncError('uplink/identity', fault);
  } catch (error) {
    const text = `identity ${IDENTITY_FILE} cannot be used: ${errorText(error)}`;
    throw new ConfigError('config/identity', text, {}, error);
  }
}

/** Put a new identity in the place of the old one; the draft that led to it goes. */
export function keepIdentity(shelf: IdentityShelf, identity: GatewayIdentity): void {
  shelf.write(IDENTITY_FILE, Buffer.from(`${JSON.stringify(identity, null, 2)}\n`));
  shelf.remove(DRAFT_FILE);
}

/** Key for the next certificate: stored before it is asked for, so that an answer that was lost can be
 *  asked for again. Made by `make`, PKCS#8 in PEM, when there is none. */
export function draftKey(shelf: IdentityShelf, make: () => string): string {
  const stored = shelf.read(DRAFT_FILE);
  if (stored !== undefined) {
    const pem = Buffer.from(stored).toString('utf8');
    if (isPrivateKey(pem)) return pem;
  }
  const pem = make();
  shelf.write(DRAFT_FILE, Buffer.from(pem));
  return pem;
}

/** Why the parts do not belong together; undefined when they do. */
export function identityFault(identity: GatewayIdentity): string | undefined {
  const {gateway, certificate, key, ca, cloudKey} = identity;
  const leaf = new X509Certificate(certificate);
  if (!leaf.checkPrivateKey(createPrivateKey(key))) return 'key and certificate do not fit';
  if (!leaf.subject.split('\n').includes(`CN=${gateway}`)) {
    return `the certificate is not that of ${gateway}`;
  }
  if (!leaf.verify(new X509Certificate(ca).publicKey)) return 'certificate of another authority';
  const signs = createPublicKey(cloudKey).asymmetricKeyType;
  return signs === 'ed25519' ? undefined : 'the key of the cloud is not Ed25519';
}

export function certificateDates(pem: string): CertificateDates {
  const {serialNumber, validFrom, validTo} = new X509Certificate(pem);
  return {
    serial: serialNumber.toLowerCase(),
    notBeforeMs: readCertificateDate(validFrom),
    notAfterMs: readCertificateDate(validTo),
  };
}

/** Names the enrolment: the same through every renewal, another one after `latchkey enroll`. */
export function enrolmentOf({enrolled, certificate}: GatewayIdentity): string {
  return enrolled ?? certificateDates(certificate).serial;
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}
