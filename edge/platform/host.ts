import {resolve} from 'node:path';
import process from 'node:process';
import {readFileIfThere} from './atomic-file.js';

/** Threads that libuv starts with when nobody asks for more. */
const DEFAULT_THREADS = 4;

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** The process as `bin` may use it; the only place that touches it. */
export class Host {
  /** What the user typed after the program's name. */
  get arguments(): readonly string[] {
    return process.argv.slice(2);
  }

  env(name: string): string | undefined {
    return process.env[name];
  }

  /** Worker threads for blocking calls: each open serial port keeps one while it drains. */
  threadPoolSize(): number {
    const asked = Number(this.env('UV_THREADPOOL_SIZE'));
    return Number.isInteger(asked) && asked > 0 ? asked : DEFAULT_THREADS;
  }

  /** `onStop` runs once, at the first signal that asks the process to end; the result ends it. */
  onStop(onStop: (signal: StopSignal) => void): () => void {
    const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const forget = (): void => {
      for (const signal of signals) process.off(signal, handle);
    };
    const handle = (signal: NodeJS.Signals): void => {
      forget();
      onStop(signal as StopSignal);
    };
    for (const signal of signals) process.on(signal, handle);
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
