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
import {type Caller, maySee} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CredentialTable} from './credential-table.js';
import type {HoldTable} from './hold-table.js';
import {credentialBody, credentialSchema, onceShown} from './right-bodies.js';
import {contextOf, type RightRouteOptions, secretsOf} from './right-routes.js';
import type {RightTable} from './right-table.js';
import type {ShownCredential} from './shown-credential.js';
import type {TokenKeyTable} from './token-key-table.js';
import type {TokenKeys} from './token-keys.js';
import {tokenOf} from './token-text.js';

export interface CredentialRouteOptions extends RightRouteOptions {
  readonly tokenKeys: TokenKeys;
  readonly tokenKeyTable: TokenKeyTable;
  readonly holds: HoldTable;
}

const tags = ['credentials'];
const atCredential = z.object({credential: z.string().regex(/^[0-9A-Z]{26}$/)});
const getRoute = createRoute({
  ...{method: 'get', path: '/v1/credentials/{credential}', tags},
  summary: 'A credential, and where it works',
  ...needing('grants:read'),
  request: {params: atCredential},
  responses: {...REFUSALS, 200: shown(credentialSchema, 'Without what is secret')},
});
const stateRoute = createRoute({
  ...{method: 'post', path: '/v1/credentials/{credential}/{act}', tags},
  summary: 'Suspend, resume, or revoke for good',
  ...needing('grants:write'),
  request: {
    headers: onceHeaders,
    params: atCredential.extend({act: z.enum(['suspend', 'resume', 'revoke'])}),
  },
  responses: {...REFUSALS, 200: shown(credentialSchema, 'As it is now')},
});
const reissueRoute = createRoute({
  ...{method: 'post', path: '/v1/credentials/{credential}/reissue', tags},
  summary: 'A new pair: every code and token of the same grant dies',
  ...needing('grants:write'),
  request: {headers: onceHeaders, params: atCredential},
  responses: {
    ...REFUSALS,
    201: shown(z.object({credentials: z.array(credentialSchema), ...onceShown}), 'The new ones'),
  },
});
export const tokenSchema = z
  .object({
    text: z.string(),
    svg: z.string(),
    secretHex: z
      .string()
      .nullable()
      .openapi({description: "For the holder's phone, where the token rotates"}),
    fromMs: z.int(),
    untilMs: z.int(),
  })
  .openapi('Token');
const tokenRoute = createRoute({
  ...{method: 'get', path: '/v1/credentials/{credential}/token', tags},
  summary: 'The text and the picture of a signed QR token',
  ...needing('grants:write'),
  request: {params: atCredential},
  responses: {
    ...REFUSALS,
    200: shown(tokenSchema, 'Opens by itself: for its holder alone'),
  },
});
const keySchema = z
  .object({
    kid: z.int(),
    publicHex: z.string(),
    createdMs: z.int(),
    signsUntilMs: z.int().openapi({description: 'When its last token ends; 0: it has signed none'}),
    isNewest: z.boolean(),
    heldBy: z.array(z.string()).openapi({description: 'Gateways that have it'}),
  })
  .openapi('TokenKey');
const keysAnswer = z.object({keys: z.array(keySchema)});
const keysRoute = createRoute({
  ...{method: 'get', path: '/v1/token-keys', tags, summary: 'Keys that sign QR tokens'},
  ...needing('grants:read'),
  responses: {...REFUSALS, 200: shown(keysAnswer, 'The newest first, two at most')},
});
const rotateRoute = createRoute({
  ...{method: 'post', path: '/v1/token-keys/rotate', tags},
  summary: 'A new key; the old one stays until its tokens have ended',
  ...needing('grants:write'),
  request: {headers: onceHeaders},
  responses: {...REFUSALS, 201: shown(keysAnswer, 'Both')},
});

/** Credentials one by one, and the keys of their signatures. */
export function addCredentials(api: Api, options: CredentialRouteOptions): void {
  const {store, credentials, rights, tokenKeys} = options;
  addOperation(api, getRoute, async context => {
    const caller = callerWith(context, 'grants:read');
    const {credential: id} = context.req.valid('param');
    const body = await store.read(async db => {
      const found = seen(caller, await credentials.get(db, caller.tenant, id));
      return credentialBody(found, await contextOf(db, options, [id]));
    });
    return context.json(body);
  });
  addOperation(api, tokenRoute, async context => {
    const caller = callerWith(context, 'grants:write');
    const {credential: id} = context.req.valid('param');
    const token = await store.read(async db => {
      const credential = seen(caller, await credentials.get(db, caller.tenant, id));
      const right = await rights.get(db, caller.tenant, credential.grant ?? '');
      return tokenOf(db, tokenKeys, {credential, number: right?.number ?? ''});
    });
    context.header('cache-control', 'no-store');
    return context.json(token);
  });
  addWriting(api, options);
  addKeys(api, options);
}

