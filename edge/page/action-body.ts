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
  | {
      readonly kind: 'body';
      readonly body: ActionBody;
      readonly member: StaffMember;
      /** All that came, unread. */
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | {readonly kind: 'problem'; readonly problem: Problem};

export interface ActionRules {
  /** Who may be named. */
  readonly staff: readonly StaffMember[];
  /** Who is logged in, and need not be named again. */
  readonly self?: PersonId | undefined;
  readonly needsReason: boolean;
  /** Fields that this action knows besides. */
  readonly more?: readonly string[];
}

/**
 * Read the JSON text of an action. Only a named member of the staff may act, and what moves an arm or
 * ends an alarm needs a reason: both are kept for good with the event.
 */
export function readActionBody(
  text: string,
  {staff, self, needsReason, more = []}: ActionRules,
): ActionBodyResult {
  const fields = readObject(text);
  if (fields === undefined) return problem('body', 'a JSON object', text);
  const names = ['person', 'reason', 'falseCall', ...more];
  const unknown = Object.keys(fields).find(key => !names.includes(key));
  if (unknown !== undefined) {
    return problem(`body.${unknown}`, `only ${names.join(', ')}`, unknown);
  }
  const person = fields.person ?? self;
  const member = staff.find(({id}) => id === person);
  if (!member) {
    const known = staff.map(({id}) => id).join(', ');
    return problem('body.person', `one of the staff: ${known}`, fields.person);
  }
  const {reason = '', falseCall = false} = fields;
  if (typeof reason !== 'string' || reason.length > MAX_REASON_CHARACTERS) {
    return problem('body.reason', `a text of at most ${MAX_REASON_CHARACTERS} characters`, reason);
  }
  if (needsReason && reason.trim() === '') {
    return problem('body.reason', 'why this is done, in words', reason);
  }
  if (typeof falseCall !== 'boolean') return problem('body.falseCall', 'true or false', falseCall);
  const body = {person: member.id, reason: reason.trim(), falseCall};
  return {kind: 'body', body, member, fields};
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
