import {createPublicKey, type KeyObject} from 'node:crypto';
import type {AddressInfo} from 'node:net';
import type {Duplex} from 'node:stream';
import type {ServerType} from '@hono/node-server';
import type {Clock, Entropy, Millis, Timer} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {HOUR_MS, SECOND_MS} from '../../protocols/base/units.js';
import {DropCounter} from '../drop-counter.js';
import type {SyncLog} from '../log.js';
import type {PasswordCost} from './accounts/password.js';
import type {VaultKeys} from './accounts/vault-keys.js';
import {assembleAreas} from './areas.js';
import {Broker} from './broker.js';
import type {OnMessage} from './broker-port.js';
import type {NoticePorts} from './calls/notice-port.js';
import {healthOf, metricsOf} from './cloud-health.js';
import {assembleParts} from './cloud-parts.js';
import {tellingCommands} from './command-changes.js';
import type {CardMasterKeys} from './credentials/card-keys.js';
import {GrantDesk} from './grant-desk.js';
import type {Api} from './http/api.js';
import {Callers} from './http/callers.js';
import type {TrustedProxies} from './http/client-address.js';
import {cloudApi} from './http/cloud-api.js';
import {GatewayAccess} from './http/gateway-access.js';
import {addGatewayRoutes} from './http/gateway-routes.js';
import type {IdentityRoutes} from './http/identity-routes.js';
import {type HttpRates, RequestLimits} from './http/request-limits.js';
import {closeHttp, type HttpPatience, listenHttp} from './http-server.js';
import type {CertificateAuthority} from './identity/certificate-authority.js';
import type {CertificateDesk, ShownCertificate} from './identity/certificate-desk.js';
import {EnrolmentDesk} from './identity/enrolment-desk.js';
import {SecureListener} from './identity/secure-listener.js';
import type {Ingest} from './ingest.js';
import {type BrokerSite, OutsideBroker, publicUrl} from './outside-broker.js';
import type {PaymentProvider} from './payments/provider-port.js';
import {tellingBays} from './places/bay-changes.js';
import {SiteConfigDesk} from './site-config-desk.js';
import {tellingMisparked} from './stays/misparked-changes.js';
import {ApiKeyTable} from './store/api-key-table.js';
import {CloudStore} from './store/cloud-store.js';
import {EnrolmentTable} from './store/enrolment-table.js';
import {GatewayOverview} from './store/gateway-overview.js';
import {SecretBox} from './store/secret-box.js';
import {AccessKeyTable} from './tenancy/access-key-table.js';
import {ChangeFeed} from './tenancy/change-feed.js';
import {SiteTable} from './tenancy/site-table.js';
import {TenantTable} from './tenancy/tenant-table.js';

export interface ListenAddress {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
}

export interface CloudOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: SyncLog;
  /** Path of a SQLite file, `:memory:`, or `postgres://USER@HOST/DATABASE`. */
  readonly database: string;
  /** A broker that stands elsewhere, for any number of workers on one PostgreSQL. Absent: an own one. */
  readonly broker?: BrokerSite;
  /** Ed25519 private key: signs what goes down, and seals card secrets in the database. */
  readonly signingKey: KeyObject;
  readonly apiKey: string;
  /** Payment providers; without any nobody can recharge, and everything else works. */
  readonly providers?: readonly PaymentProvider[];
  /** Mail servers and SMS providers that carry notices of calls; left out, only webhooks tell of them. */
  readonly noticePorts?: NoticePorts;
  /** Where people reach this cloud: links in notices begin with it. */
  readonly publicUrl?: string;
  readonly tenant?: string;
  /** Absent: not listened on; `fetch` and `attach` work all the same. */
  readonly http?: ListenAddress;
  /** Where the own broker listens. */
  readonly mqtt?: ListenAddress;
  /** Wrap what is kept of persons; left out, they follow from the signing key. */
  readonly vaultKeys?: VaultKeys;
  /** Of what the keys of cards are made; left out, cards that prove something bring their own secret. */
  readonly cardKeys?: CardMasterKeys;
  /** What a guess of a password costs; left out, as usual. */
  readonly passwordCost?: PasswordCost;
  /** Gives gateways their certificates; left out, nobody is enrolled. */
  readonly authority?: CertificateAuthority;
  /** MQTT for gateways that show their certificate; wants `authority`. */
  readonly mqtts?: ListenAddress;
  /** Names and addresses under which gateways reach `mqtts`; the first is told to them. */
  readonly names?: readonly string[];
  /** How often what may be asked over HTTP; what is left out is as usual. */
  readonly rates?: Partial<HttpRates>;
  /** How long the HTTP server bears with a slow client. */
  readonly patience?: Partial<HttpPatience>;
  /** Proxies whose `X-Forwarded-For` tells who asks; left out, it is the other end of the socket. */
  readonly trustedProxies?: TrustedProxies;
  /** See `CloudStore.open`. */
  readonly yieldTurn?: () => Promise<void>;
}

