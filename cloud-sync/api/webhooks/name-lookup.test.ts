import {createSocket} from 'node:dgram';
import type {LookupAddress} from 'node:dns';
import {lookup as systemLookup} from 'node:dns/promises';
import test, {type ExecutionContext} from 'ava';
import {nameLookup} from './name-lookup.js';

/** A name server that knows an address of version 4, and says nothing of what begins with `silent`. */
async function nameServer(t: ExecutionContext): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (asked, {port}) => {
    if (asked.includes('silent')) return;
    const end = asked.indexOf(0, 12) + 5;
    const isFour = asked.readUInt16BE(end - 4) === 1;
    const head = Buffer.from(asked.subarray(0, 12));
    head.writeUInt16BE(0x8180, 2);
    head.writeUInt16BE(isFour ? 1 : 0, 6);
    head.writeUInt16BE(0, 10);
    const answer = Buffer.from('c00c000100010000003c0004cb007107', 'hex');
    socket.send(Buffer.concat([head, asked.subarray(12, end), ...(isFour ? [answer] : [])]), port);
  });
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
  t.teardown(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

test('a name server that says nothing holds up neither other names nor the threads of the process', async t => {
  const lookup = nameLookup({servers: [await nameServer(t)], timeoutMs: 100});
  const find = (name: string) =>
    new Promise<string | readonly LookupAddress[]>(resolve =>
      lookup(name, {all: true}, (error, found) => resolve(error ? 'none' : found)),
    );
  let isSilent = true;
  const silent = Promise.all(
    Array.from({length: 32}, (_, at) => find(`silent${at}.example.com`)),
  ).finally(() => {
    isSilent = false;
  });
  t.deepEqual(await find('hooks.example.com'), [{address: '203.0.113.7', family: 4}]);
  await systemLookup('localhost');
  t.true(isSilent, 'it was not waited for');
  t.deepEqual(new Set(await silent), new Set(['none']));
});
