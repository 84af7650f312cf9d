import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {concatBytes} from '../../protocols/base/bytes.js';
import {errorText, LinkError} from '../../protocols/base/errors.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';

/** Who answers at one path. */
export interface PushHandler {
  readonly longestBodyBytes: number;
  answer(body: Uint8Array): {readonly status: number; readonly json: object};
}

export interface PushServerOptions {
  /** Default this computer alone; a site names the address of its camera network. */
  readonly host?: string;
  /** 0: any free one. */
  readonly port: number;
  /** By path, such as `/cameras/gate-1`: cameras have no password, so a path may be a secret. */
  readonly handlers: ReadonlyMap<string, PushHandler>;
  /** `camera/failed`: what a handler threw. */
  readonly onTrouble?: TroubleListener | undefined;
}

const HEADERS_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 15_000;
const LONGEST_HEADERS_BYTES = 8192;
const MOST_CONNECTIONS = 64;

/** The HTTP server that plate cameras post to. It keeps no more of a body than its handler takes. */
export class PushServer {
  readonly #options: PushServerOptions;
  readonly #server: Server;

  constructor(options: PushServerOptions) {
    this.#options = options;
    this.#server = createServer({
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      maxHeaderSize: LONGEST_HEADERS_BYTES,
    });
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#server.on('request', (request, response) => this.#receive(request, response));
    // A connection that could not be taken, for want of descriptors: it must not end the process.
    this.#server.on('error', () => {});
  }

  /** Settles with the port. @throws LinkError `port/locked` taken, `port/denied` not allowed, `port/missing` no such address. */
  open(): Promise<number> {
    const {host = '127.0.0.1', port} = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', error => reject(listenFailure(error, host, port)));
      this.#server.listen(port, host, () => {
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const handler = this.#options.handlers.get(path);
    if (!handler) refuse(response, 404, 'no camera has this address');
    else if (request.method !== 'POST') refuse(response, 405, 'cameras POST');
    else this.#collect(handler, request, response);
  }

  #collect(handler: PushHandler, request: IncomingMessage, response: ServerResponse): void {
    const parts: Uint8Array[] = [];
    let length = 0;
    request.on('data', (part: Uint8Array) => {
      length += part.length;
      if (length <= handler.longestBodyBytes) {
        parts.push(part);
        return;
      }
      request.removeAllListeners('data');
      refuse(response, 413, `body has more than ${handler.longestBodyBytes} bytes`);
    });
    request.on('end', () => {
      if (!response.writableEnded) this.#answer(handler, concatBytes(...parts), response);
    });
    // A camera that hangs up half way sends again by itself.
    request.on('error', () => {});
  }

  #answer(handler: PushHandler, body: Uint8Array, response: ServerResponse): void {
    try {
      const {status, json} = handler.answer(body);
      reply(response, status, json);
    } catch (error) {
      // Without our object in the answer the camera keeps the record and sends it again.
      this.#options.onTrouble?.('camera/failed', errorText(error));
      reply(response, 500, {error: 'not stored, send again'});
    }
  }
}

function reply(response: ServerResponse, status: number, json: object): void {
  const body = JSON.stringify(json);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': new TextEncoder().encode(body).length,
  });
  response.end(body);
}

function refuse(response: ServerResponse, status: number, error: string): void {
  response.setHeader('connection', 'close');
  reply(response, status, {error});
}

function listenFailure(
  error: Error & {readonly code?: string},
  host: string,
  port: number,
): LinkError {
  const codes: Readonly<Record<string, string>> = {
    EADDRINUSE: 'port/locked',
    EACCES: 'port/denied',
  };
  const code = codes[error.code ?? ''] ?? 'port/missing';
  return new LinkError(
    code,
    `cannot listen at ${host}:${port}: ${error.message}`,
    {host, port},
    error,
  );
}
