import type {OrderResult} from '../domain/lot/contract.js';
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
 * watch what becomes of it. Refused without a named person and a reason, which go on file.
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
  const order = await daemon.act<{readonly result?: OrderResult}>(
    `/api/bays/${encodeURIComponent(bay)}/open`,
    {person, reason},
  );
  if (order.kind === 'silent') return failed(order.why);
  const {result, error} = order.body;
  if (error) return failed(`refused: ${error.where}: expected ${error.expected}, got ${error.got}`);
  if (result?.kind === 'done') return succeeded(`${bay} is open`);
  return watchOrder(bay, daemon, machine);
}

async function watchOrder(
  bay: string,
  daemon: DaemonClient,
  {clock}: CommandMachine,
): Promise<CommandResult> {
  const untilMs = clock.nowMs() + LOOK_FOR_MS;
  while (clock.nowMs() < untilMs) {
    await clock.sleep(LOOK_EVERY_MS);
    const seen = await daemon.state();
    if (seen.kind === 'silent') return failed(seen.why);
    const order = seen.body.bays.find(({id}) => id === bay)?.lastOrder;
    if (order?.kind === 'done') return succeeded(`${bay} is open`);
    if (order?.kind === 'failed') return failed(`${bay} did not open: ${order.why}`);
    if (order?.kind === 'refused') return failed(`${bay} did not open: ${order.reason}`);
  }
  return failed(`${bay} was ordered open and has not reported it within ${LOOK_FOR_MS / 1000} s`);
}
