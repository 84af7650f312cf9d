import {createRoute, z} from '@hono/zod-openapi';
import {
  type Api,
  addOperation,
  callerWith,
  jsonBody,
  needing,
  onceHeaders,
  REFUSALS,
  shown,
} from '../http/api.js';
import {type Caller, maySee} from '../http/caller.js';
import {nextCursorSchema, pageOf, pageQuery, placeFrom} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {RequestWriter, Written} from '../http/write.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {GrantTable} from '../store/grant-table.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {SiteTable} from '../tenancy/site-table.js';
import type {CredentialWish, MadeCredential} from './credential-maker.js';
import type {CredentialTable} from './credential-table.js';
import type {Right} from './right.js';
import {
  type BodyContext,
  credentialBody,
  credentialSchema,
  newRightSchema,
  onceShown,
  rightBody,
  rightChangeSchema,
  rightSchema,
  wishSchema,
} from './right-bodies.js';
import type {RightTable} from './right-table.js';
import type {RightChange, RightOutcome, RightsDesk} from './rights-desk.js';

/** Members, as far as their rights ask for them. */
export interface Holders {
  get(
    db: CloudReader,
    tenant: string,
    id: string,
  ): Promise<{readonly site: string | null} | undefined>;
}

export interface RightRouteOptions {
  readonly store: CloudStore;
  readonly writer: RequestWriter;
  readonly sites: SiteTable;
  readonly rights: RightTable;
  readonly credentials: CredentialTable;
  readonly grants: Pick<GrantTable, 'isHolderFrozen'>;
  readonly members: Holders;
  readonly desk: RightsDesk;
  readonly audit: AuditLog;
  readonly isOnline: (gateway: string) => boolean;
  readonly onGateways: (gateways: readonly string[]) => void;
}

/** Shown for every right of the holder, not for one alone. */
const OF_HOLDER: ReadonlySet<CredentialWish['kind']> = new Set([
  ...(['card', 'plate', 'fingerprint', 'phone'] as const),
]);
const tags = ['grants'];
const atRight = z.object({grant: z.string().regex(/^[0-9A-Z]{26}$/)});
const lastId = z.tuple([z.string()]);
const grantAnswer = z.object({
  grant: rightSchema,
  credentials: z.array(credentialSchema),
  ...onceShown,
});
const issueRoute = createRoute({
  ...{method: 'post', path: '/v1/grants', tags, summary: 'Give a right over points of a site'},
  ...needing('grants:write'),
  request: {headers: onceHeaders, body: jsonBody(newRightSchema)},
  responses: {...REFUSALS, 201: shown(grantAnswer, 'What was issued')},
});
const listRoute = createRoute({
  ...{method: 'get', path: '/v1/grants', tags, summary: 'Rights, oldest first'},
  ...needing('grants:read'),
  request: {
    query: pageQuery.extend({
      site: z.string().max(64).optional(),
      holder: z.string().max(64).optional(),
      order: z.string().max(64).optional(),
    }),
  },
  responses: {
    ...REFUSALS,
    200: shown(z.object({grants: z.array(rightSchema), nextCursor: nextCursorSchema}), 'A page'),
  },
});
const getRoute = createRoute({
  ...{method: 'get', path: '/v1/grants/{grant}', tags, summary: 'A right, and where it works'},
  ...needing('grants:read'),
  request: {params: atRight},
  responses: {...REFUSALS, 200: shown(rightSchema, 'As it is now')},
});
const changeRoute = createRoute({
  ...{method: 'patch', path: '/v1/grants/{grant}', tags, summary: 'Change points or times'},
  ...needing('grants:write'),
  request: {params: atRight, headers: onceHeaders, body: jsonBody(rightChangeSchema)},
  responses: {...REFUSALS, 200: shown(grantAnswer, 'As it is now, and tokens made anew')},
});
const STATES = {suspend: 'suspended', resume: 'issued', revoke: 'revoked'} as const;
const stateRoute = createRoute({
  ...{method: 'post', path: '/v1/grants/{grant}/{act}', tags},
  summary: 'Suspend, resume, or revoke for good',
  ...needing('grants:write'),
  request: {
    headers: onceHeaders,
    params: atRight.extend({act: z.enum(['suspend', 'resume', 'revoke'])}),
  },
  responses: {...REFUSALS, 200: shown(rightSchema, 'As it is now')},
});
const heldRoute = createRoute({
  ...{method: 'get', path: '/v1/grants/{grant}/credentials', tags},
  summary: 'What can be shown for a right',
  ...needing('grants:read'),
  request: {params: atRight},
  responses: {
    ...REFUSALS,
    200: shown(z.object({credentials: z.array(credentialSchema)}), 'Oldest first'),
  },
});
const equipRoute = createRoute({
  ...{method: 'post', path: '/v1/grants/{grant}/credentials', tags},
  summary: 'Another credential for a right',
  ...needing('grants:write'),
  request: {params: atRight, headers: onceHeaders, body: jsonBody(wishSchema)},
  responses: {...REFUSALS, 201: shown(grantAnswer, 'What was issued')},
});

