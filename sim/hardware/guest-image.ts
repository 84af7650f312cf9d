import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import process from 'node:process';
import {addonsIn, copyLibraries, copyProject} from './runtime-files.js';
import type {UnpackedDebian} from './unpacked-debian.js';

export interface GuestImageOptions {
  /** The built project. */
  readonly project: string;
  readonly debian: UnpackedDebian;
  /** Files of the site by name; they lie in one folder with the site file, `site.yaml`. */
  readonly siteFiles: Readonly<Record<string, string>>;
  /** Empty; what is made here is the caller's to remove. */
  readonly folder: string;
}

/** A USB host, HID devices, and FTDI's serial adapters. */
const MODULES = ['xhci_pci', 'usbhid', 'hid_generic', 'ftdi_sio'];
const UDEV = '/bin/udevadm';
const UDEV_RULES = '/lib/udev/rules.d/50-udev-default.rules';
const LIBRARIES = '/usr/lib/x86_64-linux-gnu';
const NODE = '/usr/bin/node';
const BUSYBOX = '/bin/busybox';
const LARGEST_LISTING_BYTES = 64 * 1024 * 1024;

/**
 * Everything the guest has: the kernel unpacks it into memory and runs `/init`. Not compressed, since
 * unpacking in a guest without KVM takes longer than reading it.
 */
export function buildGuestImage(options: GuestImageOptions): string {
  const {project, debian, siteFiles, folder} = options;
  const modules = debian.modules(...MODULES);
  const root = join(folder, 'root');
  const put = (path: string, content: string | Uint8Array, mode = 0o644) => {
    const place = join(root, path);
    mkdirSync(dirname(place), {recursive: true});
    writeFileSync(place, content, {mode});
  };
  for (const place of ['proc', 'sys', 'dev', 'tmp', 'run'])
    mkdirSync(join(root, place), {recursive: true});
  cpSync(BUSYBOX, join(root, BUSYBOX));
  cpSync(process.execPath, join(root, NODE), {dereference: true});
  copyProject(project, join(root, 'app'));
  for (const path of [UDEV, UDEV_RULES, LIBRARIES]) {
    cpSync(join(debian.folder, path), join(root, path), {recursive: true, verbatimSymlinks: true});
  }
  const programs = [UDEV, ...namesIn(join(root, LIBRARIES)).map(name => join(LIBRARIES, name))];
  const unpacked = programs.map(path => join(root, path));
  copyLibraries([process.execPath, ...addonsIn(join(root, 'app')), ...unpacked], root);
  for (const {name, image} of modules) put(`modules/${name}.ko`, image);
  for (const [name, text] of Object.entries(siteFiles)) put(`site/${name}`, text, 0o600);
  put('init', initScript(modules.map(({name}) => name)), 0o755);
  return packed(root, join(folder, 'guest.cpio'));
}

function initScript(modules: readonly string[]): string {
  return `#!${BUSYBOX} sh
export PATH=/usr/bin:/bin HOME=/tmp
${BUSYBOX} --install -s /bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
ip link set lo up
ln -s ${UDEV} /bin/systemd-udevd
# libusb hears of a replug from udev alone.
systemd-udevd --daemon --resolve-names=never
${modules.map(name => `insmod /modules/${name}.ko`).join('\n')}
stty -F /dev/ttyS1 raw -echo 115200
node /app/dist/sim/hardware/guest-desk.js </dev/ttyS1 >/dev/ttyS1 &
UV_THREADPOOL_SIZE=24 node --max-semi-space-size=1 /app/dist/bin/latchkey.js run --config /site/site.yaml
echo "the daemon ended with $?"
poweroff -f
`;
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(folder).filter(name => name.includes('.so'));
}

function packed(root: string, path: string): string {
  const names = execFileSync('find', ['.', '-print0'], {
    cwd: root,
    maxBuffer: LARGEST_LISTING_BYTES,
  });
  execFileSync('cpio', ['--create', '--null', '--format=newc', '--quiet', '--file', path], {
    cwd: root,
    input: names,
  });
  return path;
}
