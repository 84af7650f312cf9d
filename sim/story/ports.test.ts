import {mkdtempSync, rmSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {LinkError} from '../../protocols/base/errors.js';
import {makePorts} from './ports.js';

test('where no pseudo-terminal can be made the lines run over TCP, and say why', async t => {
  const ports = await makePorts('/nowhere', ['line-C1', 'C1'], () => {
    throw new LinkError('sim/no-pty', 'no pseudo-terminals on this system');
  });
  t.teardown(() => ports.close());
  t.is(ports.carrier, 'tcp');
  t.regex(ports.note, /no pseudo-terminals on this system/);
  const link = ports.link('line-C1', 9600);
  if (link.kind !== 'tcp') return t.fail();
  const heard = new Promise<Buffer>(resolve => {
    const socket = connect(link.port, link.host);
    socket.once('data', data => {
      socket.destroy();
      resolve(data);
    });
    socket.once('connect', () =>
      setImmediate(() => ports.farEnd('line-C1').send(Uint8Array.of(7))),
    );
  });
  t.deepEqual([...(await heard)], [7]);
});

test('where they can be made every link is a serial port of its own', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-ports-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const ports = await makePorts(folder, ['line-C1', 'C1']);
  t.teardown(() => ports.close());
  t.is(ports.carrier, 'serial');
  t.deepEqual(ports.link('C1', 115_200), {
    kind: 'serial',
    path: join(folder, 'tty-C1'),
    baudRate: 115_200,
  });
  t.throws(() => ports.farEnd('C9'), {instanceOf: LinkError, message: /no port C9/});
});
