import {execFileSync} from 'node:child_process';
import {generateKeyPairSync} from 'node:crypto';
import test from 'ava';
import {toHex} from '../../../protocols/base/bytes.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {CertificateAuthority, selfSigned} from '../../api/identity/certificate-authority.js';
import {signingRequest} from './signing-request.js';

const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
const entropy = new SeededEntropy(1);

test('our signing request is understood by OpenSSL and by the authority', async t => {
  const {privateKey, publicKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  const csr = signingRequest(privateKey, 'gateway');
  const seen = execFileSync('openssl', ['req', '-verify', '-noout', '-subject', '-in', '-'], {
    input: csr,
    encoding: 'utf8',
  });
  t.regex(seen, /CN ?= ?gateway/);

  const key = generateKeyPairSync('ec', {namedCurve: 'P-256'}).privateKey;
  const certificate = await selfSigned(key, 'test', {clock, entropy});
  const authority = new CertificateAuthority({clock, entropy, key, certificate});
  const checked = await authority.check(csr);
  t.is(checked?.key, toHex(publicKey.export({format: 'der', type: 'spki'})));
});

test('the authority signs no request that is changed, garbage, or of another kind of key', async t => {
  const key = generateKeyPairSync('ec', {namedCurve: 'P-256'}).privateKey;
  const certificate = await selfSigned(key, 'test', {clock, entropy});
  const authority = new CertificateAuthority({clock, entropy, key, certificate});
  const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  const csr = signingRequest(privateKey, 'gateway')
    .replaceAll('\n', '')
    .replace(/-----[A-Z ]+-----/g, '');
  const bytes = Buffer.from(csr, 'base64');
  bytes[30] = (bytes[30] ?? 0) ^ 1;
  const wrap = (der: Buffer) =>
    `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  t.is(await authority.check(wrap(bytes)), undefined);
  t.is(await authority.check('garbage'), undefined);
  const other = generateKeyPairSync('ec', {namedCurve: 'P-384'}).privateKey;
  t.is(await authority.check(signingRequest(other, 'gateway')), undefined);
});
