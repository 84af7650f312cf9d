import {statSync} from 'node:fs';
import {resolve} from 'node:path';
import process from 'node:process';
import {createInterface} from 'node:readline/promises';
import {readFileIfThere} from './atomic-file.js';

/** Threads that libuv starts with when nobody asks for more. */
const DEFAULT_THREADS = 4;

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** The process as `bin` may use it; the only place that touches it. */
export class Host {
  /** What the user typed after the program's name. */
  get arguments(): readonly string[] {
    return process.argv.slice(2);
  }

  env(name: string): string | undefined {
    return process.env[name];
  }

  /** `x64` or `arm64`. */
  get arch(): string {
    return process.arch;
  }

  get pid(): number {
    return process.pid;
  }

  /** Worker threads for blocking calls: each open serial port keeps one while it drains. */
  threadPoolSize(): number {
    const asked = Number(this.env('UV_THREADPOOL_SIZE'));
    return Number.isInteger(asked) && asked > 0 ? asked : DEFAULT_THREADS;
  }

  versions(): {readonly nodeVersion: string; readonly napiVersion: number} {
    return {nodeVersion: process.version, napiVersion: Number(process.versions.napi)};
  }

  /** When this program was compiled, in ms since 1970; as its files tell. */
  builtMs(): number {
    return statSync(new URL(import.meta.url)).mtimeMs;
  }

  /** `onStop` runs once, at the first signal that asks the process to end; the result ends it. */
  onStop(onStop: (signal: StopSignal) => void): () => void {
    const forget = (): void => {
      for (const signal of STOP_SIGNALS) process.off(signal, handle);
    };
    const handle = (signal: NodeJS.Signals): void => {
      forget();
      onStop(signal as StopSignal);
    };
    for (const signal of STOP_SIGNALS) process.on(signal, handle);
    return forget;
  }

  /** For faults that nothing handled: the daemon's state is then unknown, and it must end. */
  onFault(onFault: (fault: unknown) => void): void {
    process.on('uncaughtException', onFault);
    process.on('unhandledRejection', onFault);
  }

  /** End with `code` once everything pending is written. */
  exitWith(code: number): void {
    process.exitCode = code;
  }

  /** End now. */
  exit(code: number): never {
    process.exit(code);
  }

  /** Print what a command leaves behind, and end with its code once everything pending is done. */
  finish({exitCode, lines}: {readonly exitCode: number; readonly lines: readonly string[]}): void {
    const stream = exitCode === 0 ? process.stdout : process.stderr;
    stream.write(`${lines.join('\n')}\n`);
    this.exitWith(exitCode);
  }

  /**
   * Let `close` run once, at the first signal or at a fault that nobody handled, and end. A second
   * signal while it closes ends at once.
   */
  endWith(close: () => Promise<void>): void {
    let isEnding = false;
    const end = (code: number): void => {
      if (isEnding) this.exit(code);
      isEnding = true;
      close().then(
        () => this.exit(code),
        thrown => {
          this.complain(String(thrown));
          this.exit(1);
        },
      );
    };
    for (const signal of STOP_SIGNALS) process.on(signal, () => end(0));
    this.onFault(fault => {
      this.complain(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
      end(1);
    });
  }

  /** Ask the person at the terminal, on the stream of complaints so that answers for programs stay clean. */
  async ask(question: string): Promise<string> {
    const lines = createInterface({input: process.stdin, output: process.stderr});
    try {
      return (await lines.question(question)).trim();
    } finally {
      lines.close();
    }
  }

  /** Run another program of this package at this terminal; settles with its exit code, once it has ended. */
  async handOver(program: string, args: readonly string[]): Promise<number> {
    const {spawn} = await import('node:child_process');
    const child = spawn(process.execPath, [program, ...args], {
      env: {...process.env, UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? '24'},
      stdio: 'inherit',
    });
    // Ctrl-C reaches the whole terminal: the other program ends by it, and this one after that.
    const forget = this.onStop(() => {});
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', code => {
        forget();
        resolve(code ?? 1);
      });
    });
  }

  print(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  complain(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** Secrets by file, relative to `folder`, or by environment variable. */
  secretReader(folder: string): {
    readFile(path: string): string | undefined;
    env(name: string): string | undefined;
  } {
    return {
      readFile: path => {
        const content = readFileIfThere(resolve(folder, path));
        return content && Buffer.from(content).toString('utf8');
      },
      env: name => this.env(name),
    };
  }
}
