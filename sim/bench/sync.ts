import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {type SiteEventKind, URGENT_EVENTS} from '../../protocols/site/events.js';
import {TcpProxy} from '../wire/tcp-proxy.js';
import {type Aim, judgeAims, machineNow} from './aims.js';
import {Child} from './child.js';
import {wireLimitPollsPerS} from './measure-line.js';
import {median, rounded} from './median.js';
import type {CloudReady, CloudReport} from './sync-cloud.js';
import type {EdgeReport} from './sync-edge.js';
import {LINE_BAUD} from './sync-line.js';
import type {OfflineReport} from './sync-offline.js';
import type {PeerReport} from './sync-peer.js';

const EVENTS = 100_000;
const LOOPBACK_RUNS = 3;
const ONE_WAY_MS = 50;
const PEER_EVENTS = 150;
/** A unit address that no unit of the line has: all are alive. */
const NONE_DEAD_FROM = 248;

interface Conditions {
  readonly oneWayMs: number;
  readonly live: boolean;
  readonly line: boolean;
}

interface Drained {
  readonly edge: EdgeReport;
  readonly cloud: CloudReport;
  /** From the commit of an event at the gateway to its arrival at the cloud, for those of the drain. */
  readonly liveMs: readonly number[];
}

/** One backlog from a fresh gateway into a fresh cloud, each a process of its own. */
async function drain({oneWayMs, live, line}: Conditions): Promise<Drained> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-sync-'));
  const database = join(folder, 'cloud.db');
  const cloud = new Child('sync-cloud', database);
  const {port, publicKey} = await cloud.next<CloudReady>();
  const proxy = oneWayMs > 0 ? await TcpProxy.open(new SystemClock(), port) : undefined;
  proxy?.set({delayMs: oneWayMs});
  const slave = line ? new Child('paced-slave', LINE_BAUD, 'lenient', NONE_DEAD_FROM) : undefined;
  const {path: linePath} = (await slave?.next<{readonly path: string}>()) ?? {};
  const task = {port: proxy?.port ?? port, publicKey, folder, events: EVENTS, live, linePath};
  const edge = new Child('sync-edge', JSON.stringify(task));
  await edge.next();
  const before = await reportOf(cloud);
  const measured = await edge.next<EdgeReport>();
  const after = await reportOf(cloud);
  await edge.end();
  await slave?.end();
  await proxy?.close();
  await cloud.end();
  const liveMs = latencies(database, measured.backlog);
  rmSync(folder, {recursive: true});
  return {edge: measured, cloud: {...after, cpuS: after.cpuS - before.cpuS}, liveMs};
}

async function reportOf(cloud: Child): Promise<CloudReport> {
  cloud.say('report');
  return await cloud.next<CloudReport>();
}

/** Of the urgent events alone: the others wait for their turn behind the backlog. */
function latencies(file: string, backlog: number): readonly number[] {
  const database = new Database(file, {readonly: true});
  const rows = database
    .prepare('SELECT kind, received_wall - wall AS ms FROM ev WHERE seq > ?')
    .all(backlog) as {readonly kind: string; readonly ms: number}[];
  database.close();
  const urgent = rows.filter(({kind}) => URGENT_EVENTS.has(kind as SiteEventKind));
  return urgent.map(({ms}) => ms);
}

/** MQTT.js alone: its own store over the same link to the same broker. */
async function measurePeer(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-sync-'));
  const cloud = new Child('sync-cloud', join(folder, 'cloud.db'));
  const {port} = await cloud.next<CloudReady>();
  const proxy = await TcpProxy.open(new SystemClock(), port);
  proxy.set({delayMs: ONE_WAY_MS});
  const peer = new Child('sync-peer', proxy.port, PEER_EVENTS);
  const {events, ms} = await peer.next<PeerReport>();
  await peer.end();
  await proxy.close();
  await cloud.end();
  rmSync(folder, {recursive: true});
  return (events * 1000) / ms;
}

async function measureOffline(): Promise<OfflineReport> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-sync-'));
  const child = new Child('sync-offline', folder);
  const report = await child.next<OfflineReport>();
  await child.end();
  rmSync(folder, {recursive: true});
  return report;
}

const perS = ({edge}: Drained) => (edge.backlog * 1000) / edge.ms;

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function tell(what: string): void {
  process.stderr.write(`sync: ${what}\n`);
}

async function besideLine() {
  tell(`${EVENTS} events beside a line that is polled without rest`);
  const {edge} = await drain({oneWayMs: ONE_WAY_MS, live: true, line: true});
  const limit = wireLimitPollsPerS(LINE_BAUD);
  return {
    busEfficiencyAtRest: rounded(edge.restPollsPerS / limit),
    busEfficiencyWhileDraining: rounded((edge.polls * 1000) / edge.ms / limit),
    busTurnP99Ms: rounded(edge.turnP99Ms, 1),
    busLongestTurnMs: rounded(edge.longestTurnMs, 1),
  };
}

