import koffi from 'koffi';
import {LinkError} from '../../protocols/base/errors.js';
import {answer} from './child.js';
import {closeWindow, type PollTally} from './poll-window.js';

const TIMEOUT_US = 500_000;
const WARM_UP_MS = 500;
export const LIBRARY = 'libmodbus.so.5';

/** `PATH BAUD UNITS WINDOWS MS`: libmodbus in C, blocking, as its manual shows it. */
export function run(args: readonly string[]): undefined {
  const [path = '', baud, units, windows, ms] = args;
  const library = koffi.load(LIBRARY);
  const create = library.func(
    'void *modbus_new_rtu(const char *device, int baud, char parity, int dataBits, int stopBits)',
  );
  const connect = library.func('int modbus_connect(void *context)');
  const setSlave = library.func('int modbus_set_slave(void *context, int slave)');
  const setTimeout = library.func(
    'int modbus_set_response_timeout(void *context, uint32_t seconds, uint32_t microseconds)',
  );
  const read = library.func(
    'int modbus_read_registers(void *context, int address, int count, _Out_ uint16_t *values)',
  );
  const context = create(path, Number(baud), 'N'.charCodeAt(0), 8, 1);
  if (connect(context) !== 0) throw new LinkError('port/lost', `libmodbus cannot open ${path}`);
  setTimeout(context, 0, TIMEOUT_US);
  const values = new Uint16Array(1);
  const tally: PollTally = {polls: 0, failed: 0};
  let unit = 0;
  const pollFor = (forMs: number) => {
    const [before, startMs, cpu] = [{...tally}, performance.now(), process.cpuUsage()];
    while (performance.now() - startMs < forMs) {
      unit = (unit % Number(units)) + 1;
      setSlave(context, unit);
      if (read(context, 0, 1, values) === 1) tally.polls += 1;
      else tally.failed += 1;
    }
    return closeWindow(tally, before, startMs, cpu);
  };
  pollFor(WARM_UP_MS);
  answer({ready: true});
  for (let count = 0; count < Number(windows); count += 1) answer(pollFor(Number(ms)));
  return undefined;
}
