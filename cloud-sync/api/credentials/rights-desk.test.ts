import test from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS} from '../../../protocols/base/units.js';
import type {GrantId} from '../../../protocols/site/ids.js';
import {asId} from '../../../protocols/site/ids.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {caller} from '../accounts/accounts-rig.js';
import {GrantFreeze} from '../accounts/grant-freeze.js';
import {startRig} from '../http/api-rig.js';
import {Refusal} from '../http/refusals.js';
import type {OrderView} from '../orders/order-type.js';
import {SiteTable} from '../tenancy/site-table.js';
import {lockedBoth} from './credential-routes.js';
import {rightsRig, SITE, TENANT} from './rights-rig.js';

const order: Pick<OrderView<string, unknown>, 'id' | 'tenant' | 'site' | 'holder'> = {
  ...{id: 'o-1', tenant: TENANT, site: SITE, holder: 'h-1'},
};

test('one right at several gateways: one id, one number, each with its own points; shown where it is effective', async t => {
  const rig = await rightsRig(t, {count: 13});
  const points = Array.from({length: 13}, (_, at) => `A-${`${at + 1}`.padStart(3, '0')}`);
  const {right, gateways} = await rig.issue({points});
  t.is(gateways.length, 13);
  const rows = await Promise.all(gateways.map(gw => rig.rowAt(gw, 'grant', right.id)));
  t.is(new Set(rows.map(row => (row?.table === 'grant' ? row.row.number : ''))).size, 1);
  t.deepEqual(
    rows.flatMap(row => (row?.table === 'grant' ? row.row.points : [])),
    points as never,
  );
  t.deepEqual((await rig.effect(right.id)).effectiveOn, {gateways: 0, of: 13});
  for (const gateway of gateways.slice(0, 12)) await rig.settle(gateway);
  const issued = await rig.effect(right.id, gateways.slice(0, 12));
  t.deepEqual(issued.effectiveOn, {gateways: 12, of: 13});
  t.like(issued.waitingFor[0], {gateway: 'gw-013', state: 'setting', reason: 'never_seen'});

  await rig.settle('gw-013');
  const held = await rig.locked(right.id);
  await rig.store.transaction(tx => rig.desk.setState(tx, held, 'revoked'));
  for (const gateway of gateways.slice(1)) await rig.settle(gateway);
  const revoked = await rig.effect(right.id);
  t.deepEqual(revoked.effectiveOn, {gateways: 12, of: 13});
  t.like(revoked.waitingFor[0], {gateway: 'gw-001', state: 'removing', reason: 'offline'});
});

test('a freeze ends every right of its holder and its end gives each back as it was', async t => {
  const rig = await rightsRig(t);
  const first = await rig.issue();
  const second = await rig.issue({points: ['A-002']});
  const other = await rig.issue({holder: 'h-2'});
  const held = await rig.locked(second.right.id);
  await rig.store.transaction(tx => rig.desk.setState(tx, held, 'suspended'));
  const freeze = (isSuspended: boolean) =>
    rig.store.transaction(tx => rig.issuer.suspendHolder(tx, TENANT, 'h-1', isSuspended));
  const states = async () =>
    Promise.all(
      [first, second, other].map(async ({right, gateways: [gateway = '']}) => {
        const row = await rig.rowAt(gateway, 'grant', right.id);
        return row?.table === 'grant' ? row.row.state : undefined;
      }),
    );
  t.deepEqual(await freeze(true), ['gw-001'], 'the other one is suspended there already');
  t.deepEqual(await states(), ['suspended', 'suspended', 'active']);
  t.deepEqual(await freeze(true), []);
  t.deepEqual(await freeze(false), ['gw-001']);
  t.deepEqual(await states(), ['active', 'suspended', 'active']);
});

