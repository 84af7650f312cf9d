import {errorText} from '../../protocols/base/errors.js';
import {deviceSecrets} from './device-secrets.js';
import type {SiteConfig} from './schema.js';
import {resolveKey, resolveSecret, type SecretReader} from './secrets.js';

/** Every secret that the site file names and that is missing or has the wrong shape; never its content. */
export function secretProblems(config: SiteConfig, reader: SecretReader): readonly string[] {
  const problems: string[] = [];
  const attempt = (resolve: () => unknown) => {
    try {
      resolve();
    } catch (thrown) {
      problems.push(errorText(thrown));
    }
  };
  const {secretKey, cloud} = config;
  if (secretKey) attempt(() => resolveKey(secretKey, 'secretKey', reader));
  if (cloud && 'publicKey' in cloud) {
    attempt(() => resolveSecret(cloud.publicKey, 'cloud.publicKey', reader));
  }
  for (const collector of config.collectors) {
    if (collector.kind !== 'smart') continue;
    attempt(() => resolveKey(collector.key, `key of collector ${collector.id}`, reader));
  }
  for (const {reference, what, bytes} of deviceSecrets(config)) {
    attempt(() =>
      bytes === undefined
        ? resolveSecret(reference, what, reader)
        : resolveKey(reference, what, reader, bytes),
    );
  }
  return problems;
}
