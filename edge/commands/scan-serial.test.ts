import {mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {SerialPort} from 'serialport';
import {PseudoTerminal} from '../../sim/wire/pseudo-terminal.js';
import {Host} from '../platform/host.js';
import {holderOf, listSerialPorts} from '../platform/serial-ports.js';
import {scanned} from './scan-rig.js';
import {scanSerial} from './scan-serial.js';
import {scanSystemBus} from './system-scan.js';

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-ports-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  return folder;
}

/** A machine with one USB adapter, one soldered port and one socket without a port, as its files tell. */
function machineFiles(t: ExecutionContext): string {
  const root = folderOf(t);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), {recursive: true});
    writeFileSync(join(root, path), text);
  };
  const link = (path: string, target: string) => {
    mkdirSync(dirname(join(root, path)), {recursive: true});
    symlinkSync(target, join(root, path));
  };
  write('dev/ttyUSB0', '');
  write('dev/ttyS0', '');
  write('dev/ttyS7', '');
  write('sys/devices/usb1/idVendor', '1a86\n');
  write('sys/devices/usb1/idProduct', '7523\n');
  write('sys/devices/usb1/product', 'USB Serial\n');
  write('sys/devices/usb1/if0/ttyUSB0/port_number', '0\n');
  link('sys/class/tty/ttyUSB0/device', '../../../devices/usb1/if0/ttyUSB0');
  write('sys/devices/serial8250/name', '');
  link('sys/class/tty/ttyS0/device', '../../../devices/serial8250');
  write('sys/class/tty/ttyS0/type', '4\n');
  link('sys/class/tty/ttyS7/device', '../../../devices/serial8250');
  write('sys/class/tty/ttyS7/type', '0\n');
  write('sys/class/tty/console/active', 'ttyS0\n');
  link('dev/serial/by-id/usb-1a86_USB_Serial-if00-port0', '../../ttyUSB0');
  link('dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0', '../../ttyUSB0');
  const {gid} = statSync(join(root, 'dev/ttyUSB0'));
  write('etc/group', `nogroup:x:65533:\ndialout:x:${gid}:\n`);
  write('proc/812/comm', 'ModemManager\n');
  link('proc/812/fd/7', '/dev/ttyUSB0');
  return root;
}

test('I-1 scan serial names by-id, by-path, VID:PID, owner and permission; scan bus shows a live table of addresses and speeds, stops on a key, never writes, and refuses a port that a daemon holds', async t => {
  const root = machineFiles(t);
  const ports = listSerialPorts(root);
  t.deepEqual(
    ports.map(({path}) => path),
    ['/dev/ttyS0', '/dev/ttyUSB0'],
    'no socket without a port, no console',
  );
  t.like(ports[1], {
    byId: '/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0',
    byPath: '/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0',
    vendorId: '1a86',
    productId: '7523',
    product: 'USB Serial',
    holder: {pid: 812, name: 'ModemManager'},
    group: 'dialout',
    mayOpen: true,
  });
  const {exitCode, lines} = scanSerial(
    ports.map(port => ({...port, mayOpen: port.path === '/dev/ttyS0'})),
    {json: false},
  );
  t.is(exitCode, 0);
  t.deepEqual(lines, [
    '/dev/ttyS0',
    '/dev/ttyUSB0  1a86:7523 USB Serial',
    '  /dev/serial/by-id/usb-1a86_USB_Serial-if00-port0',
    '  /dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0',
    '  held by ModemManager (process 812)',
    '  not to be opened by this user: sudo usermod -aG dialout $USER, then log in again',
  ]);
  t.deepEqual(
    JSON.parse(scanSerial(ports, {json: true}).lines[0] ?? ''),
    JSON.parse(JSON.stringify(ports)),
  );
  t.is(scanSerial([], {json: false}).exitCode, 1);

  // `scanned` asserts that no device was ever written to.
  const table = await scanned(t, {locks: 32, request: {baud: '9600,19200'}});
  t.is(table.printed.length, 32);
  t.regex(table.printed[0] ?? '', /^9600 Bd {2}unit 1 {2}values, \d+ ms$/);
  const cut = await scanned(t, {locks: 32, stopAfter: 5});
  t.true(cut.printed.length > 0 && cut.printed.length < 6);

  const terminal = new PseudoTerminal(join(folderOf(t), 'ttySIM0'));
  t.teardown(() => terminal.close());
  const port = new SerialPort({path: terminal.path, baudRate: 9600, autoOpen: false});
  await new Promise<void>((resolve, reject) =>
    port.open(error => (error ? reject(error) : resolve())),
  );
  t.teardown(() => new Promise<void>(resolve => port.close(() => resolve())));
  t.is(holderOf(terminal.path)?.pid, process.pid);
  const words = {from: '1', to: '2', baud: '9600', language: 'en', parity: 'none', json: false};
  const refused = await scanSystemBus({...words, port: terminal.path}, new Host());
  t.is(refused.exitCode, 1);
  t.regex(
    refused.lines[0] ?? '',
    new RegExp(`^port/locked: .* held by .*\\(process ${process.pid}\\)`),
  );
});
