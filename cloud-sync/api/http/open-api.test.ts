import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import specs from '@asyncapi/specs';
import {Ajv} from 'ajv';
import {Ajv2020} from 'ajv/dist/2020.js';
import test, {type ExecutionContext} from 'ava';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {breaksBetween, type Described} from '../../client/breaks.js';
import {openApiText} from '../../client/description.js';
import {startRig} from './api-rig.js';
import {CATALOGUE} from './refusals.js';

const COMMITTED = new URL('../../../../cloud-sync/client/openapi.json', import.meta.url);

async function rigOf(t: ExecutionContext) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const rig = await startRig({clock, entropy: new SeededEntropy()});
  t.teardown(() => rig.cloud.close());
  return rig;
}

test('OpenAPI 3.1 stands open to all, names a scope for what needs a key, and its schemas compile', async t => {
  const {ask, told} = await rigOf(t);
  const doc = await told<Described>(200, ask('GET', '/openapi.json', {key: null}));
  t.is(doc.openapi, '3.1.0');
  t.like(doc, {info: {title: 'Latchkey'}, servers: [{url: '/'}]});
  for (const code of Object.keys(CATALOGUE)) {
    t.true(JSON.stringify(doc.info).includes(`\`${code}\``), code);
  }
  t.like(doc.components, {securitySchemes: {bearer: {type: 'http', scheme: 'bearer'}}});
  for (const [path, methods] of Object.entries(doc.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const answer = await ask(method.toUpperCase(), path.replace(/\{\w+\}/g, 'x'), {key: null});
      if (operation.security) t.is(answer.status, 401, `${method} ${path}`);
      else t.not(answer.status, 401, `${method} ${path}`);
    }
  }
  const ajv = new Ajv2020({strict: false, validateFormats: false});
  for (const schema of Object.values(doc.components.schemas)) {
    t.notThrows(() => ajv.compile({...schema, components: doc.components}));
  }
});

test('nothing that integrators rely on has gone since the description that is committed', async t => {
  const now = JSON.parse(await openApiText()) as Described;
  const before = JSON.parse(readFileSync(fileURLToPath(COMMITTED), 'utf8')) as Described;
  t.deepEqual(breaksBetween(before, now), []);
  const without = structuredClone(now) as {paths: Record<string, unknown>};
  delete without.paths['/v1/keys'];
  t.deepEqual([...breaksBetween(now, without as never)].sort(), [
    'get /v1/keys is gone',
    'post /v1/keys is gone',
  ]);
});

test('the topics are described by AsyncAPI 3, as its own schema wants', async t => {
  const {ask, told} = await rigOf(t);
  const doc = await told<{channels: {up_ev?: {address: string}}}>(
    200,
    ask('GET', '/asyncapi.json', {key: null}),
  );
  const ajv = new Ajv({strict: false, validateFormats: false, logger: false});
  const check = ajv.compile(specs.schemasWithoutId['3.0.0'] as object);
  t.true(check(doc), ajv.errorsText(check.errors));
  const broken = {...doc, channels: {x: {address: 7}}};
  t.false(check(broken));
  t.is(doc.channels.up_ev?.address, 'v1/{tenant}/{gateway}/u/ev');
});

test('the page of the interface brings everything along, and lets nothing in from outside', async t => {
  const {ask} = await rigOf(t);
  const page = await ask('GET', '/docs', {key: null});
  t.regex(
    page.headers.get('content-security-policy') ?? '',
    /default-src 'none'; script-src 'self';/,
  );
  const text = await page.text();
  t.notRegex(text, /https?:|<script>|\son\w+=/);
  for (const [, file] of text.matchAll(/(?:href|src)="([^"]+)"/g)) {
    const asset = await ask('GET', `/${file}`, {key: null});
    t.is(asset.status, 200, file);
    t.is(asset.headers.get('x-content-type-options'), 'nosniff');
  }
  for (const path of ['/docs/..%2fpackage.json', '/docs/__proto__', '/docs/constructor']) {
    t.is((await ask('GET', path, {key: null})).status, 404, path);
  }
});

test('health and numbers are for those who run the cloud', async t => {
  const {ask, told, key} = await rigOf(t);
  t.like(await told(200, ask('GET', '/healthz')), {ok: true, database: {ok: true, kind: 'sqlite'}});
  const tenantKey = await key({scopes: ['gateways:read']});
  for (const path of ['/healthz', '/metrics']) {
    t.is((await ask('GET', path, {key: null})).status, 401);
    t.is((await ask('GET', path, {key: tenantKey})).status, 403);
  }
  for (let count = 0; count < 50; count += 1) await ask('GET', `/v1/gateways/gw-${count}/bays`);
  const answer = await ask('GET', '/metrics');
  t.regex(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const text = await answer.text();
  const line =
    'cloud_http_answers_total{method="GET",route="/v1/gateways/:gw/bays",status="404"} 50';
  t.true(text.includes(line), text);
  t.regex(text, /\ncloud_database_up 1\n/);
  t.regex(text, /\ncloud_gateways_online 0\n/);
  t.false(text.includes('gw-7'));
});
