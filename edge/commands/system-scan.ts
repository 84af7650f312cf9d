import type {ByteLink} from '../../drivers/port/byte-link.js';
import {createSerialLink} from '../../drivers/port/serial-port.js';
import {createTcpLink} from '../../drivers/port/tcp-link.js';
import {openScanLine} from '../../drivers/wiring/scan-line.js';
import {SystemEntropy} from '../platform/entropy.js';
import type {Host} from '../platform/host.js';
import {holderOf} from '../platform/serial-ports.js';
import {SystemClock} from '../platform/system-clock.js';
import {type CommandResult, failed} from './command.js';
import {type ScanRequest, scan} from './scan-bus.js';
import {holderName} from './scan-serial.js';

/** `latchkey scan bus` as it was typed. */
export interface ScanOptions extends ScanRequest {
  readonly port?: string;
  readonly tcp?: string;
  readonly parity: string;
}

const PARITIES = ['none', 'even', 'odd'] as const;
type Parity = (typeof PARITIES)[number];

/** Scan a line of this machine; the first Ctrl-C ends the scan with what is known by then. */
export async function scanSystemBus(options: ScanOptions, host: Host): Promise<CommandResult> {
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const parity = PARITIES.find(known => known === options.parity);
  if (parity === undefined) {
    return failed(`--parity: expected ${PARITIES.join(', ')}, got ${options.parity}`);
  }
  const place = placeOf(options);
  if (typeof place === 'string') return failed(place);
  const holder = place.kind === 'serial' ? holderOf(place.path) : undefined;
  if (holder) return failed(heldPort(options.port ?? '', holderName(holder)));
  const fraction = () => entropy.fraction();
  const openLink = (baudRate: number): ByteLink =>
    place.kind === 'serial'
      ? createSerialLink({path: place.path, baudRate, parity, clock, fraction})
      : createTcpLink({host: place.host, port: place.port, clock, fraction});
  let isStopped = false;
  const forget = host.onStop(() => {
    isStopped = true;
  });
  try {
    return await scan(options, {
      clock,
      print: line => host.print(line),
      isStopped: () => isStopped,
      openLine: baudRate =>
        openScanLine({link: openLink(baudRate), clock, baudRate, hasParity: hasParity(parity)}),
    });
  } finally {
    forget();
  }
}

/** Two talkers on one line garble each other: the one who is there already goes on. */
function heldPort(path: string, holder: string): string {
  return `port/locked: ${path} is held by ${holder}: end it first (a daemon: systemctl stop latchkey), or ask it what it sees: latchkey status`;
}

function hasParity(parity: Parity): boolean {
  return parity !== 'none';
}

type Place =
  | {readonly kind: 'serial'; readonly path: string}
  | {readonly kind: 'tcp'; readonly host: string; readonly port: number};

function placeOf({port, tcp}: ScanOptions): Place | string {
  if (port !== undefined && tcp === undefined) return {kind: 'serial', path: port};
  if (tcp === undefined || port !== undefined) return 'name the line by --port or by --tcp';
  const at = tcp.lastIndexOf(':');
  const number = Number(tcp.slice(at + 1));
  const isPort = Number.isInteger(number) && number >= 1 && number <= 65_535;
  if (at < 1 || !isPort) return `--tcp: expected HOST:PORT, got ${tcp}`;
  return {kind: 'tcp', host: tcp.slice(0, at), port: number};
}
