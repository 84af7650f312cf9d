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
