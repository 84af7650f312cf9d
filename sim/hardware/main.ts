import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {errorText} from '../../protocols/base/errors.js';
import {Checks} from './checks.js';
import {Guest} from './guest.js';
import {buildGuestImage} from './guest-image.js';
import {SITE_FILES} from './hardware-site.js';
import {runChecks, say} from './run-checks.js';
import {UnpackedDebian} from './unpacked-debian.js';

/*
 * `node dist/sim/hardware/main.js DEBIAN`: boots the built project in QEMU with the kernel and the udev
 * that were unpacked in the folder DEBIAN, and prints `ok` or `not ok` for each check.
 */

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const SHOWN_LINES = 60;

async function prove(debian: UnpackedDebian, folder: string): Promise<boolean> {
  const {kernelPath} = debian;
  const imagePath = buildGuestImage({project: PROJECT, debian, siteFiles: SITE_FILES, folder});
  const sockets = join(folder, 'sockets');
  mkdirSync(sockets);
  const guest = await Guest.boot({kernelPath, imagePath, folder: sockets});
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => guest.kill());
  const checks = new Checks(guest);
  try {
    const passed = await runChecks(checks.list);
    if (!passed) for (const line of guest.console.split('\n').slice(-SHOWN_LINES)) say(`# ${line}`);
    return passed;
  } finally {
    checks.close();
    await guest.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'latchkey-hardware-'));
try {
  const passed = await prove(new UnpackedDebian(process.argv[2] ?? ''), folder);
  process.exitCode = passed ? 0 : 1;
} catch (error) {
  say(`not ok the guest: ${errorText(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, {recursive: true, force: true, maxRetries: 5});
}