/** Rights over points, by whoever may give them. */
export function addRights(api: Api, options: RightRouteOptions): void {
  addReading(api, options);
  addWriting(api, options);
  addStates(api, options);
}

function addReading(api: Api, options: RightRouteOptions): void {
  const {store, rights, credentials} = options;
  addOperation(api, listRoute, async context => {
    const caller = callerWith(context, 'grants:read');
    const {cursor, limit, site, holder, order} = context.req.valid('query');
    const [after = ''] = placeFrom(cursor, lastId) ?? [];
    const sites = caller.sites && ['', ...caller.sites];
    const asked = {tenant: caller.tenant, site, holder, order, sites, after, limit: limit + 1};
    const page = await store.read(async db => {
      const found = await rights.list(db, asked);
      const {rows, nextCursor} = pageOf(context, found, {limit, placeOf: ({id}) => [id]});
      const about = await contextOf(
        db,
        options,
        rows.map(({id}) => id),
      );
      return {grants: rows.map(right => rightBody(right, about)), nextCursor};
    });
    return context.json(page);
  });
  addOperation(api, getRoute, async context => {
    const caller = callerWith(context, 'grants:read');
    const {grant} = context.req.valid('param');
    const body = await store.read(async db => {
      const right = seen(caller, await rights.get(db, caller.tenant, grant));
      return rightBody(right, await contextOf(db, options, [grant]));
    });
    return context.json(body);
  });
  addOperation(api, heldRoute, async context => {
    const caller = callerWith(context, 'grants:read');
    const {grant} = context.req.valid('param');
    const shownOnes = await store.read(async db => {
      const right = seen(caller, await rights.get(db, caller.tenant, grant));
      const held = await credentials.some(db, right.credentials);
      const about = await contextOf(db, options, right.credentials);
      return held.map(one => credentialBody(one, about));
    });
    return context.json({credentials: shownOnes});
  });
}

function addWriting(api: Api, options: RightRouteOptions): void {
  const {writer, desk, sites, rights, grants, members} = options;
  addOperation(api, issueRoute, context => {
    const caller = callerWith(context, 'grants:write');
    const body = context.req.valid('json');
    const {site, fromMs: validFrom, untilMs: validUntil, credentials: wishes, ...rest} = body;
    return writer.once(context, caller, body, async tx => {
      const known = maySee(caller, site) && (await sites.get(tx, caller.tenant, site));
      if (!known) throw new Refusal('not_found', {detail: 'no such site'});
      await assertMayGive(tx, members, caller, {holder: body.holder, wishes});
      const wanted = {...rest, tenant: caller.tenant, site, holderMask: '', validFrom, validUntil};
      const isFrozen = await grants.isHolderFrozen(tx, body.holder);
      const right = {...wanted, isFrozen, weekly: wanted.weekly as never};
      const outcome = await desk.issue(tx, right, wishes);
      return answerOf(tx, options, {caller, outcome, action: 'grant.issue', status: 201});
    });
  });
  addOperation(api, changeRoute, context => {
    const caller = callerWith(context, 'grants:write');
    const {grant} = context.req.valid('param');
    const body = context.req.valid('json');
    return writer.once(context, caller, body, async tx => {
      const right = seen(caller, await rights.lock(tx, caller.tenant, grant));
      const outcome = await desk.change(tx, right, changeOf(right, body));
      return answerOf(tx, options, {caller, outcome, action: 'grant.change', status: 200});
    });
  });
  addOperation(api, equipRoute, context => {
    const caller = callerWith(context, 'grants:write');
    const {grant} = context.req.valid('param');
    const wish = context.req.valid('json');
    return writer.once(context, caller, wish, async tx => {
      const right = seen(caller, await rights.lock(tx, caller.tenant, grant));
      await assertMayGive(tx, members, caller, {holder: right.holder, wishes: [wish]});
      const outcome = await desk.equip(tx, right, [wish]);
      return answerOf(tx, options, {caller, outcome, action: 'grant.equip', status: 201});
    });
  });
}

