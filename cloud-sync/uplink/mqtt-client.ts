import type {Duplex} from 'node:stream';
import {type IClientOptions, MqttClient} from 'mqtt';
import type {BrokerAddress} from './broker-stream.js';
import type {MqttVersion} from './mqtt-version.js';

export interface MqttClientSetup {
  readonly clientId: string;
  readonly version: MqttVersion;
  readonly connectTimeoutMs: number;
  /** Name and password to show, if any. */
  readonly address: Pick<BrokerAddress, 'username' | 'password'> | undefined;
  readonly will?: IClientOptions['will'];
  /** What a broker of MQTT 5 is told beside the end of the session. */
  readonly limits?: {readonly receiveMaximum: number; readonly maximumPacketSize: number};
}

const KEEPALIVE_S = 30;

/** A client of MQTT.js with everything switched off that would keep or repeat a message: a clean session
 *  that ends with its connection, no reconnect, no queue. @see sync.md 0.5, 7 */
export function openMqttClient(stream: () => Duplex, setup: MqttClientSetup): MqttClient {
  const {clientId, version, connectTimeoutMs, address, will, limits} = setup;
  const {username, password} = address ?? {};
  return new MqttClient(stream, {
    clientId,
    protocolVersion: version,
    clean: true,
    keepalive: KEEPALIVE_S,
    reconnectPeriod: 0,
    connectTimeout: connectTimeoutMs,
    queueQoSZero: false,
    resubscribe: false,
    ...(will === undefined ? {} : {will}),
    ...(version === 5 ? {properties: {sessionExpiryInterval: 0, ...limits}} : {}),
    ...(username === undefined ? {} : {username}),
    ...(password === undefined ? {} : {password}),
  });
}
