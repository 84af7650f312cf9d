import {mkdtempSync, rmSync} from 'node:fs';
import {type AddressInfo, createServer, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {SystemClock} from '../../edge/platform/system-clock.js';
import type {LinkError} from '../../protocols/base/errors.js';
import {PseudoTerminal} from '../../sim/wire/pseudo-terminal.js';
import type {ByteLink} from './byte-link.js';
import {createSerialLink, openFailure} from './serial-port.js';
import {createTcpLink} from './tcp-link.js';

const clock = new SystemClock();
const fraction = () => 0.5;

function firstLoss(link: ByteLink): Promise<LinkError> {
  return new Promise(resolve => {
    link.open({onUp: () => {}, onBytes: () => {}, onDown: resolve});
  });
}

test('a serial port that is not there is missing, and named', async t => {
  const link = createSerialLink({path: '/dev/no-such-port', baudRate: 9600, clock, fraction});
  const reason = await firstLoss(link);
  t.is(reason.code, 'port/missing');
  t.regex(reason.message, /\/dev\/no-such-port is not there/);
  await link.close();
});

test('a serial port that another owner holds is locked', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'locked-port-'));
  const terminal = new PseudoTerminal(join(folder, 'port'));
  const options = {path: terminal.path, baudRate: 9600, clock, fraction};
  const holder = createSerialLink(options);
  await new Promise<void>(resolve => {
    holder.open({onUp: resolve, onBytes: () => {}, onDown: () => {}});
  });
  const second = createSerialLink(options);
  t.is((await firstLoss(second)).code, 'port/locked');
  await Promise.all([holder.close(), second.close()]);
  await terminal.close();
  rmSync(folder, {recursive: true});
});

test('a link that is closed while it opens lets the port go', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'closed-port-'));
  const terminal = new PseudoTerminal(join(folder, 'port'));
  const options = {path: terminal.path, baudRate: 9600, clock, fraction};
  const hasty = createSerialLink(options);
  hasty.open({onUp: () => t.fail(), onBytes: () => {}, onDown: () => t.fail()});
  await hasty.close();
  const next = createSerialLink(options);
  await new Promise<void>(resolve => {
    next.open({onUp: resolve, onBytes: () => {}, onDown: reason => t.fail(reason.message)});
  });
  await next.close();
  await terminal.close();
  rmSync(folder, {recursive: true});
  t.pass();
});

test('zwave-js-ui, five port messages: not there, forbidden, held by another, refused and pulled out are told apart', async t => {
  const codeOf = (text: string) => openFailure('/dev/x', new RangeError(text)).code;
  t.is(codeOf('Error: Permission denied, cannot open /dev/x'), 'port/denied');
  t.is(codeOf('Error: No such file or directory, cannot open /dev/x'), 'port/missing');
  t.is(codeOf('Error Resource temporarily unavailable Cannot lock port'), 'port/locked');
  t.is(codeOf('Error: Input/output error setting custom baud rate of 3'), 'port/lost');
  const folder = mkdtempSync(join(tmpdir(), 'pulled-port-'));
  const terminal = new PseudoTerminal(join(folder, 'port'));
  const link = createSerialLink({path: terminal.path, baudRate: 9600, clock, fraction});
  const pulled = await new Promise<LinkError>(resolve => {
    link.open({onUp: () => void terminal.close(), onBytes: () => {}, onDown: resolve});
  });
  await link.close();
  rmSync(folder, {recursive: true});
  const opening = ['Permission denied', 'No such file or directory', 'Cannot lock port', 'EIO'];
  const told = opening.map(text => openFailure('/dev/x', new RangeError(text)).message);
  told.push(pulled.message.replaceAll(terminal.path, '/dev/x'));
  const words = told.map(text => text.split(':')[0]);
  t.is(new Set(words).size, 5, words.join('; '));
});

test('a converter that nobody listens on is missing', async t => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const {port} = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  const link = createTcpLink({host: '127.0.0.1', port, clock, fraction});
  const reason = await firstLoss(link);
  t.is(reason.code, 'port/missing');
  await link.close();
});

test('a converter that takes no more bytes is lost instead of hoarding commands', async t => {
  const sockets: Socket[] = [];
  const server = createServer({pauseOnConnect: true}, socket => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const {port} = server.address() as AddressInfo;
  const link = createTcpLink({host: '127.0.0.1', port, clock, fraction});
  const events: string[] = [];
  link.open({
    onUp: () => events.push('up'),
    onBytes: () => {},
    onDown: reason => events.push(reason.code),
  });
  while (!link.isUp) await clock.sleep(5);
  let isTaken = true;
  for (let count = 0; isTaken && count < 1000; count += 1) {
    isTaken = link.write(new Uint8Array(65_536));
    await clock.sleep(0);
  }
  t.false(isTaken);
  while (events.length < 2) await clock.sleep(5);
  t.deepEqual(events, ['up', 'port/lost']);
  await link.close();
  for (const socket of sockets) socket.destroy();
  await new Promise(resolve => server.close(resolve));
});

test('a connection that is given up is reset, so that no byte of it arrives later', async t => {
  const ends: (string | undefined)[] = [];
  const server = createServer(socket => {
    socket.on('error', (error: NodeJS.ErrnoException) => ends.push(error.code));
    socket.on('end', () => ends.push('end'));
  });
  server.listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const {port} = server.address() as AddressInfo;
  const link = createTcpLink({host: '127.0.0.1', port, clock, fraction});
  link.open({onUp: () => {}, onBytes: () => {}, onDown: () => {}});
  while (!link.isUp) await clock.sleep(5);
  link.reopen('silence');
  while (!link.isUp) await clock.sleep(5);
  await link.close();
  while (ends.length < 2) await clock.sleep(5);
  t.deepEqual(ends, ['ECONNRESET', 'ECONNRESET']);
  await new Promise(resolve => server.close(resolve));
});
