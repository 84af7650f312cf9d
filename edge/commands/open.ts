import type {OrderResult} from '../domain/lot/contract.js';
import type {PageState} from '../page/view.js';
import {type CommandMachine, type CommandResult, failed, succeeded} from './command.js';
import {type DaemonClient, findDaemon} from './daemon-client.js';

export interface OpenRequest {
  readonly bay: string;
  readonly reason: string | undefined;
  readonly person: string | undefined;
}

const LOOK_EVERY_MS = 500;
/** Six tries 5 s apart, the last one's confirmation, and some slack. */
const LOOK_FOR_MS = 35_000;

/**
 * `latchkey open BAY`: lower the lock by hand, under the same interlocks as every other order, and
 * watch until the arm is down. Refused without a named person and a reason, which go on file.
 */
export async function openBay(
  path: string,
  request: OpenRequest,
  machine: CommandMachine,
): Promise<CommandResult> {
  const {bay, reason = '', person = ''} = request;
  if (reason.trim() === '') return failed(`refused: open ${bay} needs --reason`);
  if (person === '') return failed(`refused: open ${bay} needs --person`);
  const found = findDaemon(path, machine);
  if (found.kind === 'problems') return failed(...found.problems);
  const {daemon} = found;
  const before = await daemon.state();
  if (before.kind === 'silent') return failed(before.why);
  const order = await daemon.act<{readonly result?: OrderResult}>(
    `/api/bays/${encodeURIComponent(bay)}/open`,
    {person, reason},
  );
  if (order.kind === 'silent') return failed(order.why);
  const {result, error} = order.body;
  if (error) return failed(`refused: ${error.where}: expected ${error.expected}, got ${error.got}`);
  if (result?.kind === 'done') return succeeded(`${bay} is open`);
  return watchArm(bay, failuresOf(bay, before.body), daemon, machine);
}

async function watchArm(
  bay: string,
  failuresBefore: string,
  daemon: DaemonClient,
  {clock}: CommandMachine,
): Promise<CommandResult> {
  const untilMs = clock.nowMs() + LOOK_FOR_MS;
  while (clock.nowMs() < untilMs) {
    await clock.sleep(LOOK_EVERY_MS);
    const seen = await daemon.state();
    if (seen.kind === 'silent') return failed(seen.why);
    const arm = seen.body.bays.find(({id}) => id === bay)?.arm;
    if (arm === 'down') return succeeded(`${bay} is open`);
    const failures = failuresOf(bay, seen.body);
    if (failures !== failuresBefore) return failed(`${bay} did not open: ${failures}`);
  }
  return failed(`${bay} was ordered open and has not reported it within ${LOOK_FOR_MS / 1000} s`);
}

/** The bay's failed openings that are not closed, in words: a new one, or one more, changes them. */
function failuresOf(bay: string, {alarms}: PageState): string {
  return alarms
    .filter(alarm => alarm.kind === 'UNLOCK_FAILED' && alarm.bay === bay)
    .map(({id, count, detail}) => `alarm ${id} x${count} ${detail}`)
    .join('; ');
}
