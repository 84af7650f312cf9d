import jsmodbus from 'jsmodbus';
import {SerialPort} from 'serialport';
import {answer} from './child.js';
import {closeWindow, type PollTally} from './poll-window.js';

const TIMEOUT_MS = 500;
const WARM_UP_MS = 500;

/** What is used of its client. The address is private, since jsmodbus knows no line with several slaves. */
interface JsmodbusClient {
  readonly _requestHandler: {_address: number};
  readHoldingRegisters(start: number, count: number): Promise<unknown>;
}

/** `PATH BAUD UNITS WINDOWS MS`: jsmodbus as its README shows it, one read after the other. */
export async function run(args: readonly string[]): Promise<undefined> {
  const [path = '', baud, units, windows, ms] = args;
  const port = new SerialPort({path, baudRate: Number(baud), autoOpen: false});
  // Its types ask for a serialport of years ago; at run time it only writes and listens.
  const Client = jsmodbus.client.RTU as unknown as new (
    port: SerialPort,
    address: number,
    timeoutMs: number,
  ) => JsmodbusClient;
  const client = new Client(port, 1, TIMEOUT_MS);
  await new Promise<void>((resolve, reject) => {
    port.open(error => (error ? reject(error) : resolve()));
  });
  const tally: PollTally = {polls: 0, failed: 0};
  let unit = 0;
  const pollFor = async (forMs: number) => {
    const [before, startMs, cpu] = [{...tally}, performance.now(), process.cpuUsage()];
    while (performance.now() - startMs < forMs) {
      unit = (unit % Number(units)) + 1;
      client._requestHandler._address = unit;
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
  await new Promise<void>(resolve => port.close(() => resolve()));
  return undefined;
}
