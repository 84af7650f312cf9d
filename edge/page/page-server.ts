import type {Server} from 'node:http';
import {createAdaptorServer} from '@hono/node-server';
import {LinkError} from '../../protocols/base/errors.js';
import {createPageApp, type PageAppOptions} from './page-app.js';

export interface PageOptions extends PageAppOptions {
  /** 0: any free port. */
  readonly port: number;
}

export interface Page {
  /** Where a browser finds it: `http://127.0.0.1:8080/`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serve the local page until `close`. Binds the configured address alone; loopback unless the owner
 * says otherwise.
 *
 * @throws LinkError `page/not-listening` when the address is taken or not ours.
 */
export async function startPage(options: PageOptions): Promise<Page> {
  const {host, port, log} = options;
  const {app, close} = createPageApp(options);
  const server = createAdaptorServer({fetch: app.fetch}) as Server;
  try {
    await listen(server, host, port);
  } catch (cause) {
    close();
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new LinkError(
      'page/not-listening',
      `the local page cannot listen on ${host}:${port} (${code})`,
      {host, port, code},
      cause,
    );
  }
  const url = urlOf(server, host);
  log.info('page.listening', {url});
  return {
    url,
    close: () => {
      close();
      return shut(server);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    // For good: a later error, such as too many open files, ends one connection and not the site.
    server.on('error', reject);
    server.listen(port, host, resolve);
  });
}

function shut(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}/`;
}
