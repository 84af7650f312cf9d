import {ModbusBus} from '../../drivers/bus/modbus-bus.js';
import {SharedLine} from '../../drivers/bus/shared-line.js';
import {createSerialLink} from '../../drivers/port/serial-port.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {answer} from './child.js';
import {type PollTally, watchWindow} from './poll-window.js';
import {SkippingClock} from './skipping-clock.js';

const WARM_UP_MS = 1000;
/** A probe goes once in 60 s +-20 % at the ceiling. */
const CEILING_MS = 60_000;
const EARLIEST_PROBE_MS = 0.8 * CEILING_MS;
/** Misses until a unit is offline and its backoff is at the ceiling: 3, then 1, 2, 4 .. 32 s. */
const MISSES_TO_CEILING = 9;

/** `PATH BAUD UNITS DEAD WINDOWS MS`: our own stack, polling every unit as often as the line can. */
export async function run(args: readonly string[]): Promise<undefined> {
  const [path = '', baud, units, dead, windows, ms] = args;
  const [baudRate, unitCount, deadCount] = [Number(baud), Number(units), Number(dead)];
  const clock = new SkippingClock(new SystemClock());
  const fraction = () => Math.random();
  const link = createSerialLink({path, baudRate, clock, fraction});
  const line = new SharedLine({link, clock, fraction, baudRate});
  const bus = new ModbusBus(line);
  const tally: PollTally = {polls: 0, failed: 0};
  const pollUnits = (from: number, to: number) => {
    for (let unit = from; unit <= to; unit += 1) {
      bus.poll({
        read: {unit, table: 'holding', address: 0, quantity: 1},
        periodMs: () => 0,
        onHealth: () => {},
        onOutcome: outcome => {
          if (outcome.kind === 'values') tally.polls += 1;
          else tally.failed += 1;
        },
      });
    }
  };
  line.open();
  // One probe goes with each sweep of the living, so the way to the ceiling is short with one of them.
  pollUnits(1, 1);
  pollUnits(unitCount - deadCount + 1, unitCount);
  if (deadCount > 0) await reachCeiling(clock, tally, deadCount);
  pollUnits(2, unitCount - deadCount);
  await clock.sleep(WARM_UP_MS);
  answer({ready: true});
  for (let count = 0; count < Number(windows); count += 1) {
    answer(await watchWindow(tally, Number(ms)));
  }
  await line.close();
  return undefined;
}

async function reachCeiling(clock: SkippingClock, tally: PollTally, dead: number): Promise<void> {
  while (tally.failed < dead * MISSES_TO_CEILING) {
    const before = tally.failed;
    clock.skip(1.2 * CEILING_MS);
    const limitMs = clock.nowMs() + 20_000;
    while (tally.failed < before + dead && clock.nowMs() < limitMs) await clock.sleep(10);
  }
  // Every dead unit is due again within the next 0.4 ceilings: the worst stretch of the cycle.
  clock.skip(EARLIEST_PROBE_MS);
}
