import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import {basename, dirname, join} from 'node:path';

/** A process that has a port open, or its lock. `name` is empty where nobody may read it. */
export interface PortHolder {
  readonly pid: number;
  readonly name: string;
}

/** One serial port of this machine, as the system describes it; nothing was opened to find out. */
export interface SerialPortInfo {
  /** `/dev/ttyUSB0`: changes with the order in which adapters are plugged in. */
  readonly path: string;
  /** `/dev/serial/by-id/...`: names the adapter, where it has a serial number of its own. */
  readonly byId: string | undefined;
  /** `/dev/serial/by-path/...`: names the socket that it is plugged into. */
  readonly byPath: string | undefined;
  /** Four hex digits each; undefined: no USB device. */
  readonly vendorId: string | undefined;
  readonly productId: string | undefined;
  readonly product: string | undefined;
  /** As the adapter says it, and which of its ports this is. */
  readonly serialNumber: string | undefined;
  readonly interfaceNumber: string | undefined;
  readonly holder: PortHolder | undefined;
  /** Group that may open it, and whether this user may. */
  readonly group: string;
  readonly mayOpen: boolean;
}

/** The tty of a device that is gone or of a socket that was never fitted. */
const UNKNOWN_UART = '0';
const NAMES = /^tty(?:S|WCH|ACM|USB|AMA|MFD|O|XRUSB|mxc|LP|PS|THS|SC)\d+$/;
/** From the tty up to the device that has the numbers: interface, then device. */
const USB_STEPS = 4;

/**
 * The serial ports of the machine whose files lie under `root`. Found by the kernel's own list and not by
 * the udev program, which small systems lack.
 */
export function listSerialPorts(root = ''): readonly SerialPortInfo[] {
  const folder = `${root}/sys/class/tty`;
  const ids = linksIn(`${root}/dev/serial/by-id`, root);
  const paths = linksIn(`${root}/dev/serial/by-path`, root);
  const groups = groupNames(root);
  return namesIn(folder)
    .filter(name => NAMES.test(name) && isFitted(`${folder}/${name}`))
    .sort((left, right) => left.localeCompare(right, 'en', {numeric: true}))
    .flatMap(name => {
      const path = `/dev/${name}`;
      const about = statOf(root + path);
      if (!about) return [];
      return {
        path,
        byId: ids.get(path),
        byPath: paths.get(path),
        ...usbOf(`${folder}/${name}`),
        // Looked for when asked: it means to read what every process has open.
        get holder() {
          return holderOf(path, root);
        },
        group: groups.get(about.gid) ?? String(about.gid),
        mayOpen: mayOpen(root + path),
      };
    });
}

/** Whether a port is there, and who may open it. */
export function portRights(path: string): {
  readonly exists: boolean;
  readonly mayOpen: boolean;
  readonly group: string;
} {
  const about = statOf(path);
  const group = about ? (groupNames('').get(about.gid) ?? String(about.gid)) : '';
  return {exists: about !== undefined, mayOpen: mayOpen(path), group};
}

/** What a name of a port stands for, such as one of by-id; undefined while it leads nowhere. */
export function resolvePort(path: string): string | undefined {
  return existsSync(path) ? realOf(path, '') : undefined;
}

/** Who has the port open or locked; undefined where nobody has. Links such as those of by-id are followed. */
export function holderOf(path: string, root = ''): PortHolder | undefined {
  const real = realOf(path, root);
  const about = statOf(root + real);
  if (!about) return undefined;
  const pid = lockHolder(about, root) ?? openHolder(real, root);
  if (pid === undefined) return undefined;
  return {pid, name: textOf(`${root}/proc/${pid}/comm`)};
}

function isFitted(tty: string): boolean {
  return statOf(`${tty}/device`) !== undefined && textOf(`${tty}/type`) !== UNKNOWN_UART;
}

type UsbMarks = Pick<
  SerialPortInfo,
  'vendorId' | 'productId' | 'product' | 'serialNumber' | 'interfaceNumber'
>;

const NO_USB: UsbMarks = {
  ...{vendorId: undefined, productId: undefined, product: undefined},
  ...{serialNumber: undefined, interfaceNumber: undefined},
};

function usbOf(tty: string): UsbMarks {
  let at = realOf(`${tty}/device`, '');
  let interfaceNumber: string | undefined;
  for (let step = 0; step < USB_STEPS; step += 1) {
    const vendorId = textOf(`${at}/idVendor`);
    interfaceNumber ??= textOf(`${at}/bInterfaceNumber`) || undefined;
    if (vendorId !== '') {
      return {
        vendorId,
        productId: textOf(`${at}/idProduct`),
        product: textOf(`${at}/product`) || undefined,
        serialNumber: textOf(`${at}/serial`) || undefined,
        interfaceNumber,
      };
    }
    at = dirname(at);
  }
  return NO_USB;
}

interface FileNumber {
  readonly dev: number;
  readonly ino: number;
}

/** By the kernel's list of locks, which everybody may read: `1: FLOCK ADVISORY WRITE 812 00:06:97 0 EOF`. */
function lockHolder({dev, ino}: FileNumber, root: string): number | undefined {
  for (const line of textOf(`${root}/proc/locks`).split('\n')) {
    const [, kind, , , pid, file = ''] = line.trim().split(/\s+/);
    if (kind !== 'FLOCK') continue;
    const [major = '', minor = '', inode = ''] = file.split(':');
    const device = deviceNumber(Number.parseInt(major, 16), Number.parseInt(minor, 16));
    if (device === dev && Number(inode) === ino) return Number(pid);
  }
  return undefined;
}

/** As glibc's makedev; small numbers are all that Node can hold, and all that such files have. */
function deviceNumber(major: number, minor: number): number {
  return (minor & 0xff) + (major & 0xfff) * 0x100 + Math.floor(minor / 0x100) * 0x10_0000;
}

/** Somebody who opened it without a lock; seen of one's own processes, and by root of all. */
function openHolder(path: string, root: string): number | undefined {
  for (const pid of namesIn(`${root}/proc`).filter(name => /^\d+$/.test(name))) {
    const folder = `${root}/proc/${pid}/fd`;
    if (namesIn(folder).some(fd => linkOf(`${folder}/${fd}`) === path)) return Number(pid);
  }
  return undefined;
}

/** Port to link, for the links of a folder. */
function linksIn(folder: string, root: string): ReadonlyMap<string, string> {
  const named = namesIn(folder).map(name => join(folder, name));
  return new Map(
    named.map(link => [realOf(link, '').slice(realRoot(root)), link.slice(root.length)]),
  );
}

function realRoot(root: string): number {
  return root === '' ? 0 : realOf(root, '').length;
}

function groupNames(root: string): ReadonlyMap<number, string> {
  const rows = textOf(`${root}/etc/group`).split('\n');
  return new Map(rows.map(row => [Number(row.split(':')[2]), row.split(':')[0] ?? '']));
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function statOf(path: string): (FileNumber & {readonly gid: number}) | undefined {
  return statSync(path, {throwIfNoEntry: false});
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** What a path stands for below `root`; itself where it leads nowhere. */
function realOf(path: string, root: string): string {
  try {
    return realpathSync(root + path).slice(realRoot(root));
  } catch {
    return join(dirname(path), basename(path));
  }
}