function addWriting(api: Api, options: CredentialRouteOptions): void {
  const {writer, desk, audit, credentials, holds, onGateways} = options;
  const note = (tx: CloudTransaction, {tenant, id: actor}: Caller, act: string, id: string) => {
    const subject = {subject: 'credential', subjectId: id};
    return audit.note(tx, {tenant, actor, action: `credential.${act}`, ...subject});
  };
  addOperation(api, reissueRoute, context => {
    const caller = callerWith(context, 'grants:write');
    const {credential: id} = context.req.valid('param');
    return writer.once(context, caller, {}, async tx => {
      const {right, credential} = await lockedBoth(tx, options, caller, id);
      if (!right)
        throw new Refusal('conflict', {detail: 'a card is registered anew, by its number'});
      const {made, gateways} = await desk.reissue(tx, right, credential);
      await note(tx, caller, 'reissue', id);
      const about = await contextOf(
        tx,
        options,
        made.map(one => one.credential.id),
      );
      return {
        status: 201,
        body: {credentials: made.map(one => credentialBody(one.credential, about))},
        secret: {secrets: secretsOf(made)},
        after: () => onGateways(gateways),
      };
    });
  });
  addOperation(api, stateRoute, context => {
    const caller = callerWith(context, 'grants:write');
    const {credential: id, act} = context.req.valid('param');
    return writer.once(context, caller, {}, async tx => {
      const {credential} = await lockedBoth(tx, options, caller, id);
      if (credential.state === 'revoked' && act !== 'revoke') throw new Refusal('revoked');
      const isHeld = act === 'resume' && (await holds.latest(tx, id))?.state === 'open';
      if (isHeld) throw new Refusal('conflict', {detail: 'held for a guard, who releases it'});
      const gateways =
        act === 'revoke'
          ? await desk.revokeCredential(tx, credential)
          : await desk.setCredential(tx, credential, act === 'resume' ? 'active' : 'suspended');
      await note(tx, caller, act, id);
      const now = seen(caller, await credentials.get(tx, caller.tenant, id));
      const body = credentialBody(now, await contextOf(tx, options, [id]));
      return {status: 200, body, after: () => onGateways(gateways)};
    });
  });
}

function addKeys(api: Api, options: CredentialRouteOptions): void {
  const {store, writer, tokenKeys, tokenKeyTable: keys, onGateways, audit} = options;
  const shownKeys = async (db: CloudTransaction, tenant: string) => {
    const places = await keys.places(db, tenant);
    const live = await keys.live(db, tenant);
    return {
      keys: live.map(({kid, publicHex, createdWall, lastUntil}, index) => ({
        ...{kid, publicHex, createdMs: createdWall, signsUntilMs: lastUntil},
        isNewest: index === 0,
        heldBy: places.filter(one => one.kid === kid && one.isHeld).map(({gateway}) => gateway),
      })),
    };
  };
  addOperation(api, keysRoute, async context => {
    const caller = callerWith(context, 'grants:read');
    return context.json(await store.transaction(tx => shownKeys(tx, caller.tenant)));
  });
  addOperation(api, rotateRoute, context => {
    const caller = callerWith(context, 'grants:write');
    if (caller.sites) throw new Refusal('forbidden', {detail: 'for keys of all sites'});
    return writer.once(context, caller, {}, async tx => {
      const {tenant, id: actor} = caller;
      const gateways = await tokenKeys.rotate(tx, tenant);
      const subject = {subject: 'tenant', subjectId: tenant};
      await audit.note(tx, {tenant, actor, action: 'token_key.rotate', ...subject});
      const body = await shownKeys(tx, tenant);
      return {status: 201, body, after: () => onGateways(gateways)};
    });
  });
}

/** The grant first: whoever changes a grant changes its credentials after it. */
export async function lockedBoth(
  tx: CloudTransaction,
  {
    rights,
    credentials,
  }: {
    readonly rights: Pick<RightTable, 'lock'>;
    readonly credentials: Pick<CredentialTable, 'get' | 'lock'>;
  },
  caller: Caller,
  id: string,
) {
  const {grant} = seen(caller, await credentials.get(tx, caller.tenant, id));
  const right = grant === null ? undefined : await rights.lock(tx, caller.tenant, grant);
  // Read anew under its lock: what another has withdrawn meanwhile would be stored as it was.
  const credential = seen(caller, await credentials.lock(tx, id));
  return {right, credential};
}

function seen(caller: Caller, credential: ShownCredential | undefined): ShownCredential {
  if (!credential || !maySee(caller, credential.site)) throw new Refusal('not_found');
  return credential;
}