export interface Cloud {
  readonly httpUrl: string | undefined;
  readonly mqttUrl: string | undefined;
  readonly mqttsUrl: string | undefined;
  /** For the gateways: SPKI in PEM. */
  readonly publicKey: string;
  /** Serve one request without a socket, as if it came from `address`. */
  fetch(request: Request, address?: string): Response | Promise<Response>;
  /** Take over one MQTT byte stream: a matter of the own broker alone, with another it is ended. */
  attach(stream: Duplex): void;
  /** Refused messages by kind. */
  dropped(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

const DEFAULT_TENANT = 'demo';
/** Batches of one gateway may reach two workers, the later one first. */
const OVERTAKING_MS: Millis = SECOND_MS;

/** Start the thin cloud: broker, ingest, grants, commands and HTTP on one database.
 *  @throws StoreError when the database is not usable, SyncError `cloud/listen` when a port is taken. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const store = await CloudStore.open(options.database, {yieldTurn: options.yieldTurn});
  try {
    return await assemble(options, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What followers hear of what gateways say. */
function telling(changes: ChangeFeed) {
  return {
    ...{onBays: tellingBays(changes), onMisparked: tellingMisparked(changes)},
    onCommand: tellingCommands(changes),
  };
}

async function assemble(options: CloudOptions, store: CloudStore): Promise<Cloud> {
  const {clock, entropy, log, tenant = DEFAULT_TENANT} = options;
  const drops = new DropCounter(log);
  const {authority} = options;
  const broker = await brokerOf(options, drops, () => parts);
  const publish = broker.publish.bind(broker);
  const hangUp = broker.hangUp.bind(broker);
  const identity = authority && {ca: authority, hangUp};
  const changes = new ChangeFeed({clock, entropy, store});
  const parts = assembleParts({
    ...{...options, tenant, store, drops, publish},
    ...telling(changes),
    ...{gapPatienceMs: options.broker ? OVERTAKING_MS : 0, ...(identity && {identity})},
  });
  const {gateways, ledger, view, lateUses, sessions, commands, ingest, grantSync, grants} = parts;
  const {configs, siteConfigs} = parts;
  const [rootKeys, tenants, sites] = [new ApiKeyTable(), new TenantTable(), new SiteTable()];
  await beginTenant(options, store, {rootKeys, tenants});
  const onChange = (gateway: string) => grantSync.push(gateway);
  const grantDesk = new GrantDesk({clock, entropy, store, gateways, grants, onChange});
  const siteConfigDesk = new SiteConfigDesk({
    ...{clock, store, gateways, configs},
    onChange: gateway => siteConfigs.push(gateway),
  });
  const overview = new GatewayOverview();
  const notReady = whyNotReady(broker, ingest, store);
  const secure: SecureAddress = {url: options.broker && publicUrl(options.broker)};
  const identityDesks = enrolmentOf(options, parts.certificates, store, secure);
  const keys = new AccessKeyTable(entropy);
  const limits = new RequestLimits(clock, options.rates);
  const areas = assembleAreas({
    ...{...options, store, sites, limits, parts, changes, presence: sessions, journals: sessions},
    ...{firstTenant: tenant, link: broker, box: new SecretBox(options.signingKey, entropy)},
    ...{onGateways: pushing(onChange), onNotices: pushing(name => parts.noticeSync.push(name))},
  });
  await areas.begin();
  const callers = new Callers({
    ...{clock, store, rootKeys, keys, tenants, firstTenant: tenant, persons: areas.persons},
  });
  const health = healthOf({
    ...{database: options.database, broker, ingest, store, overview, sessions, drops},
  });
  const app = cloudApi({
    ...{clock, log, entropy, callers, limits, identity: identityDesks, notReady, health},
    ...{metrics: metricsOf(health), trustedProxies: options.trustedProxies},
  });
  addGatewayRoutes(app, {
    ...{store, gateways, overview, sessions, ledger, view, lateUses},
    ...{grants: grantDesk, grantRows: grants, siteConfigs: siteConfigDesk},
    access: new GatewayAccess(sites, tenant),
    identity: identityDesks,
  });
  areas.addRoutes(app);
  commands.start();
  const chores = repeat(clock, log, async () => {
    await areas.chores();
    await grantDesk.renewLeases();
    await grantDesk.forgetEnded();
  });
  return listening(options, {app, broker, drops, secure}, async () => {
    await chores.stop();
    await areas.close();
    await commands.stop();
    await ingest.close();
    await grantSync.close();
    await Promise.all([siteConfigs.close(), parts.noticeSync.close()]);
    await parts.certificates?.close();
    await broker.close();
    await store.close();
  });
}

/** An own broker, or one that stands elsewhere. Nothing comes of it before the parts are there. */
function brokerOf(
  {clock, entropy, log, tenant = DEFAULT_TENANT, broker: site, authority}: CloudOptions,
  drops: DropCounter,
  parts: () => ReturnType<typeof assembleParts>,
): OutsideBroker | Promise<Broker> {
  const onMessage: OnMessage = (...message) => parts().desk.take(...message);
  const voice = {clock, entropy, log, drops, tenant, onMessage};
  if (site) {
    return new OutsideBroker({...voice, site, onPresence: () => parts().sessions.forget()});
  }
  return Broker.open({
    ...voice,
    ...(authority && {
      admits: (shown, clientId) => admits(parts().certificates, shown, clientId),
    }),
  });
}

function pushing(push: (gateway: string) => void): (gateways: readonly string[]) => void {
  return gateways => {
    for (const gateway of gateways) push(gateway);
  };
}

/** In a few words for anybody; undefined: all is well. */
function whyNotReady(
  broker: Pick<Broker, 'isUp'>,
  ingest: Pick<Ingest, 'isFlowing'>,
  store: CloudStore,
) {
  return async () => {
    if (!broker.isUp) return 'the broker is away';
    if (!ingest.isFlowing) return `the database takes nothing (${store.trouble ?? 'store/failed'})`;
    return (await store.answers()) ? undefined : 'the database does not answer';
  };
}

/** The tenant that the options name, and the key that may do everything there. */
function beginTenant(
  {clock, apiKey, tenant = DEFAULT_TENANT}: CloudOptions,
  store: CloudStore,
  {rootKeys, tenants}: {readonly rootKeys: ApiKeyTable; readonly tenants: TenantTable},
): Promise<void> {
  return store.transaction(async tx => {
    await rootKeys.put(tx, apiKey, 'option', clock.wallMs());
    await tenants.add(tx, {id: tenant, name: tenant, createdWall: clock.wallMs()});
  });
}

interface Parts {
  readonly app: Api;
  readonly broker: Broker | OutsideBroker;
  readonly drops: DropCounter;
  readonly secure: SecureAddress;
}

/** Where gateways find the broker, once it listens. */
interface SecureAddress {
  url: string | undefined;
}

/** A gateway that was ever enrolled must show its certificate: nobody else may take its name. */
async function admits(
  certificates: CertificateDesk | undefined,
  shown: ShownCertificate | undefined,
  clientId: string,
): Promise<boolean> {
  if (!certificates) return true;
  return shown ? certificates.admits(shown, clientId) : !(await certificates.mustShow(clientId));
}

function enrolmentOf(
  {clock, entropy, log, signingKey, tenant = DEFAULT_TENANT}: CloudOptions,
  certificates: CertificateDesk | undefined,
  store: CloudStore,
  secure: SecureAddress,
): IdentityRoutes | undefined {
  if (!certificates) return undefined;
  const enrolment = new EnrolmentDesk({
    ...{clock, entropy, log, store, certificates, tenant},
    codes: new EnrolmentTable(new SecretBox(signingKey, entropy)),
    brokerUrl: () => secure.url,
    publicKey: publicKeyOf(signingKey),
  });
  return {enrolment, certificates};
}

function publicKeyOf(signingKey: KeyObject): string {
  return createPublicKey(signingKey).export({format: 'pem', type: 'spki'}).toString();
}

async function listenSecurely(
  {clock, log, authority, mqtts, names}: CloudOptions,
  broker: Broker,
  {drops, secure}: Parts,
): Promise<SecureListener | undefined> {
  if (!mqtts || !authority) return undefined;
  const known = names ?? [mqtts.host];
  const onConnection = broker.attach.bind(broker);
  const options = {clock, log, drops, ca: authority, names: known, onConnection};
  const {listener, port} = await SecureListener.listen(options, mqtts.host, mqtts.port);
  const [first = mqtts.host] = known;
  secure.url = `mqtts://${first.includes(':') ? `[${first}]` : first}:${port}`;
  return listener;
}

async function listening(
  options: CloudOptions,
  parts: Parts,
  closeParts: () => Promise<void>,
): Promise<Cloud> {
  const {app, broker, drops, secure} = parts;
  const {http, mqtt, signingKey} = options;
  let server: ServerType | undefined;
  let listener: SecureListener | undefined;
  const close = () =>
    closeAll(server, async () => {
      // The broker ends its connections first; the listener waits for them.
      const ended = listener?.close();
      await closeParts();
      await ended;
    });
  try {
    server = http && (await listenHttp(app, http, options.patience));
    const httpPort = (server?.address() as AddressInfo | undefined)?.port;
    const own = broker instanceof Broker ? broker : undefined;
    const mqttPort = mqtt && (await own?.listen(mqtt.host, mqtt.port));
    listener = own && (await listenSecurely(options, own, parts));
    return {
      httpUrl: http && `http://${http.host}:${httpPort}`,
      mqttUrl: mqttPort === undefined ? undefined : `mqtt://${mqtt?.host}:${mqttPort}`,
      mqttsUrl: own && secure.url,
      publicKey: publicKeyOf(signingKey),
      fetch: (request, address) => app.fetch(request, {address}),
      attach: stream => (own ? own.attach(stream) : void stream.destroy()),
      dropped: () => drops.counts(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(server: ServerType | undefined, rest: () => Promise<void>): Promise<void> {
  if (server) await closeHttp(server);
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