test('what tells of an erased holder goes out of all his rights, and of those that gateways hold', async t => {
  const rig = await rightsRig(t);
  const live = await rig.issue({plates: ['粤B12345']});
  const over = await rig.issue({points: ['A-002']});
  const other = await rig.issue({holder: 'h-2'});
  const ended = await rig.locked(over.right.id);
  await rig.store.transaction(tx => rig.desk.setState(tx, ended, 'revoked'));
  const forget = () => rig.store.transaction(tx => rig.issuer.forgetHolder(tx, TENANT, 'h-1'));
  const at = async ({right, gateways: [gateway = '']}: typeof live) => {
    const row = await rig.rowAt(gateway, 'grant', right.id);
    return row?.table === 'grant' ? [row.row.holderMask, row.row.plates] : undefined;
  };
  t.deepEqual(await at(live), ['陈**', ['粤B12345']] as never);
  t.deepEqual(await forget(), live.gateways);
  t.deepEqual(await at(live), ['', undefined]);
  for (const {right} of [live, over]) t.is((await rig.locked(right.id)).holderMask, '');
  t.is((await rig.locked(other.right.id)).holderMask, '陈**');
  t.deepEqual(await forget(), [], 'there is nothing more');

  // One that somebody gave to a gateway by itself.
  const {gateways, grants, sites} = rig;
  const freeze = new GrantFreeze({gateways, grants, sites, firstTenant: TENANT});
  const own = await rig.rowAt('gw-001', 'grant', other.right.id);
  if (own?.table !== 'grant') return t.fail('a grant');
  const id = asId<GrantId>('own');
  await rig.store.transaction(async tx => {
    await grants.put(tx, 'gw-002', {table: 'grant', row: {...own.row, id, plates: ['粤B1']}});
    t.deepEqual(await freeze.forgetHolder(tx, 'other', 'h-2'), [], 'of another tenant');
    t.deepEqual(await freeze.forgetHolder(tx, TENANT, 'h-2'), ['gw-001', 'gw-002']);
  });
  const row = await rig.rowAt('gw-002', 'grant', 'own');
  t.like(row, {row: {holder: 'h-2', holderMask: '', state: 'active', rev: own.row.rev + 1}});
  t.is(row?.table === 'grant' ? row.row.plates : null, undefined);
});

test('a wish of an order is one right under its name: changed, withdrawn, and made anew under another id', async t => {
  const rig = await rightsRig(t);
  const now = rig.clock.wallMs();
  const wish = {
    ...{name: 'stay', kind: 'park' as const, points: ['A-001'], entries: 'multi' as const},
    ...{validFrom: now, validUntil: (now + HOUR_MS) as UnixMillis, credentials: ['qr' as const]},
  };
  const grant = (change: Partial<typeof wish> = {}) =>
    rig.store.transaction(tx => rig.issuer.grant(tx, order, {...wish, ...change}));
  const current = () => rig.store.read(db => rig.rights.ofOrder(db, 'o-1', 'stay'));
  t.deepEqual(await grant(), ['gw-001']);
  const first = await current();
  t.deepEqual(await grant(), [], 'the same wish changes nothing');
  const longer = {validUntil: (now + DAY_MS) as UnixMillis, points: ['A-001', 'A-002']};
  t.deepEqual((await grant(longer)).toSorted(), ['gw-001', 'gw-002']);
  const changed = await current();
  t.is(changed?.id, first?.id);
  t.is(changed?.validUntil, longer.validUntil);
  t.deepEqual((await grant(wish)).toSorted(), ['gw-001', 'gw-002']);
  const gone = await rig.rowAt('gw-002', 'grant', first?.id ?? '');
  t.like(gone?.row, {state: 'ended', points: []});
  const revoke = () => rig.store.transaction(tx => rig.issuer.revoke(tx, order, 'stay'));
  t.deepEqual((await revoke()).toSorted(), ['gw-001', 'gw-002']);
  t.deepEqual(await revoke(), []);
  await grant();
  t.not((await current())?.id, first?.id);
});

