import {execFileSync} from 'node:child_process';
import {X509Certificate} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createServer, type DetailedPeerCertificate, type TLSSocket} from 'node:tls';
import test, {type ExecutionContext} from 'ava';
import {type BrokerTls, openBrokerStream, readBrokerAddress} from './broker-stream.js';

const NAME = 'broker.test';
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

interface Pem {
  readonly cert: string;
  readonly key: string;
}

/** A root of its own, by the openssl command. */
class Authority {
  readonly cert: string;
  readonly #folder: string;

  constructor(t: ExecutionContext) {
    this.#folder = mkdtempSync(join(tmpdir(), 'latchkey-ca-'));
    t.teardown(() => rmSync(this.#folder, {recursive: true}));
    this.#run(
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      'root.key',
      '-out',
      'root.pem',
      '-subj',
      '/CN=root',
    );
    this.cert = this.#read('root.pem');
  }

  /** Valid from now on for so many days; over already when negative. */
  issue(name: string, days = 30): Pem {
    const alias = ['-addext', `subjectAltName=DNS:${name}`];
    this.#run(
      'req',
      ...NEW_KEY,
      '-keyout',
      'a.key',
      '-out',
      'a.csr',
      '-subj',
      `/CN=${name}`,
      ...alias,
    );
    const signer = ['-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial'];
    const rest = ['-copy_extensions', 'copy', '-days', String(days), '-out', 'a.pem'];
    this.#run('x509', '-req', '-in', 'a.csr', ...signer, ...rest);
    return {cert: this.#read('a.pem'), key: this.#read('a.key')};
  }

  #run(...args: readonly string[]): void {
    execFileSync('openssl', args, {cwd: this.#folder, stdio: 'pipe'});
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8');
  }
}

/** A broker's end that says who called; settles with its port. */
async function listen(t: ExecutionContext, own: Pem, ca: string): Promise<number> {
  const server = createServer({...own, ca, requestCert: true, rejectUnauthorized: true}, socket => {
    socket.on('error', () => {});
    socket.end(`${(socket as TLSSocket).getPeerCertificate().subject.CN}`);
  });
  server.on('tlsClientError', () => {});
  t.teardown(() => server.close());
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** What the broker said, or why there was none. */
function call(port: number, tls: BrokerTls): Promise<string> {
  const stream = openBrokerStream(readBrokerAddress(`mqtts://127.0.0.1:${port}`), tls);
  return new Promise(resolve => {
    stream.on('data', (heard: Buffer) => resolve(heard.toString()));
    stream.on('error', error => resolve(error.message));
    stream.on('close', () => resolve('closed'));
  });
}

/** Forgives the dates of what `ca` has signed. */
function datelessCheck(ca: string) {
  const root = new X509Certificate(ca);
  return (fault: string | undefined, {raw}: DetailedPeerCertificate) => {
    if (fault === undefined) return undefined;
    const isDate = fault === 'CERT_HAS_EXPIRED' || fault === 'CERT_NOT_YET_VALID';
    return isDate && new X509Certificate(raw).verify(root.publicKey) ? undefined : fault;
  };
}

test('both ends of an mqtts address prove themselves, and a stranger or another name is refused', async t => {
  const [root, strange] = [new Authority(t), new Authority(t)];
  const port = await listen(t, root.issue(NAME), root.cert);
  const own = {...root.issue('gw-1'), servername: NAME};
  t.is(await call(port, {...own, ca: root.cert}), 'gw-1');
  t.regex(await call(port, {...own, ca: strange.cert}), /certificate/i);
  t.regex(await call(port, {...own, ca: root.cert, servername: 'other.test'}), /other\.test/);
  t.regex(await call(port, own), /certificate/i);
  t.not(await call(port, {ca: root.cert, servername: NAME}), 'gw-1');
});

test('a check may forgive the dates of a broker, never its signer and never its name', async t => {
  const [root, strange] = [new Authority(t), new Authority(t)];
  const port = await listen(t, root.issue(NAME, -1), root.cert);
  const own = {...root.issue('gw-1'), ca: root.cert, servername: NAME};
  t.regex(await call(port, own), /expired/);
  t.is(await call(port, {...own, check: datelessCheck(root.cert)}), 'gw-1');
  t.not(await call(port, {...own, check: datelessCheck(strange.cert)}), 'gw-1');
  const misnamed = {...own, servername: 'other.test', check: () => undefined};
  t.regex(await call(port, misnamed), /other\.test/);
});

test('an address holds host, port and name of the user, and everything else is refused', t => {
  const none = {username: undefined, password: undefined};
  t.deepEqual(readBrokerAddress('mqtt://broker'), {
    ...{host: 'broker', port: 1883, isTls: false},
    ...none,
  });
  t.deepEqual(readBrokerAddress('mqtts://[::1]'), {host: '::1', port: 8883, isTls: true, ...none});
  t.like(readBrokerAddress('mqtt://li:a%40b@10.0.0.1:1884'), {
    ...{host: '10.0.0.1', port: 1884, username: 'li', password: 'a@b'},
  });
  for (const url of ['', 'broker:1883', 'http://broker', 'mqtt:///x', 'mqtt://a:b']) {
    t.throws(() => readBrokerAddress(url), {code: 'config/broker'}, url);
  }
});

test('what is wrong with an address is told without its user and password', t => {
  const secret = 'pa%ss/w@rd';
  for (const url of [
    ...[`mqtt:/li:${secret}@broker`, `li:${secret}@broker`, `http://li:${secret}@broker`],
    ...[`mqtts://li:${secret}@`, `mqtts://li:${secret}@broker:port`, 'mqtt://li:50%@broker'],
    ...['mqtt://50%:x@broker', 'mqtt://li:%E4%F6@broker'],
  ]) {
    const error = t.throws(() => readBrokerAddress(url), {code: 'config/broker'}, url);
    t.false(/li|50%|pa%|rd@|E4/.test(error?.message ?? ''), error?.message);
  }
  t.throws(() => readBrokerAddress('mqtt://li:50%@broker'), {message: /%25/});
});
