import {isoText} from '../../../protocols/base/iso-text.js';
import {DAY_MS, HOUR_MS} from '../../../protocols/base/units.js';
import {CALLS} from './call-recipes.js';
import {BATH, type FuzzWorld, GATEWAY, LOT, PASSWORD, TARIFF} from './fuzz-world.js';
import {NOT_BY_ASKING} from './not-by-asking.js';
import type {Recipe, Valid} from './recipe.js';

/** Params of operations that need nothing of their own. */
const STANDING: Readonly<Record<string, string>> = {
  ...{gw: GATEWAY, gateway: GATEWAY, site: LOT, provider: 'sim', kind: 'person'},
};
const NOTE = {note: 'fuzzing'};
const REASON = {reason: 'fuzzing it'};
const OPEN = {kind: 'open', reason: 'fuzzing it'};
const rule = {name: 'night', percent: 80};
const of = (make: (world: FuzzWorld) => Promise<string>, name: string, body?: unknown): Recipe => {
  const with_ = body === undefined ? {} : {body};
  return async world => ({params: {[name]: await make(world)}, ...with_});
};
const member = (world: FuzzWorld) => world.member();
const booking = (world: FuzzWorld) => world.booking();
const unpaid = (world: FuzzWorld) => world.booking({pay: 'later'});
const webhook = (world: FuzzWorld) => world.webhook();
const bathCode = (world: FuzzWorld) => world.bathCode();
const grantId = async (world: FuzzWorld) => (await world.grant()).grant.id;
const tokenId = async (world: FuzzWorld) => (await world.grant()).credentials[0]?.id ?? '';
const leaseId = async (world: FuzzWorld) => (await world.lease()).lease;
const agreementId = async (world: FuzzWorld) => (await world.agreement()).id;
const listingId = async (world: FuzzWorld) => (await world.listing('hourly')).id;
const keyId = async (world: FuzzWorld) => {
  const wish = {name: `k ${world.next()}`, scopes: ['sites:read']};
  return String((await world.ask('POST', '/v1/keys', wish)).id);
};
const quoteId = async (world: FuzzWorld) =>
  String((await world.ask('POST', '/v1/quotes', await world.wish())).id);
const ruleId = async (world: FuzzWorld) =>
  String((await world.ask('POST', '/v1/price-rules', rule)).id);
const commandId = async (world: FuzzWorld) => {
  const path = `/v1/sites/${LOT}/points/${await world.bay()}/commands`;
  return String((await world.ask('POST', path, OPEN)).id);
};
const noticeAt = (world: FuzzWorld) => ({
  ...{sites: [LOT], text: 'closed', untilMs: world.nowMs + DAY_MS},
});
const coupon = (world: FuzzWorld) => {
  const times = {fromMs: world.nowMs, untilMs: world.nowMs + DAY_MS};
  return {code: `C-${world.next()}`, percent: 10, maxUses: 5, ...times};
};
const gatewayGrant = (world: FuzzWorld) => {
  const times = {validFrom: world.nowMs, validUntil: world.nowMs + DAY_MS};
  return {id: `g-${world.next()}`, holder: 'm-1', credentials: [], points: ['B-1'], ...times};
};
const gatewayCard = (world: FuzzWorld) => {
  const n = world.next();
  return {id: `c-${n}`, holder: 'm-1', uid: `4D${n.toString(16).toUpperCase().padStart(6, '0')}`};
};

