import {connect, type Socket} from 'node:net';
import {join} from 'node:path';
import {monitorEventLoopDelay} from 'node:perf_hooks';
import {MqttTransport} from '../../cloud-sync/uplink/mqtt-transport.js';
import {Uplink} from '../../cloud-sync/uplink/uplink.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {SiteStore} from '../../edge/store/site-store.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import {answer} from './child.js';
import {Arrivals} from './sync-events.js';
import {type PolledLine, pollLine} from './sync-line.js';
import {uplinkOptions} from './sync-uplink.js';

/** Written in transactions of so many cars, as a busy morning would be. */
const CARS_PER_COMMIT = 50;
const EVENTS_PER_CAR = 10;
/** A car while the backlog drains. */
const LIVE_EVERY_MS = 100;
const LOOK_EVERY_MS = 5;
const AT_REST_MS = 3 * SECOND_MS;

export interface EdgeReport {
  readonly ms: number;
  readonly cpuS: number;
  readonly sentBytes: number;
  /** The longest that the event loop was held. */
  readonly longestTurnMs: number;
  /** Of a timer of 1 ms on that loop: 99 of 100 intervals were as long as this or shorter. */
  readonly turnP99Ms: number;
  /** Polls answered on the line meanwhile; 0 without one. */
  readonly polls: number;
  /** Polls a second before anything was sent. */
  readonly restPollsPerS: number;
  /** Events at the start, and at the end. */
  readonly backlog: number;
  readonly head: number;
}

interface Task {
  readonly port: number;
  readonly publicKey: string;
  readonly folder: string;
  readonly events: number;
  readonly live: boolean;
  /** A line of 32 units at 9600 to be polled without rest meanwhile. */
  readonly linePath?: string;
}

/** Of the line alone, for the length of a drain. */
async function pollsPerS(line: PolledLine, clock: SystemClock): Promise<number> {
  const [beganMs, before] = [clock.nowMs(), line.polls()];
  await clock.sleep(AT_REST_MS);
  return ((line.polls() - before) * SECOND_MS) / (clock.nowMs() - beganMs);
}

/** `TASK` in JSON: fill a journal, then drain it into the cloud and tell how that went. */
export async function run([text = '']: readonly string[]): Promise<undefined> {
  const task = JSON.parse(text) as Task;
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const arrivals = new Arrivals(entropy);
  const store = new SiteStore({
    ...{path: join(task.folder, 'edge.db'), site: 'bench', secretKey: new Uint8Array(32)},
    ...{clock, entropy, clockState: () => 'ok'},
  });
  for (let cars = 0; cars < task.events / EVENTS_PER_CAR; cars += CARS_PER_COMMIT) {
    const facts = Array.from({length: CARS_PER_COMMIT}, () => arrivals.next()).flat();
    store.journal.append(facts, store.stampNow());
  }
  const line = task.linePath === undefined ? undefined : await pollLine(task.linePath, clock);
  const sockets: Socket[] = [];
  const open = () => {
    const socket = connect({port: task.port, host: '127.0.0.1', noDelay: true});
    sockets.push(socket);
    return socket;
  };
  const {outbox} = store;
  const transport = new MqttTransport({kind: 'stream', open});
  const uplink = new Uplink(uplinkOptions({clock, entropy, store, transport, ...task}));
  const restPollsPerS = line ? await pollsPerS(line, clock) : 0;
  answer({ready: true});
  const backlog = outbox.head();
  uplink.start();
  while (uplink.status().link !== 'up') await clock.sleep(1);
  const [startMs, cpu, pollsBefore] = [clock.nowMs(), process.cpuUsage(), line?.polls() ?? 0];
  const turns = monitorEventLoopDelay({resolution: 1});
  turns.enable();
  const add = () => store.journal.append(arrivals.next(), store.stampNow());
  const carTimer = task.live ? setInterval(add, LIVE_EVERY_MS) : undefined;
  while (outbox.acked() < backlog) await clock.sleep(LOOK_EVERY_MS);
  const {user, system} = process.cpuUsage(cpu);
  const report: EdgeReport = {
    ms: clock.nowMs() - startMs,
    cpuS: (user + system) / 1e6,
    sentBytes: sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0),
    longestTurnMs: turns.max / 1e6,
    turnP99Ms: turns.percentile(99) / 1e6,
    polls: (line?.polls() ?? 0) - pollsBefore,
    restPollsPerS,
    backlog,
    head: outbox.head(),
  };
  clearInterval(carTimer);
  while (outbox.acked() < outbox.head()) await clock.sleep(10);
  uplink.stop();
  await line?.close();
  store.close();
  answer(report);
  return undefined;
}
