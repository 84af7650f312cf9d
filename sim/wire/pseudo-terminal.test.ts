import {mkdtempSync, readlinkSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {SerialPort} from 'serialport';
import {crossConnect} from './null-modem.js';
import {PseudoTerminal} from './pseudo-terminal.js';

const ALL_BYTES = Uint8Array.from({length: 256}, (_, index) => index);

function linkPath(t: ExecutionContext, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'pty-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  return join(folder, name);
}

function plug(t: ExecutionContext, name = 'ttySIM0'): PseudoTerminal {
  const terminal = new PseudoTerminal(linkPath(t, name));
  t.teardown(() => terminal.close());
  return terminal;
}

async function openPort(t: ExecutionContext, path: string): Promise<SerialPort> {
  const port = new SerialPort({path, baudRate: 9600, autoOpen: false});
  await new Promise<void>((resolve, reject) =>
    port.open(error => (error ? reject(error) : resolve())),
  );
  t.teardown(() => {
    port.on('error', () => {});
    if (port.isOpen) port.close(() => {});
  });
  return port;
}

/** Settles when `count` bytes have come. */
function collect(count: number, subscribe: (listener: (bytes: Uint8Array) => void) => void) {
  const received: number[] = [];
  return new Promise<Uint8Array>(resolve => {
    subscribe(bytes => {
      received.push(...bytes);
      if (received.length >= count) resolve(Uint8Array.from(received));
    });
  });
}

test('every byte value passes a real serial port both ways, ten times over', async t => {
  const terminal = plug(t);
  const port = await openPort(t, terminal.path);
  const many = Uint8Array.from({length: 2560}, (_, index) => index % 256);

  const toDevice = collect(many.length, listener => terminal.onBytes(listener));
  const toOwner = collect(many.length, listener => port.on('data', listener));
  port.write(many);
  terminal.send(many);

  t.deepEqual(await toDevice, many);
  t.deepEqual(await toOwner, many);
});

test('what is sent before an owner opens is neither echoed nor mixed into what comes later', async t => {
  const terminal = plug(t);
  const echoed: Uint8Array[] = [];
  terminal.onBytes(bytes => echoed.push(bytes));
  terminal.send(Uint8Array.of(0x13, 0x11, 0x0a, 0x03, 0x04));
  await new Promise(resolve => setTimeout(resolve, 20));
  t.deepEqual(echoed, []);

  const port = await openPort(t, terminal.path);
  const received = collect(2, listener => port.on('data', listener));
  terminal.send(Uint8Array.of(0xaa, 0x55));
  t.deepEqual(await received, Uint8Array.of(0xaa, 0x55));
});

test('an unplugged port is lost to its owner, and a reopened path finds the replugged one', async t => {
  const terminal = plug(t);
  const port = await openPort(t, terminal.path);
  port.on('error', () => {});
  const lost = new Promise(resolve => port.once('close', resolve));
  port.on('data', () => {});
  const settled = collect(1, listener => terminal.onBytes(listener));
  port.write(Uint8Array.of(1));
  await settled;
  await new Promise(resolve => setTimeout(resolve, 20));

  terminal.unplug();
  terminal.send(ALL_BYTES);
  await lost;
  t.throws(() => readlinkSync(terminal.path), {code: 'ENOENT'});

  terminal.replug();
  t.true(terminal.isPlugged);
  const again = await openPort(t, terminal.path);
  const toDevice = collect(256, listener => terminal.onBytes(listener));
  again.write(ALL_BYTES);
  t.deepEqual(await toDevice, ALL_BYTES);
});

test('a port survives an owner that closes and opens it again', async t => {
  const terminal = plug(t);
  const first = await openPort(t, terminal.path);
  await new Promise<void>(resolve => first.close(() => resolve()));
  const second = await openPort(t, terminal.path);
  const received = collect(256, listener => second.on('data', listener));
  terminal.send(ALL_BYTES);
  t.deepEqual(await received, ALL_BYTES);
});

test('an owner that never reads holds back at most a few kilobytes', async t => {
  const terminal = plug(t);
  for (let round = 0; round < 4000; round += 1) terminal.send(ALL_BYTES);
  const port = await openPort(t, terminal.path);
  let received = 0;
  port.on('data', (bytes: Buffer) => {
    received += bytes.length;
  });
  await new Promise(resolve => setTimeout(resolve, 100));
  t.true(received < 100_000, `${received} bytes of a million had been kept`);
});

test('two crossed terminals join two owners', async t => {
  const left = plug(t, 'left');
  const right = plug(t, 'right');
  crossConnect(left, right);
  const master = await openPort(t, left.path);
  const slave = await openPort(t, right.path);
  const atSlave = collect(256, listener => slave.on('data', listener));
  const atMaster = collect(256, listener => master.on('data', listener));
  master.write(ALL_BYTES);
  slave.write(ALL_BYTES);
  t.deepEqual(await atSlave, ALL_BYTES);
  t.deepEqual(await atMaster, ALL_BYTES);
});

test('a path that cannot hold a link is an error of the system, not a silent port', t => {
  t.throws(() => new PseudoTerminal('/nonexistent/folder/tty'), {code: 'ENOENT'});
});