const ACCOUNTS: Readonly<Record<string, Recipe>> = {
  'POST /v1/members': world => ({
    body: {phone: `139${String(world.next()).padStart(8, '0')}`, name: 'N', roles: ['guest']},
  }),
  'POST /v1/members/search': async world => ({body: {phone: (await world.known()).phone}}),
  'GET /v1/members/{id}': of(member, 'id'),
  'PATCH /v1/members/{id}': of(member, 'id', {name: 'Other', roles: ['guard']}),
  'POST /v1/members/{id}/freeze': of(member, 'id', REASON),
  'POST /v1/members/{id}/unfreeze': async world => {
    const id = await world.member();
    await world.ask('POST', `/v1/members/${id}/freeze`, REASON);
    return {params: {id}, body: REASON};
  },
  'POST /v1/members/{id}/erasure': of(member, 'id', REASON),
  'DELETE /v1/members/{id}/erasure': async world => {
    const id = await world.member();
    await world.ask('POST', `/v1/members/${id}/erasure`, {
      ...{...REASON, atMs: world.nowMs + 30 * DAY_MS},
    });
    return {params: {id}, query: REASON};
  },
  'GET /v1/members/{id}/person': async world => ({
    ...{params: {id: await world.member()}, query: {...REASON, fields: 'phone'}},
  }),
  'PUT /v1/members/{id}/person': of(member, 'id', {
    idDocument: {type: 'resident_id', number: '11010519491231002X'},
  }),
  'GET /v1/members/{id}/history': of(member, 'id'),
  'PUT /v1/retention/{kind}': () => ({params: {kind: 'contact'}, body: {...REASON, days: 30}}),
  'POST /v1/sessions': async world => {
    const {phone} = await world.person();
    return {key: null, body: {tenant: 'demo', phone, password: PASSWORD}};
  },
  'POST /v1/sessions/redeem': async world => {
    const {invitation} = await world.invited();
    return {key: null, body: {invitation, password: PASSWORD}};
  },
  'DELETE /v1/sessions/current': async world => ({key: (await world.person()).key}),
  'GET /v1/me': async world => ({key: (await world.person()).key}),
  'GET /v1/me/sessions': async world => ({key: (await world.person()).key}),
  'DELETE /v1/me/sessions/{id}': async world => {
    const {key} = await world.person();
    const said = await world.ask<{sessions: readonly {id: string}[]}>(
      ...(['GET', '/v1/me/sessions', undefined, {key}] as const),
    );
    return {key, params: {id: said.sessions[0]?.id ?? ''}};
  },
  'POST /v1/me/password': async world => ({
    ...{key: (await world.person()).key, body: {old: PASSWORD, new: `${PASSWORD} 2`}},
  }),
  'PUT /v1/members/{id}/access': of(member, 'id', {roles: ['staff'], sites: [LOT]}),
  'DELETE /v1/members/{id}/access': async world => ({params: {id: (await world.person()).id}}),
  'POST /v1/members/{id}/invitation': async world => ({params: {id: (await world.person()).id}}),
  'DELETE /v1/members/{id}/sessions': async world => ({params: {id: (await world.person()).id}}),
};

const RIGHTS: Readonly<Record<string, Recipe>> = {
  'POST /v1/gateways/{gw}/grants': world => ({body: gatewayGrant(world)}),
  'POST /v1/gateways/{gw}/cards': world => ({body: gatewayCard(world)}),
  'DELETE /v1/gateways/{gw}/grants/{id}': async world => {
    const grant = gatewayGrant(world);
    await world.ask('POST', `/v1/gateways/${GATEWAY}/grants`, grant);
    return {params: {id: grant.id}};
  },
  'DELETE /v1/gateways/{gw}/cards/{id}': async world => {
    const card = gatewayCard(world);
    await world.ask('POST', `/v1/gateways/${GATEWAY}/cards`, card);
    return {params: {id: card.id}};
  },
  'GET /v1/revocations/{id}': async world => {
    const grant = gatewayGrant(world);
    await world.ask('POST', `/v1/gateways/${GATEWAY}/grants`, grant);
    await world.ask('DELETE', `/v1/gateways/${GATEWAY}/grants/${grant.id}`);
    return {params: {id: grant.id}};
  },
  'GET /v1/commands/{id}': of(commandId, 'id'),
  'POST /v1/commands/{id}/cancel': of(commandId, 'id'),
  'POST /v1/sites/{site}/points/{point}/commands': of(world => world.bay(), 'point', OPEN),
  'PUT /v1/gateways/{gw}/site-config': () => ({body: 'version: 1\nsite: fuzz-lot\n'}),
  'DELETE /v1/gateways/{gw}/certificate': () => ({params: {gw: 'gw-2'}}),
  'POST /v1/grants': async world => {
    const times = {fromMs: world.nowMs, untilMs: world.nowMs + DAY_MS};
    const wish = {site: LOT, holder: await world.member(), points: [await world.bay()]};
    return {body: {...wish, ...times, credentials: [{kind: 'qr'}, {kind: 'code'}]}};
  },
  'GET /v1/grants/{grant}': of(grantId, 'grant'),
  'PATCH /v1/grants/{grant}': of(grantId, 'grant', {entries: 'one'}),
  'GET /v1/grants/{grant}/credentials': of(grantId, 'grant'),
  'POST /v1/grants/{grant}/credentials': of(grantId, 'grant', {kind: 'key'}),
  'POST /v1/grants/{grant}/{act}': async world => ({
    params: {grant: await grantId(world), act: 'suspend'},
  }),
  'POST /v1/me/grants/{grant}/codes': async world => {
    const {key, grant} = await world.ownGrant();
    return {key, params: {grant}};
  },
  'POST /v1/me/grants/{grant}/reissue': async world => {
    const {key, grant} = await world.ownGrant();
    return {key, params: {grant}};
  },
  'GET /v1/me/credentials/{credential}/token': async world => {
    const {key, credential} = await world.ownGrant();
    return {key, params: {credential}};
  },
  'GET /v1/credentials/{credential}': of(tokenId, 'credential'),
  'GET /v1/credentials/{credential}/token': of(tokenId, 'credential'),
  'POST /v1/credentials/{credential}/reissue': of(tokenId, 'credential'),
  'POST /v1/credentials/{credential}/{act}': async world => ({
    params: {credential: await tokenId(world), act: 'suspend'},
  }),
  'POST /v1/keys': world => ({body: {name: `k ${world.next()}`, scopes: ['sites:read']}}),
  'GET /v1/keys/{id}': of(keyId, 'id'),
  'DELETE /v1/keys/{id}': of(keyId, 'id'),
  'POST /v1/tenants': world => ({body: {id: `t-${world.next()}`, name: 'T'}}),
};

