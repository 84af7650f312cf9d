/** An adapter as it is told apart from others. */
export interface AdapterMark {
  /** `A50285BI`; undefined or the maker's `0001` for all: it has none of its own. */
  readonly serialNumber: string | undefined;
  /** `pci-0000:00:14.0-usb-0:1:1.0`: its socket. */
  readonly socket: string | undefined;
  /** `00`: which of the ports of one adapter. */
  readonly interfaceNumber: string | undefined;
  readonly vendorId: string | undefined;
}

/** QinHeng's CH340, Silicon Labs' CP210x, FTDI. */
const KNOWN_VENDORS = new Set(['1a86', '10c4', '0403']);
/** Makers that give all their adapters one number. */
const NO_NUMBER = /^0*[01]?$/;
const RULE = /^SUBSYSTEM=="tty", (.+), SYMLINK\+="site\/rs485-(\d+)"$/;

/**
 * Rules of udev under which each adapter keeps its own name, `/dev/site/rs485-0` and on: by its serial
 * number, or by its socket where it has none or shares it with another. Names that `former` rules have
 * given stay, also of adapters that are not plugged in now. @see udev(7), ecosystem.md I-10
 */
export function portRules(adapters: readonly AdapterMark[], former = ''): string {
  const names = new Map<string, number>();
  for (const line of former.split('\n')) {
    const [, mark = '', number = ''] = RULE.exec(line) ?? [];
    if (mark !== '') names.set(mark, Number(number));
  }
  for (const adapter of adapters) {
    const mark = markOf(adapter, adapters);
    if (mark === undefined || names.has(mark)) continue;
    const taken = new Set(names.values());
    let number = 0;
    while (taken.has(number)) number += 1;
    names.set(mark, number);
  }
  const rules = [...names]
    .sort(([, left], [, right]) => left - right)
    .map(([mark, number]) => `SUBSYSTEM=="tty", ${mark}, SYMLINK+="site/rs485-${number}"`);
  return ['# Written by latchkey ports rules; a name that was given stays.', ...rules, ''].join(
    '\n',
  );
}

/** The lines of `latchkey ports rules` for the ports of a machine, `byPath` as its links name them. */
export function showPortRules(
  ports: readonly (Omit<AdapterMark, 'socket'> & {readonly byPath: string | undefined})[],
  former: string,
): readonly string[] {
  const adapters = ports.map(port => ({...port, socket: socketOf(port.byPath)}));
  return portRules(adapters, former).trimEnd().split('\n');
}

function markOf(adapter: AdapterMark, all: readonly AdapterMark[]): string | undefined {
  const {serialNumber, socket, interfaceNumber, vendorId} = adapter;
  if (vendorId === undefined || !KNOWN_VENDORS.has(vendorId)) return undefined;
  const isOwn =
    serialNumber !== undefined &&
    !NO_NUMBER.test(serialNumber) &&
    all.filter(one => isTwin(one, adapter)).length === 1;
  if (isOwn) {
    return `ENV{ID_SERIAL_SHORT}=="${serialNumber}", ENV{ID_USB_INTERFACE_NUM}=="${interfaceNumber ?? '00'}"`;
  }
  return socket === undefined ? undefined : `ENV{ID_PATH}=="${socket}"`;
}

function isTwin(left: AdapterMark, right: AdapterMark): boolean {
  return (
    left.vendorId === right.vendorId &&
    left.serialNumber === right.serialNumber &&
    (left.interfaceNumber ?? '00') === (right.interfaceNumber ?? '00')
  );
}

/** The socket that a link of by-path names, as udev calls it. */
function socketOf(byPath: string | undefined): string | undefined {
  return byPath?.replace(/^.*\//, '').replace(/-port\d+$/, '');
}
