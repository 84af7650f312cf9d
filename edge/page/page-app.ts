import type {Context} from 'hono';
import {Hono} from 'hono';
import {bodyLimit} from 'hono/body-limit';
import type {Clock} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import type {Language} from '../words/dictionary.js';
import {serveActions} from './action-routes.js';
import {isAlive, serveCalls} from './call-routes.js';
import {type Caller, callerOf, changeProblem, TOKEN_HEADER} from './caller.js';
import {type ConfigOptions, serveConfig} from './config-actions.js';
import {CONFIG_PATH} from './config-path.js';
import {servePictures} from './picture-routes.js';
import {
  hostProblem,
  originProblem,
  type Problem,
  type RequestOrigin,
  tokenProblem,
} from './request-guard.js';
import {isLogIn, serveSessions} from './staff/session-routes.js';
import type {StaffDesk} from './staff/staff-desk.js';
import {StateStream} from './state-stream.js';
import {serveTools, type ToolOptions} from './tool-routes.js';
import type {PageActions, PageView, StaffMember} from './view.js';
import {type BoardPage, loadWebFiles, makeBoardPage} from './web-files.js';

type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface PageLog {
  info(event: string, fields: LogFields): void;
  warn(event: string, fields: LogFields): void;
}

export interface PageAppOptions {
  /** The address it listens on, as configured. */
  readonly host: string;
  readonly clock: Clock;
  readonly log: PageLog;
  readonly view: PageView;
  readonly actions: PageActions;
  readonly staff: readonly StaffMember[];
  readonly language: Language;
  /** New at every start: the programs of this machine that have it may act. */
  readonly token: string;
  /** Left out: nobody logs in, and everybody sees everything. */
  readonly desk?: StaffDesk;
  /** Left out: this page takes no site file. */
  readonly config?: ConfigOptions;
  /** Left out: no installer's tools. */
  readonly tools?: ToolOptions;
}

export interface PageApp {
  readonly app: Hono;
  /** End every open stream. */
  close(): void;
}

const MAX_BODY_BYTES = 4096;

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  'X-Frame-Options': 'DENY',
};

/** The local page as requests and answers, without a port: what listens is `startPage`. */
export function createPageApp(options: PageAppOptions): PageApp {
  const {clock, log, view, actions, staff, language, desk, config} = options;
  const {calls} = view;
  const app = new Hono();
  const stream = new StateStream(clock, view, calls);
  const page = makeBoardPage({language, staff, hasLogIn: desk !== undefined});
  const caller = (context: Context): Caller => callerOf(context, options);
  guard(app, options, page);
  serveFiles(app, page);
  servePictures(app, {stream, view, language, caller, refuse, hasLogIn: desk !== undefined});
  if (desk) serveSessions(app, {desk, log, refuse, caller});
  serveActions(app, {actions, staff, log, caller, refuse});
  if (calls) {
    const wallMs = () => clock.wallMs();
    serveCalls(app, {actions, staff, log, caller, refuse, desk: calls, wallMs});
  }
  if (config) serveConfig(app, config, refuse);
  if (options.tools) serveTools(app, options.tools, {clock, caller, refuse});
  app.notFound(context =>
    refuse(context, 404, {where: 'path', expected: 'a path of this page', got: context.req.path}),
  );
  app.onError((error, context) => {
    log.warn('page.failed', {path: context.req.path, error: errorText(error)});
    return refuse(context, 500, {
      where: context.req.path,
      expected: 'the gateway to answer',
      got: errorText(error),
    });
  });
  return {app, close: () => stream.close()};
}

function guard(app: Hono, options: PageAppOptions, page: BoardPage): void {
  const {log} = options;
  app.use((context, next) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
    context.header('Content-Security-Policy', page.policy);
    const problem = problemOf(context, options);
    if (problem === undefined) return next();
    log.warn('page.refused', {path: context.req.path, ...problem});
    return Promise.resolve(refuse(context, 403, problem));
  });
  const small = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: context =>
      refuse(context, 413, {
        where: 'body',
        expected: `at most ${MAX_BODY_BYTES} bytes`,
        got: 'more',
      }),
  });
  app.use((context, next) =>
    context.req.path.startsWith(`${CONFIG_PATH}/`) ? next() : small(context, next),
  );
}

/** Why a request is not even looked at. */
function problemOf(context: Context, options: PageAppOptions): Problem | undefined {
  const {host, config, desk} = options;
  const {method, path} = context.req;
  const request = originOf(context);
  const foreign = hostProblem(request, host);
  if (foreign || method === 'GET') return foreign;
  const other = originProblem(request);
  if (other) return other;
  if (config && path.startsWith(`${CONFIG_PATH}/`)) return tokenProblem(request, config.token);
  if (desk && isLogIn(method, path)) return undefined;
  if (options.view.calls && isAlive(method, path)) return undefined;
  return changeProblem(context, callerOf(context, options), desk !== undefined);
}

function originOf(context: Context): RequestOrigin {
  return {
    host: context.req.header('Host') ?? new URL(context.req.url).host,
    origin: context.req.header('Origin'),
    token: context.req.header(TOKEN_HEADER),
  };
}

function serveFiles(app: Hono, page: BoardPage): void {
  const files = loadWebFiles();
  app.get('/', context => context.html(page.text));
  app.get('/web/:name', (context, next) => {
    const file = files.get(context.req.param('name'));
    return file ? context.body(file.text, 200, {'Content-Type': file.type}) : next();
  });
}

function refuse(
  context: Context,
  status: 400 | 401 | 403 | 404 | 413 | 429 | 500 | 503,
  error: Problem,
): Response {
  return context.json({error}, status);
}
