import {type CommandMachine, type CommandResult, failed, inJson, succeeded} from './command.js';
import {findDaemon} from './daemon-client.js';

/**
 * `latchkey staff code PERSON`: a code with which the person sets his PIN at the board, good once and for 15 minutes.
 * No gateway comes with a PIN.
 */
export async function giveStaffCode(
  path: string,
  person: string,
  machine: CommandMachine,
  {json}: {readonly json: boolean},
): Promise<CommandResult> {
  const told = (result: CommandResult, more: object = {}) => (json ? inJson(result, more) : result);
  const found = findDaemon(path, machine);
  if (found.kind === 'problems') return told(failed(...found.problems));
  const answer = await found.daemon.act<{readonly code?: string}>(
    `/api/staff/${encodeURIComponent(person)}/code`,
    {},
  );
  if (answer.kind === 'silent') return told(failed(answer.why));
  const {code, error} = answer.body;
  if (error) {
    return told(failed(`refused: ${error.where}: expected ${error.expected}, got ${error.got}`));
  }
  const given = succeeded(
    `one-time code for ${person}: ${code}`,
    'good for 15 minutes: open the board, "Log in", "First PIN"',
  );
  return told(given, {person, code});
}
