import {writeFileAtomic} from '../platform/atomic-file.js';
import type {Host} from '../platform/host.js';
import {createJsonLog} from '../platform/json-log.js';
import {listSerialPorts} from '../platform/serial-ports.js';
import type {CommandResult} from './command.js';
import {type InitOptions, initSite} from './init.js';
import type {DaemonMachine} from './run.js';
import {systemVersion} from './system-machine.js';

/** `latchkey init` at the terminal of this machine. The daemon's own log would bury the questions: errors alone. */
export function initSystem(
  options: InitOptions,
  host: Host,
  machine: DaemonMachine,
): Promise<CommandResult> {
  const {clock} = machine;
  const destination = {write: (line: string) => host.complain(line.trimEnd())};
  return initSite(options, systemVersion(host), {
    ...machine,
    log: createJsonLog({clock, level: 'error', destination}),
    ports: () => listSerialPorts(),
    ask: question => host.ask(question),
    tell: line => host.complain(line),
    writeText: (path, text) => writeFileAtomic(path, Buffer.from(text)),
  });
}
