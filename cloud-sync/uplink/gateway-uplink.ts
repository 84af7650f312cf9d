import {createPublicKey} from 'node:crypto';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {errorText, SyncError} from '../../protocols/base/errors.js';
import type {BrokerTls} from './broker-stream.js';
import type {FenceSink} from './fence-sink.js';
import {MqttTransport} from './mqtt-transport.js';
import type {VersionShelf} from './mqtt-version.js';
import type {SessionSetup} from './session.js';
import type {Transport} from './transport.js';
import {Uplink} from './uplink.js';

export interface GatewayUplinkOptions
  extends Omit<SessionSetup, 'cloudKey' | 'transport' | 'address'>,
    Pick<ConstructorParameters<typeof Uplink>[0], 'entropy' | 'startSpreadMs'> {
  readonly broker: string;
  readonly tenant: string;
  readonly gateway: string;
  /** Key of the cloud: SPKI in PEM. */
  readonly publicKeyPem: string;
  /** Takes the place of the broker's address; for tests without sockets. */
  readonly transport?: Transport;
  /** How the broker is trusted, and what this gateway shows of itself. */
  readonly tls?: BrokerTls;
  /** Keeps over a restart which MQTT the broker speaks. */
  readonly versions?: VersionShelf;
  /** Names the identity, renewed or not; a fence of another is lifted. Left out: tenant and gateway. */
  readonly credential?: string;
  /** Where a fence of the cloud is kept; left out, it ends with the daemon. */
  readonly fenceFor?: (credential: string) => FenceSink;
  /** Hears the time as the cloud signs it. */
  readonly onSignedTime?: (utcMs: UnixMillis) => void;
}

/** A gateway's whole way to the cloud, as its daemon wants to see it. */
export interface GatewayUplink {
  pullGrants(): void;
  isOnline(): boolean;
  /** Refused messages by kind, since the start. */
  dropped(): Readonly<Record<string, number>>;
  start(): void;
  stop(): void;
}

/** @throws SyncError `uplink/public-key` when the key of the cloud is none */
export function createGatewayUplink(options: GatewayUplinkOptions): GatewayUplink {
  const {broker, tenant, gateway, publicKeyPem, transport, ...rest} = options;
  const {tls, credential, fenceFor, onSignedTime, time, versions, ...setup} = rest;
  const target = {kind: 'url', url: broker, ...(tls && {tls})} as const;
  const uplink = new Uplink({
    ...setup,
    address: {tenant, gateway},
    cloudKey: publicKey(publicKeyPem),
    transport: transport ?? new MqttTransport(target, options.log, versions),
    fence: fenceFor?.(credential ?? `${tenant}/${gateway}`),
    time: {
      read: () => time.read(),
      offer: (utcMs, roundTripMs) => {
        onSignedTime?.(utcMs);
        time.offer(utcMs, roundTripMs);
      },
    },
  });
  return {
    pullGrants: () => uplink.pullGrants(),
    isOnline: () => uplink.status().link === 'up',
    dropped: () => uplink.status().dropped,
    start: () => uplink.start(),
    stop: () => uplink.stop(),
  };
}

function publicKey(pem: string) {
  try {
    return createPublicKey(pem);
  } catch (thrown) {
    const text = `the cloud's public key cannot be read: ${errorText(thrown)}`;
    throw new SyncError('uplink/public-key', text, {}, thrown);
  }
}
