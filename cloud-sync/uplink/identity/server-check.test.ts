import {generateKeyPairSync, type KeyObject, X509Certificate} from 'node:crypto';
import test from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {CertificateAuthority, selfSigned} from '../../api/identity/certificate-authority.js';
import {serverFault} from './server-check.js';

const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
const YEAR_MS = 365 * DAY_MS;

function ec(): {privateKey: KeyObject; publicKey: KeyObject} {
  return generateKeyPairSync('ec', {namedCurve: 'P-256'});
}

async function authority(seed: number): Promise<CertificateAuthority> {
  const entropy = new SeededEntropy(seed);
  const {privateKey: key} = ec();
  const certificate = await selfSigned(key, 'Latchkey gateways', {clock, entropy});
  return new CertificateAuthority({clock, entropy, key, certificate});
}

const raw = (pem: string) => new X509Certificate(pem).raw;
const at = (ms: number) => () => ms as UnixMillis;

test('a broker certificate is judged by its issuer, its purpose and the time that is surely past', async t => {
  const ours = await authority(1);
  const theirs = await authority(2);
  const {publicKey} = ec();
  const server = await ours.issueServer(['broker.example', '127.0.0.1'], publicKey);
  const now = clock.wallMs();
  const judge = (pem: string, floor: number) =>
    serverFault(raw(pem), {ca: ours.certificate, floorMs: at(floor)});

  t.is(judge(server.pem, now), undefined);
  t.is(judge(server.pem, 0), undefined, 'a gateway that woke up in 1970');
  t.regex(judge(server.pem, now + 10 * YEAR_MS) ?? '', /expired/);
  t.is(judge(server.pem, server.notAfterMs), undefined);
  t.regex(judge(server.pem, server.notAfterMs + 1000) ?? '', /expired/);

  const forged = await theirs.issueServer(['broker.example'], publicKey);
  t.regex(judge(forged.pem, 0) ?? '', /not from the authority/);
  const neighbour = await ours.issueClient('gw-2', 'demo', publicKey);
  t.regex(judge(neighbour.pem, 0) ?? '', /not made for a broker/);
  t.regex(judge(ours.certificate, 0) ?? '', /authority, not of a broker|not from/);
  t.regex(
    serverFault(Buffer.from('no certificate'), {ca: ours.certificate, floorMs: at(0)}) ?? '',
    /no certificate/,
  );
});

test('during a change of authority both old and new are trusted', async t => {
  const old = await authority(3);
  const fresh = await authority(4);
  const {publicKey} = ec();
  const ca = old.certificate + fresh.certificate;
  for (const issuer of [old, fresh]) {
    const {pem} = await issuer.issueServer(['localhost'], publicKey);
    t.is(serverFault(raw(pem), {ca, floorMs: at(0)}), undefined);
  }
});
