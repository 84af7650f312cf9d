import {createPrivateKey, generateKeyPairSync, type KeyObject} from 'node:crypto';
import {closeSync, fsyncSync, openSync, readFileSync, writeSync} from 'node:fs';
import type {Entropy} from '../../protocols/base/clock.js';
import {ConfigError, errorText} from '../../protocols/base/errors.js';

const PRIVATE_MODE = 0o600;
const PUBLIC_MODE = 0o644;
const API_KEY_BYTES = 24;

/**
 * The Ed25519 key in `path`, PKCS#8 in PEM; made at the first start, readable by its owner only, with
 * `<path>.pub` beside it for the gateways.
 * @throws ConfigError `config/key-file` when the file cannot be read or holds something else
 */
export function loadOrMakeSigningKey(path: string): KeyObject {
  const stored = readIfThere(path);
  if (stored === undefined) {
    const {privateKey, publicKey} = generateKeyPairSync('ed25519');
    writeNew(path, privateKey.export({format: 'pem', type: 'pkcs8'}).toString());
    writeNew(
      `${path}.pub`,
      publicKey.export({format: 'pem', type: 'spki'}).toString(),
      PUBLIC_MODE,
    );
    return privateKey;
  }
  const key = parseKey(path, stored);
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new ConfigError('config/key-file', `${path} is not an Ed25519 key`, {path});
}

/** The HTTP key in `path`; made at the first start.
 *  @throws ConfigError `config/key-file` when the file cannot be read or is empty */
export function loadOrMakeApiKey(path: string, entropy: Entropy): string {
  const stored = readIfThere(path)?.trim();
  if (stored === undefined) {
    const key = `lk_${Buffer.from(entropy.bytes(API_KEY_BYTES)).toString('base64url')}`;
    writeNew(path, `${key}\n`);
    return key;
  }
  if (/^\S{16,}$/.test(stored)) return stored;
  throw new ConfigError('config/key-file', `${path} holds no key of 16 characters or more`, {path});
}

/** The HTTP key that a running cloud made. @throws ConfigError `config/key-file` when it is not there */
export function readApiKey(path: string): string {
  const stored = readIfThere(path)?.trim();
  if (stored) return stored;
  const text = `${path} holds no key: latchkey-cloud serve makes it where it is started`;
  throw new ConfigError('config/key-file', text, {path});
}

function parseKey(path: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new ConfigError('config/key-file', `${path}: ${errorText(error)}`, {path}, error);
  }
}

/** @throws ConfigError `config/key-file` for a file that is there and cannot be read */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError('config/key-file', `${path}: ${errorText(error)}`, {path}, error);
  }
}

/** Never over an existing file: an overwritten key would lock every gateway out. */
export function writeNew(path: string, text: string, mode = PRIVATE_MODE): void {
  const file = openSync(path, 'wx', mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