test('digits of a code that an order wanted are fetched once, and lie nowhere in clear', async t => {
  const rig = await rightsRig(t);
  const now = rig.clock.wallMs();
  const until = (now + HOUR_MS) as UnixMillis;
  const window = {validFrom: now, validUntil: until, entries: 'one' as const};
  const wish = {name: 'bath', kind: 'shower' as const, points: ['A-001'], ...window};
  await rig.store.transaction(tx => rig.issuer.grant(tx, order, {...wish, credentials: ['code']}));
  const fetch = () => rig.store.transaction(tx => rig.issuer.fetchCodes(tx, order, 'bath'));
  const [code] = await fetch();
  t.regex(code?.digits ?? '', /^\d{8}$/);
  t.deepEqual(await fetch(), []);
  const all = await rig.store.read(db => db.selectFrom('access_credential').selectAll().execute());
  t.false(JSON.stringify(all).includes(code?.digits ?? '-'));
});

test('~B4 one code for showers is live per member and site: a new request kills the old one', async t => {
  const rig = await rightsRig(t);
  const shower = {kind: 'shower' as const, entries: 'one' as const};
  const first = await rig.issue(shower, [{kind: 'code'}]);
  const second = await rig.issue({...shower, points: ['A-002']}, [{kind: 'code'}]);
  const theirs = await rig.issue({...shower, holder: 'h-2'}, [{kind: 'code'}]);
  const states = [first, second, theirs].map(({made: [one]}) =>
    rig.store.read(db => rig.credentials.get(db, TENANT, one?.credential.id ?? '')),
  );
  t.deepEqual(
    (await Promise.all(states)).map(one => one?.state),
    ['revoked', 'active', 'active'],
  );
  t.deepEqual(second.gateways.toSorted(), ['gw-001', 'gw-002'], 'both gateways hear of it');
  t.is(await rig.store.read(db => rig.codes.liveAt(db, SITE)), 2);
  t.is(new Set([first, second, theirs].map(({made: [one]}) => one?.digits)).size, 3);
});

test('a site gives out no more codes than it is planned for, and plans decide the digits', async t => {
  const rig = await rightsRig(t);
  await rig.store.transaction(tx => rig.codes.setPlan(tx, SITE, {liveCodes: 1, epoch: 1}));
  const {right, made} = await rig.issue({}, [{kind: 'code'}]);
  t.is(made[0]?.digits?.length, 6);
  const refused = await t.throwsAsync(rig.issue({holder: 'h-2'}, [{kind: 'code'}]), {
    instanceOf: Refusal,
  });
  t.is((refused as Refusal).code, 'codes_exhausted');
  const held = await rig.locked(right.id);
  await rig.store.transaction(tx => rig.desk.setState(tx, held, 'revoked'));
  await rig.store.transaction(tx => rig.codes.setPlan(tx, SITE, {liveCodes: 2000, epoch: 1}));
  t.is((await rig.issue({}, [{kind: 'key'}])).made[0]?.digits?.length, 10);
});

test('a site without a plan of its own has a key for each of its points', async t => {
  const rig = await rightsRig(t, {count: 21});
  const keys = [];
  for (let at = 1; at <= 21; at += 1) {
    const point = `A-${`${at}`.padStart(3, '0')}`;
    keys.push(await rig.issue({holder: `h-${at}`, points: [point]}, [{kind: 'key'}]));
  }
  t.is(keys.length, 21);
  await t.throwsAsync(rig.issue({holder: 'h-22'}, [{kind: 'key'}]), {instanceOf: Refusal});
});

test('a code that is in use at one gateway of a right is made anew', async t => {
  const made: string[] = [];
  const rig = await rightsRig(t, {
    stretch: digits => {
      made.push(digits);
      // The first three tries look alike.
      return Promise.resolve(new Uint8Array(32).fill(made.length <= 3 ? 1 : made.length));
    },
  });
  const first = await rig.issue({}, [{kind: 'code'}]);
  const elsewhere = await rig.issue({holder: 'h-2', points: ['A-002']}, [{kind: 'code'}]);
  t.is(made.length, 2, 'another gateway may have the same');
  const both = await rig.issue({holder: 'h-3', points: ['A-001', 'A-002']}, [{kind: 'code'}]);
  t.is(made.length, 4);
  t.is(both.made[0]?.digits, made[3]);
  t.is(await rig.store.read(db => rig.codes.liveAt(db, SITE)), 3);
  t.truthy(first.made[0] && elsewhere.made[0]);
});

