import type {OsdpCommand} from '../../protocols/osdp/commands.js';
import type {OsdpResult} from './contract.js';

/** A command that waits for its turn, and whom to tell what became of it. */
export interface Waiting {
  readonly command: OsdpCommand;
  settle(result: OsdpResult): void;
}

/** What opens or locks something goes before what is only seen and heard; housekeeping comes last. */
const PRIORITY: Readonly<Partial<Record<OsdpCommand['kind'], number>>> = {
  keyset: 0,
  comset: 0,
  out: 1,
  led: 2,
  buz: 2,
  text: 3,
};
const LAST = 4;

/** Commands of one reader: for each light, sounder, output and row of text the last value alone. */
export class CommandQueue {
  readonly #waiting = new Map<string, Waiting>();

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** The command that goes next; stays where it is. */
  get next(): OsdpCommand | undefined {
    return this.#first()?.[1].command;
  }

  /** A command for the same target that still waits settles as `replaced`, and its place is kept. */
  push(waiting: Waiting): void {
    const target = targetOf(waiting.command);
    const older = this.#waiting.get(target);
    this.#waiting.set(target, waiting);
    older?.settle('replaced');
  }

  take(): Waiting | undefined {
    const first = this.#first();
    if (first) this.#waiting.delete(first[0]);
    return first?.[1];
  }

  /** Nothing is kept for a reader that cannot be reached. */
  flush(): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of all) waiting.settle('notSent');
  }

  #first(): readonly [string, Waiting] | undefined {
    let first: readonly [string, Waiting] | undefined;
    for (const entry of this.#waiting) {
      if (!first || rank(entry[1]) < rank(first[1])) first = entry;
    }
    return first;
  }
}

function rank({command}: Waiting): number {
  return PRIORITY[command.kind] ?? LAST;
}

function targetOf(command: OsdpCommand): string {
  switch (command.kind) {
    case 'out':
      return `out ${command.outputs.map(({output}) => output).join(' ')}`;
    case 'led':
      return `led ${command.leds.map(({reader, led}) => `${reader}.${led}`).join(' ')}`;
    case 'buz':
      return `buz ${command.buzzer.reader}`;
    case 'text':
      return `text ${command.place.reader} ${command.place.row}`;
    default:
      return command.kind;
  }
}