const PLACES: Readonly<Record<string, Recipe>> = {
  'POST /v1/sites': world => ({
    body: {id: `s-${world.next()}`, name: 'S', kind: 'public', zone: 'Asia/Shanghai'},
  }),
  'PATCH /v1/sites/{site}': () => ({body: {name: 'Another'}}),
  'POST /v1/sites/{site}/points': world => ({body: {id: `D-${world.next()}`, kind: 'door'}}),
  'GET /v1/sites/{site}/points/{point}': of(world => world.bay(), 'point'),
  'PATCH /v1/sites/{site}/points/{point}': of(world => world.bay(), 'point', {guidance: 'left'}),
  'PUT /v1/sites/{site}/gateways/{gateway}': world => ({
    params: {gateway: `gw-${world.next()}-f`},
  }),
  'GET /v1/sites/{site}/bays/{bay}/history': of(world => world.bay(), 'bay'),
  'POST /v1/listings': async world => {
    const openings = {single: [{fromMs: world.nowMs, untilMs: world.nowMs + DAY_MS}]};
    const wish = {site: LOT, point: await world.bay(), ownershipRef: 'deed', priceFen: 600};
    return {body: {...wish, openings}};
  },
  'GET /v1/listings/{id}': of(listingId, 'id'),
  'PATCH /v1/listings/{id}': of(listingId, 'id', {priceFen: 700}),
  'DELETE /v1/listings/{id}': of(listingId, 'id'),
  'GET /v1/public/sites': () => ({query: {tenant: 'demo'}, key: null}),
  'GET /v1/public/places': () => ({query: {lat: '22.5431', lng: '114.0579'}, key: null}),
  'GET /v1/public/sites/{site}/bays': async world => {
    await world.listing('hourly');
    return {key: null};
  },
  'GET /v1/public/listings': () => ({query: {site: LOT}, key: null}),
  'POST /v1/notices': world => ({body: noticeAt(world)}),
  'DELETE /v1/notices/{id}': async world => ({
    params: {id: String((await world.ask('POST', '/v1/notices', noticeAt(world))).id)},
  }),
  'POST /v1/webhooks': () => ({body: {url: 'https://example.com/hook'}}),
  'PATCH /v1/webhooks/{id}': of(webhook, 'id', {state: 'paused'}),
  'DELETE /v1/webhooks/{id}': of(webhook, 'id'),
  'POST /v1/webhooks/{id}/rotate-secret': of(webhook, 'id'),
  'POST /v1/webhooks/{id}/test': of(webhook, 'id'),
  'GET /v1/webhooks/{id}/messages': of(webhook, 'id'),
  'GET /v1/webhooks/{id}/messages/{message}': messageOf,
  'POST /v1/webhooks/{id}/messages/{message}/replay': messageOf,
};

