import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {SystemEntropy} from '../../../edge/platform/entropy.js';
import {SystemClock} from '../../../edge/platform/system-clock.js';
import {ROOT_KEY, startRig} from './api-rig.js';

const LOOPBACK = {host: '127.0.0.1', port: 0};
const PATIENCE = {headersMs: 200, requestMs: 400, maxConnections: 5};

async function portOf(t: ExecutionContext): Promise<number> {
  const clock = new SystemClock();
  const entropy = new SystemEntropy(clock);
  const rig = await startRig({clock, entropy, http: LOOPBACK, patience: PATIENCE});
  t.teardown(() => rig.cloud.close());
  return Number(new URL(rig.cloud.httpUrl ?? '').port);
}

async function open(t: ExecutionContext, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Everything that comes until the other end closes. */
async function heard(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', piece => {
    text += piece.toString('latin1');
  });
  await once(socket, 'close');
  return text;
}

const post = (length: number, more = '') =>
  `POST /v1/gateways/gw-1/grants HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ROOT_KEY}\r\n` +
  `content-type: application/json\r\n${more}content-length: ${length}\r\n\r\n`;

test.serial('headers that never end, and a body that drips, end the connection', async t => {
  const port = await portOf(t);
  const slow = await open(t, port);
  slow.write('GET /livez HTTP/1.1\r\nx-a: 1\r\n');
  const drip = await open(t, port);
  drip.write(`${post(1000)}{"holder":`);
  const [headers, body] = await Promise.all([heard(slow), heard(drip)]);
  t.regex(headers, /^HTTP\/1\.1 408 /);
  t.notRegex(body, /^HTTP\/1\.1 (?:2|500)/);
});

test.serial('of ten megabytes not one is read before they are refused', async t => {
  const port = await portOf(t);
  const socket = await open(t, port);
  const answer = heard(socket);
  socket.write(`${post(10 * 1024 * 1024, 'connection: close\r\n')}{"holder":"`);
  t.regex(await answer, /^HTTP\/1\.1 413 /);
});

test.serial('a body without a length is cut off where it is too large', async t => {
  const port = await portOf(t);
  const socket = await open(t, port);
  const answer = heard(socket);
  const head = post(0).replace(/content-length: 0/, 'transfer-encoding: chunked');
  socket.write(head);
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
  for (let count = 0; count < 40; count += 1) socket.write(chunk);
  t.regex(await answer, /^HTTP\/1\.1 413 /);
});

test.serial('more connections than allowed are turned away, and room comes back', async t => {
  const port = await portOf(t);
  const held = await Promise.all(Array.from({length: 5}, () => open(t, port)));
  const sixth = await open(t, port);
  t.is(await heard(sixth), '');
  for (const socket of held) socket.destroy();
  await Promise.all(held.map(socket => (socket.closed ? undefined : once(socket, 'close'))));
  const url = `http://127.0.0.1:${port}/livez`;
  const answers = async () => (await fetch(url).catch(() => undefined))?.status;
  let status = await answers();
  for (let tries = 0; status !== 200 && tries < 50; tries += 1) status = await answers();
  t.is(status, 200);
});

test.serial('headers of one name twice, two lengths, and huge headers are refused', async t => {
  const port = await portOf(t);
  const ask = async (lines: string) => {
    const socket = await open(t, port);
    const answer = heard(socket);
    socket.write(`${lines}connection: close\r\n\r\n`);
    return /^HTTP\/1\.1 (\d+)/.exec(await answer)?.[1];
  };
  const get = 'GET /v1/gateways HTTP/1.1\r\nhost: x\r\n';
  const key = `authorization: Bearer ${ROOT_KEY}\r\n`;
  t.is(await ask(`${get}${key}`), '200');
  t.is(await ask(`${get}${key}authorization: Bearer other\r\n`), '401');
  t.is(await ask(`${get}authorization: Bearer other\r\n${key}`), '401');
  t.is(await ask(`${get}${key}x-a: ${'x'.repeat(20_000)}\r\n`), '431');
  const two = 'POST /v1/gateways/gw-1/grants HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n';
  t.is(await ask(`${two}content-length: 3\r\n`), '400');
  t.is(await ask(`${two}transfer-encoding: chunked\r\n`), '400');
});
