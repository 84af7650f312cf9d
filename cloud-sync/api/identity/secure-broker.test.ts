import {connect as connectTls} from 'node:tls';
import test, {type ExecutionContext} from 'ava';
import {SystemEntropy} from '../../../edge/platform/entropy.js';
import {SystemClock} from '../../../edge/platform/system-clock.js';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {BrokerTls} from '../../uplink/broker-stream.js';
import {enrol} from '../../uplink/identity/enrol.js';
import type {GatewayIdentity} from '../../uplink/identity/gateway-identity.js';
import {serverFault} from '../../uplink/identity/server-check.js';
import {MqttTransport} from '../../uplink/mqtt-transport.js';
import type {Cloud} from '../server.js';
import {codeFor, memoryShelf, office, QUIET, startEnrollingCloud} from './identity-rig.js';

const clock = new SystemClock();
const entropy = new SystemEntropy(clock);
const YEAR_MS = 365 * 86_400_000;

async function enrolled(cloud: Cloud, gateway: string): Promise<GatewayIdentity> {
  const request = async (url: string, init: RequestInit) => cloud.fetch(new Request(url, init));
  const shelf = memoryShelf();
  const outcome = await enrol(await codeFor(cloud, gateway), 'http://cloud', {shelf, request});
  if (outcome.kind === 'enrolled') return outcome.identity;
  throw new Error(outcome.kind);
}

/** `open`, or why not. */
function attempt(url: string, clientId: string, tls?: BrokerTls): Promise<string> {
  return new Promise(resolve => {
    const transport = new MqttTransport({kind: 'url', url, ...(tls && {tls})}, QUIET);
    const will = {topic: `v1/demo/${clientId}/u/st`, payload: new Uint8Array()};
    const connection = transport.connect(
      {clientId, will, subscribe: `v1/demo/${clientId}/d/#`},
      {
        onOpen: () => {
          connection.end();
          resolve('open');
        },
        onMessage: () => {},
        onClose: resolve,
      },
    );
  });
}

/** As a daemon trusts and shows, at a time that is surely past. */
function tlsOf({ca, certificate: cert, key}: GatewayIdentity, floor = 0): BrokerTls {
  const floorMs = () => floor as UnixMillis;
  return {ca, cert, key, check: (_, {raw}) => serverFault(raw, {ca, floorMs})};
}

async function setUp(t: ExecutionContext) {
  const cloud = await startEnrollingCloud(
    t,
    {clock, entropy},
    {mqtt: {host: '127.0.0.1', port: 0}},
  );
  return {cloud, url: cloud.mqttsUrl ?? '', plain: cloud.mqttUrl ?? ''};
}

test('~G14 only the gateway itself comes in: by its own certificate, under its own name, over TLS 1.2 and later', async t => {
  const {cloud, url, plain} = await setUp(t);
  const one = await enrolled(cloud, 'gw-1');
  const two = await enrolled(cloud, 'gw-2');
  t.is(await attempt(url, 'gw-1', tlsOf(one)), 'open');
  t.not(await attempt(url, 'gw-2', tlsOf(one)), 'open', 'the name of another');
  t.not(await attempt(plain, 'gw-1'), 'open', 'without a certificate');
  t.is(await attempt(plain, 'gw-9'), 'open', 'one that was never enrolled');
  t.is(await attempt(url, 'gw-2', tlsOf(two)), 'open');
  const {cert: _, key: __, ...bare} = tlsOf(one);
  t.not(await attempt(url, 'gw-1', bare), 'open');
  const stranger = await enrolled((await setUp(t)).cloud, 'gw-1');
  t.not(
    await attempt(url, 'gw-1', {...tlsOf(stranger), ca: one.ca}),
    'open',
    'of another authority',
  );

  const {port} = new URL(url);
  const old = await new Promise<string>(resolve => {
    const {ca, certificate: cert, key} = one;
    const socket = connectTls({
      host: '127.0.0.1',
      port: Number(port),
      ca,
      cert,
      key,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
    });
    socket.on('error', error => resolve(error.message));
    socket.on('secureConnect', () => resolve('open'));
  });
  t.not(old, 'open');
});

test('a broker is known by our authority, its name and the floor of time, whatever the clock says', async t => {
  const {cloud, url} = await setUp(t);
  const identity = await enrolled(cloud, 'gw-1');
  t.is(await attempt(url, 'gw-1', tlsOf(identity)), 'open', 'a gateway that woke up in 1970');
  t.regex(await attempt(url, 'gw-1', tlsOf(identity, clock.wallMs() + 10 * YEAR_MS)), /expired/);
  t.regex(
    await attempt(url, 'gw-1', {...tlsOf(identity), servername: 'other.example'}),
    /altnames|not in the cert/i,
  );
  const other = await setUp(t);
  t.regex(await attempt(other.url, 'gw-1', tlsOf(identity)), /not from the authority/);
});

test('a revoked certificate comes in no more, and a connection that stands ends', async t => {
  const {cloud, url} = await setUp(t);
  const identity = await enrolled(cloud, 'gw-1');
  const ended = new Promise<string>(resolve => {
    const transport = new MqttTransport({kind: 'url', url, tls: tlsOf(identity)}, QUIET);
    const will = {topic: 'v1/demo/gw-1/u/st', payload: new Uint8Array()};
    transport.connect(
      {clientId: 'gw-1', will, subscribe: 'v1/demo/gw-1/d/#'},
      {
        onOpen: () => void office(cloud, 'DELETE', '/v1/gateways/gw-1/certificate'),
        onMessage: () => {},
        onClose: resolve,
      },
    );
  });
  t.truthy(await ended);
  t.not(await attempt(url, 'gw-1', tlsOf(identity)), 'open');
  t.is(await attempt(url, 'gw-1', tlsOf(await enrolled(cloud, 'gw-1'))), 'open');
});
