import {connect as connectTcp, isIP} from 'node:net';
import type {Duplex} from 'node:stream';
import {
  checkServerIdentity,
  connect as connectTls,
  type DetailedPeerCertificate,
  type TLSSocket,
} from 'node:tls';
import {ConfigError, SyncError} from '../../protocols/base/errors.js';

/** How an `mqtts:` address is trusted, and what this end shows of itself. All texts are PEM. */
export interface BrokerTls {
  /** The only roots that count; left out: those of the system. */
  readonly ca?: string;
  /** Certificate of this gateway, and its private key. */
  readonly cert?: string;
  readonly key?: string;
  /** Name that the broker's certificate must bear, where it is not the host of the address. */
  readonly servername?: string;
  /**
   * The last word on the broker's certificate, for a gateway whose clock cannot judge its dates: why it
   * is refused, or undefined. `fault` is what OpenSSL found last (`CERT_NOT_YET_VALID`), undefined when
   * nothing; it may hide an earlier one, so that whoever forgives a date must verify the signature too.
   * The name is checked in any case. Left out: every fault refuses.
   */
  readonly check?: (
    fault: string | undefined,
    certificate: DetailedPeerCertificate,
  ) => string | undefined;
}

/** Where a broker listens, taken from its address. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const MQTT_PORT = 1883;
const MQTTS_PORT = 8883;

/** `mqtt://[USER:PASSWORD@]HOST[:PORT]`, or `mqtts:`. What is wrong is told without the password.
 *  @throws ConfigError `config/broker` */
export function readBrokerAddress(url: string): BrokerAddress {
  const parsed = /^mqtts?:\/\/[^/]/.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed?.hostname) {
    throw new ConfigError('config/broker', `${withoutUser(url)} is not mqtt://HOST:PORT`);
  }
  const isTls = parsed.protocol === 'mqtts:';
  const credential = (text: string) => (text === '' ? undefined : decoded(text, url));
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port || (isTls ? MQTTS_PORT : MQTT_PORT)),
    isTls,
    username: credential(parsed.username),
    password: credential(parsed.password),
  };
}

function decoded(text: string, url: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    const rule = 'a % in user or password is written %25';
    throw new ConfigError('config/broker', `${withoutUser(url)}: ${rule}`);
  }
}

/** Up to the last @, wherever a slash or colon was forgotten: a message like this ends in logs. */
function withoutUser(url: string): string {
  const at = url.lastIndexOf('@');
  if (at < 0) return url;
  const [scheme = ''] = /^[a-z]*:\/\//i.exec(url) ?? [];
  return `${scheme}***${url.slice(at)}`;
}

/** A byte stream to the broker; what is written before it stands is kept until then. */
export function openBrokerStream(address: BrokerAddress, tls: BrokerTls = {}): Duplex {
  const {host, port, isTls} = address;
  if (!isTls) return connectTcp({host, port, noDelay: true});
  const {ca, cert, key, check} = tls;
  const servername = tls.servername ?? host;
  const socket = connectTls({
    ...{host, port, minVersion: 'TLSv1.2', rejectUnauthorized: check === undefined},
    ...(ca === undefined ? {} : {ca}),
    ...(cert === undefined ? {} : {cert}),
    ...(key === undefined ? {} : {key}),
    // A name only: addresses do not travel in the handshake.
    ...(isIP(servername) === 0 ? {servername} : {}),
    checkServerIdentity: (_, certificate) => checkServerIdentity(servername, certificate),
  });
  socket.setNoDelay(true);
  if (check) socket.once('secureConnect', () => judge(socket, servername, check));
  return socket;
}

function judge(socket: TLSSocket, servername: string, check: NonNullable<BrokerTls['check']>) {
  const certificate = socket.getPeerCertificate(true);
  // An expired certificate ends Node's own check before it looks at the name.
  const misnamed = checkServerIdentity(servername, certificate);
  const fault = socket.authorized ? undefined : String(socket.authorizationError);
  const why = misnamed?.message ?? check(fault, certificate);
  if (why !== undefined) socket.destroy(new SyncError('uplink/broker-certificate', why));
}
