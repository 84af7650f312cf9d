import {equalBytes} from '../../protocols/base/bytes.js';
import {encodeFixed} from '../../protocols/lock-board/fixed-frame.js';
import {stateRequest} from '../../protocols/lock-board/lock-board-model.js';
import {BOARD_8A80} from '../../protocols/lock-board/models.js';
import {COMMAND_CODES} from '../../protocols/osdp/commands.js';
import {decodeOsdpFrame, encodeOsdpFrame} from '../../protocols/osdp/frame.js';
import {REPLY_CODES} from '../../protocols/osdp/replies.js';

/** DIP addresses of the lock boards on a mixed line. */
export const BOARDS = [1, 2, 3, 4, 5, 6];
/** Addresses of the OSDP readers beside them. */
export const READERS = [1, 2, 3, 4, 5, 6];
/** Mark, header, code and CRC: a poll, and the ACK without the mark. */
export const OSDP_POLL_BYTES = 9;
export const OSDP_ACK_BYTES = 8;

const NOTHING = new Uint8Array(0);

const BOARD_ANSWERS = BOARDS.map(board => ({
  request: stateRequest(BOARD_8A80, {board, lock: 1}).bytes,
  reply: encodeFixed(BOARD_8A80.frames.stateReply, {board, s1: 0, s2: 0, s3: 0, s4: 1}),
}));

/** What slaves that speak no Modbus answer: a reader to its poll, a board to its state; undefined to all else. */
export function foreignReply(frame: Uint8Array): Uint8Array | undefined {
  for (const {request, reply} of BOARD_ANSWERS) if (equalBytes(request, frame)) return reply;
  const decoded = decodeOsdpFrame(frame);
  if (decoded.kind !== 'frame' || decoded.used !== frame.length) return undefined;
  const {address, direction, sequence, code} = decoded.frame;
  if (direction !== 'command' || code !== COMMAND_CODES.poll) return undefined;
  return encodeOsdpFrame({
    address,
    direction: 'reply',
    sequence,
    check: 'crc',
    code: REPLY_CODES.ack,
    data: NOTHING,
  });
}
