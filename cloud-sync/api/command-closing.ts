import type {CommandAnswer, UpMessages} from '../../protocols/cloud/up-messages.js';
import type {CommandReport} from './event-views.js';
import type {CommandClosing, CommandState} from './store/command-table.js';

/** What a gateway's answer means for its command. Undefined: nothing yet. */
export function closingOf(gateway: string, result: UpMessages['res']): CommandClosing | undefined {
  const state = stateOf(result.st, result.why);
  return state && {gateway, id: result.id, state, why: result.why};
}

/** What the gateway's journal means for a command: it closes what no answer has closed. */
export function reportClosing(report: CommandReport): readonly CommandClosing[] {
  const {gateway, command: id, why} = report;
  const state = stateOf(report.result, why);
  return state ? [{gateway, id, state, why}] : [];
}

function stateOf(answer: CommandAnswer | string, why: string | null): CommandState | undefined {
  switch (answer) {
    case 'done':
    case 'failed':
    case 'refused':
    case 'expired':
      return answer;
    case 'stale_session':
      return 'expired';
    case 'dup':
      return why === null ? undefined : stateOf(why, null);
    default:
      return undefined;
  }
}
