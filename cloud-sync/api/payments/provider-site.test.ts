import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type ProviderOptions, providerSite} from './provider-site.js';

const SECRET = Buffer.alloc(32, 9).toString('base64');
const nobody = () => Promise.reject(new Error('nobody asks'));

function files(t: ExecutionContext, {key = 'pk_1\n', secret = `whsec_${SECRET}\n`} = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-provider-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const [keyFile, secretFile] = [join(folder, 'key'), join(folder, 'secret')];
  writeFileSync(keyFile, key);
  writeFileSync(secretFile, secret);
  return {
    ...{providerUrl: 'https://pay.example/v2', providerMerchants: ['demo=m-1']},
    ...{providerKeyFile: keyFile, providerSecretFile: secretFile},
  } satisfies ProviderOptions;
}

test('without options nobody pays; options that do not fit say which, and what was expected', t => {
  t.deepEqual(providerSite({}, nobody), []);
  const good = files(t);
  const [provider] = providerSite(good, nobody);
  t.is(provider?.name, 'wire');
  t.is(provider?.merchantOf('demo'), 'm-1');
  t.is(provider?.merchantOf('other'), undefined);
  const {providerKeyFile: _, ...noKey} = good;
  const wrong: readonly (readonly [ProviderOptions, RegExp])[] = [
    [{providerName: 'pay'}, /go together/],
    [noKey, /--provider-key-file.* go together/],
    [{...good, providerUrl: 'http://pay.example'}, /expected https:/],
    [{...good, providerUrl: 'https://me:word@pay.example'}, /pay\.example: expected https:/],
    [{...good, providerUrl: 'pay.example'}, /--provider-url pay\.example: expected/],
    [{...good, providerName: 'Pay!'}, /1-32 of a-z/],
    [{...good, providerMerchants: ['demo']}, /--provider-merchants demo: expected TENANT=NUMBER/],
    [{...good, providerKeyFile: '/no/file'}, /--provider-key-file \/no\/file: .*ENOENT/],
    [files(t, {key: 'two\nlines'}), /expected one line/],
    [files(t, {secret: 'short'}), /Base64 of 24 bytes or more/],
    [files(t, {secret: `${SECRET}\n!`}), /Base64 of 24 bytes or more/],
    [files(t, {secret: ''}), /Base64 of 24 bytes or more/],
  ];
  for (const [options, message] of wrong) {
    t.throws(() => providerSite(options, nobody), {code: 'config/provider', message});
  }
  const told = t.throws(() => providerSite({...good, providerUrl: 'https://u:word@h'}, nobody));
  t.false(told?.message.includes('word'));
});

test('it is asked over HTTP with the key; what is no answer of its contract throws, redirects too', async t => {
  const heard: string[] = [];
  let answer: {status: number; text: string; location?: string} = {status: 200, text: '{}'};
  const server = createServer((request, response) => {
    const {method, url, headers} = request;
    let body = '';
    request.on('data', part => {
      body += String(part);
    });
    request.on('end', () => {
      heard.push(`${method} ${url} ${headers.authorization} ${body}`);
      const {status, text, location} = answer;
      response.writeHead(status, location === undefined ? {} : {location}).end(text);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const {port} = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v2`;
  const [provider] = providerSite({...files(t), providerUrl: url}, request => fetch(request));
  answer = {status: 200, text: '{"found": null}'};
  t.is(await provider?.fetch('m-1', 'k-1'), undefined);
  t.deepEqual(heard, ['POST /v2/orders/fetch Bearer pk_1 {"merchant":"m-1","key":"k-1"}']);
  for (const bad of [
    {status: 500, text: '{"found": null}'},
    {status: 200, text: '<html>'},
    {status: 200, text: '{"found": {"key": 7}}'},
  ]) {
    answer = bad;
    await t.throwsAsync(async () => provider?.fetch('m-1', 'k-1'), {code: 'payment/answer'});
  }
  answer = {status: 307, text: '', location: `${url}/elsewhere`};
  await t.throwsAsync(async () => provider?.fetch('m-1', 'k-1'));
  t.false(
    heard.some(line => line.includes('elsewhere')),
    'the key goes nowhere else',
  );
});
