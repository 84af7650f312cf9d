import {X509Certificate} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {enrol} from '../../uplink/identity/enrol.js';
import {readIdentity} from '../../uplink/identity/gateway-identity.js';
import type {Cloud} from '../server.js';
import {codeFor, memoryShelf, office, startEnrollingCloud} from './identity-rig.js';

const CODES = '/v1/gateways/gw-1/enrollment-codes';

async function setUp(t: ExecutionContext) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const entropy = new SeededEntropy(7);
  const cloud = await startEnrollingCloud(t, {clock, entropy});
  return {clock, cloud};
}

/** The way to the cloud, and somebody on it who may change what passes. */
function wayTo(cloud: Cloud, change: (text: string) => string = text => text) {
  return async (url: string, options: RequestInit) => {
    const response = await cloud.fetch(new Request(url, options));
    return new Response(change(await response.text()), {status: response.status});
  };
}

const join = (code: string, cloud: Cloud, shelf = memoryShelf()) =>
  enrol(code, 'http://cloud/', {shelf, request: wayTo(cloud)});

const states = async (cloud: Cloud) =>
  (await office<{codes: {state: string}[]}>(cloud, 'GET', CODES)).codes.map(({state}) => state);

test('~I-11 a code gives a gateway its identity: key made there, certificate of a year, broker, authority, key of the cloud', async t => {
  const {clock, cloud} = await setUp(t);
  const shelf = memoryShelf();
  const typed = (await codeFor(cloud, 'gw-1')).toLowerCase().replaceAll('-', ' ');
  t.deepEqual(await states(cloud), ['open']);
  const outcome = await join(typed, cloud, shelf);
  t.is(outcome.kind, 'enrolled');
  t.deepEqual([...shelf.files.keys()], ['gateway.json']);
  const identity = readIdentity(shelf);
  t.like(identity, {
    tenant: 'demo',
    gateway: 'gw-1',
    broker: cloud.mqttsUrl,
    cloudKey: cloud.publicKey,
  });
  const certificate = new X509Certificate(identity?.certificate ?? '');
  t.true(certificate.subject.includes('CN=gw-1'));
  const days = (Date.parse(certificate.validTo) - clock.wallMs()) / 86_400_000;
  t.true(days > 364 && days < 367);
  t.deepEqual(await states(cloud), ['used']);
});

test('a code works once, for one key: the same gateway may ask again, another may not', async t => {
  const {cloud} = await setUp(t);
  const code = await codeFor(cloud, 'gw-1');
  const shelf = memoryShelf();
  const lost = await enrol(code, 'http://cloud', {
    shelf,
    request: async (url, options) => {
      await cloud.fetch(new Request(url, options));
      throw new TypeError('connection lost');
    },
  });
  t.like(lost, {kind: 'unreachable', why: 'connection lost'});
  t.is((await join(code, cloud, shelf)).kind, 'enrolled');
  t.like(await join(code, cloud), {kind: 'refused', code: 'enrollment_used'});
});

test('a code dies after 15 minutes', async t => {
  const {clock, cloud} = await setUp(t);
  const code = await codeFor(cloud, 'gw-1');
  await clock.advance(15 * MINUTE_MS + 1);
  t.like(await join(code, cloud), {kind: 'refused', code: 'enrollment_expired'});
  t.deepEqual(await states(cloud), ['expired']);
});

/** Refusals take their time, by this clock. */
async function passing<Result>(clock: VirtualClock, work: Promise<Result>): Promise<Result> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  while (!isOver) await clock.advance(50);
  return over;
}

const UNKNOWN = {id: 'ZZZZZ', csr: 'x'.repeat(80), mac: 'a'.repeat(64)};

function askUnknown(cloud: Cloud, address?: string) {
  const body = JSON.stringify(UNKNOWN);
  const request = {method: 'POST', headers: {'content-type': 'application/json'}, body};
  return cloud.fetch(new Request('http://cloud/v1/enroll', request), address);
}

/** Wrong codes from an address, all at once; how often each status came. */
async function guess(cloud: Cloud, clock: VirtualClock, count: number, address?: string) {
  const all = Array.from({length: count}, () => askUnknown(cloud, address));
  const answers = await passing(clock, Promise.all(all));
  const of = (status: number) => answers.filter(answer => answer.status === status).length;
  return {refused: of(403), tooMany: of(429)};
}

