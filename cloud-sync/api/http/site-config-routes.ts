import type {Context} from 'hono';
import {MAX_SITE_TEXT_BYTES} from '../../../protocols/cloud/site-config.js';
import type {SiteConfigDesk, SiteConfigPicture} from '../site-config-desk.js';
import type {Api} from './api.js';
import {problem} from './problem.js';

/** Its body is a whole site file, larger than what other requests may bring. */
const SITE_CONFIG_PATH = '/v1/gateways/:gw/site-config';
export const MAX_SITE_BODY_BYTES = MAX_SITE_TEXT_BYTES;
const MAX_NAME_CHARS = 64;

/** True for the one path under which a body may have 256 KB. */
export function isSiteConfigPath(path: string): boolean {
  return /^\/v1\/gateways\/[^/]+\/site-config$/.test(path);
}

/**
 * The wanted site file of a gateway beside the one that it holds. A change names what its author saw by
 * `If-Match`: the tag covers both, so neither another author's version nor a change on the spot is lost
 * unseen.
 */
export function addSiteConfigs(app: Api, desk: SiteConfigDesk): void {
  app.get(SITE_CONFIG_PATH, async context => {
    const picture = await desk.picture(context.req.param('gw'));
    return picture ? shown(context, picture) : context.notFound();
  });
  app.put(SITE_CONFIG_PATH, async context => {
    const match = context.req.header('if-match');
    if (match === undefined) {
      const title = 'If-Match with the ETag of what you saw required';
      return problem(context, {status: 428, code: 'precondition_missing', title});
    }
    const text = await textOf(context);
    const {removing, by = 'cloud'} = context.req.query();
    if (text === undefined || text.trim() === '' || by === '' || by.length > MAX_NAME_CHARS) {
      const title = 'The body is a site file in UTF-8; "by" has 1-64 characters';
      return problem(context, {status: 422, code: 'invalid', title});
    }
    const order = {text, removing: removing === 'true', by, match};
    const answer = await desk.put(context.req.param('gw'), order);
    if (answer.kind === 'stored') return shown(context, answer.picture);
    if (answer.kind === 'unknown') return context.notFound();
    context.header('etag', answer.tag);
    const title = 'The site file was changed meanwhile';
    const detail = 'Read it again, and put your change on top.';
    return problem(context, {status: 412, code: 'precondition_failed', title, detail});
  });
}

async function textOf(context: Context): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(
      await context.req.arrayBuffer(),
    );
  } catch {
    return undefined;
  }
}

function shown(context: Context, {tag, wanted, held, versions}: SiteConfigPicture): Response {
  context.header('etag', tag);
  return context.json({
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
          problems: held.problems,
          reportedMs: held.reportedWall,
        }
      : null,
    versions: versions.map(({ver, sha, by, createdWall}) => ({
      version: ver,
      sha256: sha,
      by,
      createdMs: createdWall,
    })),
  });
}
