import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {PeerProcess, until} from '../real/peer-process.js';

export interface MeddlerOptions {
  /** Whose system calls. */
  readonly pid: number;
  /** `fsync,fdatasync` */
  readonly calls: string;
  /** In the words of strace: `error=EIO`, `delay_enter=200000`. */
  readonly inject: string;
  /** For the log. */
  readonly folder: string;
}

let meddlers = 0;

/** Troubles the system calls of a process that runs, from one moment to another, by strace. */
export class Meddler {
  readonly #peer: PeerProcess;
  readonly #log: string;

  private constructor(peer: PeerProcess, log: string) {
    this.#peer = peer;
    this.#log = log;
  }

  static async attach({pid, calls, inject, folder}: MeddlerOptions): Promise<Meddler> {
    meddlers += 1;
    const log = join(folder, `meddler-${meddlers}.log`);
    const peer = new PeerProcess('strace', [
      ...['-f', '-p', `${pid}`, '-o', log],
      ...['-e', `trace=${calls}`, '-e', `inject=${calls}:${inject}`],
    ]);
    if (peer.child.pid) writeFileSync(join(folder, `meddler-${meddlers}.pid`), `${peer.child.pid}`);
    await until(`strace is attached: ${peer.output}`, () => /attached/.test(peer.output));
    return new Meddler(peer, log);
  }

  /** Calls that were meddled with so far. */
  injected(): number {
    if (!existsSync(this.#log)) return 0;
    return readFileSync(this.#log, 'utf8').split(/INJECTED|DELAYED/).length - 1;
  }

  /** Leave the process in peace again. It goes on. */
  async end(): Promise<void> {
    await this.#peer.end();
  }
}
