import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer, type Server} from 'node:https';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {SystemEntropy} from '../../../edge/platform/entropy.js';
import {SystemClock} from '../../../edge/platform/system-clock.js';
import {loadOrMakeAuthority} from '../identity/authority-files.js';
import {HttpsPoster, type HttpsPosterOptions} from './https-poster.js';

const clock = new SystemClock();
const entropy = new SystemEntropy(clock);
const HOME = [{address: '127.0.0.1', family: 4}];

/** A certificate for our host, and the only authority that vouches for it. */
async function certified(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-hooks-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  const authority = await loadOrMakeAuthority(join(folder, 'ca.key'), {clock, entropy});
  const pair = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  const {pem: cert} = await authority.issueServer(['hooks.example.com'], pair.publicKey);
  const key = pair.privateKey.export({format: 'pem', type: 'pkcs8'}).toString();
  return {key, cert, ca: authority.certificate};
}

async function rig(t: ExecutionContext, changes: Partial<HttpsPosterOptions> = {}) {
  const {key, cert, ca} = await certified(t);
  const heard: {path: string; body: string}[] = [];
  const server: Server = createServer({key, cert}, (asked, answer) => {
    let body = '';
    asked.on('data', chunk => {
      body += String(chunk);
    });
    asked.on('end', () => {
      heard.push({path: asked.url ?? '', body});
      if (asked.url === '/silent') return;
      if (asked.url === '/away') answer.writeHead(302, {location: 'https://hooks.example.com/ok'});
      if (asked.url === '/busy') answer.writeHead(429, {'retry-after': '120'});
      answer.end(asked.url === '/endless' ? 'x'.repeat(10_000_000) : 'ok');
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const poster = new HttpsPoster({
    ...{clock, ca, port: (server.address() as AddressInfo).port},
    lookup: (_host, _options, done) => done(null, HOME),
    mayReach: () => true,
    ...changes,
  });
  const post = (path: string, timeoutMs = 5000) =>
    poster.post({
      url: `https://hooks.example.com${path}`,
      ...{headers: {'webhook-id': 'm-1'}, body: '{"名":1}', timeoutMs},
    });
  return {post, heard, poster};
}

test('a message is posted whole, and of the answer only the status counts', async t => {
  const {post, heard} = await rig(t);
  t.like(await post('/ok'), {kind: 'answered', status: 200});
  t.like(await post('/busy'), {kind: 'answered', status: 429, retryAfterS: 120});
  t.like(await post('/endless'), {kind: 'answered', status: 200});
  t.is(heard[0]?.body, '{"名":1}');
});

test('a redirect is not followed', async t => {
  const {post, heard} = await rig(t);
  t.like(await post('/away'), {kind: 'answered', status: 302});
  t.is(heard.length, 1);
});

test('who says nothing is left after the timeout, and at the end of the cloud', async t => {
  const {post, poster} = await rig(t);
  t.like(await post('/silent', 200), {kind: 'failed', why: 'no answer'});
  const waiting = post('/silent');
  poster.close();
  t.like(await waiting, {kind: 'failed', why: 'the cloud is stopping'});
});

test('a name that leads into a private network leads nowhere, also when only one of its addresses does', async t => {
  const {isPublicAddress: mayReach} = await import('./target-rules.js');
  const home = await rig(t, {mayReach});
  const why = 'its name leads into a private network';
  t.like(await home.post('/ok'), {kind: 'failed', why});
  const both = await rig(t, {
    mayReach,
    lookup: (_host, _options, done) => done(null, [{address: '8.8.8.8', family: 4}, ...HOME]),
  });
  t.like(await both.post('/ok'), {kind: 'failed', why});
  t.is(home.heard.length + both.heard.length, 0);
});

test('a certificate of somebody else is not believed', async t => {
  const other = await certified(t);
  const {post, heard} = await rig(t, {ca: other.ca});
  t.like(await post('/ok'), {kind: 'failed'});
  t.is(heard.length, 0);
});
