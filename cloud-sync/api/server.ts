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
import {CommandDesk} from './command-desk.js';
import {Downlink} from './downlink.js';
import {EventIntake} from './event-intake.js';
import {EventViews} from './event-views.js';
import {GatewayDesk} from './gateway-desk.js';
import {GatewaySessions} from './gateway-sessions.js';
import {GrantDesk} from './grant-desk.js';
import {GrantSync} from './grant-sync.js';
import {cloudRoutes} from './http/routes.js';
import {Ingest} from './ingest.js';
import {ApiKeyTable} from './store/api-key-table.js';
import {CloudDatabase} from './store/cloud-database.js';
import {CommandTable} from './store/command-table.js';
import {EventLedger} from './store/event-ledger.js';
import {GatewayTable} from './store/gateway-table.js';
import {GrantTable} from './store/grant-table.js';
import {SecretBox} from './store/secret-box.js';
import {SiteView} from './store/site-view.js';

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
  const database = new CloudDatabase(options.database);
  try {
    return await assemble(options, database);
  } catch (error) {
    database.close();
    throw error;
  }
}

async function assemble(options: CloudOptions, database: CloudDatabase): Promise<Cloud> {
  const {clock, entropy, log, signingKey, tenant = DEFAULT_TENANT} = options;
  const drops = new DropCounter(log);
  const gateways = new GatewayTable(database);
  const grants = new GrantTable(database, new SecretBox(signingKey, entropy));
  const ledger = new EventLedger(database);
  const view = new SiteView(database);
  const keys = new ApiKeyTable(database);
  keys.put(options.apiKey, 'option', clock.wallMs());
  const sessions = new GatewaySessions(clock);
  const broker = await Broker.open({
    tenant,
    drops,
    onMessage: (gateway, name, payload) => desk.take(gateway, name, payload),
  });
  const publish = broker.publish.bind(broker);
  const downlink = new Downlink({tenant, signingKey, log, publish});
  const grantSync = new GrantSync({clock, database, gateways, grants, sessions, downlink});
  const commandTable = new CommandTable(database);
  const commands = new CommandDesk({
    ...{clock, entropy, database, gateways, sessions, downlink},
    commands: commandTable,
  });
  const ingest = new Ingest({
    ...{clock, log, database, gateways},
    intake: new EventIntake(ledger),
    views: new EventViews(view, drops),
    answer: (gateway, ack) => downlink.acknowledge(gateway, ack),
    onCommandReport: report => commands.onReport(report),
  });
  const desk = new GatewayDesk({
    ...{clock, drops, gateways, sessions, ingest, grantSync, commands, downlink},
  });
  const onChange = (gateway: string) => grantSync.push(gateway);
  const grantDesk = new GrantDesk({clock, entropy, database, gateways, grants, onChange});
  const routes = {log, gateways, sessions, ledger, view, grants: grantDesk, commands, keys};
  const app = cloudRoutes({...routes, ready: () => database.connection.open});
  const leases = repeat(clock, () => grantDesk.renewLeases());
  return listening(options, {app, broker, drops}, async () => {
    leases.cancel();
    commands.close();
    ingest.close();
    await broker.close();
    database.close();
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
function repeat(clock: Clock, work: () => void): Timer {
  let timer: Timer | undefined;
  const run = () => {
    work();
    timer = clock.timer('cloud.leases', HOUR_MS, run);
  };
  run();
  return {cancel: () => timer?.cancel()};
}
