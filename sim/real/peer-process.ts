import {type ChildProcess, type SpawnOptions, spawn} from 'node:child_process';
import {UsageError} from '../../protocols/base/errors.js';

/** How long a peer may take to end after it was asked to. */
const END_LIMIT_MS = 3000;

/** A foreign program that a test talks to; it never outlives the test. */
export class PeerProcess {
  readonly child: ChildProcess;
  /** Everything it has said on both outputs. */
  output = '';
  readonly #ended: Promise<number | null>;

  constructor(command: string, args: readonly string[], options: SpawnOptions = {}) {
    this.child = spawn(command, args, {stdio: ['ignore', 'pipe', 'pipe'], ...options});
    const hear = (text: Buffer) => {
      this.output += text.toString();
    };
    this.child.stdout?.on('data', hear);
    this.child.stderr?.on('data', hear);
    this.#ended = new Promise(resolve => {
      this.child.once('error', error => {
        this.output += `${error.message}\n`;
        resolve(null);
      });
      this.child.once('close', code => resolve(code));
    });
  }

  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Settles with the exit code; null when a signal ended it or it could not start. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** As if its power went: nothing of it is left when this settles. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#ended;
  }

  /** End it for certain, a stopped or deaf one too. */
  async end(): Promise<void> {
    if (!this.isOver) {
      this.child.kill('SIGTERM');
      this.child.kill('SIGCONT');
      const killer = setTimeout(() => this.child.kill('SIGKILL'), END_LIMIT_MS);
      await this.#ended;
      clearTimeout(killer);
    }
  }
}

/** Look every few milliseconds until `condition` holds. @throws UsageError `real/late` after `limitMs` */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const untilMs = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > untilMs) {
      throw new UsageError('real/late', `not within ${limitMs} ms: ${what}`);
    }
    await rest(10);
  }
}

export function rest(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
