import {connect, Store} from 'mqtt';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {answer} from './child.js';
import {Arrivals} from './sync-events.js';

export interface PeerReport {
  readonly events: number;
  readonly ms: number;
}

/** `PORT EVENTS`: what MQTT.js does by itself with a store of unconfirmed events when the link is back. */
export async function run([port = '', count = '']: readonly string[]): Promise<undefined> {
  const arrivals = new Arrivals(new SystemEntropy(new SystemClock()));
  const facts = Array.from({length: Math.ceil(Number(count) / 10)}, () => arrivals.next()).flat();
  const outgoingStore = new Store();
  for (const [index, fact] of facts.slice(0, Number(count)).entries()) {
    const payload = JSON.stringify(fact);
    const packet = {cmd: 'publish', topic: 'v1/demo/gw-9/u/live', payload, qos: 1} as const;
    const whole = {...packet, messageId: index + 1, retain: false, dup: false};
    await new Promise(resolve => outgoingStore.put(whole, resolve));
  }
  const client = connect(`mqtt://127.0.0.1:${port}`, {
    ...{clientId: 'gw-9', protocolVersion: 4, clean: true, reconnectPeriod: 0, outgoingStore},
  });
  let startMs = 0;
  client.on('packetreceive', ({cmd}) => {
    if (cmd === 'connack') startMs = performance.now();
  });
  // Held back until the store is empty.
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
    client.once('close', () => reject(new Error('the broker hung up')));
  });
  answer({events: Number(count), ms: performance.now() - startMs} satisfies PeerReport);
  await client.endAsync(true);
  return undefined;
}
