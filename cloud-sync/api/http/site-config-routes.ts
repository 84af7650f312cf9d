import {createRoute, z} from '@hono/zod-openapi';
import type {Context} from 'hono';
import {MAX_SITE_TEXT_BYTES, SITE_CONFIG_STATES} from '../../../protocols/cloud/site-config.js';
import type {SiteConfigDesk, SiteConfigPicture} from '../site-config-desk.js';
import {type Api, addOperation, needing, REFUSALS, shown} from './api.js';
import {KNOWN, knownHeaders, MATCH_REFUSALS, matchHeaders} from './etag.js';
import {refuse} from './problem.js';
import {Refusal} from './refusals.js';

/** Its body is a whole site file, larger than what other requests may bring. */
const SITE_CONFIG_PATH = '/v1/gateways/{gw}/site-config';
export const MAX_SITE_BODY_BYTES = MAX_SITE_TEXT_BYTES;
const MAX_NAME_CHARS = 64;

/** True for the one path under which a body may have 256 KB. */
export function isSiteConfigPath(path: string): boolean {
  return /^\/v1\/gateways\/[^/]+\/site-config$/.test(path);
}

const wall = z.int().openapi({description: 'Milliseconds since 1970'});
const version = {version: z.int(), sha256: z.string(), by: z.string(), createdMs: wall};
const pictureSchema = z
  .object({
    version: z.int(),
    sha256: z.string().nullable(),
    text: z.string().nullable(),
    removing: z.boolean(),
    by: z.string().nullable(),
    createdMs: wall.nullable(),
    current: z.boolean().openapi({description: 'The gateway holds what is wanted'}),
    held: z
      .object({
        version: z.int(),
        sha256: z.string(),
        state: z.enum(SITE_CONFIG_STATES),
        inForce: z.string(),
        why: z.string().nullable(),
        problems: z.array(z.string()),
        reportedMs: wall,
      })
      .nullable(),
    versions: z.array(z.object(version)),
  })
  .openapi('SiteConfig');

const tagged = {
  ...shown(pictureSchema, 'Wanted and held'),
  headers: z.object({etag: z.string().openapi({description: 'Over both'})}),
};
const params = z.object({gw: z.string()});

const read = createRoute({
  ...{method: 'get', path: SITE_CONFIG_PATH, summary: 'The wanted site file beside the held one'},
  ...{tags: ['gateways'], ...needing('gateways:read')},
  request: {params, headers: knownHeaders},
  responses: {...REFUSALS, ...KNOWN, 200: tagged},
});

const put = createRoute({
  ...{method: 'put', path: SITE_CONFIG_PATH, summary: 'Want another site file'},
  ...{tags: ['gateways'], ...needing('gateways:write')},
  request: {
    params,
    headers: matchHeaders,
    query: z.object({
      removing: z.enum(['true', 'false']).default('false').openapi({
        description: 'Devices that it names no more are meant to go',
      }),
      by: z.string().min(1).max(MAX_NAME_CHARS).default('cloud'),
    }),
    body: {required: true, content: {'application/yaml': {schema: z.string().min(1)}}},
  },
  responses: {...REFUSALS, ...MATCH_REFUSALS, 200: tagged},
});

/**
 * The wanted site file of a gateway beside the one that it holds. A change names what its author saw by
 * `If-Match`: the tag covers both, so neither another author's version nor a change on the spot is lost
 * unseen.
 */
export function addSiteConfigs(app: Api, desk: SiteConfigDesk): void {
  addOperation(app, read, async context => {
    const picture = await desk.picture(context.req.valid('param').gw);
    return picture ? answer(context, picture) : context.notFound();
  });
  addOperation(app, put, async context => {
    const match = context.req.header('if-match');
    if (match === undefined) throw new Refusal('precondition_missing');
    const text = await textOf(context);
    const {removing, by} = context.req.valid('query');
    const order = {text, removing: removing === 'true', by, match};
    const result = await desk.put(context.req.valid('param').gw, order);
    if (result.kind === 'stored') return answer(context, result.picture);
    if (result.kind === 'unknown') return context.notFound();
    context.header('etag', result.tag);
    const detail = 'Read it again, and put your change on top.';
    return refuse(context, new Refusal('precondition_failed', {detail}));
  });
}

/** @throws Refusal `invalid` for what is no text of a site file */
async function textOf(context: Context): Promise<string> {
  const bytes = await context.req.arrayBuffer();
  const text = decoded(bytes);
  if (text !== undefined && text.trim() !== '' && !text.includes('\0')) return text;
  const errors = [{pointer: '#', detail: 'the body is a site file in UTF-8'}];
  throw new Refusal('invalid', {errors});
}

function decoded(bytes: ArrayBuffer): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return undefined;
  }
}

function answer(context: Context, {tag, wanted, held, versions}: SiteConfigPicture): Response {
  context.header('etag', tag);
  const body: z.infer<typeof pictureSchema> = {
    version: wanted?.ver ?? 0,
    sha256: wanted?.sha ?? null,
    text: wanted?.text ?? null,
    removing: wanted?.removing ?? false,
    by: wanted?.by ?? null,
    createdMs: wanted?.createdWall ?? null,
    current: wanted !== undefined && held?.held === wanted.sha,
    held: held
      ? {
          version: held.ver,
          sha256: held.sha,
          state: held.state,
          inForce: held.held,
          why: held.why,
          problems: [...held.problems],
          reportedMs: held.reportedWall,
        }
      : null,
    versions: versions.map(({ver, sha, by, createdWall}) => ({
      version: ver,
      sha256: sha,
      by,
      createdMs: createdWall,
    })),
  };
  return context.json(body);
}
