import {type Duplex, duplexPair} from 'node:stream';
import {setImmediate as turn} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {Broker} from '../api/broker.js';
import {DropCounter} from '../drop-counter.js';
import type {LogFields, SyncLog} from '../log.js';
import {keptVersion} from './identity/kept-version.js';
import {MqttTransport} from './mqtt-transport.js';
import {MqttVersionMemory} from './mqtt-version.js';
import type {Connection} from './transport.js';

const SILENT: SyncLog = {debug() {}, info() {}, warn() {}, error() {}};
const BATCH = new Uint8Array(20_000);

interface Opened {
  readonly connection: Connection;
  readonly outcome: Promise<string>;
}

/** A transport on memory streams, and what its log heard. */
class Bench {
  readonly streams: Duplex[] = [];
  readonly heard: LogFields[] = [];
  readonly transport: MqttTransport;
  /** The broker's end of each new stream. */
  attach: (far: Duplex) => void;

  constructor(attach: (far: Duplex) => void) {
    this.attach = attach;
    const log = {
      ...SILENT,
      debug: (event: string, fields?: () => LogFields) => {
        this.heard.push({event, ...fields?.()});
      },
    };
    const open = () => {
      const [near, far] = duplexPair();
      near.once('close', () => far.destroy());
      far.once('close', () => near.destroy());
      this.streams.push(near);
      this.attach(far);
      return near;
    };
    this.transport = new MqttTransport({kind: 'stream', open}, log);
  }

  open(): Opened {
    let resolve = (_how: string): void => {};
    const outcome = new Promise<string>(settled => {
      resolve = settled;
    });
    const will = {topic: 'v1/demo/gw-1/u/st', payload: new Uint8Array(1)};
    const connection = this.transport.connect(
      {clientId: 'gw-1', will, subscribe: 'v1/demo/gw-1/d/#'},
      {onOpen: () => resolve('open'), onMessage: () => {}, onClose: why => resolve(why)},
    );
    return {connection, outcome};
  }

  versions(): readonly unknown[] {
    return this.heard.filter(({event}) => event === 'broker.connected').map(({mqtt}) => mqtt);
  }
}

/** The smallest broker of MQTT 5: takes connections and subscriptions and confirms nothing else. */
class FreshBroker {
  readonly connects: Buffer[] = [];
  readonly published: number[] = [];

  readonly #receiveMaximum: number;

  constructor(receiveMaximum: number) {
    this.#receiveMaximum = receiveMaximum;
  }

  attach = (far: Duplex): void => {
    let received = Buffer.alloc(0);
    far.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (;;) {
        const [length, header] = lengthOf(received);
        if (length === undefined || received.length < header + length) return;
        this.#answer(far, received.subarray(0, header + length), header);
        received = received.subarray(header + length);
      }
    });
  };

  #answer(far: Duplex, packet: Buffer, header: number): void {
    const kind = (packet[0] ?? 0) >> 4;
    if (kind === 1) {
      this.connects.push(packet);
      if (packet[header + 6] === 5)
        far.write(Buffer.of(0x20, 6, 0, 0, 3, 0x21, 0, this.#receiveMaximum));
      else far.write(Buffer.of(0x20, 2, 0, 0x84));
    } else if (kind === 8) {
      far.write(Buffer.of(0x90, 4, packet[header] ?? 0, packet[header + 1] ?? 0, 0, 1));
    } else if (kind === 3) {
      this.published.push(((packet[0] ?? 0) >> 1) & 3);
    }
  }
}

/** Length of the rest of a packet, and of its fixed header. */
function lengthOf(bytes: Buffer): [length: number | undefined, header: number] {
  let length = 0;
  for (let at = 1; at < bytes.length && at < 5; at += 1) {
    const byte = bytes[at] ?? 0;
    length += (byte & 0x7f) * 128 ** (at - 1);
    if (byte < 0x80) return [length, at + 1];
  }
  return [undefined, 0];
}

async function embedded(t: ExecutionContext): Promise<Broker> {
  const drops = new DropCounter(SILENT);
  const broker = await Broker.open({tenant: 'demo', drops, onMessage: () => {}});
  t.teardown(() => broker.close());
  return broker;
}

async function settle(): Promise<void> {
  for (let count = 0; count < 50; count += 1) await turn();
}

test('a broker without MQTT 5 costs one connection once, and is remembered', async t => {
  const broker = await embedded(t);
  const bench = new Bench(far => broker.attach(far));
  for (const streams of [2, 3, 4]) {
    const {connection, outcome} = bench.open();
    t.is(await outcome, 'open');
    t.is(bench.streams.length, streams);
    connection.end();
    await settle();
  }
  t.deepEqual(bench.versions(), ['3.1.1', '3.1.1', '3.1.1']);
});

