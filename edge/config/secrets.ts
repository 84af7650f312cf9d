import {fromHex} from '../../protocols/base/bytes.js';
import {ConfigError} from '../../protocols/base/errors.js';

/** Where a secret is kept, as the site file says it. */
export type SecretReference = {readonly file: string} | {readonly env: string};

/** How secrets are fetched; undefined = not there. */
export interface SecretReader {
  readFile(path: string): string | undefined;
  env(name: string): string | undefined;
}

function nameOf(reference: SecretReference): string {
  return 'file' in reference ? `file ${reference.file}` : `environment variable ${reference.env}`;
}

/**
 * The text behind `reference`, without surrounding blanks. `what` names the secret in messages, which
 * never hold any of its content.
 * @throws ConfigError `config/secret-missing`
 */
export function resolveSecret(
  reference: SecretReference,
  what: string,
  reader: SecretReader,
): string {
  const found = 'file' in reference ? reader.readFile(reference.file) : reader.env(reference.env);
  const text = found?.trim() ?? '';
  if (text !== '') return text;
  throw new ConfigError('config/secret-missing', `${what}: ${nameOf(reference)} holds nothing`, {
    what,
  });
}

const KEY_BYTES = 32;

/**
 * A key of `bytes` bytes in hex behind `reference`.
 * @throws ConfigError `config/secret-missing`, `config/secret-shape`
 */
export function resolveKey(
  reference: SecretReference,
  what: string,
  reader: SecretReader,
  bytes = KEY_BYTES,
): Uint8Array {
  const text = resolveSecret(reference, what, reader);
  if (/^[0-9a-f]+$/i.test(text) && text.length === bytes * 2) return fromHex(text);
  const where = nameOf(reference);
  throw new ConfigError('config/secret-shape', `${what}: ${where} is not ${bytes} bytes in hex`, {
    what,
  });
}
