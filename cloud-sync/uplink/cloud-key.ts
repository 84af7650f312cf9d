import {createPublicKey, type KeyObject} from 'node:crypto';
import {ConfigError, errorText} from '../../protocols/base/errors.js';

/** The public key of the cloud, from the PEM text that the gateway is configured with.
 *  @throws ConfigError `config/cloud-key` when it is no Ed25519 key */
export function readCloudKey(pem: string): KeyObject {
  const key = parse(pem);
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new ConfigError('config/cloud-key', 'the public key of the cloud is not Ed25519');
}

function parse(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (error) {
    throw new ConfigError('config/cloud-key', `public key: ${errorText(error)}`, {}, error);
  }
}
