import {createHash, hkdfSync, scryptSync} from 'node:crypto';
import {toHex} from '../../protocols/base/bytes.js';

/** What opens a backup: words that a person keeps, or the 32 bytes of a key file. */
export type BackupSecret =
  | {readonly kind: 'passphrase'; readonly text: string}
  | {readonly kind: 'key'; readonly bytes: Uint8Array};

/** How the key of one backup comes from its secret; stands in clear at the head of the file. */
export type KeyDerivation =
  | {readonly kdf: 'scrypt'; readonly n: number; readonly r: number; readonly p: number}
  | {readonly kdf: 'hkdf-sha256'};

export interface DerivedKey {
  /** For AES-256-GCM. */
  readonly key: Uint8Array;
  /** Tells a wrong secret from a damaged file. */
  readonly check: string;
}

const KEY_BYTES = 32;
const INFO = 'latchkey-backup-v1';
/** 32 MiB and about 0.1 s for each guess. @see RFC 7914 */
const SCRYPT = {kdf: 'scrypt', n: 32_768, r: 8, p: 1} as const;
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;
/** Shorter words are guessed; a backup lies around for years. */
export const MIN_PASSPHRASE = 12;

export function derivationFor(secret: BackupSecret): KeyDerivation {
  return secret.kind === 'passphrase' ? SCRYPT : {kdf: 'hkdf-sha256'};
}

/** Undefined when the secret is not of the kind that the file was made with. */
export function deriveKey(
  secret: BackupSecret,
  derivation: KeyDerivation,
  salt: Uint8Array,
): DerivedKey | undefined {
  const bytes = derivedBytes(secret, derivation, salt);
  if (!bytes) return undefined;
  const check = createHash('sha256').update(bytes.subarray(KEY_BYTES)).digest();
  return {key: bytes.subarray(0, KEY_BYTES), check: toHex(check.subarray(0, 8))};
}

function derivedBytes(
  secret: BackupSecret,
  derivation: KeyDerivation,
  salt: Uint8Array,
): Uint8Array | undefined {
  const length = 2 * KEY_BYTES;
  if (secret.kind === 'passphrase' && derivation.kdf === 'scrypt') {
    const {n, r, p} = derivation;
    const options = {N: n, r, p, maxmem: MAX_MEMORY_BYTES};
    return new Uint8Array(scryptSync(secret.text.normalize('NFC'), salt, length, options));
  }
  if (secret.kind === 'key' && derivation.kdf === 'hkdf-sha256') {
    return new Uint8Array(hkdfSync('sha256', secret.bytes, salt, INFO, length));
  }
  return undefined;
}
