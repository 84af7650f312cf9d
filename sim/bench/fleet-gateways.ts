import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {readCloudKey} from '../../cloud-sync/uplink/cloud-key.js';
import {MqttTransport} from '../../cloud-sync/uplink/mqtt-transport.js';
import {Uplink} from '../../cloud-sync/uplink/uplink.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {toHex} from '../../protocols/base/bytes.js';
import type {Millis} from '../../protocols/base/clock.js';
import {EMPTY_STATE_HASH} from '../../protocols/cloud/grant-state.js';
import type {WireEvent} from '../../protocols/cloud/up-messages.js';
import {answer} from './child.js';
import type {Fleet} from './fleet-certificates.js';
import {FleetOutbox} from './fleet-outbox.js';

const SILENT = {debug() {}, info() {}, warn() {}, error() {}};
const LOOK_EVERY_MS = 20;
const DRIVE_EVERY_MS: Millis = 10;
/** What is late by more than this counts as not carried. */
const GRACE_MS: Millis = 5000;

export type FleetOrder =
  /** Until all gateways are up; `atOnce`: so many are on their way at a time, left out: all. */
  | {readonly kind: 'connect'; readonly atOnce?: number}
  | {readonly kind: 'drive'; readonly eventsPerS: number; readonly forMs: Millis};

export interface FleetAnswer {
  readonly tookMs: Millis;
  readonly up: number;
  readonly sent: number;
  readonly acked: number;
  readonly ackP99Ms: number;
  readonly rssMiB: number;
}

interface Member {
  readonly outbox: FleetOutbox;
  readonly uplink: Uplink;
}

/** `FLEET-FILE URL PUBLIC-KEY-FILE LIMIT-MS [SPREAD-MS]`: all gateways of a fleet in one process, each with its own
 *  TLS connection and its own certificate; obeys orders, one line of JSON each. */
export async function run(args: readonly string[]): Promise<undefined> {
  const [fleetFile = '', url = '', keyFile = '', limitMs = '0', spreadMs] = args;
  const spread = spreadMs === undefined ? {} : {startSpreadMs: Number(spreadMs)};
  const fleet = JSON.parse(readFileSync(fleetFile, 'utf8')) as Fleet;
  const publicKey = readFileSync(keyFile, 'utf8');
  const clock = new SystemClock();
  let latencies: Millis[] = [];
  const members = fleet.gateways.map(gateway =>
    memberOf({
      fleet,
      gateway,
      url,
      publicKey,
      clock,
      spread,
      onAcked: ms => void latencies.push(ms),
    }),
  );
  answer({gateways: members.length});
  const orders = createInterface(process.stdin);
  for await (const line of orders) {
    const order = JSON.parse(line) as FleetOrder;
    latencies = [];
    const startMs = clock.nowMs();
    if (order.kind === 'connect') await connect(members, clock, Number(limitMs), order.atOnce);
    const sent = order.kind === 'drive' ? await drive(members, clock, order) : 0;
    const sorted = latencies.toSorted((left, right) => left - right);
    answer({
      tookMs: clock.nowMs() - startMs,
      up: members.filter(isUp).length,
      ...{sent, acked: latencies.length},
      ackP99Ms: sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0,
      rssMiB: process.memoryUsage.rss() / 2 ** 20,
    } satisfies FleetAnswer);
  }
  for (const {uplink} of members) uplink.stop();
  return undefined;
}

interface MemberParts {
  readonly fleet: Fleet;
  readonly gateway: Fleet['gateways'][number];
  readonly url: string;
  readonly publicKey: string;
  readonly clock: SystemClock;
  readonly spread: {readonly startSpreadMs?: Millis};
  readonly onAcked: (afterMs: Millis) => void;
}

function memberOf({fleet, gateway, url, publicKey, clock, spread, onAcked}: MemberParts): Member {
  const entropy = new SystemEntropy(clock);
  const outbox = new FleetOutbox(toHex(entropy.bytes(16)), () => clock.nowMs(), onAcked);
  const tls = {ca: fleet.ca, key: fleet.key, cert: gateway.certificate};
  const uplink = new Uplink({
    ...spread,
    ...{clock, entropy, outbox, log: SILENT, boot: `boot-${gateway.name}`, firmware: 'bench'},
    address: {tenant: 'demo', gateway: gateway.name},
    cloudKey: readCloudKey(publicKey),
    transport: new MqttTransport({kind: 'url', url, tls}),
    grants: {
      current: () => ({ver: 0, hash: EMPTY_STATE_HASH}),
      revocations: () => 0,
      applyDelta: () => 'version',
      staged: () => undefined,
      takePart: () => 'ignored',
      applyRevocations: () => {},
      touch: () => {},
    },
    commands: {
      earlier: () => undefined,
      accept: () => ({kind: 'dup', outcome: undefined}),
      reject: () => {},
    },
    time: {read: () => ({clk: 'ok'}), offer: () => {}},
  });
  return {outbox, uplink};
}

const isUp = ({uplink}: Member) => uplink.status().link === 'up';

/** As when a street regains power, and each waits as long as the product has it wait; or one after the
 *  other, `atOnce` at a time. */
async function connect(
  members: readonly Member[],
  clock: SystemClock,
  limitMs: Millis,
  atOnce = members.length,
) {
  const endMs = clock.nowMs() + limitMs;
  let begun = 0;
  let onTheirWay: readonly Member[] = [];
  while (clock.nowMs() < endMs && (begun < members.length || onTheirWay.length > 0)) {
    const next = members.slice(begun, begun + atOnce - onTheirWay.length);
    for (const {uplink} of next) uplink.start();
    begun += next.length;
    await clock.sleep(LOOK_EVERY_MS);
    onTheirWay = [...onTheirWay, ...next].filter(member => !isUp(member));
  }
}

/** Events one by one, in turn from one gateway after the other; settles with how many. */
async function drive(
  members: readonly Member[],
  clock: SystemClock,
  {eventsPerS, forMs}: Extract<FleetOrder, {kind: 'drive'}>,
): Promise<number> {
  const startMs = clock.nowMs();
  let sent = 0;
  for (let atMs = 0; atMs < forMs; atMs = clock.nowMs() - startMs) {
    const due = Math.floor((atMs * eventsPerS) / 1000);
    for (; sent < due; sent += 1) members[sent % members.length]?.outbox.append(event(clock));
    await clock.sleep(DRIVE_EVERY_MS);
  }
  const endMs = clock.nowMs() + GRACE_MS;
  const isRest = () => members.some(({outbox}) => outbox.acked() < outbox.head());
  while (clock.nowMs() < endMs && isRest()) await clock.sleep(LOOK_EVERY_MS);
  return sent;
}

function event(clock: SystemClock): WireEvent {
  const body = '{"bay":"A-012","arm":"down","occupancy":"occupied","online":true,"saleable":false}';
  return ['bay', 'boot-fleet', Math.round(clock.nowMs()), clock.wallMs(), 'ok', body];
}
