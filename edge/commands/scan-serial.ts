import type {SerialPortInfo} from '../platform/serial-ports.js';
import {type CommandResult, failed, succeeded} from './command.js';

/**
 * `latchkey scan serial`: the serial ports of this machine, the names under which they survive a replug,
 * who holds them and whether this user may open them. Opens none. Exit code 1 where there is none.
 */
export function scanSerial(
  ports: readonly SerialPortInfo[],
  {json}: {readonly json: boolean},
): CommandResult {
  const lines = json ? [JSON.stringify(ports)] : ports.flatMap(portLines);
  if (ports.length > 0) return succeeded(...lines);
  if (json) return failed(...lines);
  return failed('no serial port: plug the adapter in, and look with dmesg whether it was seen');
}

function portLines(port: SerialPortInfo): readonly string[] {
  const {path, byId, byPath, vendorId, productId, product, holder} = port;
  const usb = vendorId === undefined ? '' : `  ${vendorId}:${productId} ${product ?? ''}`.trimEnd();
  const lines = [`${path}${usb}`];
  if (byId !== undefined) lines.push(`  ${byId}`);
  if (byPath !== undefined) lines.push(`  ${byPath}`);
  if (holder) lines.push(`  held by ${holderName(holder)}`);
  if (!port.mayOpen) {
    lines.push(
      `  not to be opened by this user: sudo usermod -aG ${port.group} $USER, then log in again`,
    );
  }
  return lines;
}

export function holderName({pid, name}: {readonly pid: number; readonly name: string}): string {
  return name === '' ? `process ${pid}` : `${name} (process ${pid})`;
}
