import type {Clock} from '../../protocols/base/clock.js';
import {FIELD_CHARACTER_BITS, SPEC_CHARACTER_BITS} from '../../protocols/modbus/timing.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import type {ByteLink} from '../port/byte-link.js';
import type {ScanLine} from './bus-scan.js';
import {TappedLink} from './tapped-link.js';

export interface ScanLineOptions {
  /** Handed over: closed with the line. */
  readonly link: ByteLink;
  readonly clock: Clock;
  readonly baudRate: number;
  readonly hasParity: boolean;
}

/** A line for a scan: the daemon's own line master, with an ear on the wire. */
export function openScanLine({link, clock, baudRate, hasParity}: ScanLineOptions): ScanLine {
  const tap = new TappedLink(link);
  let why = `${link.name} does not open`;
  const line = new SharedLine({
    link: tap,
    clock,
    // Nothing is polled, so nothing is probed or reopened by chance.
    fraction: () => 0,
    baudRate,
    bitsPerCharacter: hasParity ? SPEC_CHARACTER_BITS : FIELD_CHARACTER_BITS,
    onLine: (isDown, reason) => {
      if (isDown) why = reason;
    },
  });
  const bus = new ModbusBus(line);
  line.open();
  return {
    read: request => bus.read(request),
    takeExchanges: () => tap.takeExchanges(),
    get trouble() {
      return tap.isUp ? undefined : why;
    },
    close: () => line.close(),
  };
}