const ORDERS: Readonly<Record<string, Recipe>> = {
  'POST /v1/quotes': async world => ({body: await world.wish()}),
  'GET /v1/quotes/{id}': of(quoteId, 'id'),
  'POST /v1/bookings': async world => ({body: {...(await world.wish()), plate: '粤B12345'}}),
  'POST /v1/bookings/{id}/pay': of(unpaid, 'id'),
  'POST /v1/bookings/{id}/payments': of(unpaid, 'id', {provider: 'sim'}),
  'GET /v1/orders/{id}': of(booking, 'id'),
  'GET /v1/orders/{id}/history': of(booking, 'id'),
  'POST /v1/orders/{id}/cancel': of(booking, 'id', NOTE),
  'POST /v1/orders/{id}/dispute': async world => {
    const id = await world.booking();
    await world.ask('POST', `/v1/orders/${id}/cancel`, NOTE);
    return {params: {id}, body: NOTE};
  },
  'POST /v1/orders/{id}/refund': refundable,
  'GET /v1/waiting-orders': () => ({}),
  'POST /v1/credentials/{credential}/lost': async world => {
    const grant = await world.grant();
    const uid = `04${String(world.next()).padStart(12, '0')}`;
    const path = `/v1/grants/${grant.grant.id}/credentials`;
    const made = await world.ask<{credentials: {id: string}[]}>('POST', path, {kind: 'card', uid});
    return {params: {credential: made.credentials[0]?.id ?? ''}};
  },
  'POST /v1/orders/{id}/settlement': of(leaseId, 'id', NOTE),
  'POST /v1/orders/{id}/move': async world => {
    const [id, {point}] = [await world.booking(), await world.listing('hourly')];
    return {params: {id}, body: {...NOTE, point}};
  },
  'GET /v1/orders/{id}/early-start': of(booking, 'id'),
  'POST /v1/sites/{site}/points/{point}/recall': async world => {
    const point = `B-${world.next()}`;
    const bay = {id: point, kind: 'bay', gateway: GATEWAY, owner: await world.member()};
    await world.ask('POST', `/v1/sites/${LOT}/points`, bay);
    return {params: {point}, body: {plate: '粤B12345'}};
  },
  'PUT /v1/tariffs/{site}': () => ({body: TARIFF}),
  'PUT /v1/sites/{site}/code-plan': () => ({body: {liveCodes: 200}}),
  'POST /v1/price-rules': () => ({body: rule}),
  'GET /v1/price-rules/{id}': of(ruleId, 'id'),
  'PUT /v1/price-rules/{id}': of(ruleId, 'id', {...rule, percent: 90}),
  'POST /v1/coupons': world => ({body: coupon(world)}),
  'DELETE /v1/coupons/{id}': async world => ({
    params: {id: String((await world.ask('POST', '/v1/coupons', coupon(world))).id)},
  }),
  'POST /v1/agreement-texts': () => ({
    body: {language: 'en', text: 'A lease.', depositFen: 1000},
  }),
  'POST /v1/agreements': async world => {
    const {point} = await world.listing('lease');
    const fromMs = world.nowMs + HOUR_MS;
    const times = {fromMs, untilMs: fromMs + 30 * DAY_MS};
    return {body: {site: LOT, point, holder: await world.rich(), ...times}};
  },
  'GET /v1/agreements/{id}': of(agreementId, 'id'),
  'POST /v1/agreements/{id}/consent': async world => {
    const {id, textSha256} = await world.agreement();
    return {params: {id}, body: {textSha256, side: 'tenant'}};
  },
  'POST /v1/agreements/{id}/refusal': of(agreementId, 'id', NOTE),
  'POST /v1/agreements/{id}/withdrawal': of(agreementId, 'id', NOTE),
  'GET /v1/leases/{id}': of(leaseId, 'id'),
  'POST /v1/leases/{id}/payment': async world => {
    const poor = await world.member();
    const {lease} = await world.lease(poor);
    await world.give(poor);
    return {params: {id: lease}};
  },
  'POST /v1/leases/{id}/extension': async world => {
    const {lease, untilMs} = await world.lease();
    return {params: {id: lease}, body: {untilMs: untilMs + 30 * DAY_MS}};
  },
  'POST /v1/leases/{id}/end': of(leaseId, 'id', NOTE),
  'POST /v1/leases/{id}/renewal': of(leaseId, 'id', {}),
  'POST /v1/bath/codes': async world => ({body: {site: BATH, holder: await world.rich()}}),
  'GET /v1/bath/codes/{id}': of(bathCode, 'id'),
  'POST /v1/bath/codes/{id}/cancel': of(bathCode, 'id'),
  'POST /v1/bath/codes/{id}/renewal': of(bathCode, 'id'),
  'GET /v1/bath/use': world => ({
    query: {site: BATH, fromMs: String(world.nowMs - DAY_MS), untilMs: String(world.nowMs)},
  }),
  'POST /v1/bath/codes/{id}/opening': of(bathCode, 'id', {session: 's-1', point: 'S-1'}),
  'POST /v1/bath/codes/{id}/stop': async world => {
    const id = await world.bathCode();
    await world.ask('POST', `/v1/bath/codes/${id}/opening`, {session: 's-1', point: 'S-1'});
    return {params: {id}};
  },
  'POST /v1/bath/codes/{id}/use': async world => {
    const id = await world.bathCode();
    await world.ask('POST', `/v1/bath/codes/${id}/opening`, {session: 's-1', point: 'S-1'});
    return {params: {id}, body: {session: 's-1', amountFen: 10}};
  },
};

