import modbusSerial from 'modbus-serial';
import {answer} from './child.js';
import {closeWindow, type PollTally} from './poll-window.js';

const TIMEOUT_MS = 500;
const WARM_UP_MS = 500;

/** `PATH BAUD UNITS WINDOWS MS`: modbus-serial as its README shows it, one read after the other. */
export async function run(args: readonly string[]): Promise<undefined> {
  const [path = '', baud, units, windows, ms] = args;
  const client = new modbusSerial.default();
  await client.connectRTUBuffered(path, {baudRate: Number(baud)});
  client.setTimeout(TIMEOUT_MS);
  const tally: PollTally = {polls: 0, failed: 0};
  let unit = 0;
  const pollFor = async (forMs: number) => {
    const [before, startMs, cpu] = [{...tally}, performance.now(), process.cpuUsage()];
    while (performance.now() - startMs < forMs) {
      unit = (unit % Number(units)) + 1;
      client.setID(unit);
      try {
        await client.readHoldingRegisters(0, 1);
        tally.polls += 1;
      } catch {
        tally.failed += 1;
      }
    }
    return closeWindow(tally, before, startMs, cpu);
  };
  await pollFor(WARM_UP_MS);
  answer({ready: true});
  for (let count = 0; count < Number(windows); count += 1) answer(await pollFor(Number(ms)));
  await new Promise<void>(resolve => client.close(() => resolve()));
  return undefined;
}
