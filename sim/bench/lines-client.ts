import {ModbusBus} from '../../drivers/bus/modbus-bus.js';
import {SharedLine} from '../../drivers/bus/shared-line.js';
import {createSerialLink} from '../../drivers/port/serial-port.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {answer} from './child.js';

const WARM_UP_MS = 1000;

/** What one process with several lines did in one window. */
export interface LinesWindow {
  /** Answered polls of each line. */
  readonly polls: readonly number[];
  readonly failed: number;
  readonly ms: number;
  readonly cpuUs: number;
  readonly rssMiB: number;
}

/** `BAUD UNITS WINDOWS MS PATH..`: one line of our own stack on each path, all in this process. */
export async function run(args: readonly string[]): Promise<undefined> {
  const [baud, units, windows, ms, ...paths] = args;
  const clock = new SystemClock();
  const fraction = () => Math.random();
  const baudRate = Number(baud);
  const polls = paths.map(() => 0);
  let failed = 0;
  const lines = paths.map((path, place) => {
    const link = createSerialLink({path, baudRate, clock, fraction});
    const line = new SharedLine({link, clock, fraction, baudRate});
    const bus = new ModbusBus(line);
    for (let unit = 1; unit <= Number(units); unit += 1) {
      bus.poll({
        read: {unit, table: 'holding', address: 0, quantity: 1},
        periodMs: () => 0,
        onHealth: () => {},
        onOutcome: outcome => {
          if (outcome.kind === 'values') polls[place] = (polls[place] ?? 0) + 1;
          else failed += 1;
        },
      });
    }
    line.open();
    return line;
  });
  await clock.sleep(WARM_UP_MS);
  answer({ready: true});
  for (let window = 0; window < Number(windows); window += 1) {
    const [before, failedBefore] = [[...polls], failed];
    const [startMs, cpu] = [performance.now(), process.cpuUsage()];
    await clock.sleep(Number(ms));
    const used = process.cpuUsage(cpu);
    answer({
      polls: polls.map((count, place) => count - (before[place] ?? 0)),
      failed: failed - failedBefore,
      ms: performance.now() - startMs,
      cpuUs: used.user + used.system,
      rssMiB: process.memoryUsage.rss() / 2 ** 20,
    } satisfies LinesWindow);
  }
  await Promise.all(lines.map(line => line.close()));
  return undefined;
}
