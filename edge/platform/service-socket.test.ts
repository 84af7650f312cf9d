import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import koffi from 'koffi';
import {serviceManager} from './service-socket.js';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;
const libc = koffi.load(null);
const socket = libc.func('int socket(int domain, int type, int protocol)');
const bind = libc.func('int bind(int fd, const uint8_t *address, uint32_t size)');
const receive = libc.func('long recv(int fd, _Out_ uint8_t *bytes, size_t size, int flags)');
const closeFd = libc.func('int close(int fd)');

/** The manager's end of the socket, as systemd binds it. */
function manager(t: ExecutionContext, name: string) {
  const fd: number = socket(AF_UNIX, SOCK_DGRAM, 0);
  t.teardown(() => closeFd(fd));
  const address = Buffer.concat([Buffer.of(AF_UNIX, 0), Buffer.from(name)]);
  t.is(bind(fd, address, address.length), 0);
  return (): string | undefined => {
    const bytes = Buffer.alloc(256);
    const size = Number(receive(fd, bytes, bytes.length, MSG_DONTWAIT));
    return size < 0 ? undefined : bytes.toString('utf8', 0, size);
  };
}

function environment(values: Readonly<Record<string, string>>, pid = 7) {
  return {env: (name: string) => values[name], pid};
}

test('~I-9 what is told reaches the socket of the manager, by path and by abstract name', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const path = join(folder, 'notify');
  const heard = manager(t, `${path}\0`);
  const service = await serviceManager(
    environment({NOTIFY_SOCKET: path, WATCHDOG_USEC: '60000000', WATCHDOG_PID: '7'}),
  );
  t.true(service?.tell('READY=1'));
  t.is(heard(), 'READY=1');
  t.is(heard(), undefined);
  t.is(service?.watchdogMs, 60_000);

  const name = `latchkey-${folder.slice(-6)}`;
  const heardThere = manager(t, `\0${name}`);
  const there = await serviceManager(environment({NOTIFY_SOCKET: `@${name}`}));
  t.true(there?.tell('WATCHDOG=1'));
  t.is(heardThere(), 'WATCHDOG=1');
  t.is(there?.watchdogMs, undefined, 'no watchdog was asked for');
});

test('~I-9 a manager that is gone costs nothing, and nobody is told where there is none', async t => {
  t.is(await serviceManager(environment({})), undefined);
  t.is(await serviceManager(environment({NOTIFY_SOCKET: 'vsock:2:1'})), undefined);
  t.is(await serviceManager(environment({NOTIFY_SOCKET: `/${'x'.repeat(120)}`})), undefined);
  const values = {NOTIFY_SOCKET: '/nowhere/at/all', WATCHDOG_USEC: '60000000', WATCHDOG_PID: '8'};
  const service = await serviceManager(environment(values));
  t.false(service?.tell('READY=1'));
  t.is(service?.watchdogMs, undefined, 'the watchdog is meant for another process');
});
