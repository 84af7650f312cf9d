import test from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {codeFor, memoryShelf, QUIET, startEnrollingCloud} from '../../api/identity/identity-rig.js';
import {enrol} from './enrol.js';
import {certificateDates, readIdentity} from './gateway-identity.js';
import {CertificateRenewal, isRenewalDue} from './renewal.js';

test('a certificate is renewed at two thirds of its life: a new key, asked again until it is answered', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const entropy = new SeededEntropy(3);
  const cloud = await startEnrollingCloud(t, {clock, entropy});
  const shelf = memoryShelf();
  const request = async (url: string, init: RequestInit) => cloud.fetch(new Request(url, init));
  await enrol(await codeFor(cloud, 'gw-1'), 'http://cloud', {shelf, request});
  const first = readIdentity(shelf);
  if (!first) return t.fail();
  const dates = certificateDates(first.certificate);
  const lifeMs = dates.notAfterMs - dates.notBeforeMs;
  t.false(isRenewalDue(dates, 0), 'a dead clock is never too early');
  t.false(isRenewalDue(dates, dates.notBeforeMs + (lifeMs * 2) / 3 - DAY_MS));
  t.true(isRenewalDue(dates, dates.notBeforeMs + (lifeMs * 2) / 3));

  const asked: string[] = [];
  let floorMs = 0;
  const renewal = new CertificateRenewal({
    ...{clock, entropy, log: QUIET, shelf},
    identity: () => readIdentity(shelf) ?? first,
    floorMs: () => floorMs as UnixMillis,
    onRenewed: () => {},
  });
  renewal.start(csr => asked.push(csr));
  await clock.advance(2 * HOUR_MS);
  t.is(asked.length, 0);
  floorMs = dates.notBeforeMs + (lifeMs * 2) / 3;
  await clock.advance(HOUR_MS + 4 * MINUTE_MS);
  t.true(asked.length >= 2, 'asked again');
  t.is(readIdentity(shelf)?.key, first.key, 'the present one stays until the answer');
  renewal.take({certificate: first.certificate, ca: first.ca, sig: ''});
  t.is(readIdentity(shelf)?.key, first.key, 'an answer for another key changes nothing');
  renewal.stop();
});
