import {generateKeyPairSync, X509Certificate} from 'node:crypto';
import {createServer as createNetServer, type Server as NetServer, type Socket} from 'node:net';
import {createServer, type Server, type TLSSocket} from 'node:tls';
import type {Clock, Millis, Timer} from '../../../protocols/base/clock.js';
import {errorText, SyncError} from '../../../protocols/base/errors.js';
import {DAY_MS, HOUR_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {DropCounter} from '../../drop-counter.js';
import type {SyncLog} from '../../log.js';
import type {CertificateAuthority} from './certificate-authority.js';
import type {ShownCertificate} from './certificate-desk.js';
import {HandshakeGate} from './handshake-gate.js';

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

const DATE_FAULTS: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** TLS 1.2 and later, for those alone who show a certificate of our authority. Its dates are judged by who
 *  knows whether it may be renewed. @see sync.md 6 row 4 */
export class SecureListener {
  readonly #options: SecureListenerOptions;
  /** Does the handshakes that the gate lets begin. */
  readonly #server: Server;
  readonly #gate: HandshakeGate<Socket>;
  readonly #listening: NetServer;
  readonly #key = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  #madeMs: Millis = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  private constructor(options: SecureListenerOptions) {
    this.#options = options;
    const {clock, ca, drops, onConnection} = options;
    this.#server = createServer({
      ca: ca.certificate,
      requestCert: true,
      // Judged below: who comes late to renew must get so far.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    this.#gate = new HandshakeGate<Socket>({
      clock,
      begin: socket => void this.#server.emit('connection', socket),
      onTurnedAway: () => drops.drop('tls', {why: 'too many handshakes at once'}),
    });
    // Not a byte is read before the gate opens.
    this.#listening = createNetServer({pauseOnConnect: true}, socket => {
      // Whoever leaves while he waits is no error of ours.
      socket.on('error', () => {});
      this.#gate.enter(socket);
    });
    this.#server.on('secureConnection', socket => {
      this.#gate.leave();
      socket.setNoDelay(true);
      const shown = shownBy(socket, ca.certificate);
      if (shown) {
        onConnection(socket, shown);
        return;
      }
      drops.drop('tls', {why: String(socket.authorizationError ?? 'no certificate of ours')});
      socket.destroy();
    });
    this.#server.on('tlsClientError', error => {
      this.#gate.leave();
      drops.drop('tls', {why: errorText(error)});
    });
  }

  /** Settles with the port. @throws SyncError `cloud/listen` */
  static async listen(
    options: SecureListenerOptions,
    host: string,
    port: number,
  ): Promise<{readonly listener: SecureListener; readonly port: number}> {
    const listener = new SecureListener(options);
    await listener.#renew();
    const server = listener.#listening;
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
    this.#gate.close();
    await new Promise<void>(resolve => this.#listening.close(() => resolve()));
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

/** Whom the certificate names; OpenSSL has proven that the other end holds its key. */
function shownBy(socket: TLSSocket, ca: string): ShownCertificate | undefined {
  const {subject, serialNumber, raw} = socket.getPeerCertificate();
  const {CN: name, O: tenant} = subject ?? {};
  const isProven = socket.authorized || (isOutOfDate(socket) && isOfAuthority(raw, ca));
  if (!isProven || typeof name !== 'string' || typeof tenant !== 'string') return undefined;
  return {name, tenant, serial: serialNumber.toLowerCase()};
}

function isOutOfDate(socket: TLSSocket): boolean {
  return DATE_FAULTS.has(String(socket.authorizationError));
}

/** A fault of dates may hide any other, so everything else is looked at again. */
function isOfAuthority(der: Uint8Array, ca: string): boolean {
  const leaf = new X509Certificate(der);
  const authority = new X509Certificate(ca);
  const isIssued = leaf.checkIssued(authority) && leaf.verify(authority.publicKey);
  return isIssued && !leaf.ca && (leaf.keyUsage?.includes(CLIENT_AUTH) ?? false);
}
