import test from 'ava';
import {Webhook} from 'standardwebhooks';
import {DAY_MS, HOUR_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {judge, MAX_ATTEMPTS, secretText, signedHeaders, wants} from './webhook-rules.js';

const answered = (status: number, retryAfterS?: number) => ({
  ...{kind: 'answered' as const, status, retryAfterS},
});

test('the signature is that of the specification', t => {
  // Source: Standard Webhooks specification, test vectors of the reference implementations.
  const headers = signedHeaders(
    {id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}'},
    1_614_265_330,
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  );
  t.is(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('another implementation accepts it, by the old secret and by the new one', t => {
  const secrets = [7, 9].map(fill => secretText(new Uint8Array(32).fill(fill)));
  const body = '{"type":"order.paid","data":{"order":"o-1"}}';
  const headers = signedHeaders({id: 'm-1', body}, Math.floor(Date.now() / 1000), secrets);
  for (const secret of secrets) t.truthy(new Webhook(secret).verify(body, headers));
  const other = secretText(new Uint8Array(32).fill(1));
  t.throws(() => new Webhook(other).verify(body, headers));
});

test('only 2xx is success; a redirect is none; 410 ends it', t => {
  t.deepEqual(judge(answered(204), 1, 0.5), {kind: 'delivered'});
  t.like(judge(answered(301), 1, 0.5), {kind: 'again'});
  t.like(judge(answered(500), 1, 0.5), {kind: 'again', restMs: 0});
  t.deepEqual(judge(answered(410), 1, 0.5), {kind: 'gone'});
});

test('ten attempts over three days, each wait with a tenth of jitter, then no more', t => {
  const failed = {kind: 'failed' as const, why: 'refused'};
  t.is(MAX_ATTEMPTS, 10);
  const waits = Array.from({length: 9}, (_, index) => judge(failed, index + 1, 0.5));
  const sumMs = waits.reduce((sum, one) => sum + (one.kind === 'again' ? one.afterMs : 0), 0);
  t.true(sumMs > 3 * DAY_MS && sumMs < 4 * DAY_MS);
  t.like(judge(failed, 1, 0), {afterMs: 4.5 * SECOND_MS});
  t.deepEqual(judge(failed, 10, 0.5), {kind: 'given_up'});
});

test('who asks for patience gets it, up to an hour', t => {
  t.like(judge(answered(429, 120), 1, 0.5), {restMs: 120 * SECOND_MS, afterMs: 120 * SECOND_MS});
  t.like(judge(answered(503, 120), 1, 0.5), {restMs: 0});
  t.like(judge(answered(502), 1, 0.5), {restMs: 30 * SECOND_MS});
  t.like(judge(answered(429, 999_999), 1, 0.5), {restMs: HOUR_MS});
});

test('types are named whole or by their first word', t => {
  t.true(wants([], 'order.paid'));
  t.true(wants(['order.'], 'order.paid'));
  t.true(wants(['order.paid'], 'order.paid'));
  t.false(wants(['order.pai'], 'order.paid'));
  t.false(wants(['bay.'], 'order.paid'));
});
