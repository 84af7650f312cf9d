import type {Context} from 'hono';
import {Hono} from 'hono';
import {bodyLimit} from 'hono/body-limit';
import {streamSSE} from 'hono/streaming';
import type {Clock} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {type AlarmId, asId, type BayId, type DeviceId} from '../../protocols/site/ids.js';
import {DICTIONARIES} from '../words/dictionaries.js';
import type {Language} from '../words/dictionary.js';
import {type ActionAnswer, alarmAnswer, deviceAnswer, orderAnswer} from './action-answer.js';
import {type ActionBody, readActionBody} from './action-body.js';
import {type ConfigOptions, serveConfig} from './config-actions.js';
import {CONFIG_PATH} from './config-path.js';
import {releaseSheet} from './release-sheet.js';
import {actionProblem, hostProblem, type Problem, type RequestOrigin} from './request-guard.js';
import {StateStream} from './state-stream.js';
import {DEVICE_VERBS, type PageActions, type PageView, type StaffMember} from './view.js';
import {loadWebFiles, renderPage} from './web-files.js';

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
  /** New at every start: whoever has it may act. */
  readonly token: string;
  /** Left out: this page takes no site file. */
  readonly config?: ConfigOptions;
}

export interface PageApp {
  readonly app: Hono;
  /** End every open stream. */
  close(): void;
}

const MAX_BODY_BYTES = 4096;
const ALARM_ACTIONS = ['acknowledge', 'onsite', 'close'] as const;
const ARM_ORDERS = [
  {verb: 'open', desired: 'down'},
  {verb: 'close', desired: 'up'},
] as const;

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

/** The local page as requests and answers, without a port: what listens is `startPage`. */
export function createPageApp(options: PageAppOptions): PageApp {
  const app = new Hono();
  const stream = new StateStream(options.clock, options.view);
  guard(app, options);
  serveFiles(app, options);
  servePicture(app, stream, options);
  serveActions(app, options);
  if (options.config) serveConfig(app, options.config, refuse);
  app.notFound(context =>
    refuse(context, 404, {where: 'path', expected: 'a path of this page', got: context.req.path}),
  );
  app.onError((error, context) => {
    options.log.warn('page.failed', {path: context.req.path, error: errorText(error)});
    return refuse(context, 500, {
      where: context.req.path,
      expected: 'the gateway to answer',
      got: errorText(error),
    });
  });
  return {app, close: () => stream.close()};
}

function guard(app: Hono, {host, token, log, config}: PageAppOptions): void {
  app.use((context, next) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
    const request = originOf(context);
    const isConfig = config !== undefined && context.req.path.startsWith(`${CONFIG_PATH}/`);
    const needed = isConfig ? config.token : token;
    const problem =
      hostProblem(request, host) ??
      (context.req.method === 'GET' ? undefined : actionProblem(request, needed));
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

function originOf(context: Context): RequestOrigin {
  return {
    host: context.req.header('Host') ?? new URL(context.req.url).host,
    origin: context.req.header('Origin'),
    token: context.req.header('X-Latchkey-Token'),
  };
}

function serveFiles(app: Hono, {token, language, staff}: PageAppOptions): void {
  const page = renderPage({token, language, staff});
  const files = loadWebFiles();
  app.get('/', context => context.html(page));
  app.get('/web/:name', (context, next) => {
    const file = files.get(context.req.param('name'));
    return file ? context.body(file.text, 200, {'Content-Type': file.type}) : next();
  });
}

function servePicture(app: Hono, stream: StateStream, {view, language}: PageAppOptions): void {
  app.get('/release-sheet/:line', async (context, next) => {
    const {site, lines} = view.state();
    const line = lines.find(({id}) => id === context.req.param('line'));
    if (!line) return next();
    return context.html(
      await releaseSheet(site, line, DICTIONARIES[language].manualRelease, language),
    );
  });
  app.get('/api/state', context =>
    context.body(stream.picture(), 200, {'Content-Type': 'application/json; charset=utf-8'}),
  );
  app.get('/api/events', context => {
    const watcher = stream.watch();
    if (!watcher) {
      return refuse(context, 503, {
        where: context.req.path,
        expected: 'fewer open pages',
        got: 'one too many',
      });
    }
    return streamSSE(context, async events => {
      events.onAbort(() => watcher.close());
      for (let data = await watcher.next(); data !== undefined; data = await watcher.next()) {
        await events.writeSSE({event: 'state', data});
      }
    });
  });
}

function serveActions(app: Hono, {actions, staff, log}: PageAppOptions): void {
  for (const action of ALARM_ACTIONS) {
    app.post(`/api/alarms/:alarm/${action}`, context =>
      withBody(context, staff, action === 'close', async body => {
        const alarm = asId<AlarmId>(context.req.param('alarm'));
        const result = await actions.alarm({action, alarm, ...body});
        log.info('page.alarm', {action, alarm, person: body.person, result});
        return alarmAnswer(alarm, result);
      }),
    );
  }
  for (const {verb, desired} of ARM_ORDERS) {
    app.post(`/api/bays/:bay/${verb}`, context =>
      withBody(context, staff, true, async ({person, reason}) => {
        const bay = asId<BayId>(context.req.param('bay'));
        const result = await actions.order({bay, desired, person, reason});
        log.info('page.order', {verb, bay, person, reason, result: result.kind});
        return orderAnswer(bay, result);
      }),
    );
  }
  for (const verb of DEVICE_VERBS) {
    app.post(`/api/devices/:device/${verb}`, context =>
      withBody(context, staff, true, async ({person, reason}) => {
        const device = asId<DeviceId>(context.req.param('device'));
        const result = await actions.device({device, verb, person, reason});
        log.info('page.device', {verb, device, person, reason, result});
        return deviceAnswer(device, verb, result);
      }),
    );
  }
}

async function withBody(
  context: Context,
  staff: readonly StaffMember[],
  reasonNeeded: boolean,
  act: (body: ActionBody) => Promise<ActionAnswer>,
): Promise<Response> {
  const read = readActionBody(await context.req.text(), staff, reasonNeeded);
  if (read.kind === 'problem') return refuse(context, 400, read.problem);
  const {status, json} = await act(read.body);
  return context.json(json, status);
}

function refuse(
  context: Context,
  status: 400 | 403 | 404 | 413 | 500 | 503,
  error: Problem,
): Response {
  return context.json({error}, status);
}
