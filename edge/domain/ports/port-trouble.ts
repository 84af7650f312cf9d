/** What the system tells of one port of this machine, as far as it matters here. */
export interface SeenPort {
  readonly path: string;
  /** Names the adapter, where it has a number of its own. */
  readonly byId: string | undefined;
  /** Names the socket that it is plugged into. */
  readonly byPath: string | undefined;
  readonly holder: {readonly pid: number; readonly name: string} | undefined;
  readonly group: string;
  readonly mayOpen: boolean;
}

/** Why a line has no port, each with what a person has to know to mend it. */
export type PortTrouble =
  | {readonly kind: 'unplugged'; readonly path: string}
  /** The adapter is there under another name. */
  | {
      readonly kind: 'renumbered';
      readonly path: string;
      readonly now: string;
      readonly better: string;
    }
  | {readonly kind: 'busy'; readonly path: string; readonly pid: number; readonly name: string}
  | {readonly kind: 'denied'; readonly path: string; readonly group: string};

/** It was away and is back. */
export interface PortReturn {
  readonly kind: 'replugged';
  readonly path: string;
  readonly awaySeconds: number;
}

export interface PortQuestion {
  /** As the site file names it, and what that stands for now: undefined while nothing is there. */
  readonly path: string;
  readonly real: string | undefined;
  /** The adapter as it was while the line worked; undefined: it never has. */
  readonly before: SeenPort | undefined;
  readonly ports: readonly SeenPort[];
  readonly ownPid: number;
}

/** Undefined: the port is there and ours; then the fault lies behind it. @see ecosystem.md 1.3 */
export function portTrouble(question: PortQuestion): PortTrouble | undefined {
  const {path, real, before, ports, ownPid} = question;
  const port = ports.find(one => one.path === real);
  const isOther = port !== undefined && before !== undefined && !isSame(before, port, path);
  if (!port || isOther) {
    const moved = before && ports.find(one => one.path !== real && isSame(before, one, path));
    if (moved) {
      const better = moved.byId ?? moved.byPath ?? moved.path;
      return {kind: 'renumbered', path, now: moved.path, better};
    }
    if (!port) return {kind: 'unplugged', path};
  }
  if (!port.mayOpen) return {kind: 'denied', path, group: port.group};
  const {holder} = port;
  if (holder && holder.pid !== ownPid) return {kind: 'busy', path, ...holder};
  return undefined;
}

/** By its number where it has one of its own, else by its socket. A name that moves with the adapter is that adapter. */
function isSame(before: SeenPort, now: SeenPort, path: string): boolean {
  if (!/\/tty[A-Z]+\d+$/.test(path)) return now.path === before.path || now.byId === path;
  if (before.byId !== undefined && now.byId !== undefined) {
    return before.byId === now.byId && (hasOwnNumber(before.byId) || before.byPath === now.byPath);
  }
  return before.byPath !== undefined && before.byPath === now.byPath;
}

/** `usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0` has one, `usb-1a86_USB_Serial-if00-port0` has none. */
function hasOwnNumber(byId: string): boolean {
  const [, name = ''] = /\/usb-(.*?)-if\d\d/.exec(byId) ?? [];
  return /_(?=[A-Z0-9]*\d)[A-Z0-9]{6,}$/.test(name);
}

export type PortMessage = PortTrouble | PortReturn;
