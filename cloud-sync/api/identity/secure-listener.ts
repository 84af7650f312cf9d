import {generateKeyPairSync} from 'node:crypto';
import {createServer, type Server, type TLSSocket} from 'node:tls';
import type {Clock, Millis, Timer} from '../../../protocols/base/clock.js';
import {errorText, SyncError} from '../../../protocols/base/errors.js';
import {DAY_MS, HOUR_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {DropCounter} from '../../drop-counter.js';
import type {SyncLog} from '../../log.js';
import type {CertificateAuthority} from './certificate-authority.js';
import type {ShownCertificate} from './certificate-desk.js';

export interface SecureListenerOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly drops: DropCounter;
  readonly ca: CertificateAuthority;
  /** Host names and addresses under which gateways come. */
  readonly names: readonly string[];
  readonly onConnection: (socket: TLSSocket, shown: ShownCertificate) => void;
}

const HANDSHAKE_TIMEOUT_MS: Millis = 20 * SECOND_MS;
/** The server's certificate lives for a year; gateways trust the authority and take any of its own. */
const FRESH_FOR_MS: Millis = 90 * DAY_MS;

/** TLS 1.2 and later, for those alone who show a certificate of our authority. @see sync.md 6 row 4 */
export class SecureListener {
  readonly #options: SecureListenerOptions;
  readonly #server: Server;
  readonly #key = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  #madeMs: Millis = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  private constructor(options: SecureListenerOptions) {
    this.#options = options;
    const {ca, drops, onConnection} = options;
    this.#server = createServer({
      ca: ca.certificate,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    this.#server.on('secureConnection', socket => {
      socket.setNoDelay(true);
      const shown = shownBy(socket);
      if (shown) onConnection(socket, shown);
      else socket.destroy();
    });
    this.#server.on('tlsClientError', error => drops.drop('tls', {why: errorText(error)}));
  }

  /** Settles with the port. @throws SyncError `cloud/listen` */
  static async listen(
    options: SecureListenerOptions,
    host: string,
    port: number,
  ): Promise<{readonly listener: SecureListener; readonly port: number}> {
    const listener = new SecureListener(options);
    await listener.#renew();
    const server = listener.#server;
    await new Promise<void>((resolve, reject) => {
      // For good: a later error, such as too many open files, ends one connection and not the process.
      server.on('error', error => {
        const text = `MQTT with TLS ${host}:${port}: ${errorText(error)}`;
        reject(new SyncError('cloud/listen', text, {host, port}, error));
      });
      server.listen(port, host, resolve);
    });
    listener.#watch();
    const address = server.address();
    return {listener, port: typeof address === 'object' && address ? address.port : port};
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }

  #watch(): void {
    const {clock, log} = this.#options;
    this.#timer = clock.timer('broker certificate', HOUR_MS, () => {
      this.#watch();
      this.#renew().catch(error => log.error('broker.certificate', {why: errorText(error)}));
    });
  }

  async #renew(): Promise<void> {
    const {clock, ca, names} = this.#options;
    if (clock.nowMs() - this.#madeMs < FRESH_FOR_MS) return;
    const {pem} = await ca.issueServer(names, this.#key.publicKey);
    const key = this.#key.privateKey.export({format: 'pem', type: 'pkcs8'});
    this.#server.setSecureContext({
      ...{key, cert: pem, ca: ca.certificate, minVersion: 'TLSv1.2'},
    });
    this.#madeMs = clock.nowMs();
  }
}

/** Whom the certificate names; OpenSSL has proven it. */
function shownBy(socket: TLSSocket): ShownCertificate | undefined {
  const {subject, serialNumber} = socket.getPeerCertificate();
  const {CN: name, O: tenant} = subject ?? {};
  if (!socket.authorized || typeof name !== 'string' || typeof tenant !== 'string')
    return undefined;
  return {name, tenant, serial: serialNumber.toLowerCase()};
}
