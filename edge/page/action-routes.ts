import type {Context, Hono} from 'hono';
import {
  type AlarmId,
  asId,
  type BayId,
  type DeviceId,
  type PersonId,
} from '../../protocols/site/ids.js';
import type {CallActor} from '../domain/calls/call-view.js';
import {type ActionAnswer, alarmAnswer, deviceAnswer, orderAnswer} from './action-answer.js';
import {type ActionBody, type ActionBodyResult, readActionBody} from './action-body.js';
import {type Caller, mayDo, personOf} from './caller.js';
import type {Problem} from './request-guard.js';
import type {Right} from './staff/roles.js';
import {missing} from './staff/session-routes.js';
import {DEVICE_VERBS, type PageActions, type StaffMember} from './view.js';

type Fields = Readonly<Record<string, string | number | boolean | null>>;

export interface ActionParts {
  readonly actions: PageActions;
  readonly staff: readonly StaffMember[];
  readonly log: {info(event: string, fields: Fields): void};
  readonly caller: (context: Context) => Caller;
  readonly refuse: (context: Context, status: 400 | 403, problem: Problem) => Response;
}

const ALARM_ACTIONS = ['acknowledge', 'onsite', 'close'] as const;
const ARM_ORDERS = [
  {verb: 'open', desired: 'down'},
  {verb: 'close', desired: 'up'},
] as const;

/** What a named person may do about alarms, arms and devices. */
export function serveActions(app: Hono, parts: ActionParts): void {
  const {actions, log} = parts;
  for (const action of ALARM_ACTIONS) {
    app.post(`/api/alarms/:alarm/${action}`, context =>
      asPerson(context, parts, {right: 'answer', needsReason: action === 'close'}, async body => {
        const alarm = asId<AlarmId>(context.req.param('alarm'));
        const by = answerableOf(parts.caller(context), body.person);
        const result = await actions.alarm({action, alarm, ...body, ...(by && {by})});
        log.info('page.alarm', {action, alarm, person: body.person, result});
        return alarmAnswer(alarm, result);
      }),
    );
  }
  const moving = {right: 'operate', needsReason: true} as const;
  for (const {verb, desired} of ARM_ORDERS) {
    app.post(`/api/bays/:bay/${verb}`, context =>
      asPerson(context, parts, moving, async ({person, reason}) => {
        const bay = asId<BayId>(context.req.param('bay'));
        const result = await actions.order({bay, desired, person, reason});
        log.info('page.order', {verb, bay, person, reason, result: result.kind});
        return orderAnswer(bay, result);
      }),
    );
  }
  for (const verb of DEVICE_VERBS) {
    app.post(`/api/devices/:device/${verb}`, context =>
      asPerson(context, parts, moving, async ({person, reason}) => {
        const device = asId<DeviceId>(context.req.param('device'));
        const result = await actions.device({device, verb, person, reason});
        log.info('page.device', {verb, device, person, reason, result});
        return deviceAnswer(device, verb, result);
      }),
    );
  }
}

/** Whoever is logged in is judged by his role; a program of this machine acts for the person that it names. */
function answerableOf(caller: Caller, person: PersonId): CallActor | undefined {
  if (caller.kind !== 'person') return undefined;
  const {shared} = caller.session.member;
  return {person, isShared: shared, isSupervisor: mayDo(caller, 'settle')};
}

export interface Needs {
  readonly right: Right;
  readonly needsReason: boolean;
  /** Fields that this action knows besides. */
  readonly more?: readonly string[];
}

/** What was read of a request that may be carried out. */
export type ReadAction = Extract<ActionBodyResult, {kind: 'body'}>;

/** Read who acts and why, look whether he may, and do it. */
export async function asMember<Status extends 200 | 202 | 400 | 403 | 404 | 409>(
  context: Context,
  {staff, caller, refuse}: ActionParts,
  {right, ...rules}: Needs,
  act: (read: ReadAction) => Promise<{readonly status: Status; readonly json: object}>,
): Promise<Response> {
  const who = caller(context);
  if (!mayDo(who, right)) return refuse(context, 403, missing(right));
  const self = personOf(who);
  const known = self === undefined ? staff : staff.filter(({id}) => id === self);
  const read = readActionBody(await context.req.text(), {...rules, staff: known, self});
  if (read.kind === 'problem') return refuse(context, 400, read.problem);
  const {status, json} = await act(read);
  return context.json(json, status);
}

function asPerson(
  context: Context,
  parts: ActionParts,
  needs: Needs,
  act: (body: ActionBody) => Promise<ActionAnswer>,
): Promise<Response> {
  return asMember(context, parts, needs, ({body}) => act(body));
}
