import type {BusConfig} from '../config/bus-schema.js';
import type {SiteConfig} from '../config/schema.js';
import {secretProblems} from '../config/secret-check.js';
import type {PageState} from '../page/view.js';
import {wiringSentence} from '../words/wiring-words.js';
import {type CheckResult, type DoctorMachine, fail, ok, warn} from './contract.js';

const PERCENT_WARN = 15;
const PERCENT_FAIL = 5;
const MEGABYTE = 1024 * 1024;

/** The site file was read: what of its secrets is missing. */
export function secretsCheck(
  config: SiteConfig,
  pathOf: (path: string) => string,
  machine: DoctorMachine,
): CheckResult {
  const problems = secretProblems(config, {
    readFile: path => {
      const file = machine.readText(pathOf(path));
      return file.kind === 'text' ? file.text : undefined;
    },
    env: name => machine.env(name),
  });
  const [first] = problems;
  if (first === undefined) return ok('config', `site ${config.site.id}, secrets are there`);
  return fail(
    'config',
    'doctor/config',
    `${first}${more(problems.length)}`,
    'latchkey config check prints all',
  );
}

export function configProblems(problems: readonly string[]): CheckResult {
  const [first = 'cannot be read'] = problems;
  return fail(
    'config',
    'doctor/config',
    `${first}${more(problems.length)}`,
    'latchkey config check prints all',
  );
}

function more(count: number): string {
  return count > 1 ? ` (and ${count - 1} more)` : '';
}

/** Serial ports that the site file names; each once. */
export function portChecks(
  config: SiteConfig,
  isDaemonUp: boolean,
  machine: DoctorMachine,
): readonly CheckResult[] {
  return serialPaths(config).map(path => {
    const name = `port ${path}`;
    const {exists, mayOpen, group, holder} = machine.portFacts(path);
    if (!exists) {
      return fail(
        name,
        'port/missing',
        'is not there',
        'plug the adapter in; latchkey scan serial shows the names that are there',
      );
    }
    if (!mayOpen) {
      return fail(
        name,
        'port/denied',
        `belongs to group ${group}, and this user is not of it`,
        `sudo usermod -aG ${group} $USER, or install the udev rules`,
      );
    }
    if (holder !== undefined && !isDaemonUp) {
      return fail(
        name,
        'port/locked',
        `is held by ${holder}`,
        'end that program; of ModemManager and brltty keep it by the udev rules',
      );
    }
    return ok(name, holder === undefined ? 'free' : `held by ${holder}`);
  });
}

function serialPaths({buses, devices, collectors}: SiteConfig): readonly string[] {
  const links = [
    ...buses.map(({link}) => link),
    ...devices.flatMap(device => ('link' in device ? [device.link] : [])),
    ...collectors.flatMap(one => {
      if (one.kind === 'smart') return [one.link];
      return 'link' in one.reader ? [one.reader.link] : [];
    }),
  ];
  const paths = links.flatMap(link =>
    'kind' in link && link.kind === 'serial' ? [link.path] : [],
  );
  return [...new Set(paths)];
}

/** A line as the running daemon sees it. */
export function seenLines(state: PageState): readonly CheckResult[] {
  const silent = state.devices.filter(({health}) => health === 'offline').map(({id}) => id);
  const bays = state.bays.filter(({health}) => health !== 'ok').map(({id}) => id);
  const rows = state.lines.map(({id, state: how}) =>
    how === 'ok'
      ? ok(`bus ${id}`, 'answers')
      : fail(
          `bus ${id}`,
          'doctor/bus',
          'nothing answers',
          'stop the daemon and run latchkey scan bus on its port',
        ),
  );
  const missing = [...silent, ...bays];
  if (missing.length === 0) return rows;
  const cause = `do not answer: ${missing.join(', ')}`;
  return [
    ...rows,
    warn(
      'devices',
      'doctor/device',
      cause,
      'look at their power and plugs; latchkey lock test and its like try one alone',
    ),
  ];
}

/** A line that nobody holds, asked unit by unit. */
export async function probedLine(bus: BusConfig, machine: DoctorMachine): Promise<CheckResult> {
  const name = `bus ${bus.id}`;
  const {trouble, asked, answered, findings} = await machine.probeLine(bus);
  if (trouble !== undefined) return fail(name, 'doctor/bus', trouble, 'see the check of its port');
  const [finding] = findings.filter(({kind}) => kind !== 'exception' && kind !== 'echo');
  const told = `${answered} of ${asked} Modbus units answer`;
  if (!finding && answered === asked) return ok(name, told);
  if (!finding)
    return warn(
      name,
      'doctor/device',
      told,
      'look at power and plugs of those that are silent; latchkey scan bus names who is there',
    );
  const {found, next} = wiringSentence(finding, 'en');
  const make = answered === 0 ? fail : warn;
  return make(name, answered === 0 ? 'doctor/bus' : 'doctor/device', `${told}: ${found}`, next);
}

export function diskCheck(databasePath: string, machine: DoctorMachine): CheckResult {
  const facts = machine.diskFacts(databasePath);
  if (!facts)
    return fail(
      'disk',
      'doctor/disk',
      `the folder of ${databasePath} is not there`,
      'make it, and give it to the user of the daemon',
    );
  const percent = Math.floor((100 * facts.freeBytes) / facts.sizeBytes);
  const told = `${Math.floor(facts.freeBytes / MEGABYTE)} MB free (${percent} %)`;
  if (percent >= PERCENT_WARN) return ok('disk', told);
  const make = percent >= PERCENT_FAIL ? warn : fail;
  return make('disk', 'doctor/disk', told, 'free the disk; at 1 % no new session begins');
}

export function databaseCheck(databasePath: string, machine: DoctorMachine): CheckResult {
  if (machine.readText(databasePath).kind === 'unreadable') {
    return ok('database', 'not there yet: the daemon makes it at its first start');
  }
  const fault = machine.databaseFault(databasePath);
  if (fault === undefined) return ok('database', 'passes the check');
  return fail(
    'database',
    'doctor/database',
    fault,
    'keep a copy of the file; the daemon sets it aside at its next start and goes on with what can be read; look at disk and power supply',
  );
}