test('five wrong secrets lock a code; nobody learns which part was wrong, nor by the time it takes', async t => {
  const {clock, cloud} = await setUp(t);
  const code = await codeFor(cloud, 'gw-1');
  const wrong = `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`;
  const heldBack = async (work: Promise<unknown>) => {
    let isOver = false;
    const over = work.finally(() => {
      isOver = true;
    });
    await clock.advance(499);
    for (let turn = 0; turn < 100; turn += 1) await new Promise(r => setImmediate(r));
    t.false(isOver);
    return passing(clock, over);
  };
  await heldBack(Promise.resolve(askUnknown(cloud)));
  for (let tries = 0; tries < 5; tries += 1) {
    t.like(await heldBack(join(wrong, cloud)), {kind: 'refused', code: 'enrollment_refused'});
  }
  t.like(await heldBack(join(code, cloud)), {kind: 'refused', code: 'enrollment_refused'});
  t.deepEqual(await states(cloud), ['locked']);
});

test('one that guesses locks himself out and no installer, all together reach a ceiling, and a minute later all is open', async t => {
  const {clock, cloud} = await setUp(t);
  t.deepEqual(await guess(cloud, clock, 100, '10.0.0.1'), {refused: 20, tooMany: 80});
  t.deepEqual(await guess(cloud, clock, 1, '10.0.0.2'), {refused: 1, tooMany: 0});
  t.is((await join(await codeFor(cloud, 'gw-1'), cloud)).kind, 'enrolled');
  let refused = 21;
  for (let index = 0; index < 40; index += 1) {
    refused += (await guess(cloud, clock, 20, `2001:db8:${index}::1`)).refused;
  }
  t.is(refused, 600);
  const code = await codeFor(cloud, 'gw-2');
  t.like(await join(code, cloud), {kind: 'refused', code: 'too_many_tries'});
  await clock.advance(MINUTE_MS);
  t.is((await join(code, cloud)).kind, 'enrolled');
});

test('over plain HTTP somebody on the way can neither enrol himself nor pass for the cloud', async t => {
  const {cloud} = await setUp(t);
  const shelf = memoryShelf();
  const other = await setUp(t);
  const theirs = (await join(await codeFor(other.cloud, 'gw-1'), other.cloud)) as {
    identity: {ca: string};
  };
  const swap = (text: string) => {
    const answer = JSON.parse(text) as {body: string; mac: string};
    const body = JSON.parse(answer.body) as object;
    return JSON.stringify({...answer, body: JSON.stringify({...body, ca: theirs.identity.ca})});
  };
  const code = await codeFor(cloud, 'gw-1');
  const request = wayTo(cloud, swap);
  t.like(await enrol(code, 'http://cloud', {shelf, request}), {kind: 'forged'});
  t.is(readIdentity(shelf), undefined);
  const stolen: RequestInit[] = [];
  await enrol(code, 'http://cloud', {
    shelf,
    request: (_url, options) => {
      stolen.push(options);
      return Promise.reject(new TypeError('held back'));
    },
  });
  t.false(String(stolen[0]?.body).includes(code.replaceAll('-', '').slice(5)));
  t.is((await join('no code', cloud)).kind, 'no_code');
  t.is(
    (
      await enrol(code, 'http://cloud', {
        shelf,
        request: () => Promise.resolve(new Response('hm', {status: 404})),
      })
    ).kind,
    'unreachable',
  );
});

test('enrolling a name anew takes the old identity away', async t => {
  const {cloud} = await setUp(t);
  await join(await codeFor(cloud, 'gw-1'), cloud);
  await join(await codeFor(cloud, 'gw-1'), cloud);
  const path = '/v1/gateways/gw-1/certificates';
  const {certificates} = await office<{certificates: {why: string | null}[]}>(cloud, 'GET', path);
  t.deepEqual(certificates.map(({why}) => why).sort(), ['enrolled anew', null]);
  t.deepEqual(await office(cloud, 'DELETE', '/v1/gateways/gw-1/certificate'), {revoked: 1});
});
