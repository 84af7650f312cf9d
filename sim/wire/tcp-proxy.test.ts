import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import {setImmediate as turn} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {VirtualClock} from '../clock/virtual-clock.js';
import {TcpProxy} from './tcp-proxy.js';

interface Rig {
  readonly clock: VirtualClock;
  readonly proxy: TcpProxy;
  readonly client: Socket;
  /** The server's end of the client's connection. */
  readonly server: Socket;
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function connected(t: ExecutionContext): Promise<Rig> {
  const clock = new VirtualClock({yieldTurn: () => turn()});
  const server = createServer();
  const accepted = new Promise<Socket>(resolve => server.once('connection', resolve));
  const proxy = await TcpProxy.open(clock, await listening(server));
  const client = connect(proxy.port, proxy.host);
  client.on('error', () => {});
  const far = await accepted;
  far.on('error', () => {});
  t.teardown(async () => {
    client.destroy();
    far.destroy();
    await proxy.close();
    await new Promise<void>(resolve => server.close(() => resolve()));
  });
  return {clock, proxy, client, server: far};
}

function nextBytes(socket: Socket): Promise<number[]> {
  return new Promise(resolve => socket.once('data', bytes => resolve([...bytes])));
}

function closing(socket: Socket): Promise<void> {
  return new Promise(resolve => socket.once('close', () => resolve()));
}

/** A whole exchange the other way: what was sent before it has reached the proxy. */
async function exchange({client, server}: Rig): Promise<void> {
  const heard = nextBytes(client);
  server.write(Uint8Array.of(9));
  await heard;
}

test('bytes pass at once in fair weather, both ways', async t => {
  const {client, server} = await connected(t);
  const up = nextBytes(server);
  client.write(Uint8Array.of(1, 2, 3));
  t.deepEqual(await up, [1, 2, 3]);
  const down = nextBytes(client);
  server.write(Uint8Array.of(4));
  t.deepEqual(await down, [4]);
});

test('a delay holds bytes back for its time, and what was sent later never overtakes', async t => {
  const rig = await connected(t);
  const {clock, proxy, client, server} = rig;
  await exchange(rig);
  proxy.set({delayMs: 50});
  const heard: number[] = [];
  server.on('data', bytes => void heard.push(...bytes));
  client.write(Uint8Array.of(1));
  while (clock.pending.length === 0) await turn();
  proxy.set({delayMs: 0});
  client.write(Uint8Array.of(2));
  await clock.advance(49);
  t.deepEqual(heard, []);
  const arrived = nextBytes(server);
  await clock.advance(1);
  await arrived;
  while (heard.length < 2) await turn();
  t.deepEqual(heard, [1, 2]);
});

test('a half-open link takes bytes and tells nobody', async t => {
  const {proxy, client, server} = await connected(t);
  proxy.set({silent: true});
  client.write(Uint8Array.of(1));
  while (proxy.swallowedBytes === 0) await turn();
  proxy.set({silent: false});
  const heard = nextBytes(server);
  client.write(Uint8Array.of(2));
  t.deepEqual(await heard, [2]);
  t.is(proxy.connections, 1);
});

test('a cut amid a packet lets its first bytes through and resets both ends', async t => {
  const {proxy, client, server} = await connected(t);
  proxy.cutAfter('up', 2);
  const heard = nextBytes(server);
  const ends = Promise.all([closing(client), closing(server)]);
  client.write(Uint8Array.of(1, 2, 3, 4));
  t.deepEqual(await heard, [1, 2]);
  await ends;
  t.is(proxy.connections, 0);
});

test('nobody gets through a cut link until it is mended', async t => {
  const {proxy, client} = await connected(t);
  const ended = closing(client);
  proxy.cut();
  await ended;
  const second = connect(proxy.port, proxy.host);
  second.on('error', () => {});
  await closing(second);
  proxy.mend();
  const third = connect(proxy.port, proxy.host);
  t.teardown(() => third.destroy());
  await new Promise<void>(resolve => third.once('connect', resolve));
  t.pass();
});

test('a slow link lets bytes through in their order and at its pace', async t => {
  const rig = await connected(t);
  const {clock, proxy, client, server} = rig;
  await exchange(rig);
  proxy.set({bytesPerS: 100});
  const heard: number[] = [];
  server.on('data', bytes => void heard.push(...bytes));
  const sent = Array.from({length: 40}, (_, index) => index);
  client.write(Uint8Array.from(sent));
  while (clock.pending.length === 0) await turn();
  await clock.advance(159);
  t.deepEqual(heard, []);
  await clock.advance(1);
  while (heard.length < 16) await turn();
  t.is(heard.length, 16);
  await clock.advance(400);
  while (heard.length < 40) await turn();
  t.deepEqual(heard, sent);
});

test('a link that stands still loses nothing', async t => {
  const {proxy, client, server} = await connected(t);
  const heard: number[] = [];
  server.on('data', bytes => void heard.push(...bytes));
  proxy.hold();
  client.write(Uint8Array.of(1, 2));
  while (proxy.waitingBytes < 2) await turn();
  t.deepEqual(heard, []);
  proxy.release();
  client.write(Uint8Array.of(3));
  while (heard.length < 3) await turn();
  t.deepEqual(heard, [1, 2, 3]);
});

test('of a stranded connection neither end hears anything, its end included; the next one stands beside it', async t => {
  const {proxy, client, server} = await connected(t);
  let isServerOver = false;
  server.once('close', () => {
    isServerOver = true;
  });
  proxy.strand();
  client.write(Uint8Array.of(1));
  while (proxy.swallowedBytes === 0) await turn();
  const ended = closing(client);
  client.destroy();
  await ended;
  const second = connect(proxy.port, proxy.host);
  t.teardown(() => second.destroy());
  await new Promise<void>(resolve => second.once('connect', resolve));
  t.false(isServerOver);
  t.is(proxy.accepted, 2);
  t.is(proxy.connections, 2);
});

test('a reset reaches both ends as one', async t => {
  const {proxy, client, server} = await connected(t);
  const errors: (string | undefined)[] = [];
  for (const end of [client, server]) {
    end.on('error', error => void errors.push((error as NodeJS.ErrnoException).code));
  }
  const ends = Promise.all([closing(client), closing(server)]);
  proxy.reset();
  await ends;
  t.deepEqual(errors, ['ECONNRESET', 'ECONNRESET']);
});

test('the next connections break where they were told to, one after the other', async t => {
  const {proxy} = await connected(t);
  proxy.breakNext({direction: 'up', bytes: 3}, {direction: 'up', bytes: 0});
  for (let round = 0; round < 2; round += 1) {
    const next = connect(proxy.port, proxy.host);
    next.on('error', () => {});
    const ended = closing(next);
    next.write(Uint8Array.of(1, 2, 3, 4));
    await ended;
  }
  const whole = connect(proxy.port, proxy.host);
  t.teardown(() => whole.destroy());
  await new Promise<void>(resolve => whole.once('connect', resolve));
  t.is(proxy.accepted, 4);
});
