import type {ExecutionContext} from 'ava';
import {ModbusBus} from '../../drivers/bus/modbus-bus.js';
import {SharedLine} from '../../drivers/bus/shared-line.js';
import {createSerialLink} from '../../drivers/port/serial-port.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';

const BAUD_RATE = 9600;

export interface RealLine {
  readonly clock: SystemClock;
  readonly line: SharedLine;
  readonly bus: ModbusBus;
}

/** The master of a line on a serial port, in real time; closed with the test. */
export function openLine(t: ExecutionContext, path: string): RealLine {
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const fraction = () => entropy.fraction();
  const link = createSerialLink({path, baudRate: BAUD_RATE, clock, fraction});
  const line = new SharedLine({link, clock, fraction, baudRate: BAUD_RATE});
  t.teardown(() => line.close());
  line.open();
  return {clock, line, bus: new ModbusBus(line)};
}
