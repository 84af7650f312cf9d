import type {CollectorId} from '../../../protocols/site/ids.js';
import {restingScreen} from '../alarms/alarm-flow.js';
import type {DisplayMessage} from '../lot/display-message.js';
import type {CollectorState} from '../lot/lot-state.js';
import type {Turn} from '../lot/turn.js';

/** Say something at a post, for as long as the rules say. */
export function show(turn: Turn, id: CollectorId, message: DisplayMessage): void {
  turn.effect({kind: 'show', collector: id, message});
  turn.startTimer({kind: 'idleScreen', collector: id}, turn.config.rules.idleScreenMs);
}

/** Back to rest; a card that still lies there, or a lock that still moves, is looked at again. */
export function onIdleScreen(turn: Turn, id: CollectorId): void {
  const message = restingScreen(turn, id);
  const isAtRest = message.code === 'IDLE' || message.code === 'STALL_FREE';
  if (isAtRest) turn.effect({kind: 'show', collector: id, message});
  else show(turn, id, message);
}

/** Noise before a scanner is nobody's failure; whoever holds a code there is asked to hold it there again. */
export function onCodeUnread(turn: Turn, at: CollectorState): void {
  if (at.series.kind === 'idle') show(turn, at.config.id, {code: 'SHOW_AGAIN'});
}
