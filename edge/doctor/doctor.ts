import type {Millis} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {loadSiteConfig} from '../config/load.js';
import type {SiteConfig} from '../config/schema.js';
import type {PageState} from '../page/view.js';
import {brokerCheck, identityCheck, nameCheck} from './cloud-checks.js';
import {type CheckResult, type DoctorMachine, fail, ok, warn} from './contract.js';
import {clockCheck, nativeChecks, nodeCheck, watchdogCheck} from './machine-checks.js';
import {
  configProblems,
  databaseCheck,
  diskCheck,
  portChecks,
  probedLine,
  secretsCheck,
  seenLines,
} from './site-checks.js';

/** Checks run beside one another, but the lines after the daemon was asked: twice this stays below 30 s. */
const CHECK_LIMIT_MS: Millis = 12_000;

export interface Examination {
  readonly checks: readonly CheckResult[];
  /** Undefined: the site file has problems. */
  readonly config: SiteConfig | undefined;
  /** Undefined: no daemon runs. */
  readonly state: PageState | undefined;
}

export interface SitePlace {
  readonly path: string;
  /** Paths that the site file names start at its folder. */
  readonly pathOf: (path: string) => string;
}

/** Look at everything that keeps a site from working. Changes nothing, and works without a daemon. */
export async function examine(place: SitePlace, machine: DoctorMachine): Promise<Examination> {
  const within = limited(machine);
  const general: readonly Promise<readonly CheckResult[]>[] = [
    one(nodeCheck(machine)),
    Promise.resolve(nativeChecks(machine)),
    within('clock', one(clockCheck(machine))),
    within('watchdog', one(watchdogCheck(machine))),
  ];
  const {config, problems} = readSite(place.path, machine);
  if (!config) {
    const checks = (await Promise.all([...general, one(configProblems(problems))])).flat();
    return {checks, config, state: undefined};
  }
  let state: PageState | undefined;
  const asked = within(
    'daemon',
    machine.askDaemon().then(seen => {
      state = seen;
      return [daemonCheck(seen)];
    }),
  );
  const bus = asked.then(() => lineChecks(config, state, machine, within));
  const database = place.pathOf(config.database);
  const groups = await Promise.all([
    ...general,
    one(secretsCheck(config, place.pathOf, machine)),
    asked,
    asked.then(() => portChecks(config, state !== undefined, machine)),
    bus,
    one(diskCheck(database, machine)),
    one(databaseCheck(database, machine)),
    ...cloudChecks(config, place, machine, within),
  ]);
  return {checks: groups.flat(), config, state};
}

type Limited = (
  name: string,
  checks: Promise<readonly CheckResult[]>,
) => Promise<readonly CheckResult[]>;

async function one(check: CheckResult | Promise<CheckResult>): Promise<readonly CheckResult[]> {
  return [await check];
}

/** A check that hangs or breaks is a finding, and no reason to see nothing of the others. */
function limited({clock}: DoctorMachine): Limited {
  return (name, checks) =>
    new Promise(resolve => {
      const timer = clock.timer(`doctor ${name}`, CHECK_LIMIT_MS, () =>
        resolve([
          fail(
            name,
            'doctor/late',
            `no answer within ${CHECK_LIMIT_MS / 1000} s`,
            'look at what this check asks; try again',
          ),
        ]),
      );
      checks
        .catch(thrown => [
          fail(name, 'doctor/late', errorText(thrown), 'look at what this check asks; try again'),
        ])
        .then(found => {
          timer.cancel();
          resolve(found);
        });
    });
}

function readSite(
  path: string,
  machine: DoctorMachine,
): {readonly config: SiteConfig | undefined; readonly problems: readonly string[]} {
  const file = machine.readText(path);
  if (file.kind === 'unreadable') {
    return {config: undefined, problems: [`${path}: cannot be read (${file.why})`]};
  }
  const loaded = loadSiteConfig(file.text, path);
  if (!loaded.ok) return {config: undefined, problems: loaded.problems};
  return {config: loaded.config, problems: []};
}

function daemonCheck(state: PageState | undefined): CheckResult {
  if (!state)
    return warn(
      'daemon',
      'doctor/daemon',
      'does not run',
      'start it: systemctl start latchkey, or latchkey run',
    );
  const {version} = state.site;
  if (state.storage.state === 'fault') {
    return fail(
      'daemon',
      'doctor/daemon',
      `${version} runs, and cannot store: ${state.storage.detail}`,
      'see disk and database below',
    );
  }
  if (state.alarms.length === 0) return ok('daemon', `${version} runs`);
  const kinds = [...new Set(state.alarms.map(({kind}) => kind))].join(', ');
  return warn(
    'daemon',
    'doctor/alarms',
    `${version} runs, with ${state.alarms.length} open alarms: ${kinds}`,
    'see the local page',
  );
}

/** While the daemon runs, it knows its lines; nobody else may speak on them. */
async function lineChecks(
  config: SiteConfig,
  state: PageState | undefined,
  machine: DoctorMachine,
  within: Limited,
): Promise<readonly CheckResult[]> {
  if (state) return seenLines(state);
  const free = config.buses.filter(({link}) => {
    if (link.kind === 'tcp') return true;
    const {exists, mayOpen, holder} = machine.portFacts(link.path);
    return exists && mayOpen && holder === undefined;
  });
  const rows = free.map(bus => within(`bus ${bus.id}`, one(probedLine(bus, machine))));
  return (await Promise.all(rows)).flat();
}

function cloudChecks(
  config: SiteConfig,
  {pathOf}: SitePlace,
  machine: DoctorMachine,
  within: Limited,
): readonly Promise<readonly CheckResult[]>[] {
  const {check, broker} = identityCheck(config, pathOf, machine);
  if (!broker) return [one(check)];
  return [
    one(check),
    within('dns', one(nameCheck(broker, machine))),
    within('broker', one(brokerCheck(broker, machine))),
  ];
}
