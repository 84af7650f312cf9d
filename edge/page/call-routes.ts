import type {Context, Hono} from 'hono';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {type AlarmId, asId} from '../../protocols/site/ids.js';
import type {BoardAlive, CallDesk, CallRequest} from '../domain/calls/call-view.js';
import {type ActionParts, asMember} from './action-routes.js';
import {callAnswer} from './call-answer.js';
import {mayDo} from './caller.js';
import type {Problem} from './request-guard.js';
import type {Right} from './staff/roles.js';
import {missing, pageProblem} from './staff/session-routes.js';

interface CallParts extends ActionParts {
  readonly desk: CallDesk;
  readonly wallMs: () => UnixMillis;
}

const STATION = /^[\w-]{1,64}$/;
const MOST_SHOWN = 500;
const MOST_DAYS = 366;

/** Whether a request is one of a board that says it lives: it needs nobody who is logged in. */
export function isAlive(method: string, path: string): boolean {
  return method === 'POST' && path.startsWith('/api/stations/') && path.endsWith('/alive');
}

/** What a board may ask of the calls. @see ecosystem 2.2 */
export function serveCalls(app: Hono, parts: CallParts): void {
  serveTaking(app, parts);
  serveStations(app, parts);
  serveCare(app, parts);
  serveRecords(app, parts);
}

function serveTaking(app: Hono, parts: CallParts): void {
  const call = (context: Context) => asId<AlarmId>(String(context.req.param('call')));
  for (const kind of ['acknowledge', 'attend'] as const) {
    app.post(`/api/calls/:call/${kind}`, context =>
      asked(context, parts, {right: 'answer'}, () => ({kind, call: call(context)})),
    );
  }
  app.post('/api/calls/:call/end', context =>
    asked(context, parts, {right: 'settle', needsReason: true}, ({reason, falseCall}) => ({
      ...{kind: 'end', call: call(context), reason, falseCall},
    })),
  );
}

function serveStations(app: Hono, parts: CallParts): void {
  const {desk, refuse} = parts;
  app.post('/api/stations/:station/silence', context =>
    asked(context, parts, {right: 'answer'}, () => ({
      ...{kind: 'silence', station: context.req.param('station')},
    })),
  );
  app.post('/api/stations/:station/watch', context =>
    asked(context, parts, {right: 'answer'}, ({act}) => ({
      ...{kind: 'watch', station: context.req.param('station'), act},
    })),
  );
  app.post('/api/stations/:station/alive', async context => {
    const foreign = pageProblem(context);
    if (foreign) return refuse(context, 403, foreign);
    const board = aliveOf(context.req.param('station'), await context.req.text());
    if (!board) return refuse(context, 400, ALIVE_WANTED);
    desk.alive(board);
    return context.json({done: true});
  });
}

const ALIVE_WANTED: Problem = {
  where: 'body',
  expected: 'shown, a list of calls, isSounding and hasSound',
  got: 'something else',
};

function serveCare(app: Hono, parts: CallParts): void {
  const device = (context: Context) => String(context.req.param('device'));
  app.post('/api/call-devices/:device/maintenance', context =>
    asked(context, parts, {right: 'maintain', needsReason: true}, ({reason, minutes}) => ({
      ...{kind: 'maintenance', device: device(context), reason},
      forMs: minutes * MINUTE_MS,
    })),
  );
  app.post('/api/call-devices/:device/maintenance-over', context =>
    asked(context, parts, {right: 'maintain'}, () => ({
      ...{kind: 'maintenanceOver', device: device(context)},
    })),
  );
  app.post('/api/call-tests/walk', context =>
    asked(context, parts, {right: 'maintain'}, ({act}) => ({
      ...{kind: 'walkTest', act},
    })),
  );
  app.post('/api/call-tests/path', context =>
    asked(context, parts, {right: 'maintain'}, () => ({kind: 'pathTest'})),
  );
}

function serveRecords(app: Hono, {desk, caller, refuse, wallMs}: CallParts): void {
  const spanOf = (context: Context) => {
    const days = Number(context.req.query('days') ?? 7);
    const toMs = wallMs();
    const isFit = Number.isInteger(days) && days > 0 && days <= MOST_DAYS;
    return isFit ? {fromMs: (toMs - days * DAY_MS) as UnixMillis, toMs, days} : undefined;
  };
  const problemOf = (context: Context): Response | undefined => {
    if (!mayDo(caller(context), 'record')) return refuse(context, 403, missing('record'));
    if (spanOf(context)) return undefined;
    const expected = `1 to ${MOST_DAYS} whole days`;
    return refuse(context, 400, {where: 'days', expected, got: context.req.query('days') ?? ''});
  };
  app.get('/api/call-records/report', context => {
    const span = spanOf(context);
    return problemOf(context) ?? context.json(span && desk.report(span.fromMs, span.toMs));
  });
  app.get('/api/call-records/log.csv', context => {
    const span = spanOf(context);
    const problem = problemOf(context);
    if (problem || !span) return problem ?? context.notFound();
    return context.body(desk.csv(span.fromMs, span.toMs), 200, {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="calls-${span.days}-days.csv"`,
    });
  });
}

interface CallBody {
  readonly reason: string;
  readonly falseCall: boolean;
  readonly minutes: number;
  readonly act: 'begin' | 'end';
}

/** Read who asks, ask the desk under his name, and tell what came of it. */
function asked(
  context: Context,
  parts: CallParts,
  {right, needsReason = false}: {readonly right: Right; readonly needsReason?: boolean},
  requestOf: (body: CallBody) => CallRequest,
): Promise<Response> {
  const needs = {right, needsReason, more: ['minutes', 'act']};
  return asMember(context, parts, needs, async ({member, body, fields}) => {
    const {id, role, shared} = member;
    const by = {person: id, isShared: shared, isSupervisor: role === 'supervisor'};
    const minutes = Number(fields.minutes ?? 0);
    const act = fields.act === 'end' ? 'end' : 'begin';
    const request = requestOf({...body, minutes: Number.isFinite(minutes) ? minutes : 0, act});
    const result = await parts.desk.request(by, request);
    const {path} = context.req;
    parts.log.info('page.call', {request: request.kind, person: id, path, result: result.kind});
    return callAnswer(path, result);
  });
}

function aliveOf(station: string, text: string): BoardAlive | undefined {
  try {
    const {shown, isSounding, hasSound} = JSON.parse(text) as Partial<Record<string, unknown>>;
    if (!STATION.test(station) || !Array.isArray(shown) || shown.length > MOST_SHOWN)
      return undefined;
    if (!shown.every(one => typeof one === 'string')) return undefined;
    return {
      ...{station, shown: shown.map(one => asId<AlarmId>(one))},
      ...{isSounding: isSounding === true, hasSound: hasSound === true},
    };
  } catch {
    return undefined;
  }
}
