import type {PersonId} from '../../protocols/site/ids.js';
import type {Problem} from './request-guard.js';
import type {StaffMember} from './view.js';

const MAX_REASON_CHARACTERS = 200;

/** Who acts, and why. */
export interface ActionBody {
  readonly person: PersonId;
  readonly reason: string;
  readonly falseCall: boolean;
}

export type ActionBodyResult =
  | {readonly kind: 'body'; readonly body: ActionBody}
  | {readonly kind: 'problem'; readonly problem: Problem};

/**
 * Read the JSON text of an action. Only a named member of the staff may act, and what moves an arm or
 * ends an alarm needs a reason: both are kept for good with the event.
 */
export function readActionBody(
  text: string,
  staff: readonly StaffMember[],
  reasonNeeded: boolean,
): ActionBodyResult {
  const fields = readObject(text);
  if (fields === undefined) return problem('body', 'a JSON object', text);
  const unknown = Object.keys(fields).find(key => !['person', 'reason', 'falseCall'].includes(key));
  if (unknown !== undefined) {
    return problem(`body.${unknown}`, 'only person, reason, falseCall', unknown);
  }
  const member = staff.find(({id}) => id === fields.person);
  if (!member) {
    const names = staff.map(({id}) => id).join(', ');
    return problem('body.person', `one of the staff: ${names}`, fields.person);
  }
  const {reason = '', falseCall = false} = fields;
  if (typeof reason !== 'string' || reason.length > MAX_REASON_CHARACTERS) {
    return problem('body.reason', `a text of at most ${MAX_REASON_CHARACTERS} characters`, reason);
  }
  if (reasonNeeded && reason.trim() === '') {
    return problem('body.reason', 'why this is done, in words', reason);
  }
  if (typeof falseCall !== 'boolean') return problem('body.falseCall', 'true or false', falseCall);
  return {kind: 'body', body: {person: member.id, reason: reason.trim(), falseCall}};
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

function problem(where: string, expected: string, got: unknown): ActionBodyResult {
  const shown = got === undefined ? 'nothing' : JSON.stringify(got).slice(0, 80);
  return {kind: 'problem', problem: {where, expected, got: shown}};
}
