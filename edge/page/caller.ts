import type {Context} from 'hono';
import {getCookie} from 'hono/cookie';
import type {PersonId} from '../../protocols/site/ids.js';
import {type Problem, sameText} from './request-guard.js';
import {type Right, rightsOf} from './staff/roles.js';
import type {Session, StaffDesk} from './staff/staff-desk.js';

/** What a browser keeps, out of reach of its scripts. */
export const SESSION_COOKIE = 'latchkey_session';
const CSRF_HEADER = 'X-Latchkey-Csrf';
export const TOKEN_HEADER = 'X-Latchkey-Token';

/** Who asks: a program of this machine that read the token, a person who logged in, or anybody. */
export type Caller =
  | {readonly kind: 'program'}
  | {readonly kind: 'person'; readonly session: Session}
  | {readonly kind: 'anybody'};

export interface Doors {
  /** New at every start, and never part of the page. */
  readonly token: string;
  /** Left out: this page has no log-in, and shows everybody everything. */
  readonly desk?: StaffDesk | undefined;
}

export function callerOf(context: Context, {token, desk}: Doors): Caller {
  const said = context.req.header(TOKEN_HEADER);
  if (said !== undefined && sameText(said, token)) return {kind: 'program'};
  const session = desk?.sessionOf(getCookie(context, SESSION_COOKIE));
  return session ? {kind: 'person', session} : {kind: 'anybody'};
}

/** Why this caller may change nothing, or undefined. A cookie alone is no proof that our own page asks. */
export function changeProblem(
  context: Context,
  caller: Caller,
  hasLogIn: boolean,
): Problem | undefined {
  if (caller.kind === 'program') return undefined;
  if (caller.kind === 'anybody') {
    const token = context.req.header(TOKEN_HEADER);
    if (token !== undefined || !hasLogIn) {
      return {
        where: `header ${TOKEN_HEADER}`,
        expected: 'the token of this start of the daemon',
        got: token === undefined ? 'none' : 'another one',
      };
    }
    return {where: 'session', expected: 'somebody who is logged in', got: 'nobody'};
  }
  const csrf = context.req.header(CSRF_HEADER);
  if (csrf !== undefined && sameText(csrf, caller.session.csrf)) return undefined;
  return {
    where: `header ${CSRF_HEADER}`,
    expected: 'the word of this session; load the page again',
    got: csrf === undefined ? 'none' : 'another one',
  };
}

/** Programs may do all: whoever reads the token owns the gateway. */
export function mayDo(caller: Caller, right: Right): boolean {
  if (caller.kind === 'program') return true;
  return caller.kind === 'person' && rightsOf(caller.session.member).includes(right);
}

/** The name that goes on file, where the session says it. */
export function personOf(caller: Caller): PersonId | undefined {
  return caller.kind === 'person' ? caller.session.member.id : undefined;
}
