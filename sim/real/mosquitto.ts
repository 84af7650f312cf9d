import {writeFileSync} from 'node:fs';
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {connectAsync, type MqttClient} from 'mqtt';
import {PeerProcess, until} from './peer-process.js';
import {freshFolder} from './real-site.js';

/** Start mosquitto on a free port of this machine; it ends with the test. Settles with its port. */
export async function startMosquitto(t: ExecutionContext): Promise<number> {
  const port = await freePort();
  await startBroker(t, port);
  return port;
}

/** Start mosquitto on a port of this machine, anew after it was killed too; it ends with the test. */
export async function startBroker(t: ExecutionContext, port: number): Promise<PeerProcess> {
  const file = join(freshFolder(t), 'mosquitto.conf');
  // Anonymous and unrestricted: what holds here must not rest on the broker's own rules.
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence false'];
  writeFileSync(file, `${lines.join('\n')}\n`, {mode: 0o644});
  const broker = new PeerProcess('/usr/sbin/mosquitto', ['-c', file, '-v']);
  t.teardown(() => broker.end());
  await until(`mosquitto runs: ${broker.output}`, () => broker.output.includes('running'));
  return broker;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise<void>(resolve => server.close(() => resolve()));
  return port;
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** A cable with a knife to it: TCP passed through to another port of this machine. */
export class Cable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(toPort: number) {
    this.#server = createServer(near => {
      const far = connect(toPort, '127.0.0.1');
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => {});
        one.once('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
      if (this.#isCut) near.destroy();
      else near.pipe(far).pipe(near);
    });
  }

  /** Settles with the cable and the port of its near end. */
  static async lay(t: ExecutionContext, toPort: number) {
    const cable = new Cable(toPort);
    const port = await listening(cable.#server);
    t.teardown(() => {
      cable.cut();
      return new Promise<void>(resolve => cable.#server.close(() => resolve()));
    });
    return {cable, port};
  }

  /** Without a word of goodbye in MQTT; nobody gets through until `mend`. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }
}

export interface HeardMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retained: boolean;
}

/** A client of the broker that belongs to nobody: it overhears and it forges. */
export class BrokerGuest {
  readonly heard: HeardMessage[] = [];
  readonly client: MqttClient;

  private constructor(client: MqttClient) {
    this.client = client;
    client.on('message', (topic, payload, {retain}) => {
      this.heard.push({topic, payload, retained: retain});
    });
  }

  static async join(t: ExecutionContext, port: number): Promise<BrokerGuest> {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      ...{protocolVersion: 4, clean: true, reconnectPeriod: 0},
    });
    t.teardown(() => client.endAsync(true));
    const guest = new BrokerGuest(client);
    await client.subscribeAsync('v1/#', {qos: 1});
    return guest;
  }

  /** Settles when the broker has it. */
  async publish(topic: string, payload: Uint8Array): Promise<void> {
    await this.client.publishAsync(topic, Buffer.from(payload), {qos: 1, retain: false});
  }

  heardOn(topic: string): readonly HeardMessage[] {
    return this.heard.filter(message => message.topic === topic);
  }
}
