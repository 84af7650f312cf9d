import type {FarEnd} from '../../drivers/port/byte-link.js';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';

/** What happened on the wire once, as the trace of a line or `latchkey logs --frames --json` has it. */
export interface TracedFrame {
  readonly atMs: Millis;
  readonly kind: string;
  readonly hex: string;
}

interface Exchange {
  readonly asked: string;
  readonly answers: readonly {readonly afterMs: Millis; readonly bytes: Uint8Array}[];
}

/** Lines of JSON, one frame each; other lines, such as those of the log, are left out. @throws UsageError `sim/trace` */
export function readTrace(text: string): readonly TracedFrame[] {
  return text
    .split('\n')
    .filter(line => line.trim() !== '')
    .flatMap((line, index) => {
      const said = parsed(line, index + 1);
      if (said === null || typeof said !== 'object' || !('hex' in said)) return [];
      const {atMs, kind, hex} = said as Partial<Record<keyof TracedFrame, unknown>>;
      const isFrame = typeof atMs === 'number' && typeof kind === 'string' && isHex(hex);
      if (!isFrame) {
        throw new UsageError('sim/trace', `line ${index + 1}: expected atMs, kind and hex in full`);
      }
      return [{atMs, kind, hex: String(hex)}];
    });
}

/**
 * A line that answers as one did before: each frame of the master that was recorded gets what came after it then, at
 * the same distance. What was not recorded gets silence, and is counted.
 */
export class ReplayedLine {
  readonly #clock: Clock;
  readonly #far: FarEnd;
  readonly #exchanges: Exchange[];
  readonly #timers = new Set<Timer>();
  #strays = 0;

  constructor(options: {
    readonly clock: Clock;
    readonly farEnd: FarEnd;
    readonly trace: readonly TracedFrame[];
  }) {
    this.#clock = options.clock;
    this.#far = options.farEnd;
    this.#exchanges = exchangesOf(options.trace);
    options.farEnd.onBytes(bytes => this.#hear(toHex(bytes)));
  }

  /** Frames of the master that stand nowhere in what is left of the trace. */
  get strays(): number {
    return this.#strays;
  }

  /** Recorded frames that nobody has sent yet. */
  get left(): number {
    return this.#exchanges.length;
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #hear(asked: string): void {
    const at = this.#exchanges.findIndex(exchange => exchange.asked === asked);
    const [exchange] = at < 0 ? [] : this.#exchanges.splice(at, 1);
    if (!exchange) {
      this.#strays += 1;
      return;
    }
    for (const {afterMs, bytes} of exchange.answers) {
      const timer = this.#clock.timer('replayed frame', afterMs, () => {
        this.#timers.delete(timer);
        this.#far.send(bytes);
      });
      this.#timers.add(timer);
    }
  }
}

function exchangesOf(trace: readonly TracedFrame[]): Exchange[] {
  const starts = trace.flatMap(({kind}, index) => (kind === 'tx' ? [index] : []));
  return starts.map((from, nth) => {
    const sentMs = trace[from]?.atMs ?? 0;
    const answers = trace
      .slice(from + 1, starts[nth + 1])
      .filter(({kind}) => kind === 'rx' || kind === 'drop')
      .map(({atMs, hex}) => ({afterMs: atMs - sentMs, bytes: fromHex(hex)}));
    return {asked: trace[from]?.hex ?? '', answers};
  });
}

function isHex(text: unknown): boolean {
  return typeof text === 'string' && /^([0-9a-f]{2})*$/.test(text);
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new UsageError('sim/trace', `line ${number}: expected a frame as JSON`);
  }
}
