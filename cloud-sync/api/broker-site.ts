import {readFileSync} from 'node:fs';
import {ConfigError, errorText} from '../../protocols/base/errors.js';
import {readBrokerAddress} from '../uplink/broker-stream.js';
import type {BrokerSite} from './outside-broker.js';

/** How a broker elsewhere is told on the command line; the files are PEM. */
export interface BrokerOptions {
  readonly broker?: string;
  readonly brokerCa?: string;
  readonly brokerCert?: string;
  readonly brokerKey?: string;
}

/** The broker that is meant; undefined: the own one.
 *  @throws ConfigError `config/broker`, `config/broker-tls` */
export function brokerSite(options: BrokerOptions): BrokerSite | undefined {
  const {broker: url, brokerCa, brokerCert, brokerKey} = options;
  const files = [brokerCa, brokerCert, brokerKey].filter(file => file !== undefined);
  if (url === undefined) {
    if (files.length === 0) return undefined;
    throw new ConfigError('config/broker-tls', '--broker-ca, -cert and -key go with --broker');
  }
  if (files.length > 0 && !readBrokerAddress(url).isTls) {
    throw new ConfigError(
      'config/broker-tls',
      '--broker is not mqtts://: nothing would be encrypted',
    );
  }
  if ((brokerCert === undefined) !== (brokerKey === undefined)) {
    throw new ConfigError('config/broker-tls', '--broker-cert and --broker-key go together');
  }
  const tls = {
    ...(brokerCa === undefined ? {} : {ca: read(brokerCa)}),
    ...(brokerCert === undefined ? {} : {cert: read(brokerCert)}),
    ...(brokerKey === undefined ? {} : {key: read(brokerKey)}),
  };
  return {url, tls};
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError('config/broker-tls', `${path}: ${errorText(error)}`, {path}, error);
  }
}
