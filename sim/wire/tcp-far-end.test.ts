import {connect, type Socket} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {TcpFarEnd} from './tcp-far-end.js';

function client(t: ExecutionContext, farEnd: TcpFarEnd): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(farEnd.port, farEnd.host, () => resolve(socket));
    socket.once('error', reject);
    t.teardown(() => socket.destroy());
  });
}

function received(socket: Socket, count: number): Promise<number[]> {
  const bytes: number[] = [];
  return new Promise(resolve => {
    socket.on('data', data => {
      bytes.push(...data);
      if (bytes.length >= count) resolve(bytes);
    });
  });
}

async function listen(t: ExecutionContext): Promise<TcpFarEnd> {
  const farEnd = await TcpFarEnd.listen();
  t.teardown(() => farEnd.close());
  return farEnd;
}

/** The server has seen the client: bytes from it have arrived. */
async function greet(farEnd: TcpFarEnd, socket: Socket): Promise<void> {
  const seen = new Promise<Uint8Array>(resolve => farEnd.onBytes(resolve));
  socket.write(Uint8Array.of(7));
  await seen;
}

test('bytes pass both ways between the converter and its client', async t => {
  const farEnd = await listen(t);
  const socket = await client(t, farEnd);
  const seen = new Promise<Uint8Array>(resolve => farEnd.onBytes(resolve));
  socket.write(Uint8Array.of(0, 255, 10));
  t.deepEqual(await seen, Uint8Array.of(0, 255, 10));
  t.true(farEnd.hasClient);

  const answer = received(socket, 2);
  farEnd.send(Uint8Array.of(1, 2));
  t.deepEqual(await answer, [1, 2]);
});

test('a second client is turned away and the first keeps the line', async t => {
  const farEnd = await listen(t);
  const first = await client(t, farEnd);
  await greet(farEnd, first);
  const second = await client(t, farEnd);
  await new Promise(resolve => second.once('close', resolve));

  const answer = received(first, 1);
  farEnd.send(Uint8Array.of(9));
  t.deepEqual(await answer, [9]);
});

test('an unplugged converter drops its client and refuses, a replugged one listens on the same port', async t => {
  const farEnd = await listen(t);
  const {port} = farEnd;
  const socket = await client(t, farEnd);
  await greet(farEnd, socket);

  const lost = new Promise(resolve => socket.once('close', resolve));
  farEnd.unplug();
  farEnd.send(Uint8Array.of(1));
  await lost;
  await t.throwsAsync(client(t, farEnd), {code: 'ECONNREFUSED'});

  farEnd.replug();
  farEnd.replug();
  t.is(farEnd.port, port);
  const again = await client(t, farEnd);
  await greet(farEnd, again);
  t.true(farEnd.hasClient);
});
