import {DAY_MS} from '../../protocols/base/units.js';
import {isoTime} from '../platform/iso-time.js';
import {type CheckResult, type DoctorMachine, fail, ok, warn} from './contract.js';

const LEAST_MAJOR = 20;
const LEAST_MINOR = 19;
/** What our native modules are built against. */
const LEAST_NAPI = 8;
const NATIVE_MODULES = ['better-sqlite3', '@serialport/bindings-cpp', 'node-hid'] as const;

/** The program itself: Node, its native parts, and who restarts it. */
export function nodeCheck({nodeVersion, napiVersion}: DoctorMachine): CheckResult {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, '').split('.').map(Number);
  const told = `Node ${nodeVersion}, N-API ${napiVersion}`;
  const isOld = major < LEAST_MAJOR || (major === LEAST_MAJOR && minor < LEAST_MINOR);
  if (!isOld && napiVersion >= LEAST_NAPI) return ok('node', told);
  const wanted = `expected Node ${LEAST_MAJOR}.${LEAST_MINOR} and N-API ${LEAST_NAPI} or newer`;
  return fail(
    'node',
    'doctor/node',
    `${told}: ${wanted}`,
    'install Node 20, or the package that brings it',
  );
}

export function nativeChecks({loadNative}: DoctorMachine): readonly CheckResult[] {
  return NATIVE_MODULES.map(name => {
    const why = loadNative(name);
    if (why === undefined) return ok(`module ${name}`, 'loads');
    const next = 'install the package made for this machine and Node version, or run npm ci';
    return fail(`module ${name}`, 'doctor/module', `does not load: ${why}`, next);
  });
}

/** What the check of the clock asks of the machine. */
type ClockFacts = Pick<DoctorMachine, 'clock' | 'builtMs' | 'isClockSynchronised'>;

export async function clockCheck(machine: ClockFacts): Promise<CheckResult> {
  const wallMs = machine.clock.wallMs();
  const shown = isoTime(wallMs);
  if (wallMs < machine.builtMs - DAY_MS) {
    const cause = `${shown} is earlier than this program was built`;
    return fail(
      'clock',
      'doctor/clock',
      cause,
      'set the time, and fit a battery for the clock; then let a time server keep it',
    );
  }
  const isKept = await machine.isClockSynchronised();
  if (isKept === true) return ok('clock', `${shown}, kept by a time server`);
  const cause =
    isKept === false
      ? 'no time server has answered since the start'
      : 'nobody knows whether a time server keeps it';
  return warn(
    'clock',
    'doctor/clock-free',
    `${shown}: ${cause}`,
    'let chrony or systemd-timesyncd run, and open UDP port 123 to a time server',
  );
}

export async function watchdogCheck(machine: DoctorMachine): Promise<CheckResult> {
  const service = await machine.serviceFacts();
  if (!service) {
    return warn(
      'watchdog',
      'doctor/watchdog',
      'no systemd service of this daemon',
      'install the service, so that a hung daemon is started again',
    );
  }
  const {state, watchdogUs} = service;
  if (watchdogUs > 0)
    return ok(
      'watchdog',
      `service ${state}, watched every ${Math.round(watchdogUs / 1_000_000)} s`,
    );
  return warn(
    'watchdog',
    'doctor/watchdog',
    `service ${state}, and nobody watches it`,
    'set WatchdogSec=60 in the service',
  );
}
