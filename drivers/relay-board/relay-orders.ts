import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {BusOutcome} from '../bus/contract.js';
import type {RelayOutcome} from './contract.js';

export interface RelayOrder {
  readonly output: number;
  readonly on: boolean;
  /** When the output falls back by itself, at the earliest; undefined: it does not. */
  readonly untilMs: Millis | undefined;
}

/** What the wire alone says of an order. Exception 5 ("accepted, working on it") is a yes. */
export function wireOutcome(outcome: BusOutcome): Exclude<RelayOutcome, 'proven' | 'contradicted'> {
  switch (outcome.kind) {
    case 'written':
    case 'values':
      return 'acknowledged';
    case 'exception':
      return outcome.exceptionCode === 5 ? 'acknowledged' : 'refused';
    case 'timeout':
      return 'unanswered';
    case 'down':
      return 'not_sent';
    default:
      return unreachable(outcome, 'bus outcome');
  }
}

/** Whether reading back can tell more than the wire did. */
export function isWorthReading(wire: RelayOutcome): boolean {
  return wire === 'acknowledged' || wire === 'unanswered';
}

/**
 * Judge an order by the reading that followed it. A pulse that may be over by then proves nothing
 * either way: the word of the wire stands.
 */
export function judgeOrder(
  order: RelayOrder,
  wire: RelayOutcome,
  readBack: BusOutcome,
): RelayOutcome {
  if (readBack.kind !== 'values') return wire;
  const isOn = readBack.values[order.output] === 1;
  if (isOn === order.on) return 'proven';
  const mayBeOver = order.untilMs !== undefined && readBack.atMs >= order.untilMs;
  return mayBeOver ? wire : 'contradicted';
}
