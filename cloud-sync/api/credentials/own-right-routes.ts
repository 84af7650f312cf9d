import {createRoute, z} from '@hono/zod-openapi';
import {
  type Api,
  addOperation,
  callerWith,
  needing,
  onceHeaders,
  REFUSALS,
  shown,
} from '../http/api.js';
import type {Caller} from '../http/caller.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {CloudReader} from '../store/cloud-schema.js';
import {tokenSchema} from './credential-routes.js';
import type {Right} from './right.js';
import {
  credentialBody,
  credentialSchema,
  onceShown,
  rightBody,
  rightSchema,
} from './right-bodies.js';
import {contextOf, type RightRouteOptions, secretsOf} from './right-routes.js';
import type {RightsIssuer} from './rights-issuer.js';
import type {TokenKeys} from './token-keys.js';
import {tokenOf} from './token-text.js';

export interface OwnRightOptions extends RightRouteOptions {
  readonly tokenKeys: TokenKeys;
  readonly issuer: RightsIssuer;
}

const tags = ['grants'];
const id = z.string().regex(/^[0-9A-Z]{26}$/);
const atGrant = z.object({grant: id});
const atCredential = z.object({credential: id});
const OWN = {tags, ...needing('own:write')};

const listRoute = createRoute({
  ...{method: 'get', path: '/v1/me/grants', ...OWN},
  summary: 'My rights, and what I can show for them',
  request: {query: pageQuery.extend({order: z.string().max(64).optional()})},
  responses: {
    ...REFUSALS,
    200: shown(
      z.object({
        grants: z.array(
          z
            .object({grant: rightSchema, credentials: z.array(credentialSchema)})
            .openapi('OwnGrant'),
        ),
        nextCursor: nextCursorSchema,
      }),
      'A page, the oldest first',
    ),
  },
});
const tokenRoute = createRoute({
  ...{method: 'get', path: '/v1/me/credentials/{credential}/token', ...OWN},
  summary: 'My QR token',
  request: {params: atCredential},
  responses: {...REFUSALS, 200: shown(tokenSchema, 'Opens by itself')},
});
const codesRoute = createRoute({
  ...{method: 'post', path: '/v1/me/grants/{grant}/codes', ...OWN},
  summary: 'Digits that nobody has seen yet, this once',
  request: {params: atGrant, headers: onceHeaders},
  responses: {
    ...REFUSALS,
    200: shown(z.object({grant: z.string(), ...onceShown}), 'None: they were seen before'),
  },
});
const reissueRoute = createRoute({
  ...{method: 'post', path: '/v1/me/grants/{grant}/reissue', ...OWN},
  summary: 'Digits or QR came into other hands: new ones, and the old ones die',
  request: {params: atGrant, headers: onceHeaders},
  responses: {
    ...REFUSALS,
    201: shown(z.object({credentials: z.array(credentialSchema), ...onceShown}), 'The new ones'),
  },
});

/** What a holder has in his own hands. @see requirements Q4 */
export function addOwnRights(api: Api, options: OwnRightOptions): void {
  addReading(api, options);
  addCodes(api, options);
}

function addReading(api: Api, options: OwnRightOptions): void {
  const {store, rights, credentials, tokenKeys} = options;
  addOperation(api, listRoute, async context => {
    const {tenant, member: holder = ''} = callerWith(context, 'own:write');
    const {cursor, limit, order} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, z.tuple([z.string()])) ?? [];
    const asked = {tenant, holder, order, site: undefined, sites: undefined};
    const page = await store.read(async db => {
      const found = await rights.list(db, {...asked, after, limit: limit + 1});
      const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: one => [one.id]});
      return {grants: await bodies(db, rows), nextCursor};
    });
    return context.json(page);
  });
  const bodies = async (db: CloudReader, rows: readonly Right[]) => {
    const ids = rows.flatMap(one => [one.id, ...one.credentials]);
    const about = await contextOf(db, options, ids);
    const held = await credentials.some(db, [...new Set(rows.flatMap(one => one.credentials))]);
    return rows.map(right => ({
      grant: rightBody(right, about),
      credentials: held
        .filter(one => right.credentials.includes(one.id))
        .map(one => credentialBody(one, about)),
    }));
  };
  addOperation(api, tokenRoute, async context => {
    const caller = callerWith(context, 'own:write');
    const {credential: asked} = context.req.valid('param');
    const token = await store.read(async db => {
      const credential = await credentials.get(db, caller.tenant, asked);
      const right = own(caller, await rights.get(db, caller.tenant, credential?.grant ?? ''));
      if (!credential) throw new Refusal('not_found');
      return tokenOf(db, tokenKeys, {credential, number: right.number});
    });
    context.header('cache-control', 'no-store');
    return context.json(token);
  });
}

function addCodes(api: Api, options: OwnRightOptions): void {
  const {writer, rights, issuer, desk, audit, onGateways} = options;
  addOperation(api, codesRoute, context => {
    const caller = callerWith(context, 'own:write');
    const {grant} = context.req.valid('param');
    return writer.once(context, caller, {}, async tx => {
      const {orderId, name} = own(caller, await rights.lock(tx, caller.tenant, grant));
      const fetched =
        orderId === null ? [] : await issuer.fetchCodes(tx, {id: orderId}, name ?? '');
      const secrets = fetched.map(({credential, digits: code}) => ({credential, code}));
      return {status: 200, body: {grant}, secret: {secrets}};
    });
  });
  addOperation(api, reissueRoute, context => {
    const caller = callerWith(context, 'own:write');
    const {grant} = context.req.valid('param');
    return writer.once(context, caller, {}, async tx => {
      const right = own(caller, await rights.lock(tx, caller.tenant, grant));
      if (right.state !== 'issued') throw new Refusal('revoked');
      // Of what is good once nobody gets a second one by asking.
      if (right.entries === 'one') throw new Refusal('conflict', {detail: 'good once'});
      const {made, gateways} = await desk.reissue(tx, right, {id: ''});
      const {tenant, id: actor} = caller;
      const subject = {subject: 'grant', subjectId: grant};
      await audit.note(tx, {tenant, actor, action: 'credential.reissue', ...subject});
      const about = await contextOf(
        tx,
        options,
        made.map(one => one.credential.id),
      );
      const body = {credentials: made.map(one => credentialBody(one.credential, about))};
      const secret = {secrets: secretsOf(made)};
      return {status: 201, body, secret, after: () => onGateways(gateways)};
    });
  });
}

/** @throws Refusal `not_found` for what is not his */
function own(caller: Caller, right: Right | undefined): Right {
  if (!right || caller.member === undefined || right.holder !== caller.member) {
    throw new Refusal('not_found');
  }
  return right;
}