const LOOPBACK_AIM: Aim<{
  readonly loopbackEventsPerS: number;
  readonly cpuSPer100kEdge: number;
  readonly cpuSPer100kCloud: number;
}> = {
  figure: 'loopbackEventsPerS',
  atLeast: 100_000,
  why: ({cpuSPer100kEdge, cpuSPer100kCloud}) =>
    `100,000 events take ${cpuSPer100kCloud} s of one core at the cloud and ${cpuSPer100kEdge} s of another at the ` +
    `gateway: one thread each, so never more than ${Math.round(100_000 / cpuSPer100kCloud)} a second here`,
};

const BUS_AIM: Aim<{
  readonly busEfficiencyAtRest: number;
  readonly busEfficiencyWhileDraining: number;
  readonly busTurnP99Ms: number;
  readonly busLongestTurnMs: number;
}> = {
  figure: 'busEfficiencyWhileDraining',
  atLeast: 0.93,
  why: ({busEfficiencyAtRest, busEfficiencyWhileDraining, busTurnP99Ms, busLongestTurnMs}) =>
    `the same process reaches ${busEfficiencyAtRest} with nothing to drain; the drain costs ` +
    `${rounded(busEfficiencyAtRest - busEfficiencyWhileDraining)}, in turns of ${busTurnP99Ms} ms (p99) and at most ` +
    `${busLongestTurnMs} ms; what the rest is was not measured`,
};

/** A gateway's journal into the cloud: over the loopback, over a long link, and beside a busy line. */
export async function run([only]: readonly string[]): Promise<object> {
  const machine = machineNow();
  if (only === 'line') {
    const bus = await besideLine();
    return {bench: 'sync', machine, ...bus, aims: judgeAims(bus, [BUS_AIM])};
  }
  const loopback: Drained[] = [];
  for (let count = 0; count < LOOPBACK_RUNS; count += 1) {
    tell(`${EVENTS} events over the loopback`);
    loopback.push(await drain({oneWayMs: 0, live: false, line: false}));
  }
  const cpuS = (of: (run: Drained) => number) => rounded(median(loopback.map(of)), 2);
  const near = {
    loopbackEventsPerS: Math.round(median(loopback.map(perS))),
    cpuSPer100kEdge: cpuS(({edge}) => edge.cpuS),
    cpuSPer100kCloud: cpuS(({cloud}) => cloud.cpuS),
    brokerRssMiB: rounded(median(loopback.map(({cloud}) => cloud.rssMiB)), 1),
  };
  if (only === 'loopback') {
    return {bench: 'sync', machine, ...near, aims: judgeAims(near, [LOOPBACK_AIM])};
  }
  tell(`${EVENTS} events at ${2 * ONE_WAY_MS} ms round trip, new ones meanwhile`);
  const far = await drain({oneWayMs: ONE_WAY_MS, live: true, line: false});
  const bus = await besideLine();
  tell(`${PEER_EVENTS} events by the store of MQTT.js over the same link`);
  const peer = await measurePeer();
  tell('an hour without a broker');
  const offline = await measureOffline();
  const figures = {
    ...near,
    drainEventsPerS: Math.round(perS(far)),
    peerStoreEventsPerS: rounded(peer, 1),
    liveP99Ms: percentile(far.liveMs, 0.99),
    liveEvents: far.liveMs.length,
    bytesPerEvent: rounded(far.edge.sentBytes / far.edge.head, 1),
    longestTurnMs: rounded(far.edge.longestTurnMs, 1),
    ...bus,
    rssSlopeMiBPerHour: rounded(offline.rssSlopeMiBPerHour, 2),
    heapSlopeMiBPerHour: rounded(offline.heapSlopeMiBPerHour, 2),
    rssSlopeMiBPerDay: rounded(offline.rssSlopeMiBPerDay, 2),
    heapSlopeMiBPerDay: rounded(offline.heapSlopeMiBPerDay, 2),
    eventsOffline: offline.events,
  };
  const aims = [
    ...judgeAims(figures, [LOOPBACK_AIM, BUS_AIM]),
    ...judgeAims(figures, [
      {figure: 'drainEventsPerS', atLeast: 15_000},
      {figure: 'liveP99Ms', atMost: 2000},
      {figure: 'bytesPerEvent', atMost: 50},
      {figure: 'rssSlopeMiBPerDay', atMost: 1},
    ]),
  ];
  return {bench: 'sync', machine, ...figures, aims};
}
