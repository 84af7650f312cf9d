import {ModbusBus} from '../../drivers/bus/modbus-bus.js';
import {SharedLine} from '../../drivers/bus/shared-line.js';
import {createSerialLink} from '../../drivers/port/serial-port.js';
import type {Clock} from '../../protocols/base/clock.js';

export const LINE_BAUD = 9600;
const LINE_UNITS = 32;
const WARM_UP_MS = 1000;

export interface PolledLine {
  /** Answered so far. */
  polls(): number;
  close(): Promise<void>;
}

/** Our own stack, asking every unit as often as the line can, as the bench of the bus does. */
export async function pollLine(path: string, clock: Clock): Promise<PolledLine> {
  const fraction = () => Math.random();
  const link = createSerialLink({path, baudRate: LINE_BAUD, clock, fraction});
  const line = new SharedLine({link, clock, fraction, baudRate: LINE_BAUD});
  const bus = new ModbusBus(line);
  let answered = 0;
  for (let unit = 1; unit <= LINE_UNITS; unit += 1) {
    bus.poll({
      read: {unit, table: 'holding', address: 0, quantity: 1},
      periodMs: () => 0,
      onHealth: () => {},
      onOutcome: outcome => {
        if (outcome.kind === 'values') answered += 1;
      },
    });
  }
  line.open();
  await clock.sleep(WARM_UP_MS);
  return {
    polls: () => answered,
    close: async () => {
      await line.close();
    },
  };
}
