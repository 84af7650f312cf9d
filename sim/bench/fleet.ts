import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {loadOrMakeAuthority} from '../../cloud-sync/api/identity/authority-files.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {type Aim, type JudgedAim, judgeAims, machineNow} from './aims.js';
import {Child} from './child.js';
import {writeCertificate, writeFleet} from './fleet-certificates.js';
import type {FleetAnswer, FleetOrder} from './fleet-gateways.js';
import {handshakesPerS} from './fleet-handshakes.js';
import {type FleetForm, type FleetSite, startFleetSite} from './fleet-site.js';
import {rounded} from './median.js';
import {usageOf} from './process-usage.js';

const [STORM_GATEWAYS, STEADY_GATEWAYS] = [1000, 10_000];
/** Most of what a connection costs is the arithmetic of both ends, and both ends of all run here. */
const CONNECT_LIMIT_MS = 900_000;
/** Of ten thousand so many are on their way at a time: one process plays them all, and would be the
 *  bottleneck of a storm itself. */
const AT_ONCE = 32;
const EVENTS_PER_GATEWAY_S = 1 / 60;
const CARRIED_WITHIN_MS = 2000;

/** How long each part of a measurement takes. */
interface FleetPlan {
  /** The wait of the gateways grows meanwhile, as it does in life. */
  readonly outageMs: number;
  readonly steadyMs: number;
  readonly loadMs: number;
  /** Times the load of 10,000 gateways; the highest that is carried is the headroom. */
  readonly steps: readonly number[];
}

const WHOLE: FleetPlan = {
  ...{outageMs: 5000, steadyMs: 20_000, loadMs: 8000, steps: [2, 5, 10, 20, 40, 80]},
};

interface FleetRun {
  readonly db: 'sqlite' | 'postgres';
  readonly broker: 'aedes' | 'mosquitto';
  readonly gateways: number;
  /** From the start of the first gateway to the last that is up. */
  readonly connectS: number;
  /** The same from the return of a broker that was killed; null where one process cannot play so many
   *  at once: it would be the storm's bottleneck itself. */
  readonly connectStormS: number | null;
  readonly missing: number;
  readonly steadyEventsPerS: number;
  readonly ackP99Ms: number;
  /** Null where the broker is a part of the cloud. */
  readonly brokerCoreShare: number | null;
  readonly cloudCoreShare: number;
  readonly cloudRssMiB: number;
  /** Events a second, one to a message, over those of 10,000 gateways. */
  readonly headroom: number;
  readonly rawHandshakesPerS: number;
  readonly aims: readonly JudgedAim[];
}

type FleetFigures = Omit<FleetRun, 'aims'>;

const BOTH_HERE = 'gateways, broker and cloud share the cores of this machine';
const HEADROOM_AIM: Aim<FleetFigures> = {
  figure: 'headroom',
  atLeast: 10,
  why: ({missing, ackP99Ms}) =>
    `at one event a minute ${missing} are missing and p99 is ${ackP99Ms} ms; ${BOTH_HERE}`,
};
const STORM_AIMS: readonly Aim<FleetFigures>[] = [
  {
    figure: 'connectStormS',
    atMost: 60,
    why: ({rawHandshakesPerS}) => `bare TLS does ${rawHandshakesPerS} handshakes/s; ${BOTH_HERE}`,
  },
  HEADROOM_AIM,
];

