import type {Context, Hono} from 'hono';
import type {Clock} from '../../protocols/base/clock.js';
import {asId, type PersonId} from '../../protocols/site/ids.js';
import type {PermitTarget} from '../domain/permit/permit-machine.js';
import type {PermitRequest, PermitShown} from '../permit/permit-desk.js';
import {type Caller, mayDo, personOf} from './caller.js';
import type {Problem} from './request-guard.js';
import {missing} from './staff/session-routes.js';

/** The window for new cards and devices. */
export interface PermitWindow {
  /** Why it was not opened, or undefined. */
  open(request: PermitRequest): string | undefined;
  close(): void;
  shown(): PermitShown;
}

interface PermitDeps {
  readonly clock: Clock;
  readonly caller: (context: Context) => Caller;
  readonly refuse: (context: Context, status: 400 | 401 | 403, problem: Problem) => Response;
}

const PATH = '/api/tools/permit';
const LAST_ADDRESS = 247;
const USUAL_LAST_ADDRESS = 32;
const BAD_BODY: Problem = {
  where: 'body',
  expected: 'kind card with place and holder, or kind device with place and to; seconds, person',
  got: 'something else',
};

/**
 * A card becomes the key of a person of the staff, so that whoever opens its window may give out codes; a device
 * needs the right of maintenance. Whether one is open, everybody sees in the picture.
 */
export function servePermits(app: Hono, permits: PermitWindow, {caller, refuse}: PermitDeps): void {
  app.get(PATH, context => {
    if (!mayDo(caller(context), 'record')) return refuse(context, 403, missing('record'));
    return context.json(permits.shown());
  });
  app.post(PATH, async context => {
    const who = caller(context);
    const request = readRequest(await context.req.text(), personOf(who));
    if (!request) return refuse(context, 400, BAD_BODY);
    const right = request.target.kind === 'card' ? 'staff' : 'maintain';
    if (!mayDo(who, right)) return refuse(context, 403, missing(right));
    const why = permits.open(request);
    if (why === undefined) return context.json(permits.shown());
    return refuse(context, 400, {where: 'permit', expected: why, got: request.target.place});
  });
  app.post(`${PATH}/close`, context => {
    if (!mayDo(caller(context), 'maintain')) return refuse(context, 403, missing('maintain'));
    permits.close();
    return context.json(permits.shown());
  });
}

function readRequest(text: string, loggedIn: PersonId | undefined): PermitRequest | undefined {
  try {
    const body = JSON.parse(text);
    const {kind, place, holder, seconds = 60, to = USUAL_LAST_ADDRESS} = body;
    const by = loggedIn ?? body.person;
    const isTold = [place, by].every(one => typeof one === 'string' && one !== '');
    const isCounted = Number.isInteger(to) && to >= 1 && to <= LAST_ADDRESS;
    if (!isTold || !isCounted || !Number.isInteger(seconds)) return undefined;
    const target = targetOf({kind, place, holder});
    return target && {target, by: asId<PersonId>(by), seconds, to};
  } catch {
    return undefined;
  }
}

function targetOf(said: Readonly<Record<string, unknown>>): PermitTarget | undefined {
  const {kind, holder} = said;
  const place = String(said.place);
  if (kind === 'device') return {kind, place};
  if (kind !== 'card' || typeof holder !== 'string') return undefined;
  return {kind, place, holder: asId<PersonId>(holder)};
}
