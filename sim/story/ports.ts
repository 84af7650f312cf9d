import {join} from 'node:path';
import type {FarEnd} from '../../drivers/port/byte-link.js';
import {errorText, LinkError} from '../../protocols/base/errors.js';
import type {LinkPlan} from '../plan/site-plan.js';
import {PseudoTerminal} from '../wire/pseudo-terminal.js';
import {TcpFarEnd} from '../wire/tcp-far-end.js';

/** The ports of a simulated site, as the site file names them and as the wires behind them. */
export interface Ports {
  readonly carrier: 'serial' | 'tcp';
  /** Why there are no serial ports; empty where there are. */
  readonly note: string;
  link(name: string, baudRate: number): LinkPlan;
  farEnd(name: string): FarEnd;
  close(): Promise<void>;
}

/** Serial ports made in this process, or TCP converters where none can be made. */
export function makePorts(
  folder: string,
  names: readonly string[],
  makeTerminal: (path: string) => PseudoTerminal = path => new PseudoTerminal(path),
): Promise<Ports> {
  try {
    const ends = names.map(name => [name, makeTerminal(join(folder, `tty-${name}`))] as const);
    return Promise.resolve(terminals(new Map(ends)));
  } catch (thrown) {
    if (!(thrown instanceof LinkError)) throw thrown;
    return converters(names, errorText(thrown));
  }
}

function terminals(ends: ReadonlyMap<string, PseudoTerminal>): Ports {
  const end = (name: string) => found(ends.get(name), name);
  return {
    carrier: 'serial',
    note: '',
    link: (name, baudRate) => ({kind: 'serial', path: end(name).path, baudRate}),
    farEnd: end,
    close: async () => {
      for (const terminal of ends.values()) await terminal.close();
    },
  };
}

/** TCP converters, for programs that shall find no holder of a serial port. */
export function makeConverters(names: readonly string[]): Promise<Ports> {
  return converters(names, 'by choice');
}

async function converters(names: readonly string[], note: string): Promise<Ports> {
  const ends = new Map<string, TcpFarEnd>();
  for (const name of names) ends.set(name, await TcpFarEnd.listen());
  const end = (name: string) => found(ends.get(name), name);
  return {
    carrier: 'tcp',
    note,
    link: (name, baudRate) => ({kind: 'tcp', host: end(name).host, port: end(name).port, baudRate}),
    farEnd: end,
    close: async () => {
      for (const converter of ends.values()) await converter.close();
    },
  };
}

function found<Thing>(thing: Thing | undefined, name: string): Thing {
  if (thing) return thing;
  throw new LinkError('sim/no-port', `the simulated site has no port ${name}`, {name});
}
