import type {LotInput} from '../domain/lot/contract.js';

/** Names who told the input, when it tells it only once. */
export function sourceOf(input: LotInput): string | undefined {
  switch (input.kind) {
    case 'boot':
    case 'storage':
    case 'storageSlow':
      return input.kind;
    case 'occupancy':
    case 'lockHealth':
    case 'lockIdentity':
      return `${input.kind} ${input.bay}`;
    case 'partHealth':
      return `${input.kind} ${input.device}`;
    case 'deviceFault':
      return `${input.kind} ${input.device} ${input.fault}`;
    // Devices tell totals, so the newest says what the lost ones said.
    case 'deviceEvent':
      return `${input.kind} ${input.device} ${input.event}`;
    case 'deviceFact': {
      const {kind, body} = input.fact;
      if (kind === 'command') return `${kind} ${body.command}`;
      return kind === 'occupancy'
        ? `${kind} ${body.counter} ${body.person}`
        : `${kind} ${body.person} ${body.action}`;
    }
    case 'fire':
      return `${input.kind} ${input.panel}`;
    case 'line':
      return `${input.kind} ${input.line}`;
    case 'press':
    case 'resetKey':
      return `${input.kind} ${input.collector}`;
    case 'pressCount':
      return `${input.kind} ${input.device}`;
    case 'callTold':
      return `${input.kind} ${input.call}`;
    default:
      return undefined;
  }
}

/** The newer word of one source counts; presses add up. */
export function joined(earlier: LotInput | undefined, input: LotInput): LotInput {
  if (earlier?.kind !== 'press' || input.kind !== 'press') return input;
  return {...input, presses: earlier.presses + input.presses};
}
