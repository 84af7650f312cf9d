import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Millis} from '../../protocols/base/clock.js';
import {syncFolder} from '../platform/atomic-file.js';

/** What install.sh puts outside of the releases: name in the package, place under the root of the system. */
const PLACES = [
  ['latchkey.service', 'etc/systemd/system/latchkey.service'],
  ['latchkey-modules.conf', 'etc/modules-load.d/latchkey.conf'],
  ['60-latchkey.rules', 'etc/udev/rules.d/60-latchkey.rules'],
] as const;
const READ_AGAIN = [
  ['systemctl', 'daemon-reload'],
  ['udevadm', 'control', '--reload'],
] as const;
const READ_AGAIN_LIMIT_MS: Millis = 30_000;
const FILE_MODE = 0o644;

/**
 * The service, device rules and modules of this machine, as one release after the other wants them. Only
 * files that an installation has put there: an image that starts the daemon its own way keeps its way.
 */
export class SystemFiles {
  readonly #root: string;
  readonly #readAgain: () => void;

  /** `readAgain` makes the system take notice of files that are new. */
  constructor(root: string, readAgain: () => void = tellSystem) {
    this.#root = root;
    this.#readAgain = readAgain;
  }

  /** From the folder of a release that was checked. Each file is whole or the one before after a power cut. */
  putFrom(release: string): void {
    const changed = PLACES.filter(([name, place]) => this.#put(join(release, name), place));
    if (changed.length > 0) this.#readAgain();
  }

  #put(source: string, place: string): boolean {
    const target = join(this.#root, place);
    if (!existsSync(target) || !existsSync(source)) return false;
    const wanted = readFileSync(source);
    if (readFileSync(target).equals(wanted)) return false;
    // No name that systemd or udev reads: half of it may stay.
    const draft = `${target}.new`;
    rmSync(draft, {force: true});
    writeFileSync(draft, wanted, {flush: true});
    // Behind the mask of the service it would be root's alone.
    chmodSync(draft, FILE_MODE);
    renameSync(draft, target);
    syncFolder(dirname(target));
    return true;
  }
}

/** Where neither runs there is nobody to tell. */
function tellSystem(): void {
  for (const [command, ...args] of READ_AGAIN) {
    spawnSync(command, args, {stdio: 'ignore', timeout: READ_AGAIN_LIMIT_MS});
  }
}
