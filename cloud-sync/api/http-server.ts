import {type ServerType, serve} from '@hono/node-server';
import type {Millis} from '../../protocols/base/clock.js';
import {errorText, SyncError} from '../../protocols/base/errors.js';
import type {Api} from './http/api.js';

/** Bounds of a connection, so that nobody holds many of them open for nothing. */
export interface HttpPatience {
  /** From the first byte to the end of the headers. */
  readonly headersMs: Millis;
  /** From the first byte to the end of the body. */
  readonly requestMs: Millis;
  readonly maxConnections: number;
}

const USUAL_PATIENCE: HttpPatience = {headersMs: 10_000, requestMs: 30_000, maxConnections: 2000};
const MAX_HEADER_BYTES = 16 * 1024;

/** @throws SyncError `cloud/listen` when the port is taken */
export function listenHttp(
  app: Api,
  {host, port}: {readonly host: string; readonly port: number},
  patience: Partial<HttpPatience> = {},
): Promise<ServerType> {
  const {headersMs, requestMs, maxConnections} = {...USUAL_PATIENCE, ...patience};
  const serverOptions = {
    ...{headersTimeout: headersMs, requestTimeout: requestMs, maxHeaderSize: MAX_HEADER_BYTES},
    // How often it looks for those that are too slow.
    connectionsCheckingInterval: Math.ceil(headersMs / 4),
  };
  return new Promise((resolve, reject) => {
    const server = serve({fetch: app.fetch, hostname: host, port, serverOptions}, () =>
      resolve(server),
    );
    server.maxConnections = maxConnections;
    // For good: a later error, such as too many open files, ends one connection and not the process.
    server.on('error', error => {
      const where = {host, port};
      const text = `HTTP ${host}:${port}: ${errorText(error)}`;
      reject(new SyncError('cloud/listen', text, where, error));
    });
  });
}

export async function closeHttp(server: ServerType): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  if ('closeAllConnections' in server) server.closeAllConnections();
  await closed;
}
