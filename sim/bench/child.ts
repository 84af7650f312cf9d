import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {InternalError} from '../../protocols/base/errors.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

/** A process of the bench that answers in lines of JSON. */
export class Child {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #role: string;
  readonly #lines: string[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #ended: Promise<void>;
  #isOver = false;
  #complaint = '';

  constructor(role: string, ...args: readonly (string | number)[]) {
    this.#role = role;
    this.#process = spawn(process.execPath, [MAIN, role, '--', ...args.map(String)]);
    this.#process.stderr.on('data', (text: Buffer) => {
      this.#complaint += text.toString();
    });
    createInterface(this.#process.stdout).on('line', line => {
      this.#lines.push(line);
      this.#waiting.shift()?.();
    });
    this.#ended = new Promise(resolve => {
      this.#process.on('close', () => {
        this.#isOver = true;
        for (const wake of this.#waiting.splice(0)) wake();
        resolve();
      });
    });
  }

  say(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** The next line of the process, parsed. Its shape is the business of both ends. */
  async next<Answer>(): Promise<Answer> {
    while (this.#lines.length === 0) {
      if (this.#isOver) {
        throw new InternalError('bench/child', `${this.#role} ended: ${this.#complaint}`);
      }
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
    return JSON.parse(this.#lines.shift() ?? '') as Answer;
  }

  /** End of input tells the process to stop. */
  async end(): Promise<void> {
    this.#process.stdin.end();
    await this.#ended;
  }
}

/** Said by a role to its bench. */
export function answer(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
