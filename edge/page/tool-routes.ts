import type {Context, Hono} from 'hono';
import {streamSSE} from 'hono/streaming';
import type {Clock} from '../../protocols/base/clock.js';
import {TEST_KINDS, type TestReport, type TestRequest} from '../device-test/contract.js';
import {LOG_LEVELS, type LogLevel} from '../platform/log.js';
import type {LogFilter, LogTap} from '../platform/log-tap.js';
import type {Caller} from './caller.js';
import {type PermitWindow, servePermits} from './permit-routes.js';
import type {Problem} from './request-guard.js';

/** What an installer's commands ask of the running daemon. */
export interface ToolOptions {
  readonly log: LogTap;
  test(request: TestRequest): Promise<TestReport>;
  /** What locks say that they are, and how devices fared in tests. */
  notes(): object;
  /** The last frames of a line, or of the line that a device hangs on, since an instant. */
  frames(device: string, sinceMs: number): readonly WireFrame[];
  /** Left out: nothing new is taken on here. */
  readonly permits?: PermitWindow;
}

export interface WireFrame {
  readonly line: string;
  readonly atMs: number;
  readonly kind: string;
  readonly hex: string;
}

interface ToolDeps {
  readonly clock: Clock;
  readonly caller: (context: Context) => Caller;
  readonly refuse: (context: Context, status: 400 | 401 | 403 | 404, problem: Problem) => Response;
}

/** Runs that nobody fetched are forgotten with the next few. */
const MOST_RUNS = 16;
const STREAM_STEP_MS = 500;
const LONGEST_SECONDS = 300;

/**
 * `/api/tools/*`: tests of single devices, for programs of this machine, and the log as it is written, for them and
 * for whoever is logged in. Secrets are hidden in every entry before it comes here.
 */
export function serveTools(app: Hono, tools: ToolOptions, deps: ToolDeps): void {
  serveTests(app, tools, deps);
  serveLog(app, tools, deps);
  if (tools.permits) servePermits(app, tools.permits, deps);
  const {caller, refuse} = deps;
  app.get('/api/tools/notes', context => {
    if (caller(context).kind !== 'program') return refuse(context, 401, PROGRAMS_ALONE);
    return context.json(tools.notes());
  });
}

function serveTests(app: Hono, tools: ToolOptions, {caller, refuse}: ToolDeps): void {
  const runs = new Map<string, TestReport | undefined>();
  let count = 0;
  app.post('/api/tools/test', async context => {
    if (caller(context).kind !== 'program') return refuse(context, 401, PROGRAMS_ALONE);
    const request = readRequest(await context.req.text());
    if (!request) return refuse(context, 400, BAD_TEST);
    count += 1;
    const run = String(count);
    runs.set(run, undefined);
    for (const old of [...runs.keys()].slice(0, -MOST_RUNS)) runs.delete(old);
    void tools.test(request).then(report => runs.set(run, report));
    return context.json({run});
  });
  app.get('/api/tools/test/:run', context => {
    const run = context.req.param('run');
    if (caller(context).kind !== 'program') return refuse(context, 401, PROGRAMS_ALONE);
    if (!runs.has(run))
      return refuse(context, 404, {where: 'run', expected: 'a test that was started', got: run});
    return context.json({report: runs.get(run) ?? null});
  });
}

const PROGRAMS_ALONE: Problem = {
  where: 'header X-Latchkey-Token',
  expected: 'the token of this start of the daemon',
  got: 'none',
};
const BAD_TEST: Problem = {
  where: 'body',
  expected: 'kind, device, what, person, seconds and force of a test',
  got: 'something else',
};

function readRequest(text: string): TestRequest | undefined {
  try {
    const {kind, device, what = 'status', person, seconds = 20, force = false} = JSON.parse(text);
    const isKnown = TEST_KINDS.includes(kind) && ['up', 'down', 'status'].includes(what);
    const isNamed = typeof device === 'string' && typeof person === 'string' && person !== '';
    const isTimed = Number.isFinite(seconds) && seconds > 0 && seconds <= LONGEST_SECONDS;
    if (!isKnown || !isNamed || !isTimed || typeof force !== 'boolean') return undefined;
    return {kind, device, what, person, seconds, force};
  } catch {
    return undefined;
  }
}

function serveLog(app: Hono, tools: ToolOptions, {clock, caller, refuse}: ToolDeps): void {
  app.get('/api/tools/log', context => {
    if (caller(context).kind === 'anybody') return refuse(context, 401, SOMEBODY);
    const {filter, follower, after, framesSinceMs} = readQuery(context);
    const told = tools.log.follow(follower, filter, after);
    const nowMs = clock.nowMs();
    const frames = framesSinceMs === undefined ? [] : tools.frames(filter.device, framesSinceMs);
    return context.json({...told, frames, nowMs});
  });
  app.get('/api/tools/log/stream', context => {
    if (caller(context).kind === 'anybody') return refuse(context, 401, SOMEBODY);
    const {filter, follower} = readQuery(context);
    return streamSSE(context, async events => {
      let isOver = false;
      events.onAbort(() => {
        isOver = true;
      });
      let {next} = tools.log.follow(follower, filter, undefined);
      while (!isOver) {
        const told = tools.log.follow(follower, filter, next);
        ({next} = told);
        for (const entry of told.entries) {
          await events.writeSSE({event: 'log', data: JSON.stringify(entry)});
        }
        await clock.sleep(STREAM_STEP_MS);
      }
    });
  });
  app.post('/api/tools/log/level', async context => {
    if (caller(context).kind !== 'program') return refuse(context, 401, PROGRAMS_ALONE);
    const {part, level} = readLevel(await context.req.text());
    if (part === undefined) {
      const expected = `part, and level: ${LOG_LEVELS.join(', ')} or null`;
      return refuse(context, 400, {where: 'body', expected, got: 'something else'});
    }
    tools.log.setLevel(part, level);
    return context.json({levels: Object.fromEntries(tools.log.levels())});
  });
}

const SOMEBODY: Problem = {where: 'session', expected: 'somebody who is logged in', got: 'nobody'};

function isLevel(text: unknown): text is LogLevel {
  return LOG_LEVELS.some(level => level === text);
}

function readLevel(text: string): {readonly part?: string; readonly level?: LogLevel | undefined} {
  try {
    const {part, level = null} = JSON.parse(text);
    if (typeof part !== 'string') return {};
    return level === null ? {part} : isLevel(level) ? {part, level} : {};
  } catch {
    return {};
  }
}

function readQuery(context: Context): {
  readonly filter: LogFilter;
  readonly follower: string;
  readonly after: number | undefined;
  readonly framesSinceMs: number | undefined;
} {
  const {level, part = '', device = '', follower = 'page', after, frames} = context.req.query();
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  return {
    filter: {level: isLevel(level) ? level : 'info', part, device},
    ...{follower, after: number(after), framesSinceMs: number(frames)},
  };
}
