import type {Decoded} from '../base/decode.js';
import {decodePn532, type Pn532Frame} from './frame.js';

/** What a reader made of a command. `refused`: it did not understand the command at all. */
export type Pn532Reply =
  | {readonly kind: 'reply'; readonly data: Uint8Array}
  | {readonly kind: 'refused'};

/**
 * Find the reply to `command` at the start of what came since it left: the acknowledge and the reply
 * behind it as one. A reply whose acknowledge was lost counts; its code and its sum prove it. Discards:
 * those of a frame, and `foreign` = a sound frame that answers something else.
 * @see UM0701-02, 6.2.2; device notes 4.1
 */
export function decodePn532Reply(received: Uint8Array, command: number): Decoded<Pn532Reply> {
  const first = decodePn532(received);
  if (first.kind !== 'frame') return first;
  if (first.frame.kind !== 'ack') return judged(first.frame, command, first.used);
  const second = decodePn532(received.subarray(first.used));
  switch (second.kind) {
    case 'wait':
      return second;
    case 'discard':
      return {...second, used: first.used + second.used};
    case 'frame':
      if (second.frame.kind === 'ack') return {kind: 'discard', used: first.used, why: 'foreign'};
      return judged(second.frame, command, first.used + second.used);
  }
}

function judged(frame: Pn532Frame, command: number, used: number): Decoded<Pn532Reply> {
  if (frame.kind === 'error') return {kind: 'frame', frame: {kind: 'refused'}, used};
  const isReply = frame.kind === 'info' && frame.from === 'reader' && frame.data[0] === command + 1;
  if (!isReply) return {kind: 'discard', used, why: 'foreign'};
  return {kind: 'frame', frame: {kind: 'reply', data: frame.data}, used};
}
