import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';
import {errorText, UsageError} from '../../../protocols/base/errors.js';
import {runChecks, say} from '../run-checks.js';
import {firstDays, goneDevices, type Story, updates} from './gateway-stories.js';
import {makeGatewayDisk, makeStick} from './root-disk.js';

/*
 * `node dist/sim/hardware/gateway/main.js BASE PACKAGES FIRST SECOND BROKEN`: installs the package of
 * release FIRST in a copy of the Debian in the folder BASE, boots it in QEMU, and brings it those of
 * SECOND and BROKEN. The folder PACKAGES has them all and is used for what is written. Prints `ok` or
 * `not ok` for each check.
 */

const SHOWN_LINES = 80;

async function tell({guest, checks}: Story): Promise<boolean> {
  try {
    const passed = await runChecks(checks);
    if (!passed) for (const line of guest.console.split('\n').slice(-SHOWN_LINES)) say(`# ${line}`);
    return passed;
  } finally {
    await guest.close();
  }
}

async function prove(args: readonly string[]): Promise<boolean> {
  const [base, packages, first, second, broken] = args;
  if (!(base && packages && first && second && broken)) {
    throw new UsageError('hardware/arguments', 'expected BASE PACKAGES FIRST SECOND BROKEN');
  }
  const folder = mkdtempSync(join(packages, 'guests-'));
  try {
    const debOf = (version: string) => join(packages, `latchkey_${version}_amd64.deb`);
    const disk = makeGatewayDisk({base, deb: debOf(first), folder});
    const stickPath = join(folder, 'stick.img');
    makeStick(stickPath, [debOf(second), join(packages, `latchkey-${broken}-x64.tar.gz`)], folder);
    const releases = {first, second, broken};
    const place = join(folder, 'guests');
    mkdirSync(place);
    const options = {disk, stickPath, folder: place};
    // They mostly wait, and the clock of each goes by what it has done.
    const stories = [
      firstDays(options),
      updates(options, releases),
      goneDevices(options, releases),
    ];
    const passed = await Promise.all(stories.map(tell));
    return passed.every(Boolean);
  } finally {
    rmSync(folder, {recursive: true, force: true, maxRetries: 5});
  }
}

try {
  process.exitCode = (await prove(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  say(`not ok the gateway: ${errorText(error)}`);
  process.exitCode = 1;
}
