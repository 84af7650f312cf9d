import test, {type ExecutionContext} from 'ava';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {bookedLot} from './booked-lot.js';
import {LinkedCloud, NINE} from './linked-cloud.js';

interface Agreement {
  readonly id: string;
  readonly lease: string;
  readonly state: string;
  readonly textSha256: string;
}
interface Lease {
  readonly state: string;
  readonly untilMs: number;
}
interface Credential {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly replacedBy: string | null;
}

/** A lot that leases, its gateway, and the office where people lease. */
async function lot(t: ExecutionContext) {
  const plan = {
    fromMs: NINE,
    bays: ['A-001', 'A-002'],
    members: ['ann', 'bob'],
    isForLease: true,
    purseFen: 200_000,
  };
  const cloud = await LinkedCloud.start(t, {database: await bookedLot(t, plan)});
  const {clock} = cloud;
  const gateway = await cloud.gateway('lot-1', 'gw-1', 'parkLease');
  const ask = cloud.ask.bind(cloud);
  const post = cloud.post.bind(cloud);
  await post('/v1/agreement-texts', {language: 'en', text: '{{bay}}', depositFen: 100});
  const consent = async ({id, textSha256}: Agreement) => {
    for (const side of ['tenant', 'lender']) {
      await post(`/v1/agreements/${id}/consent`, {side, textSha256});
    }
  };
  const lease = async (
    holder: string,
    hours: {fromMs: number; untilMs: number},
    point = 'A-001',
  ) => {
    const wish = {site: 'lot-1', point, holder, ...hours};
    const agreement = await post<Agreement>('/v1/agreements', wish);
    await consent(agreement);
    await clock.advance(2000);
    const path = `/v1/leases/${agreement.lease}`;
    const listed = `/v1/grants?order=${agreement.lease}`;
    const grant = (await cloud.get<{grants: {id: string}[]}>(listed)).grants[0]?.id ?? '';
    const held = async () =>
      (await cloud.get<{credentials: Credential[]}>(`/v1/grants/${grant}/credentials`)).credentials;
    const tokenOf = async ({id}: Credential) =>
      (await cloud.get<{text: string}>(`/v1/credentials/${id}/token`)).text;
    return {
      ...{held, tokenOf, see: () => cloud.get<Lease>(path)},
      act: <Body = Lease & {code?: string}>(what: string, said: object = {}) =>
        ask<Body>('POST', `${path}/${what}`, said),
      qr: async () => {
        const qr = (await held()).find(({kind, state}) => kind === 'qr' && state === 'active');
        return qr ? {id: qr.id, text: await tokenOf(qr)} : undefined;
      },
    };
  };
  return {cloud, clock, gateway, consent, lease};
}

test('Q11 a lease that is extended by an hour reaches the edge, and the same QR works past the old end, as it does after a renewal; a clash is refused, and an ended lease opens nothing', async t => {
  const {clock, gateway, lease, consent} = await lot(t);
  const hours = {fromMs: NINE, untilMs: NINE + 20 * MINUTE_MS};
  const ann = await lease('ann', hours);
  const first = await ann.qr();
  const text = first?.text ?? '';
  t.is(await gateway.scan(text), 'ALLOW');

  const bob = await lease('bob', {
    fromMs: NINE + 90 * MINUTE_MS,
    untilMs: NINE + 2 * HOUR_MS,
  });
  const clash = await ann.act('extension', {untilMs: NINE + 95 * MINUTE_MS});
  t.like(clash, {status: 409, body: {code: 'bay_taken'}});
  t.is((await ann.see()).untilMs, hours.untilMs, 'one tenant per bay');

  const untilMs = hours.untilMs + HOUR_MS;
  t.like(await ann.act('extension', {untilMs}), {status: 200, body: {untilMs}});
  await clock.advance(2000);
  const atEdge = () =>
    [...gateway.edge.store.book.rows()].flatMap(({table, row}) =>
      table === 'grant' && row.holder === 'ann' ? [row] : [],
    );
  t.is(Number(atEdge()[0]?.validUntil), untilMs, 'the edge follows');
  t.deepEqual(
    (await ann.held()).map(({kind, state}) => `${kind} ${state}`),
    ['key active', 'qr active'],
    'key and QR are those of before',
  );
  await clock.advance(25 * MINUTE_MS);
  t.true(clock.wallMs() > hours.untilMs);
  t.is(await gateway.scan(text), 'ALLOW', 'the same picture, past the end that it says');
  const fetched = await ann.qr();
  t.is(fetched?.id, first?.id);
  t.not(fetched?.text, text, 'fetched anew it says the new end, for a gateway that is cut off');
  t.is(await gateway.scan(fetched?.text ?? ''), 'ALLOW');

  t.is((await bob.act('end', {note: 'moved away'})).status, 200);
  const renewal = await ann.act<Agreement>('renewal', {untilMs: NINE + 3 * HOUR_MS});
  await consent(renewal.body);
  await clock.advance(60 * MINUTE_MS);
  t.true(clock.wallMs() > untilMs);
  t.is(await gateway.scan(text), 'ALLOW');
  t.is((await ann.act('end')).status, 200);
  await clock.advance(2000);
  t.is(await gateway.scan(text), 'REVOKED');
  t.is(await gateway.scan(fetched?.text ?? ''), 'REVOKED');
  t.like(await ann.see(), {state: 'ended'});
});

test('Q12 with the cloud cut off a QR code issued before opens, and one revoked before does not; after 24 h new entries are flagged, and one who is unknown comes in by his signed code, or not without a person', async t => {
  const {cloud, clock, gateway, lease} = await lot(t);
  const term = {fromMs: NINE, untilMs: NINE + 3 * DAY_MS};
  const ann = await lease('ann', term);
  const bob = await lease('bob', term, 'A-002');
  const [valid, gone] = [await ann.qr(), await bob.qr()];
  t.is((await bob.act('end')).status, 200);
  await clock.advance(2000);
  const newest = () => gateway.edge.told('decision').at(-1)?.body;

  gateway.cut();
  await clock.advance(MINUTE_MS);
  t.is(await gateway.scan(valid?.text ?? ''), 'ALLOW');
  t.like(newest(), {degraded: false, bay: 'A-001', holder: 'ann'});
  t.is(await gateway.scan(gone?.text ?? ''), 'REVOKED');
  t.deepEqual(gateway.edge.lowered.map(String), ['A-001']);
  const late = await lease('bob', {...term, fromMs: clock.wallMs()}, 'A-002');
  const text = (await late.qr())?.text ?? '';

  await cloud.stop();
  await clock.advance(24 * HOUR_MS);
  t.is(await gateway.scan(valid?.text ?? ''), 'ALLOW');
  t.like(newest(), {degraded: true});
  t.is(await gateway.scan(gone?.text ?? ''), 'REVOKED');
  await clock.advance(4000);
  gateway.edge.scan(2, text);
  t.is(gateway.edge.verdict, 'ALLOW', 'of a lease that never came here');
  t.is(String(gateway.edge.lowered.at(-1)), 'A-002');
  t.is(await gateway.key('12345678'), 'NOT_FOUND', 'a key that never came here is for the guard');
  t.is(gateway.screen, 'Not valid here / Ask the guard');
});
