import {Duplex} from 'node:stream';
import {setImmediate as turn} from 'node:timers/promises';
import test from 'ava';
import {DropCounter} from '../drop-counter.js';
import type {SyncLog} from '../log.js';
import {Broker} from './broker.js';
import type {BrokerPort} from './broker-port.js';

const quiet: SyncLog = {debug: () => {}, info: () => {}, warn: () => {}, error: () => {}};
const TOPIC = 'v1/demo/slow/d/ack';

/** A gateway that reads nothing once it has subscribed. */
class Deaf extends Duplex {
  isDeaf = false;
  #waiting: (() => void)[] = [];

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    if (this.isDeaf) this.#waiting.push(done);
    else done();
  }

  hear(): void {
    this.isDeaf = false;
    for (const done of this.#waiting.splice(0)) done();
  }
}

const text = (value: string) => [0, value.length, ...Buffer.from(value)];
const packet = (type: number, body: readonly number[]) => Buffer.from([type, body.length, ...body]);
const connect = (id: string) => packet(0x10, [...text('MQTT'), 4, 2, 0, 0, ...text(id)]);
const heartbeat = (id: string) => packet(0x30, text(`v1/demo/${id}/u/hb`));

async function turns(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await turn();
}

async function siteOf() {
  const drops = new DropCounter(quiet);
  const heard: string[] = [];
  const broker = await Broker.open({
    ...{tenant: 'demo', drops},
    onMessage: gateway => heard.push(gateway),
  });
  const slow = new Deaf();
  broker.attach(slow);
  slow.push(connect('slow'));
  await turns(20);
  slow.push(packet(0x82, [0, 1, ...text('v1/demo/slow/d/#'), 1]));
  await turns(20);
  slow.isDeaf = true;
  return {broker, drops, heard, slow};
}

test('a gateway that does not read holds up no other, whatever waits for it', async t => {
  const {broker, heard, slow} = await siteOf();
  for (let at = 0; at < 2000; at += 1) broker.publish(TOPIC, new Uint8Array(100));
  await turns(20);
  const other = new Duplex({read() {}, write: (_chunk, _encoding, done) => done()});
  broker.attach(other);
  other.push(connect('other'));
  await turns(20);
  for (let at = 0; at < 5000; at += 1) other.push(heartbeat('other'));
  await turns(200);
  t.is(heard.filter(gateway => gateway === 'other').length, 5000);
  slow.hear();
  await turns(200);
  t.true(broker.isUp);
  await broker.close();
});

test('what waits for a gateway that does not read is bounded', async t => {
  const {broker, drops, slow} = await siteOf();
  for (let at = 0; at < 1000; at += 1) {
    broker.publish(TOPIC, new Uint8Array(60_000));
    await turn();
  }
  t.true(slow.writableLength < 10 * 1024 * 1024, `${slow.writableLength} bytes`);
  t.true((drops.counts()['publish/not_read'] ?? 0) > 500);
  await broker.close();
});

/** Payloads of one byte each, as they stand at the end of whole PUBLISH packets. */
function bytesOf(stream: Uint8Array): readonly number[] {
  const bytes: number[] = [];
  for (let at = 0; at < stream.length; ) {
    const end = at + 2 + (stream[at + 1] ?? 0);
    if ((stream[at] ?? 0) >> 4 === 3) bytes.push(stream[end - 1] ?? -1);
    at = end;
  }
  return bytes;
}

test('state and answers sent in one turn arrive all, and in the order in which they were sent', async t => {
  const {broker, slow} = await siteOf();
  slow.hear();
  const chunks: Uint8Array[] = [];
  slow._write = (chunk, _encoding, done) => {
    chunks.push(chunk as Uint8Array);
    done();
  };
  const port: BrokerPort = broker;
  const sent = Array.from({length: 100}, (_, at) => at);
  for (const at of sent) port.publish(TOPIC, Uint8Array.of(at), at % 3 === 0 ? 1 : 0);
  await turns(200);
  t.deepEqual(bytesOf(Buffer.concat(chunks)), sent);
  await broker.close();
});
