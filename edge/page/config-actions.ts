import type {Context, Hono} from 'hono';
import {bodyLimit} from 'hono/body-limit';
import {MAX_SITE_TEXT_BYTES} from '../../protocols/cloud/site-config.js';
import {CONFIG_PATH} from './config-path.js';
import type {Problem} from './request-guard.js';

/** Where new site files land. */
export interface ConfigActions {
  apply(offer: {
    readonly text: string;
    readonly by: string;
    readonly removing: boolean;
  }): ConfigAnswer;
  /** End a trial, or try the file that was in force before. */
  rollback(by: string): ConfigAnswer;
}

/** `same`: in force or on trial already, nothing was restarted. */
export interface ConfigAnswer {
  readonly kind: 'staged' | 'same' | 'refused' | 'rolled_back';
  /** Of the file that was brought, or that is in force. */
  readonly sha: string;
  readonly problems: readonly string[];
}

/** A sealed copy of the whole site: where it lies, or why there is none. */
export type CopyAnswer =
  | {readonly kind: 'copied'; readonly file: string}
  | {readonly kind: 'failed'; readonly why: string};

export interface ConfigOptions {
  readonly desk: ConfigActions;
  /** Before a device is exchanged; settles when the copy is whole. */
  keepCopy(by: string): Promise<CopyAnswer>;
  /** Known to programs of this machine alone: whoever may open a bay may not rewrite the site. */
  readonly token: string;
}

/** The text in JSON, with room for its escapes and for what stands around it. */
const MAX_BODY_BYTES = 2 * MAX_SITE_TEXT_BYTES + 4096;
const MAX_NAME_CHARS = 64;

interface Body {
  readonly text?: unknown;
  readonly by?: unknown;
  readonly removing?: unknown;
}

/**
 * `POST /api/config/apply` and `/api/config/rollback`: the way of `latchkey config apply`.
 * `POST /api/config/copy`: that of `latchkey device replace`.
 */
export function serveConfig(
  app: Hono,
  {desk, keepCopy}: ConfigOptions,
  refuse: (context: Context, status: 400 | 413, problem: Problem) => Response,
): void {
  const onError = (context: Context) =>
    refuse(context, 413, {where: 'body', expected: `at most ${MAX_BODY_BYTES} bytes`, got: 'more'});
  app.use(`${CONFIG_PATH}/*`, bodyLimit({maxSize: MAX_BODY_BYTES, onError}));
  app.post(`${CONFIG_PATH}/:verb`, async (context, next) => {
    const verb = context.req.param('verb');
    if (verb !== 'apply' && verb !== 'rollback' && verb !== 'copy') return next();
    const {text, by, removing = false} = parsed(await context.req.text());
    if (typeof by !== 'string' || by.trim() === '' || by.length > MAX_NAME_CHARS) {
      const expected = `who asks, at most ${MAX_NAME_CHARS} characters`;
      return refuse(context, 400, {where: 'body.by', expected, got: typeof by});
    }
    if (verb === 'copy') return context.json(await keepCopy(by));
    if (verb === 'rollback') return context.json(desk.rollback(by));
    if (typeof text !== 'string' || typeof removing !== 'boolean') {
      const expected = 'text, the whole site file, and removing, true or false';
      return refuse(context, 400, {where: 'body', expected, got: typeof text});
    }
    return context.json(desk.apply({text, by, removing}));
  });
}

function parsed(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
