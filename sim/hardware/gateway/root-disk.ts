import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {UsageError} from '../../../protocols/base/errors.js';
import {DATA_FOLDER, GATEWAY_SITE} from './gateway-site.js';
import {SHELL_SCRIPT, SHELL_UNIT} from './guest-shell.js';

export interface GatewayDisk {
  /** For QEMU's `-kernel` and `-initrd`. */
  readonly kernelPath: string;
  readonly initrdPath: string;
  /** Raw; guests write to layers of their own on it. */
  readonly imagePath: string;
}

export interface GatewayDiskOptions {
  /** A Debian with systemd, udev and kernel, as debootstrap left it; it stays as it is. */
  readonly base: string;
  readonly deb: string;
  readonly folder: string;
}

const DISK_SIZE = '3G';
/** Everything that is logged also goes to the serial console, from the first line on. */
const LOGGING = '[Journal]\nForwardToConsole=yes\nTTYPath=/dev/ttyS0\nMaxLevelConsole=info\n';
const CLEAN_ENV = ['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'];

/**
 * The disk of a gateway on which the package was installed and never ran: dpkg in a chroot, the site
 * file as an installer leaves it, and beside them only a shell for the proof. Needs root.
 */
export function makeGatewayDisk({base, deb, folder}: GatewayDiskOptions): GatewayDisk {
  const root = join(folder, 'root');
  execFileSync('cp', ['-a', base, root]);
  installPackage(root, deb);
  for (const [name, text] of Object.entries(GATEWAY_SITE)) {
    writeFileSync(join(root, DATA_FOLDER, name), text, {mode: 0o600});
  }
  inRoot(root, 'chown', '-R', 'latchkey:latchkey', DATA_FOLDER);
  putProofParts(root);
  const imagePath = join(folder, 'gateway.img');
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', root, imagePath, DISK_SIZE]);
  const boot = join(root, 'boot');
  const [kernelPath, initrdPath] = ['vmlinuz-', 'initrd.img-'].map(start => {
    const name = readdirSync(boot).find(file => file.startsWith(start));
    if (name === undefined) throw new UsageError('hardware/kernel', `no ${start} in ${base}`);
    const kept = join(folder, name);
    cpSync(join(boot, name), kept);
    return kept;
  }) as [string, string];
  rmSync(root, {recursive: true});
  return {kernelPath, initrdPath, imagePath};
}

/** A disk with files, as an installer plugs it in. */
export function makeStick(path: string, files: readonly string[], folder: string): void {
  const tree = join(folder, 'stick');
  mkdirSync(tree);
  for (const file of files) cpSync(file, join(tree, basename(file)));
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', tree, path, '1G']);
  rmSync(tree, {recursive: true});
}

function installPackage(root: string, deb: string): void {
  cpSync(deb, join(root, 'latchkey.deb'));
  inRoot(root, 'dpkg', '-i', '/latchkey.deb');
  rmSync(join(root, 'latchkey.deb'));
}

/** What is mounted for it ends with it. */
function inRoot(root: string, ...command: readonly string[]): void {
  const script = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"';
  const args = ['--mount', '--pid', '--fork', 'sh', '-c', script, root, ...CLEAN_ENV, ...command];
  execFileSync('unshare', args, {stdio: ['ignore', 'ignore', 'pipe']});
}

function putProofParts(root: string): void {
  const system = join(root, 'etc/systemd/system');
  mkdirSync(join(root, 'etc/systemd/journald.conf.d'), {recursive: true});
  writeFileSync(join(root, 'etc/systemd/journald.conf.d/proof.conf'), LOGGING);
  writeFileSync(join(root, 'usr/local/sbin/proof-shell'), SHELL_SCRIPT, {mode: 0o755});
  writeFileSync(join(system, 'proof-shell.service'), SHELL_UNIT);
  mkdirSync(join(system, 'multi-user.target.wants'), {recursive: true});
  symlinkSync(
    '../proof-shell.service',
    join(system, 'multi-user.target.wants/proof-shell.service'),
  );
  for (const tty of ['ttyS0', 'ttyS1'])
    symlinkSync('/dev/null', join(system, `serial-getty@${tty}.service`));
  writeFileSync(join(root, 'etc/hostname'), 'gateway\n');
  writeFileSync(join(root, 'etc/fstab'), '/dev/vda / ext4 defaults 0 1\n');
  mkdirSync(join(root, 'media/stick'), {recursive: true});
}
