import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {PeerProcess, until} from './peer-process.js';
import {freshFolder} from './real-site.js';

const pty = (path: string) => `pty,rawer,link=${path}`;

/** Two serial ports joined by a null modem that socat keeps; gone with the test. */
export async function socatPair(t: ExecutionContext): Promise<{near: string; far: string}> {
  const folder = freshFolder(t);
  const near = join(folder, 'ttyNEAR');
  const far = join(folder, 'ttyFAR');
  const socat = new PeerProcess('socat', [pty(near), pty(far)]);
  t.teardown(() => socat.end());
  await until(`socat gives both ports ${socat.output}`, () => existsSync(near) && existsSync(far));
  return {near, far};
}

/** A serial port whose line hangs on a TCP port of this machine. Killing socat pulls its plug. */
export class SocatPlug {
  readonly path: string;
  readonly #port: number;
  #socat: PeerProcess | undefined;

  constructor(t: ExecutionContext, port: number) {
    this.path = join(freshFolder(t), 'ttyPLUG');
    this.#port = port;
    t.teardown(() => this.#socat?.end());
  }

  plug(): void {
    this.#socat = new PeerProcess('socat', [pty(this.path), `tcp:127.0.0.1:${this.#port},nodelay`]);
  }

  /** Settles when the port is gone and nothing that was under way can arrive any more. */
  async pull(): Promise<void> {
    await this.#socat?.kill();
  }
}