function addStates(api: Api, options: RightRouteOptions): void {
  const {writer, desk, rights, audit, onGateways} = options;
  addOperation(api, stateRoute, context => {
    const caller = callerWith(context, 'grants:write');
    const {grant, act} = context.req.valid('param');
    return writer.once(context, caller, {}, async tx => {
      const {tenant, id: actor} = caller;
      const right = seen(caller, await rights.lock(tx, tenant, grant));
      const gateways = await desk.setState(tx, right, STATES[act]);
      const now = (await rights.get(tx, tenant, grant)) ?? right;
      if (now.state !== STATES[act]) {
        throw new Refusal(now.state === 'revoked' ? 'revoked' : 'conflict', {
          detail: `this grant is ${now.state}`,
        });
      }
      const subject = {subject: 'grant', subjectId: grant};
      await audit.note(tx, {tenant, actor, action: `grant.${act}`, ...subject});
      const body = rightBody(now, await contextOf(tx, options, [grant]));
      return {status: 200, body, after: () => onGateways(gateways)};
    });
  });
}

/**
 * A card or a plate is its holder's, and opens whatever he may open at any site: who may not see all sites
 * gives one only to members of his own.
 * @throws Refusal `not_found`
 */
async function assertMayGive(
  tx: CloudTransaction,
  members: Holders,
  caller: Caller,
  {holder, wishes}: {readonly holder: string; readonly wishes: readonly CredentialWish[]},
): Promise<void> {
  if (caller.sites === undefined || !wishes.some(({kind}) => OF_HOLDER.has(kind))) return;
  const member = await members.get(tx, caller.tenant, holder);
  if (member && member.site !== null && maySee(caller, member.site)) return;
  throw new Refusal('not_found', {detail: 'no such member'});
}

/** What is not his is not there. @throws Refusal `not_found` */
function seen(caller: Caller, right: Right | undefined): Right {
  if (!right || !maySee(caller, right.site)) throw new Refusal('not_found');
  return right;
}

function changeOf(right: Right, body: z.infer<typeof rightChangeSchema>): RightChange {
  const {points, weekly, entries, fromMs = right.validFrom, untilMs = right.validUntil} = body;
  if (fromMs >= untilMs) {
    throw new Refusal('invalid', {
      errors: [{pointer: '#/untilMs', detail: 'ends before it begins'}],
    });
  }
  return {
    ...{validFrom: fromMs, validUntil: untilMs},
    ...(points && {points}),
    ...(weekly && {weekly: weekly as never}),
    ...(entries && {entries}),
  };
}

async function answerOf(
  tx: CloudTransaction,
  options: RightRouteOptions,
  done: {
    readonly caller: Caller;
    readonly outcome: RightOutcome;
    readonly action: string;
    readonly status: 200 | 201;
  },
): Promise<Written> {
  const {caller, outcome, action, status} = done;
  const {right, made, gateways} = outcome;
  const {tenant, id: actor} = caller;
  await options.audit.note(tx, {tenant, actor, action, subject: 'grant', subjectId: right.id});
  const ids = made.map(({credential}) => credential.id);
  const about = await contextOf(tx, options, [right.id, ...ids]);
  const body = {
    grant: rightBody(right, about),
    credentials: made.map(({credential}) => credentialBody(credential, about)),
  };
  const secret = {secrets: secretsOf(made)};
  return {status, body, secret, after: () => options.onGateways(gateways)};
}

/** Digits of what was just made. */
export function secretsOf(made: readonly MadeCredential[]) {
  return made.flatMap(({credential, digits}) =>
    digits === undefined ? [] : [{credential: credential.id, code: digits}],
  );
}

export async function contextOf(
  db: CloudReader,
  {credentials, isOnline}: Pick<RightRouteOptions, 'credentials' | 'isOnline'>,
  ids: readonly string[],
): Promise<BodyContext> {
  return {readings: await credentials.readings(db, ids), isOnline};
}
