import {isIP, connect as openSocket, type Socket} from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect as openTls,
  type TLSSocket,
} from 'node:tls';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {printedTime} from './iso-time.js';

/** How a broker took a connection that was closed at once. */
export type BrokerFacts =
  | {readonly kind: 'unreachable'; readonly why: string}
  /** Connected, and no TLS was asked for. */
  | {readonly kind: 'open'}
  | {
      readonly kind: 'tls';
      /** Why its certificate is not good for its authority or its date; undefined: it is. */
      readonly fault: string | undefined;
      /** Why its certificate is not good for its name. */
      readonly nameFault: string | undefined;
      readonly validFromMs: UnixMillis;
      readonly validToMs: UnixMillis;
    };

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  /** Authority and own certificate in PEM, of an enrolled gateway. */
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

const LIMIT_MS = 8000;
/** Told of dates, which are looked at apart. */
const OF_DATES = /expired|not yet valid|CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/i;

/** Connect as a gateway would, look at the certificate, and close. Nothing is sent but the handshake. */
export function probeBroker(address: BrokerAddress): Promise<BrokerFacts> {
  return new Promise(resolve => {
    const socket = address.isTls ? tlsTo(address) : openSocket(address.port, address.host);
    const end = (answer: BrokerFacts): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(LIMIT_MS, () => end({kind: 'unreachable', why: 'does not answer'}));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end({kind: 'unreachable', why: error.code ?? error.message}),
    );
    if (address.isTls) {
      socket.on('secureConnect', () => end(judge(socket as TLSSocket, address)));
    } else {
      socket.on('connect', () => end({kind: 'open'}));
    }
  });
}

/** Any certificate is taken here, since it is to be looked at and nothing is entrusted to it. */
function tlsTo({host, port, ca, certificate, key}: BrokerAddress): Socket {
  const options: ConnectionOptions = {
    host,
    port,
    rejectUnauthorized: false,
    ...(isIP(host) === 0 && {servername: host}),
    ...(ca !== undefined && {ca}),
    ...(certificate !== undefined && {cert: certificate}),
    ...(key !== undefined && {key}),
  };
  return openTls(options);
}

function judge(socket: TLSSocket, {host}: BrokerAddress): BrokerFacts {
  const shown = socket.getPeerCertificate();
  const refusal = socket.authorized ? undefined : String(socket.authorizationError);
  const isOfDates = refusal !== undefined && OF_DATES.test(refusal);
  const isOfName = refusal !== undefined && /ALTNAME|altname/.test(refusal);
  return {
    kind: 'tls',
    fault: isOfDates || isOfName ? undefined : refusal,
    nameFault: checkServerIdentity(host, shown)?.message,
    validFromMs: printedTime(shown.valid_from),
    validToMs: printedTime(shown.valid_to),
  };
}
