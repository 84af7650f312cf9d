import type {Decoded} from '../../protocols/base/decode.js';
import {decodeOsdpFrame} from '../../protocols/osdp/frame.js';
import {REPLY_CODES} from '../../protocols/osdp/replies.js';
import type {ReplyReader} from '../bus/contract.js';

/**
 * Longest reply that the deadline counts with. Nothing longer comes from a reader of cards and keys; it
 * would be taken as well, if its beginning came early.
 */
const LONGEST_BYTES = 96;

/**
 * Know the reply of one reader to one command by address and number. BUSY comes with number 0. A reply
 * to an earlier command is somebody else's.
 */
export function osdpReplyReader(address: number, sequence: number): ReplyReader {
  return {
    longestBytes: LONGEST_BYTES,
    read: received => readReply(received, address, sequence),
  };
}

function readReply(
  received: Uint8Array,
  address: number,
  sequence: number,
): Decoded<'answer' | 'refusal'> {
  const decoded = decodeOsdpFrame(received);
  if (decoded.kind !== 'frame') return decoded;
  const {frame, used} = decoded;
  const isBusy = frame.code === REPLY_CODES.busy && frame.sequence === 0;
  const isNext = frame.sequence === sequence || isBusy;
  if (frame.direction !== 'reply' || frame.address !== address || !isNext) {
    return {kind: 'discard', used, why: 'foreign'};
  }
  const isRefusal = isBusy || frame.code === REPLY_CODES.nak;
  return {kind: 'frame', frame: isRefusal ? 'refusal' : 'answer', used};
}
