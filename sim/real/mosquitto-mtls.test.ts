import {generateKeyPairSync, type KeyObject} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {connect as connectTcp} from 'node:net';
import {join} from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {connectAsync, type IClientOptions, type MqttClient} from 'mqtt';
import {loadOrMakeAuthority} from '../../cloud-sync/api/identity/authority-files.js';
import type {CertificateAuthority} from '../../cloud-sync/api/identity/certificate-authority.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {freePort} from './mosquitto.js';
import {PeerProcess, rest, until} from './peer-process.js';
import {freshFolder} from './real-site.js';

const clock = new SystemClock();
const entropy = new SystemEntropy(clock);
const LISTEN_MS = 700;

const ACL = ['pattern write v1/demo/%u/u/#', 'pattern read v1/demo/%u/d/#'];

const pem = (key: KeyObject) => key.export({format: 'pem', type: 'pkcs8'}).toString();
const p256 = () => generateKeyPairSync('ec', {namedCurve: 'P-256'});

async function gateway(ca: CertificateAuthority, name: string) {
  const {privateKey, publicKey} = p256();
  const issued = await ca.issueClient(name, 'demo', publicKey);
  return {name, serial: issued.serial, cert: issued.pem, key: pem(privateKey), ca: ca.certificate};
}

type Identity = Awaited<ReturnType<typeof gateway>>;

/** Mosquitto with certificates of our authority, names from them, and rules for each name. */
async function setUp(t: ExecutionContext) {
  const folder = freshFolder(t);
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, {mode: 0o644});
    return join(folder, name);
  };
  const ca = await loadOrMakeAuthority(join(folder, 'ca.key'), {clock, entropy});
  const one = await gateway(ca, 'gw-1');
  const two = await gateway(ca, 'gw-2');
  const revoked = await gateway(ca, 'gw-3');
  const {privateKey, publicKey} = p256();
  const server = await ca.issueServer(['127.0.0.1', 'localhost'], publicKey);
  const crl = await ca.revocationList([{serial: revoked.serial, revokedMs: clock.wallMs()}]);
  const port = await freePort();
  const lines = [
    `listener ${port} 127.0.0.1`,
    // The test's own folder is nobody else's to read.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    `cafile ${file('ca.crt', ca.certificate)}`,
    `certfile ${file('server.crt', server.pem)}`,
    `keyfile ${file('server.key', pem(privateKey))}`,
    `crlfile ${file('revoked.pem', crl)}`,
    'require_certificate true',
    'use_identity_as_username true',
    'allow_anonymous false',
    'persistence false',
    'retain_available false',
    `acl_file ${file('acl', `${ACL.join('\n')}\n`)}`,
  ];
  const broker = new PeerProcess('/usr/sbin/mosquitto', [
    ...['-c', file('mosquitto.conf', `${lines.join('\n')}\n`), '-v'],
  ]);
  t.teardown(() => broker.end());
  await until(`mosquitto runs: ${broker.output}`, () => broker.output.includes('running'));
  return {ca, one, two, revoked, port, broker};
}

function join5(
  t: ExecutionContext,
  port: number,
  who: Partial<Identity>,
  more: IClientOptions = {},
) {
  const {ca, cert, key, name = 'gw-1'} = who;
  return connectAsync(`mqtts://127.0.0.1:${port}`, {
    ...{protocolVersion: 5, clean: true, reconnectPeriod: 0, connectTimeout: 5000, clientId: name},
    ...(ca && {ca}),
    ...(cert && {cert}),
    ...(key && {key}),
    ...more,
  }).then(client => {
    t.teardown(() => client.endAsync(true));
    return client;
  });
}

async function heard(client: MqttClient, filter: string): Promise<string[]> {
  const topics: string[] = [];
  client.on('message', topic => topics.push(topic));
  await client.subscribeAsync(filter, {qos: 1}).catch(() => {});
  return topics;
}

/** Reason code of the PUBACK; 0 when taken. */
async function publish(client: MqttClient, topic: string, retain = false): Promise<number> {
  try {
    const ack = await client.publishAsync(topic, 'x', {qos: 1, retain});
    return (ack as {reasonCode?: number} | undefined)?.reasonCode ?? 0;
  } catch (error) {
    return (error as {code?: number}).code ?? 255;
  }
}

test('mosquitto with our certificates and MQTT 5: own topics pass, foreign ones are refused, nobody hears another', async t => {
  const {one, two, port} = await setUp(t);
  const first = await join5(t, port, one);
  const second = await join5(t, port, two);
  const atFirst = await heard(first, 'v1/demo/gw-1/d/#');
  const atSecond = await heard(second, 'v1/#');
  t.true((await publish(first, 'v1/demo/gw-1/u/ev')) < 128, 'taken');
  t.is(await publish(first, 'v1/demo/gw-2/u/ev'), 135, 'not authorised');
  t.is(await publish(first, 'v1/demo/gw-1/d/cmd'), 135);
  t.is(await publish(second, 'v1/demo/gw-1/d/cmd'), 135);
  await rest(LISTEN_MS);
  t.deepEqual(atFirst, []);
  t.deepEqual(atSecond, []);
});

test('mosquitto retains nothing for anybody: a broker that is told so ends the connection of who asks', async t => {
  const {one, port} = await setUp(t);
  const client = await join5(t, port, one);
  const closed = new Promise<void>(resolve => client.once('close', () => resolve()));
  const code = await Promise.race([
    publish(client, 'v1/demo/gw-1/u/ev', true),
    closed.then(() => 255),
  ]);
  t.not(code, 0);
});

test('mosquitto refuses a revoked certificate, one of another authority, and whoever shows none', async t => {
  const {one, revoked, port, broker} = await setUp(t);
  await t.throwsAsync(join5(t, port, revoked));
  const folder = freshFolder(t);
  const other = await loadOrMakeAuthority(join(folder, 'ca.key'), {clock, entropy});
  const stranger = {...(await gateway(other, 'gw-1')), ca: one.ca};
  await t.throwsAsync(join5(t, port, stranger));
  await t.throwsAsync(join5(t, port, {ca: one.ca}));
  t.truthy(await join5(t, port, one));
  const plain = await new Promise<string>(resolve => {
    const socket = connectTcp(port, '127.0.0.1', () => {
      socket.write(Buffer.from('101000044d5154540402003c000467772d31', 'hex'));
    });
    socket.once('data', data => resolve(data[0] === 0x20 ? 'accepted' : 'refused'));
    socket.once('close', () => resolve('refused'));
    socket.once('error', () => resolve('refused'));
  });
  t.is(plain, 'refused', 'the port speaks TLS alone');
  t.true(broker.output.length > 0);
});
