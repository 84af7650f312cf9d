import type {Context, Hono} from 'hono';
import {deleteCookie, getCookie, setCookie} from 'hono/cookie';
import {type Caller, changeProblem, mayDo, SESSION_COOKIE} from '../caller.js';
import type {Problem} from '../request-guard.js';
import {rightsOf} from './roles.js';
import {type LogInResult, SESSION_MS, type Session, type StaffDesk} from './staff-desk.js';

/** Shown by our own page: a form of another site cannot send a header of its own. */
const PAGE_HEADER = 'X-Latchkey-Page';
const PIN = /^\d{6,12}$/;
const CODE = /^\d{8}$/;
const CARD = /^[0-9A-Za-z]{4,32}$/;

export type Refuse = (
  context: Context,
  status: 400 | 401 | 403 | 404 | 429,
  problem: Problem,
) => Response;

export interface SessionLog {
  info(event: string, fields: Readonly<Record<string, string | number>>): void;
  warn(event: string, fields: Readonly<Record<string, string | number>>): void;
}

interface Parts {
  readonly desk: StaffDesk;
  readonly log: SessionLog;
  readonly refuse: Refuse;
  readonly caller: (context: Context) => Caller;
}

interface Body {
  readonly person?: unknown;
  readonly pin?: unknown;
  readonly code?: unknown;
  readonly card?: unknown;
}

const SESSION_PATH = '/api/session';

/** Whether a request is one that comes before any log-in. */
export function isLogIn(method: string, path: string): boolean {
  return method === 'POST' && (path === SESSION_PATH || path === `${SESSION_PATH}/pin`);
}

/** Log-in and log-out, and how somebody comes to a PIN. */
export function serveSessions(app: Hono, parts: Parts): void {
  const {desk, log, refuse, caller} = parts;
  app.get(SESSION_PATH, context => {
    const who = caller(context);
    if (who.kind === 'person') return context.json(shown(who.session));
    return context.json({person: null, isUnset: desk.isUnset});
  });
  app.post(SESSION_PATH, async context => {
    const foreign = pageProblem(context);
    if (foreign) return refuse(context, 403, foreign);
    const {person, pin, card} = await bodyOf(context);
    if (matches(card, CARD)) return answer(context, await desk.logInByCard(card), parts, 'card');
    if (typeof person === 'string' && matches(pin, PIN)) {
      return answer(context, await desk.logIn(person, pin), parts, person);
    }
    return refuse(context, 400, {
      ...{
        where: 'body',
        expected: 'person and pin of 6 to 12 digits, or card',
        got: 'something else',
      },
    });
  });
  app.post(`${SESSION_PATH}/pin`, async context => {
    const foreign = pageProblem(context);
    if (foreign) return refuse(context, 403, foreign);
    const {person, code, pin} = await bodyOf(context);
    if (typeof person === 'string' && matches(code, CODE) && matches(pin, PIN)) {
      return answer(context, await desk.setPin(person, code, pin), parts, person);
    }
    return refuse(context, 400, {
      where: 'body',
      expected: 'person, code of 8 digits and a new pin of 6 to 12 digits',
      got: 'something else',
    });
  });
  app.delete(SESSION_PATH, context => {
    const who = caller(context);
    const problem = changeProblem(context, who, true);
    if (problem) return refuse(context, 403, problem);
    const token = getCookie(context, SESSION_COOKIE);
    if (token !== undefined) desk.logOut(token);
    deleteCookie(context, SESSION_COOKIE, {path: '/'});
    if (who.kind === 'person') log.info('page.logged_out', {person: who.session.member.id});
    return context.json({person: null});
  });
  serveStaff(app, parts);
}

function serveStaff(app: Hono, {desk, log, refuse, caller}: Parts): void {
  app.post('/api/staff/:person/code', context => {
    const who = caller(context);
    if (!mayDo(who, 'staff')) return refuse(context, 403, missing('staff'));
    const person = context.req.param('person');
    const code = desk.giveCode(person);
    if (code === undefined) {
      return refuse(context, 404, {where: 'person', expected: 'one of the staff', got: person});
    }
    const by = who.kind === 'person' ? who.session.member.id : 'program';
    log.info('page.code_given', {person, by});
    return context.json({person, code});
  });
  app.post('/api/staff/card', async context => {
    const who = caller(context);
    const {card} = await bodyOf(context);
    if (who.kind !== 'person' || who.session.member.shared) {
      return refuse(context, 403, {where: 'session', expected: 'a person', got: who.kind});
    }
    if (card !== null && !matches(card, CARD)) {
      return refuse(context, 400, {
        where: 'body.card',
        expected: '4 to 32 letters and digits, or null',
        got: typeof card,
      });
    }
    await desk.setCard(who.session, card ?? undefined);
    log.info('page.card_set', {person: who.session.member.id});
    return context.json({done: true});
  });
}

/** What stands in the way of somebody without a right. */
export function missing(right: string): Problem {
  return {where: 'role', expected: `one with the right "${right}"`, got: 'another one'};
}

function answer(
  context: Context,
  result: LogInResult,
  {log, refuse}: Parts,
  subject: string,
): Response {
  switch (result.kind) {
    case 'in': {
      const maxAge = Math.floor(SESSION_MS / 1000);
      const options = {httpOnly: true, sameSite: 'Strict', path: '/', maxAge} as const;
      setCookie(context, SESSION_COOKIE, result.token, options);
      log.info('page.logged_in', {person: result.session.member.id});
      return context.json(shown(result.session));
    }
    case 'locked': {
      const leftS = Math.ceil(result.leftMs / 1000);
      log.warn('page.locked_out', {subject, leftS});
      context.header('Retry-After', String(leftS));
      return refuse(context, 429, {
        ...{where: 'log-in', expected: `to wait ${leftS} s`, got: 'too many wrong tries'},
      });
    }
    case 'busy':
      context.header('Retry-After', '1');
      return refuse(context, 429, {where: 'log-in', expected: 'one at a time', got: 'many'});
    case 'wrong':
      log.warn('page.log_in_failed', {subject});
      return refuse(context, 401, {where: 'log-in', expected: 'the right one', got: 'a wrong one'});
  }
}

function shown({member, csrf, endsMs}: Session): object {
  const {id, name, role, shared} = member;
  return {person: id, name, role, shared, rights: rightsOf(member), csrf, endsMs};
}

/** Why a request that needs nobody who is logged in does not come from our own page. */
export function pageProblem(context: Context): Problem | undefined {
  if (context.req.header(PAGE_HEADER) === '1') return undefined;
  return {where: `header ${PAGE_HEADER}`, expected: '1', got: 'none'};
}

async function bodyOf(context: Context): Promise<Body> {
  try {
    const value: unknown = JSON.parse(await context.req.text());
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}
