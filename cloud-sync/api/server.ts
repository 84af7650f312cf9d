import {createPublicKey, type KeyObject} from 'node:crypto';
import type {AddressInfo} from 'node:net';
import type {Duplex} from 'node:stream';
import {type ServerType, serve} from '@hono/node-server';
import type {Hono} from 'hono';
import type {Clock, Entropy, Timer} from '../../protocols/base/clock.js';
import {errorText, SyncError} from '../../protocols/base/errors.js';
import {HOUR_MS} from '../../protocols/base/units.js';
import {DropCounter} from '../drop-counter.js';
import type {SyncLog} from '../log.js';
import {Broker} from './broker.js';
import {assembleParts} from './cloud-parts.js';
import {GrantDesk} from './grant-desk.js';
import {cloudRoutes} from './http/routes.js';
import {SiteConfigDesk} from './site-config-desk.js';
import {ApiKeyTable} from './store/api-key-table.js';
import {CloudStore} from './store/cloud-store.js';

export interface ListenAddress {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
}

export interface CloudOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: SyncLog;
  /** Path of the SQLite file, or `:memory:`. */
  readonly database: string;
  /** Ed25519 private key: signs what goes down, and seals card secrets in the database. */
  readonly signingKey: KeyObject;
  readonly apiKey: string;
  readonly tenant?: string;
  /** Absent: not listened on; `fetch` and `attach` work all the same. */
  readonly http?: ListenAddress;
  readonly mqtt?: ListenAddress;
}

export interface Cloud {
  readonly httpUrl: string | undefined;
  readonly mqttUrl: string | undefined;
  /** For the gateways: SPKI in PEM. */
  readonly publicKey: string;
  /** Serve one request without a socket. */
  fetch(request: Request): Response | Promise<Response>;
  /** Take over one MQTT byte stream. */
  attach(stream: Duplex): void;
  /** Refused messages by kind. */
  dropped(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

const DEFAULT_TENANT = 'demo';

/** Start the thin cloud: broker, ingest, grants, commands and HTTP on one database.
 *  @throws StoreError when the database is not usable, SyncError `cloud/listen` when a port is taken. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const store = await CloudStore.open(options.database);
  try {
    return await assemble(options, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function assemble(options: CloudOptions, store: CloudStore): Promise<Cloud> {
  const {clock, entropy, log, tenant = DEFAULT_TENANT} = options;
  const drops = new DropCounter(log);
  const broker = await Broker.open({
    tenant,
    drops,
    onMessage: (gateway, name, payload) => parts.desk.take(gateway, name, payload, 'both'),
  });
  const publish = broker.publish.bind(broker);
  const parts = assembleParts({...options, tenant, store, drops, publish});
  const {gateways, faults, ledger, view, sessions, commands, ingest, grantSync, grants} = parts;
  const {configs, siteConfigs} = parts;
  const keys = new ApiKeyTable();
  await store.read(db => keys.put(db, options.apiKey, 'option', clock.wallMs()));
  const onChange = (gateway: string) => grantSync.push(gateway);
  const grantDesk = new GrantDesk({clock, entropy, store, gateways, grants, onChange});
  const siteConfigDesk = new SiteConfigDesk({
    ...{clock, store, gateways, configs},
    onChange: gateway => siteConfigs.push(gateway),
  });
  const routes = {log, store, gateways, faults, sessions, ledger, view, commands, keys};
  const ready = async () => ingest.isFlowing && (await store.answers());
  const app = cloudRoutes({...routes, grants: grantDesk, siteConfigs: siteConfigDesk, ready});
  const chores = repeat(clock, log, async () => {
    await grantDesk.renewLeases();
    await commands.tidy();
  });
  return listening(options, {app, broker, drops}, async () => {
    await chores.stop();
    commands.close();
    await ingest.close();
    await grantSync.close();
    await siteConfigs.close();
    await broker.close();
    await store.close();
  });
}

interface Parts {
  readonly app: Hono;
  readonly broker: Broker;
  readonly drops: DropCounter;
}

async function listening(
  options: CloudOptions,
  {app, broker, drops}: Parts,
  closeParts: () => Promise<void>,
): Promise<Cloud> {
  const {http, mqtt, signingKey} = options;
  let server: ServerType | undefined;
  try {
    server = http && (await listenHttp(app, http));
    const httpPort = (server?.address() as AddressInfo | undefined)?.port;
    const mqttPort = mqtt && (await broker.listen(mqtt.host, mqtt.port));
    const close = () => closeAll(server, closeParts);
    return {
      httpUrl: http && `http://${http.host}:${httpPort}`,
      mqttUrl: mqtt && `mqtt://${mqtt.host}:${mqttPort}`,
      publicKey: createPublicKey(signingKey).export({format: 'pem', type: 'spki'}).toString(),
      fetch: request => app.fetch(request),
      attach: stream => broker.attach(stream),
      dropped: () => drops.counts(),
      close,
    };
  } catch (error) {
    await closeAll(server, closeParts);
    throw error;
  }
}

function listenHttp(app: Hono, {host, port}: ListenAddress): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve({fetch: app.fetch, hostname: host, port}, () => resolve(server));
    server.once('error', error => {
      const where = {host, port};
      const text = `HTTP ${host}:${port}: ${errorText(error)}`;
      reject(new SyncError('cloud/listen', text, where, error));
    });
  });
}

async function closeAll(server: ServerType | undefined, rest: () => Promise<void>): Promise<void> {
  if (server) {
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    if ('closeAllConnections' in server) server.closeAllConnections();
    await closed;
  }
  await rest();
}

/** Hourly, the first time at once. */
function repeat(clock: Clock, log: SyncLog, work: () => Promise<void>) {
  let timer: Timer | undefined;
  let running: Promise<void> | undefined;
  let isStopped = false;
  const run = () => {
    running = work()
      .catch(error => log.warn('chores.failed', {why: errorText(error)}))
      .finally(() => {
        if (!isStopped) timer = clock.timer('cloud.chores', HOUR_MS, run);
      });
  };
  run();
  const stop = async () => {
    isStopped = true;
    timer?.cancel();
    await running;
  };
  return {stop};
}
