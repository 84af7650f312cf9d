import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {UsageError} from '../../protocols/base/errors.js';
import type {
  MasterAnswers,
  MasterLink,
  MasterLook,
  MasterQuestion,
  MasterWeight,
} from './master-messages.js';
import {PeerProcess, until} from './peer-process.js';

const PROGRAM = fileURLToPath(new URL('./master-child.js', import.meta.url));

const MOST_RSS_GROWTH_MIB = 4;
const MOST_HEAP_GROWTH_MIB = 1;
/** One arena for all threads: which thread frees what would otherwise move the resident memory by MiB. */
const STEADY = {UV_THREADPOOL_SIZE: '4', MALLOC_ARENA_MAX: '1'};

/** A line of ours with one lock, in a process of its own that can say how much memory it has. */
export class MasterProcess {
  /** Movement counters of all readings so far. */
  readonly cycles: number[] = [];
  readonly #process: PeerProcess;
  readonly #waiting = new Map<MasterQuestion['kind'], ((answer: never) => void)[]>();

  constructor(t: ExecutionContext, unit: number, link: MasterLink) {
    const args = [
      '--expose-gc',
      '--max-semi-space-size=1',
      PROGRAM,
      String(unit),
      JSON.stringify(link),
    ];
    this.#process = new PeerProcess(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {...process.env, ...STEADY},
    });
    t.teardown(() => this.#process.end());
    this.#process.child.on('message', (message: {kind: MasterQuestion['kind']; answer: never}) => {
      this.#waiting.get(message.kind)?.shift()?.(message.answer);
    });
  }

  lower(): Promise<string> {
    return this.#ask('lower');
  }

  async look(): Promise<MasterLook> {
    const look = await this.#ask('look');
    this.cycles.push(...look.cycles);
    return look;
  }

  weigh(): Promise<MasterWeight> {
    return this.#ask('weigh');
  }

  /** Until it has lost its line. */
  async lost(): Promise<void> {
    await until('the loss is seen', async () => (await this.look()).health === 'offline');
  }

  /** Until it has read the lock anew; nobody tells it to. */
  async polled(): Promise<void> {
    await this.look();
    const seen = this.cycles.length;
    const isBack = async () =>
      (await this.look()).health === 'ok' && this.cycles.length >= seen + 2;
    await until('polls come back', isBack, 5000);
  }

  #ask<Kind extends keyof MasterAnswers>(kind: Kind): Promise<MasterAnswers[Kind]> {
    if (this.#process.isOver) {
      throw new UsageError('real/master', `the master ended: ${this.#process.output}`);
    }
    return new Promise(resolve => {
      const waiting = this.#waiting.get(kind) ?? [];
      waiting.push(resolve as (answer: never) => void);
      this.#waiting.set(kind, waiting);
      this.#process.child.send({kind});
    });
  }
}

/** Memory did not grow between the first weighing, which ends the warm-up, and the last. */
export function assertFlat(t: ExecutionContext, weights: readonly MasterWeight[]): void {
  const list = (of: keyof MasterWeight) => weights.map(weight => weight[of].toFixed(1)).join(', ');
  t.log(`resident MiB: ${list('rssMib')}; JavaScript heap MiB: ${list('heapMib')}`);
  const [first] = weights;
  const last = weights.at(-1);
  const growth = (of: keyof MasterWeight) => (last?.[of] ?? Number.NaN) - (first?.[of] ?? 0);
  t.true(growth('rssMib') < MOST_RSS_GROWTH_MIB, `resident: ${growth('rssMib')} MiB more`);
  t.true(growth('heapMib') < MOST_HEAP_GROWTH_MIB, `heap: ${growth('heapMib')} MiB more`);
}