const MONEY: Readonly<Record<string, Recipe>> = {
  'GET /v1/ledger/accounts/{account}': () => ({params: {account: 'house:clearing'}}),
  'GET /v1/ledger/accounts/{account}/statement': () => ({params: {account: 'house:clearing'}}),
  'GET /v1/members/{member}/balance': of(member, 'member'),
  'GET /v1/members/{member}/statement': of(member, 'member'),
  'GET /v1/ledger/entries/{key}': of(world => world.entry(), 'key'),
  'POST /v1/ledger/entries/{key}/reversals': of(world => world.entry(), 'key', REASON),
  'POST /v1/ledger/entries/{key}/corrections': async world => {
    const other = await world.rich();
    const to = [{account: `member:${other}`, amountFen: 100}];
    const key = await world.entry();
    return {params: {key}, body: {...REASON, from: 'house:clearing', to}};
  },
  'POST /v1/members/{member}/recharges': of(member, 'member', {provider: 'sim', amountFen: 100}),
  'POST /v1/members/{member}/deposits': of(member, 'member', {
    ...{provider: 'sim', amountFen: 100, ...REASON},
  }),
  'GET /v1/payments/{id}': async world => ({
    params: {id: await world.payment()},
  }),
  'POST /v1/payments/callbacks/{provider}': async world => ({
    ...(await world.called()),
    key: null,
  }),
  'POST /v1/payments/{id}/endings': of(world => world.paid('deposits'), 'id', {
    ...{keepFen: 100, account: 'house:revenue', ...REASON},
  }),
  'POST /v1/payments/{id}/refunds': of(world => world.paid('recharges'), 'id', {
    ...{amountFen: 100, ...REASON},
  }),
  'POST /v1/reconciliations/{provider}/{day}/settlements': async world => {
    const day = dayBefore(world, 4 + world.next());
    const subject = await world.differing(day);
    return {params: {day}, body: {subject, account: 'house:suspense', ...REASON}};
  },
  'POST /v1/payouts': async world => {
    const day = dayBefore(world, 4 + world.next());
    await world.balanceAll();
    await world.ask('POST', `/v1/reconciliations/sim/${day}`);
    return {body: {provider: 'sim', day}};
  },
  'POST /v1/reconciliations/{provider}/{day}': world => ({params: {day: dayBefore(world, 2)}}),
  'GET /v1/reconciliations/{provider}/{day}': async world => {
    const day = dayBefore(world, 3);
    await world.ask('POST', `/v1/reconciliations/sim/${day}`);
    return {params: {day}};
  },
};

/** How each operation is done; those that are not named need nothing. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  ...ACCOUNTS,
  ...RIGHTS,
  ...PLACES,
  ...ORDERS,
  ...MONEY,
  ...CALLS,
};

async function messageOf(world: FuzzWorld): Promise<Valid> {
  const id = await world.webhook();
  const {id: message} = await world.ask('POST', `/v1/webhooks/${id}/test`);
  return {params: {id, message: String(message)}};
}

/** A stay that was cancelled late, so that something was taken for it. */
async function refundable(world: FuzzWorld): Promise<Valid> {
  const id = await world.booking();
  await world.ask('POST', `/v1/orders/${id}/cancel`, NOTE);
  return {params: {id}, body: NOTE};
}

function dayBefore(world: FuzzWorld, days: number): string {
  return isoText(world.nowMs - days * DAY_MS).slice(0, 10);
}

/** How an operation is done at this world; undefined: not by asking. */
export async function validAt(world: FuzzWorld, operation: string): Promise<Valid | undefined> {
  if (operation in NOT_BY_ASKING) return undefined;
  const made = (await RECIPES[operation]?.(world)) ?? {};
  return {...made, params: {...STANDING, ...made.params}};
}
