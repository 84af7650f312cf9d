import {createRoute, z} from '@hono/zod-openapi';
import {
  type Api,
  addOperation,
  callerWith,
  needing,
  REFUSALS,
  refused,
  shown,
} from '../http/api.js';
import {MAX_PAGE} from '../http/page.js';
import {Refusal} from '../http/refusals.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ChangeFeed, NumberedChange} from '../tenancy/change-feed.js';

export interface ChangeRouteOptions {
  readonly store: CloudStore;
  readonly changes: ChangeFeed;
}

const changeSchema = z
  .object({
    id: z.string(),
    no: z.int().openapi({description: 'Counts up; with a key for some sites there are holes'}),
    site: z.string().nullable(),
    type: z.string().openapi({example: 'bay.changed'}),
    subject: z.string(),
    subjectId: z.string(),
    deleted: z.boolean().openapi({description: 'It is gone: this is its tombstone'}),
    data: z.record(z.string(), z.unknown()),
    atMs: z.int(),
  })
  .openapi('Change');

const listChanges = createRoute({
  ...{method: 'get', path: '/v1/changes', tags: ['changes']},
  summary: 'What changed at the tenant, in an order that every reader sees alike',
  description:
    'Begin with `cursor=now`, read the lists you need, then follow from the cursor that you got. ' +
    'A page that is not full is the end for now: ask again later with its `nextCursor`. ' +
    '`cursor_too_old` (410) means the same from the beginning.',
  ...needing('sites:read'),
  request: {
    query: z.object({
      cursor: z
        .union([z.literal('now'), z.string().regex(/^\d{1,15}$/)])
        .optional()
        .openapi({description: 'Left out: from the oldest that is kept'}),
      limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
    }),
  },
  responses: {
    ...REFUSALS,
    410: refused('That far back nothing is kept'),
    200: shown(
      z.object({changes: z.array(changeSchema), nextCursor: z.string(), hasMore: z.boolean()}),
      'Changes after the cursor',
    ),
  },
});

/** The feed for programs that keep a copy. @see ecosystem.md 3.1, sync feeds */
export function addChanges(api: Api, {store, changes}: ChangeRouteOptions): void {
  addOperation(api, listChanges, async context => {
    const caller = callerWith(context, 'sites:read');
    const {cursor, limit} = context.req.valid('query');
    const sites = caller.sites && [...caller.sites];
    const found = await store.read(async db => {
      const {oldest, newest} = await changes.range(db, caller.tenant);
      const after = startOf(cursor, oldest, newest);
      const rows = await changes.after(db, caller.tenant, after, limit + 1, sites);
      return {rows, after, newest};
    });
    const rows = found.rows.slice(0, limit);
    const hasMore = found.rows.length > limit;
    // Numbers of other sites are passed over at once.
    const end = sites ? Math.max(found.after, found.newest) : found.after;
    const last = hasMore ? rows.at(-1)?.no : Math.max(rows.at(-1)?.no ?? 0, end);
    return context.json({
      changes: rows.map(changeBody),
      nextCursor: String(last ?? found.after),
      hasMore,
    });
  });
}

/** @throws Refusal `cursor_too_old`, and `invalid` for one that this feed never gave */
function startOf(cursor: string | undefined, oldest: number, newest: number): number {
  if (cursor === undefined) return Math.max(0, oldest - 1);
  if (cursor === 'now') return newest;
  const after = Number(cursor);
  if (after < oldest - 1) throw new Refusal('cursor_too_old');
  if (after <= newest) return after;
  const errors = [{pointer: '#/cursor', detail: 'is no cursor of this feed'}];
  throw new Refusal('invalid', {errors});
}

function changeBody({
  no,
  id,
  site,
  type,
  subject,
  subjectId,
  isDeleted,
  data,
  atWall,
}: NumberedChange) {
  return {id, no, site, type, subject, subjectId, deleted: isDeleted === true, data, atMs: atWall};
}