test('while scrypt makes a code the database is free for others, and codes that are always in use end in a refusal', async t => {
  let others = 0;
  const rig: Awaited<ReturnType<typeof rightsRig>> = await rightsRig(t, {
    stretch: async () => {
      // Within the transaction that wants the code this would wait for ever.
      others += await rig.store.transaction(() => Promise.resolve(1));
      return new Uint8Array(32).fill(1);
    },
  });
  const {made} = await rig.issue({}, [{kind: 'code'}]);
  t.is(made.length, 1);
  t.is(others, 1);
  const again = rig.issue({holder: 'h-2'}, [{kind: 'code'}]);
  await t.throwsAsync(again, {message: /every code tried was in use|codes_exhausted/});
  t.is(await rig.store.read(db => rig.codes.liveAt(db, SITE)), 1, 'and leaves nothing');
});

test('what is over ends by itself: its rows open nothing and its codes are free', async t => {
  const rig = await rightsRig(t);
  const validUntil = (rig.clock.wallMs() + HOUR_MS) as UnixMillis;
  const {right} = await rig.issue({validUntil}, [{kind: 'code'}]);
  await rig.chores();
  t.is((await rig.locked(right.id)).state, 'issued');
  await rig.clock.advance(HOUR_MS);
  await rig.chores();
  t.is((await rig.locked(right.id)).state, 'ended');
  t.deepEqual(rig.pushed, ['gw-001']);
  t.like((await rig.rowAt('gw-001', 'grant', right.id))?.row, {state: 'ended'});
  t.is(await rig.store.read(db => rig.codes.liveAt(db, SITE)), 0);
});

test('~Q11 another end keeps key and token, and is said by both; one under a key on its way out, with another beginning, or good once is made anew, and that is told', async t => {
  const rig = await rightsRig(t);
  const longer = (right: {validUntil: UnixMillis}) => ({
    validUntil: (right.validUntil + DAY_MS) as UnixMillis,
  });
  const change = async (id: string, wanted: object) => {
    const held = await rig.locked(id);
    return rig.store.transaction(tx => rig.desk.change(tx, held, wanted));
  };
  const tokenOf = async (id: string) => {
    const [, found] = await rig.store.read(async db => {
      const right = await rig.rights.get(db, TENANT, id);
      return rig.credentials.some(db, right?.credentials ?? []);
    });
    return found;
  };
  const {right, made} = await rig.issue({}, [{kind: 'key'}, {kind: 'qr'}]);
  t.deepEqual((await change(right.id, longer(right))).made, []);
  const kept = await tokenOf(right.id);
  t.like(kept, {id: made[1]?.credential.id, state: 'active'});
  const facts = kept?.facts.kind === 'qr' ? kept.facts : undefined;
  t.is(facts?.untilSeconds, Math.floor(longer(right).validUntil / 1000));
  const keys = await rig.store.read(db => rig.tokenKeyTable.live(db, TENANT));
  t.is(keys[0]?.lastUntil, (facts?.untilSeconds ?? 0) * 1000, 'its key lives as long');

  const later = {validFrom: (right.validFrom + HOUR_MS) as UnixMillis};
  const moved = await change(right.id, later);
  t.deepEqual(
    moved.made.map(({credential}) => credential.kind),
    ['qr'],
  );
  await rig.store.transaction(tx => rig.tokenKeys.rotate(tx, TENANT));
  const rotated = await change(right.id, {validUntil: right.validUntil});
  t.is(rotated.made.length, 1);
  const once = await rig.issue({holder: 'h-2', entries: 'one'}, [{kind: 'qr'}]);
  t.is((await change(once.right.id, longer(once.right))).made.length, 1);
  const told = await rig.store.read(db =>
    db
      .selectFrom('change')
      .select('subject_id')
      .where('type', '=', 'credential.replaced')
      .execute(),
  );
  t.deepEqual(
    told.map(({subject_id}) => subject_id),
    [kept?.id, moved.made[0]?.credential.id, once.made[0]?.credential.id] as string[],
  );
});

