import {execFile} from 'node:child_process';
import {lookup} from 'node:dns/promises';
import {createRequire} from 'node:module';
import {basename, dirname} from 'node:path';
import {classifyLine} from '../../drivers/wiring/classifier.js';
import {readExchange} from '../../drivers/wiring/exchange.js';
import {openScanLine} from '../../drivers/wiring/scan-line.js';
import {errorText} from '../../protocols/base/errors.js';
import type {BusConfig} from '../config/bus-schema.js';
import {unitKeyOf} from '../config/device-kinds/line-protocols.js';
import type {DoctorMachine, LineFacts, PortFacts, ServiceFacts} from '../doctor/contract.js';
import {writeFileAtomic} from '../platform/atomic-file.js';
import {probeBroker} from '../platform/broker-probe.js';
import type {Host} from '../platform/host.js';
import {partitionOf} from '../platform/partition.js';
import {holderOf, portRights} from '../platform/serial-ports.js';
import {lookOver} from '../store/look-over.js';
import type {CommandResult} from './command.js';
import {findDaemon} from './daemon-client.js';
import {callDoctor, type DoctorOptions} from './doctor.js';
import type {DaemonMachine} from './run.js';
import {holderName} from './scan-serial.js';
import {systemVersion} from './system-machine.js';

const ASK_TIMES = 3;
/** Of a line with many silent units the first are enough. */
const PROBE_LIMIT_MS = 8000;
const SYSTEMCTL_LIMIT_MS = 3000;
/** Nobody has it, so that no device is asked for its names. */
const NO_VENDOR = 0xfffe;
const NTP_LIMIT_MS = 6000;

/** `latchkey doctor` on this machine. */
export function callSystemDoctor(
  options: DoctorOptions,
  host: Host,
  machine: DaemonMachine,
): Promise<CommandResult> {
  return callDoctor(options, doctorMachine(options.config, host, machine), writePrivate);
}

export function writePrivate(path: string, text: string): string | undefined {
  try {
    writeFileAtomic(path, Buffer.from(text));
    return undefined;
  } catch (thrown) {
    return errorText(thrown);
  }
}

function doctorMachine(site: string, host: Host, machine: DaemonMachine): DoctorMachine {
  const {clock, builtMs} = machine;
  return {
    clock,
    builtMs,
    version: systemVersion(host),
    ...host.versions(),
    readText: path => machine.readText(path),
    env: name => machine.env(name),
    loadNative,
    portFacts,
    diskFacts: path => partitionOf(dirname(path)),
    databaseFault: lookOver,
    isClockSynchronised: () =>
      new Promise(resolve => {
        // What is told at once is a first guess, unless it is good.
        let heard: boolean | undefined;
        const timer = clock.timer('doctor time service', NTP_LIMIT_MS, () => resolve(heard));
        machine.ntp.ask(isSynchronised => {
          heard = isSynchronised;
          if (!isSynchronised) return;
          timer.cancel();
          resolve(true);
        });
      }),
    resolveName: name => lookup(name),
    probeBroker,
    serviceFacts,
    askDaemon: async () => {
      const found = findDaemon(site, machine);
      if (found.kind === 'problems') return undefined;
      const answer = await found.daemon.state();
      return answer.kind === 'answer' ? answer.body : undefined;
    },
    probeLine: bus => probeLine(bus, machine),
  };
}

function loadNative(name: string): string | undefined {
  const load = createRequire(import.meta.url);
  try {
    const loaded = load(name);
    // These read their binary at first use only.
    if (name === 'better-sqlite3') new loaded(':memory:').close();
    if (name === 'node-hid') loaded.devices(NO_VENDOR, NO_VENDOR);
    return undefined;
  } catch (thrown) {
    return errorText(thrown).split('\n')[0];
  }
}

function portFacts(path: string): PortFacts {
  const holder = holderOf(path);
  return {...portRights(path), holder: holder && holderName(holder)};
}

function serviceFacts(): Promise<ServiceFacts | undefined> {
  const asked = ['show', 'latchkey.service', '--property=LoadState,ActiveState,WatchdogUSec'];
  return new Promise(resolve => {
    execFile('systemctl', asked, {timeout: SYSTEMCTL_LIMIT_MS}, (failure, answer) => {
      const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(answer)?.[1] ?? '';
      if (failure || value('LoadState') !== 'loaded') return resolve(undefined);
      const span = value('WatchdogUSec');
      resolve({state: value('ActiveState'), watchdogUs: spanUs(span)});
    });
  });
}

/** systemd prints `1min`, `30s`, `1min 30s` or 0. */
function spanUs(text: string): number {
  const units: Readonly<Record<string, number>> = {h: 3600, min: 60, s: 1, ms: 0.001};
  const parts = [...text.matchAll(/(\d+)(h|min|ms|s)\b/g)];
  return (
    parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0) *
    1_000_000
  );
}

/** Ask the Modbus units of a line a few times each; an exception is as good as a value. */
async function probeLine(bus: BusConfig, {clock, openLink}: DaemonMachine): Promise<LineFacts> {
  const line = openScanLine({
    link: openLink(bus.link, basename(bus.id)),
    clock,
    baudRate: bus.link.baudRate,
    hasParity: bus.link.parity !== 'none',
  });
  const units = new Set(
    bus.devices.flatMap(device => {
      const [protocol, address] = unitKeyOf(device).split(':');
      return protocol === 'modbus' ? [Number(address)] : [];
    }),
  );
  try {
    const giveUpMs = clock.nowMs() + 2000;
    while (line.trouble !== undefined && clock.nowMs() < giveUpMs) await clock.sleep(20);
    const answered = new Set<number>();
    const untilMs = clock.nowMs() + PROBE_LIMIT_MS;
    for (let round = 0; round < ASK_TIMES; round += 1) {
      for (const unit of round === 0 ? units : answered) {
        if (clock.nowMs() > untilMs) break;
        const request = {unit, table: 'holding', address: 0, quantity: 1, lane: 'poll'} as const;
        const {kind} = await line.read(request);
        if (kind === 'values' || kind === 'exception') answered.add(unit);
      }
    }
    const exchanges = line.takeExchanges().flatMap(exchange => {
      const read = readExchange(exchange);
      return read ? [{...read, pace: 'calm' as const}] : [];
    });
    const findings = classifyLine(exchanges);
    return {trouble: line.trouble, asked: units.size, answered: answered.size, findings};
  } finally {
    await line.close();
  }
}