/** `FORM COUNT`: gateways with certificates of their own against the cloud as it is started in earnest. */
export async function measureFleet(
  form: FleetForm,
  count: number,
  plan: FleetPlan = WHOLE,
): Promise<FleetRun> {
  tell(`${count} gateways, ${form}`);
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-fleet-'));
  const clock = new SystemClock();
  const parts = {clock, entropy: new SystemEntropy(clock)};
  const ca = await loadOrMakeAuthority(join(folder, 'ca.key'), parts);
  const fleetFile = await writeFleet(folder, ca, count);
  const server = await writeCertificate(folder, ca, {kind: 'server'});
  const rawHandshakesPerS = await handshakesPerS(fleetFile, server);
  const site = await startFleetSite(form, {folder, ca});
  const isStorm = count <= STORM_GATEWAYS;
  const fleet = new Child(
    'fleet-gateways',
    ...[fleetFile, site.url, site.publicKeyFile, CONNECT_LIMIT_MS, ...(isStorm ? [] : [0])],
  );
  try {
    await fleet.next();
    const pace = isStorm ? {} : {atOnce: AT_ONCE};
    const connected = await ask(fleet, {kind: 'connect', ...pace});
    tell(`${connected.up} up after ${rounded(connected.tookMs / 1000, 1)} s`);
    const steady = await driveSteadily(site, fleet, count, plan);
    tell(`steady: ${JSON.stringify(steady)}`);
    const carried = await carriedEventsPerS(fleet, plan);
    const back = isStorm ? await storm(site, fleet, plan) : undefined;
    const figures: FleetFigures = {
      ...(form === 'embedded'
        ? {db: 'sqlite', broker: 'aedes'}
        : {db: 'postgres', broker: 'mosquitto'}),
      gateways: count,
      connectS: rounded(connected.tookMs / 1000, 1),
      connectStormS: back ? rounded(back.tookMs / 1000, 1) : null,
      missing: count - (back ?? connected).up,
      ...steady,
      headroom: rounded(carried / (STEADY_GATEWAYS * EVENTS_PER_GATEWAY_S), 1),
      rawHandshakesPerS: Math.round(rawHandshakesPerS),
    };
    return {...figures, aims: judgeAims(figures, isStorm ? STORM_AIMS : [HEADROOM_AIM])};
  } finally {
    await fleet.end();
    await site.close();
    rmSync(folder, {recursive: true});
  }
}

/** Kill the broker, wait, and see them all come back. */
async function storm(site: FleetSite, fleet: Child, plan: FleetPlan): Promise<FleetAnswer> {
  await site.bounce(plan.outageMs);
  const back = await ask(fleet, {kind: 'connect'});
  tell(`${back.up} back after ${rounded(back.tookMs / 1000, 1)} s`);
  return back;
}

async function driveSteadily(site: FleetSite, fleet: Child, count: number, plan: FleetPlan) {
  const broker = site.brokerPid();
  const before = [usageOf(site.cloudPid()).cpuS, broker ? usageOf(broker).cpuS : 0] as const;
  const eventsPerS = count * EVENTS_PER_GATEWAY_S;
  const {tookMs, acked, ackP99Ms} = await ask(fleet, {
    ...{kind: 'drive', eventsPerS, forMs: plan.steadyMs},
  });
  const share = (cpuS: number) => rounded((cpuS * 1000) / tookMs);
  const {cpuS, rssMiB} = usageOf(site.cloudPid());
  return {
    steadyEventsPerS: rounded((acked * 1000) / plan.steadyMs, 1),
    ackP99Ms: Math.round(ackP99Ms),
    brokerCoreShare: broker ? share(usageOf(broker).cpuS - before[1]) : null,
    cloudCoreShare: share(cpuS - before[0]),
    cloudRssMiB: rounded(rssMiB, 1),
  };
}

/** The highest step at which all is acknowledged in time. */
async function carriedEventsPerS(fleet: Child, {steps, loadMs}: FleetPlan): Promise<number> {
  let carried = 0;
  for (const step of steps) {
    const eventsPerS = step * STEADY_GATEWAYS * EVENTS_PER_GATEWAY_S;
    const answer = await ask(fleet, {kind: 'drive', eventsPerS, forMs: loadMs});
    tell(
      `${eventsPerS}/s: ${answer.acked} of ${answer.sent}, p99 ${Math.round(answer.ackP99Ms)} ms`,
    );
    if (answer.acked < answer.sent || answer.ackP99Ms > CARRIED_WITHIN_MS) return carried;
    carried = (answer.acked * 1000) / Math.max(loadMs, answer.tookMs - CARRIED_WITHIN_MS);
  }
  return carried;
}

function ask(fleet: Child, order: FleetOrder): Promise<FleetAnswer> {
  fleet.say(JSON.stringify(order));
  return fleet.next<FleetAnswer>();
}

function tell(what: string): void {
  process.stderr.write(`fleet: ${what}\n`);
}

/** Thousands of gateways on one machine. `--only N` measures one size. */
export async function run([only]: readonly string[]): Promise<object> {
  const sizes = only === undefined ? [STORM_GATEWAYS, STEADY_GATEWAYS] : [Number(only)];
  const machine = machineNow();
  const runs: FleetRun[] = [];
  for (const size of sizes) {
    for (const form of ['embedded', 'large'] as const) runs.push(await measureFleet(form, size));
  }
  return {bench: 'fleet', machine, runs};
}
