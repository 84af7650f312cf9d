import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {noticeSite} from './notice-site.js';

const NOWHERE = () => Promise.reject(new TypeError('connection refused'));
const SMS = {id: 'n-1', to: '+8613800000001', subject: 's', body: 'b'};

test('an SMS provider is asked under its key with the id of the notice, and what it answers is told apart', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-notices-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const smsKeyFile = join(folder, 'sms.key');
  writeFileSync(smsKeyFile, 'key-1\n');
  const asked: (string | null)[] = [];
  const answers = [
    () => Response.json({id: 17}),
    () => new Response(null, {status: 204}),
    () => new Response('', {status: 429}),
    () => new Response('', {status: 422}),
    () => new Response('', {status: 502}),
  ];
  const options = {
    smsUrl: 'https://sms.example/messages',
    smsKeyFile,
    publicUrl: 'https://c.example',
  };
  const {noticePorts, publicUrl} = noticeSite(options, async request => {
    asked.push(request.headers.get('authorization'), request.headers.get('idempotency-key'));
    asked.push(await request.text());
    return answers.shift()?.() ?? NOWHERE();
  });
  t.is(publicUrl, 'https://c.example/');
  const send = () => noticePorts?.sms?.send(SMS);
  t.deepEqual(await send(), {kind: 'sent', ref: '17'});
  t.deepEqual(asked, ['Bearer key-1', 'n-1', '{"id":"n-1","to":"+8613800000001","text":"b"}']);
  t.deepEqual(await send(), {kind: 'sent', ref: null});
  t.like(await send(), {kind: 'failed', isFinal: false});
  t.like(await send(), {kind: 'failed', isFinal: true});
  t.like(await send(), {kind: 'failed', isFinal: false});
  t.deepEqual(await send(), {kind: 'failed', why: 'connection refused', isFinal: false});
});

test('half of an SMS provider, or one without TLS, is refused; none at all is well', t => {
  t.deepEqual(noticeSite({}, NOWHERE), {});
  const refuses = (options: object, message: RegExp) =>
    t.throws(() => noticeSite(options, NOWHERE), {code: 'config/notices', message});
  refuses({smsUrl: 'https://sms.example'}, /go together/);
  refuses({publicUrl: 'http://cloud.example'}, /expected https/);
  refuses({smsUrl: 'https://sms.example', smsKeyFile: '/nowhere/sms.key'}, /sms-key-file/);
});

test('half of a mail server, a password on the command line or a sender that is none is refused', t => {
  const refuses = (options: object, message: RegExp) =>
    t.throws(() => noticeSite(options, NOWHERE), {code: 'config/notices', message});
  const smtpFrom = 'calls@c.example';
  refuses({smtp: 'smtps://mail.example'}, /go together/);
  refuses({smtp: 'smtps://mail.example', smtpFrom: 'calls'}, /expected NAME@HOST/);
  refuses({smtp: 'smtps://me:word@mail.example', smtpFrom}, /password in a file/);
  refuses({smtp: 'https://mail.example', smtpFrom}, /expected smtp/);
  refuses({smtp: 'smtps://me@mail.example', smtpFrom}, /smtp-password-file go together/);
  const {noticePorts} = noticeSite({smtp: 'smtps://mail.example', smtpFrom}, NOWHERE);
  t.truthy(noticePorts?.mail);
  t.is(noticePorts?.sms, undefined);
});