test('points that the site does not have are refused by name', async t => {
  const rig = await rightsRig(t);
  const refused = await t.throwsAsync(rig.issue({points: ['A-001', 'B-9']}), {instanceOf: Refusal});
  t.like((refused as Refusal).details.errors?.[0], {pointer: '#/points'});
});

test('~P34 a right to a vehicle lowers the arm of the bay in which it stands, at the gateway of that bay', async t => {
  const rig = await rightsRig(t);
  const car = {site: SITE, id: 'V1', kind: 'vehicle', parent: 'A-002', gateway: null} as const;
  await rig.store.transaction(tx =>
    new SiteTable().addPoint(tx, TENANT, {
      ...{...car, guidance: '', capacity: 1, saleState: 'open', owner: null},
    }),
  );
  const {right, gateways} = await rig.issue({points: ['V1', 'A-002']});
  t.deepEqual(gateways, ['gw-002']);
  t.deepEqual(right.points, ['V1', 'A-002']);
  const row = await rig.rowAt('gw-002', 'grant', right.id);
  t.deepEqual(row?.table === 'grant' ? row.row.points : [], ['A-002'] as never);
});

test('a card that was withdrawn while somebody else asked to resume it is seen as withdrawn', async t => {
  const rig = await rightsRig(t);
  const {made} = await rig.issue({}, [{kind: 'card', uid: '04782E21801D80', assurance: 'uid'}]);
  const before = made[0]?.credential;
  if (!before) return t.fail();
  await rig.store.transaction(tx => rig.desk.revokeCredential(tx, before));
  // As the first read of a transaction has it that began before the other one ended.
  const credentials = {
    get: () => Promise.resolve(before),
    lock: rig.credentials.lock.bind(rig.credentials),
  };
  const operator = caller(['operator'], {tenant: TENANT});
  const found = await rig.store.transaction(tx =>
    lockedBoth(tx, {rights: rig.rights, credentials}, operator, before.id),
  );
  t.is(found.credential.state, 'revoked');
});

test('a key of one site gives cards and plates to members of that site alone, and codes to anybody', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(resolve => setImmediate(resolve))});
  const rig = await startRig({clock, entropy: new SeededEntropy()});
  t.teardown(() => rig.cloud.close());
  const post = <Body>(path: string, body: object) =>
    rig.told<Body>(201, rig.ask('POST', path, {body}));
  for (const id of ['s-1', 's-2']) {
    await post('/v1/sites', {id, name: id, kind: 'public', zone: 'Asia/Shanghai'});
  }
  await rig.ask('PUT', '/v1/sites/s-1/gateways/gw-1');
  await post('/v1/sites/s-1/points', {id: 'A-1', kind: 'bay', gateway: 'gw-1', number: 1});
  const member = (phone: string, site: string) =>
    post<{id: string}>('/v1/members', {phone, roles: ['tenant'], site});
  const [his, other] = [await member('13800000001', 's-1'), await member('13800000002', 's-2')];
  const key = await rig.key({scopes: ['grants:read', 'grants:write'], sites: ['s-1']});
  const uid = '04782E21801D80';
  const card = {kind: 'card', uid, assurance: 'uid'};
  const grant = (holder: string, credentials: object[]) => {
    const window = {fromMs: clock.wallMs(), untilMs: clock.wallMs() + DAY_MS};
    const about = {site: 's-1', holder, kind: 'lease', points: ['A-1'], entries: 'multi'};
    const body = {...about, ...window, credentials};
    return rig.ask('POST', '/v1/grants', {key, body});
  };
  t.is((await grant(other.id, [card])).status, 404);
  t.is((await grant(other.id, [{kind: 'plate', plate: '沪A12345'}])).status, 404);
  const bare = await rig.told<{grant: {id: string}}>(201, grant(other.id, [{kind: 'qr'}]));
  const equip = rig.ask('POST', `/v1/grants/${bare.grant.id}/credentials`, {key, body: card});
  t.is((await equip).status, 404);
  t.is((await grant(his.id, [card])).status, 201);
});