test('a broker with MQTT 5 is told what it may send, and nothing survives the connection', async t => {
  const broker = new FreshBroker(20);
  const bench = new Bench(broker.attach);
  const {connection, outcome} = bench.open();
  t.is(await outcome, 'open');
  connection.end();
  t.deepEqual(bench.versions(), ['5']);
  const [packet = Buffer.alloc(0)] = broker.connects;
  // Session expiry 0, receive maximum 64, maximum packet size 66,560.
  for (const property of [
    [0x11, 0, 0, 0, 0],
    [0x21, 0, 64],
    [0x27, 0, 1, 4, 0],
  ]) {
    t.true(packet.includes(Buffer.from(property)), property.join());
  }
});

test('a broker swapped for another kind heals by itself, in either direction', async t => {
  const old = await embedded(t);
  const fresh = new FreshBroker(20);
  const bench = new Bench(fresh.attach);
  const connect = async () => {
    const {connection, outcome} = bench.open();
    const how = await outcome;
    connection.end();
    await settle();
    return how;
  };
  t.is(await connect(), 'open');
  bench.attach = far => old.attach(far);
  t.is(await connect(), 'open');
  // This one refuses 3.1.1.
  bench.attach = fresh.attach;
  t.is(await connect(), 'open');
  t.deepEqual(bench.versions(), ['5', '3.1.1', '5']);
});

test('3.1.1 is kept for 16 connections, then 5 is tried again', t => {
  const memory = new MqttVersionMemory();
  t.is(memory.next(), 5);
  memory.refused(5);
  for (let count = 0; count < 16; count += 1) {
    t.is(memory.next(), 4);
    memory.opened(4);
  }
  t.is(memory.next(), 5);
  memory.opened(5);
  t.is(memory.next(), 5);
});

test('what a broker speaks is kept over a restart, and another broker is asked anew', t => {
  const files = new Map<string, Uint8Array>();
  const shelf = {
    read: (name: string) => files.get(name),
    write: (name: string, content: Uint8Array) => void files.set(name, content),
    remove: (name: string) => void files.delete(name),
  };
  const memory = new MqttVersionMemory(keptVersion(shelf, 'mqtts://one'));
  t.is(memory.next(), 5);
  memory.refused(5);
  memory.opened(4);
  t.is(new MqttVersionMemory(keptVersion(shelf, 'mqtts://one')).next(), 4);
  t.is(new MqttVersionMemory(keptVersion(shelf, 'mqtts://other')).next(), 5);
  for (const name of files.keys()) files.set(name, Buffer.from('noise'));
  t.is(new MqttVersionMemory(keptVersion(shelf, 'mqtts://one')).next(), 5);
});

test('a broker that hangs up without a word is tried the other way the next time', async t => {
  const bench = new Bench(far => far.destroy());
  const first = await bench.open().outcome;
  t.is(first, 'connection lost');
  const broker = await embedded(t);
  bench.attach = far => broker.attach(far);
  const {connection, outcome} = bench.open();
  t.is(await outcome, 'open');
  connection.end();
  t.is(bench.streams.length, 2);
});

test('MQTT.js never queues: outside an open connection messages are dropped, inside the unconfirmed are few', async t => {
  for (const receiveMaximum of [5, 200]) {
    const broker = new FreshBroker(receiveMaximum);
    const bench = new Bench(broker.attach);
    const {connection, outcome} = bench.open();
    connection.publish('v1/demo/gw-1/u/ev', BATCH, {qos: 1, retain: false});
    t.is(await outcome, 'open');
    t.deepEqual(broker.published, []);
    for (let count = 0; count < 100; count += 1) {
      connection.publish('v1/demo/gw-1/u/ev', BATCH, {qos: 1, retain: false});
      await turn();
    }
    await settle();
    const confirmed = broker.published.filter(qos => qos === 1);
    t.is(confirmed.length, Math.min(receiveMaximum, 32));
    t.is(broker.published.length, 100);
    connection.end();
    connection.publish('v1/demo/gw-1/u/ev', BATCH, {qos: 1, retain: false});
    await settle();
    t.is(broker.published.length, 100);
  }
});

test('into a link that takes nothing any more, early copies are not heaped up', async t => {
  const broker = new FreshBroker(20);
  const bench = new Bench(broker.attach);
  const {connection, outcome} = bench.open();
  t.is(await outcome, 'open');
  const [near] = bench.streams;
  near?.cork();
  for (let count = 0; count < 1000; count += 1) {
    connection.publish('v1/demo/gw-1/u/live', BATCH, {qos: 0, retain: false});
  }
  const heldBytes = near?.writableLength ?? 0;
  t.true(heldBytes > 1_000_000 && heldBytes < 1_100_000, `${heldBytes}`);
  connection.end();
});
