import {ModbusBus} from '../../drivers/bus/modbus-bus.js';
import {SharedLine} from '../../drivers/bus/shared-line.js';
import {LockDriver} from '../../drivers/parking-lock/lock-driver.js';
import type {ByteLink} from '../../drivers/port/byte-link.js';
import {createSerialLink} from '../../drivers/port/serial-port.js';
import {createTcpLink} from '../../drivers/port/tcp-link.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import type {Millis, Timer} from '../../protocols/base/clock.js';
import {asId} from '../../protocols/site/ids.js';
import type {MasterAnswers, MasterLink, MasterQuestion} from './master-messages.js';

/** `UNIT LINK`: a line with one lock in a process of its own, so that its memory can be weighed. */
const [unit, link] = process.argv.slice(2);
const BAUD_RATE = 9600;
const POLL_MS = 20;
const MIB = 2 ** 20;
/** So much sooner than on site a lost port is opened again: a hundred losses in less than a minute. */
const HASTE = 10;

/** The time of the machine, but whoever waits to open a port waits a tenth. */
class HastyClock extends SystemClock {
  override timer(name: string, afterMs: Millis, callback: () => void): Timer {
    const isReopening = name.startsWith('reopen ');
    return super.timer(name, isReopening ? afterMs / HASTE : afterMs, callback);
  }
}

const clock = new HastyClock();
const entropy = new SystemEntropy(clock);
const fraction = () => entropy.fraction();
const line = new SharedLine({
  ...{link: openLink(JSON.parse(link ?? '')), clock, fraction, baudRate: BAUD_RATE},
});
let cycles: number[] = [];
let pending = 0;
const lock = new LockDriver({
  ...{id: asId('lock-1'), bus: new ModbusBus(line), clock, unit: Number(unit), pollMs: POLL_MS},
  listener: {onReading: reading => void cycles.push(reading.cycles ?? -1), onHealth: () => {}},
});
line.open();

type Answering<Kind extends keyof MasterAnswers> = () =>
  | MasterAnswers[Kind]
  | Promise<MasterAnswers[Kind]>;
const answers: {readonly [Kind in keyof MasterAnswers]: Answering<Kind>} = {
  async lower() {
    pending += 1;
    const outcome = await lock.command('lower');
    pending -= 1;
    return outcome;
  },
  look() {
    const seen = cycles;
    cycles = [];
    const ages = Object.values(line.counters().lanes).map(lane => lane.queueAgeMs);
    return {health: lock.health, cycles: seen, pending, queueAgeMs: Math.max(...ages)};
  },
  async weigh() {
    // Finalisers run between two collections.
    globalThis.gc?.();
    await clock.sleep(20);
    globalThis.gc?.();
    const {rss, heapUsed} = process.memoryUsage();
    return {rssMib: rss / MIB, heapMib: heapUsed / MIB};
  },
};
process.on('message', async ({kind}: MasterQuestion) => {
  process.send?.({kind, answer: await answers[kind]()});
});
process.on('disconnect', () => process.exit());

function openLink(at: MasterLink): ByteLink {
  return at.kind === 'serial'
    ? createSerialLink({path: at.path, baudRate: BAUD_RATE, clock, fraction})
    : createTcpLink({host: '127.0.0.1', port: at.port, clock, fraction});
}
