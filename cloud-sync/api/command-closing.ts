import type {UpMessages} from '../../protocols/cloud/up-messages.js';
import type {CommandInput} from './command-machine.js';
import type {CommandReport} from './event-views.js';

/** What was heard of a command, and from whom. */
export interface CommandNews {
  readonly gateway: string;
  readonly id: string;
  readonly input: CommandInput;
}

/** What a gateway's answer says of its command. Undefined: nothing. */
export function newsOf(gateway: string, result: UpMessages['res']): CommandNews | undefined {
  const {id, st, why} = result;
  const input = st === 'dup' ? inputOf(why ?? 'taken', null) : inputOf(st, why);
  return input && {gateway, id, input};
}

/** What the gateway's journal says of a command: it ends what no answer has ended. */
export function newsIn({gateway, command: id, result, why}: CommandReport): readonly CommandNews[] {
  const input = inputOf(result, why);
  return input ? [{gateway, id, input}] : [];
}

function inputOf(result: string, why: string | null): CommandInput | undefined {
  switch (result) {
    case 'taken':
      return {kind: 'begun'};
    case 'done':
      return {kind: 'done'};
    case 'failed':
    case 'aborted':
      return {kind: 'failed', why: why ?? 'FAILED', tried: true};
    case 'refused':
      return {kind: 'failed', why: why ?? 'REFUSED', tried: false};
    case 'expired':
    case 'stale_session':
      return {kind: 'neverBegan', why: why ?? 'EXPIRED'};
    case 'unproven':
      return {kind: 'unproven', why: why ?? 'UNPROVEN'};
    case 'interrupted':
      return {kind: 'unproven', why: 'INTERRUPTED'};
    default:
      return undefined;
  }
}
