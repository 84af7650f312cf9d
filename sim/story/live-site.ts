import {createWriteStream, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {loadOrMakeSigningKey} from '../../cloud-sync/api/key-files.js';
import {type Cloud, startCloud} from '../../cloud-sync/api/server.js';
import {createGatewayUplink} from '../../cloud-sync/uplink/gateway-uplink.js';
import {type RunningSite, runSite} from '../../edge/commands/run.js';
import {systemMachine, systemVersion} from '../../edge/commands/system-machine.js';
import type {Host} from '../../edge/platform/host.js';
import {createJsonLog} from '../../edge/platform/json-log.js';
import {toHex} from '../../protocols/base/bytes.js';
import type {Clock, Entropy} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {CodeReader} from '../devices/code-reader.js';
import {houseLines, housePlant, stallNames} from '../plan/house-plan.js';
import {LINE_BAUD_RATE, SEALED_LINK_BAUD_RATE, siteYaml} from '../plan/site-plan.js';
import {CloudClient} from '../scenarios/cloud-client.js';
import {SimHouse} from '../site/sim-house.js';
import {SimSite} from '../site/sim-site.js';
import {Cable} from './cable.js';
import {
  BATH,
  CAR_PARK,
  LEASED_ROW,
  type ParkCollector,
  ROW_NUMBERS,
  ROW_SCANNER,
} from './car-park.js';
import {Platform, StoryPayments} from './platform.js';
import {makeConverters, makePorts, type Ports} from './ports.js';

const TENANT = 'demo';
const SITE = 'lot-1';
const GATEWAY = 'gw-1';
const LOOPBACK = '127.0.0.1';

/** Car park, leased row and bathhouse in one daemon, running on this machine in real time. */
export interface LiveSite {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly site: SimSite;
  /** The bathhouse beside it. */
  readonly house: SimHouse;
  /** What reads QR codes at the leased row. */
  readonly scanner: CodeReader;
  readonly edge: RunningSite;
  readonly cloud: CloudClient;
  readonly platform: Platform;
  readonly internet: Cable;
  readonly ports: Ports;
  /** Holds the site file, the databases, the keys and the daemon's log. */
  readonly folder: string;
  close(): Promise<void>;
}

export interface LiveSiteOptions {
  readonly host: Host;
  readonly language: 'zh-CN' | 'en';
  /** 0 = any free port. */
  readonly pagePort: number;
  /** Left out: serial ports, or TCP where none can be made. */
  readonly carrier?: 'tcp';
}

/** Start the simulated hardware, the cloud and the daemon, joined by real ports and sockets. */
export async function startLiveSite(options: LiveSiteOptions): Promise<LiveSite> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  const closers: (() => void | Promise<void>)[] = [
    () => rmSync(folder, {recursive: true, force: true}),
  ];
  const close = async () => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    return {...(await assemble(folder, options, closers)), close};
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function assemble(
  folder: string,
  options: LiveSiteOptions,
  closers: (() => void | Promise<void>)[],
): Promise<Omit<LiveSite, 'close'>> {
  const logFile = createWriteStream(join(folder, 'latchkey.log'));
  closers.push(() => void logFile.end());
  const machine = systemMachine(options.host, (way, daemon) => {
    if (way.kind === 'identity') throw new UsageError('sim/absent', 'the story enrols nobody');
    const {kind: _, ...address} = way;
    return createGatewayUplink({...daemon.uplinkParts(), ...address, startSpreadMs: 0});
  });
  const {clock, entropy} = machine;
  const log = createJsonLog({
    clock,
    level: 'info',
    destination: {write: line => void logFile.write(line)},
  });

  const apiKey = `lk_${toHex(entropy.bytes(16))}`;
  const payments = new StoryPayments(clock, entropy, TENANT);
  const server = await startCloud({
    clock,
    entropy,
    log: log.child('cloud'),
    database: join(folder, 'cloud.db'),
    signingKey: loadOrMakeSigningKey(join(folder, 'cloud.key')),
    apiKey,
    tenant: TENANT,
    providers: [payments.wire],
    http: {host: LOOPBACK, port: 0},
    mqtt: {host: LOOPBACK, port: 0},
  });
  closers.push(() => server.close());
  const internet = await Cable.lay(LOOPBACK, portOf(server.mqttUrl));
  closers.push(() => internet.close());

  const ports = await (options.carrier === 'tcp'
    ? makeConverters(portNames())
    : makePorts(folder, portNames()));
  closers.push(() => ports.close());
  const hardware = buildHardware(folder, ports, {clock, entropy});
  const {site, house, scanner} = hardware;
  closers.push(() => hardware.close());

  writeSiteFile(folder, options, {ports, server, internet});
  const outcome = await runSite(join(folder, 'site.yaml'), systemVersion(options.host), {
    ...machine,
    log,
  });
  if (outcome.kind === 'refused') {
    throw new UsageError('sim/story', outcome.result.lines.join('\n'));
  }
  closers.push(() => outcome.close());
  const url = server.httpUrl ?? '';
  payments.callAt(url);
  const cloud = new CloudClient({url, apiKey, gateway: GATEWAY});
  const platform = new Platform(cloud, {
    ...{site: SITE, gateway: GATEWAY, bays: ROW_NUMBERS, stalls: stallNames(BATH)},
  });
  await platform.furnish();
  const parts = {site, house, scanner, cloud, platform, internet, ports, folder};
  return {clock, entropy, edge: outcome, ...parts};
}

function portNames(): readonly string[] {
  return [...CAR_PARK.flatMap(({id}) => [`line-${id}`, id]), ROW_SCANNER, ...houseLines(BATH)];
}

/** Everything that stands on the site's ports. */
function buildHardware(
  folder: string,
  ports: Ports,
  {clock, entropy}: {readonly clock: Clock; readonly entropy: Entropy},
) {
  const farEnd = (name: string) => ports.farEnd(name);
  const site = new SimSite({
    collectors: CAR_PARK.map(one => planOf(one, ports)),
    ...{clock, entropy, farEnd, keys: makeKeys(folder, entropy), pacing: 'bytes'},
  });
  const house = new SimHouse({plan: BATH, clock, entropy, farEnd, pacing: 'bytes'});
  const scanner = new CodeReader({clock, farEnd: farEnd(ROW_SCANNER)});
  const close = () => {
    for (const one of [scanner, house, site]) one.close();
  };
  return {site, house, scanner, close};
}

interface Surroundings {
  readonly ports: Ports;
  readonly server: Cloud;
  readonly internet: Cable;
}

function writeSiteFile(
  folder: string,
  {language, pagePort}: LiveSiteOptions,
  {ports, server, internet}: Surroundings,
): void {
  writeFileSync(join(folder, 'cloud.pub'), server.publicKey);
  const text = siteYaml({
    siteId: SITE,
    collectors: CAR_PARK.map(one => planOf(one, ports)),
    database: './lot-1.db',
    pagePort,
    cloud: {
      broker: `mqtt://${LOOPBACK}:${internet.port}`,
      tenant: TENANT,
      gateway: GATEWAY,
      publicKeyFile: 'cloud.pub',
    },
    language,
    plant: housePlant(BATH, line => ports.link(line, LINE_BAUD_RATE)),
    secretKeyFile: 'secret.key',
  });
  writeFileSync(join(folder, 'site.yaml'), text);
}

function makeKeys(folder: string, entropy: Entropy): ReadonlyMap<string, Uint8Array> {
  const keys = new Map<string, Uint8Array>();
  const write = (name: string, key: Uint8Array) =>
    writeFileSync(join(folder, name), toHex(key), {mode: 0o600});
  write('secret.key', entropy.bytes(32));
  for (const {id, kind} of CAR_PARK) {
    if (kind !== 'smart') continue;
    const key = entropy.bytes(32);
    write(`${id}.key`, key);
    keys.set(id, key);
  }
  return keys;
}

function planOf(collector: ParkCollector, ports: Ports) {
  const {id, kind} = collector;
  const readerBaudRate = kind === 'smart' ? SEALED_LINK_BAUD_RATE : LINE_BAUD_RATE;
  return {
    ...collector,
    lineLink: ports.link(`line-${id}`, LINE_BAUD_RATE),
    readerLink: ports.link(id, readerBaudRate),
    keyFile: kind === 'smart' ? `${id}.key` : undefined,
    ...(id === LEASED_ROW.id ? {more: rowPost(ports)} : {}),
  };
}

/** The scanner of the leased row. */
function rowPost(ports: Ports) {
  const link = ports.link(ROW_SCANNER, LINE_BAUD_RATE);
  return {
    ownDevices: [{id: ROW_SCANNER, kind: 'code-scanner', family: 'gm65', link}],
    codes: [ROW_SCANNER],
    bayNumbers: [...ROW_NUMBERS.values()],
  };
}

function portOf(url: string | undefined): number {
  return Number(new URL(url ?? '').port);
}
