import type {Millis} from '../base/clock.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';
import {decodeFixed, encodeFixed, type FixedFrame, type FrameFields} from './fixed-frame.js';

/** A lock of a board by the board's DIP address and the number of its channel, as printed on it. */
export interface BoardSeat {
  readonly board: number;
  readonly lock: number;
}

/** The state bit or byte of channels: true where it is set. What "set" means depends on the wiring. */
export type ChannelStates = ReadonlyMap<number, boolean>;

/** One question to a board, with the reply that belongs to it. */
export interface BoardRequest {
  readonly bytes: Uint8Array;
  /** Undefined: the board does not answer this frame. */
  readonly reply: BoardReply | undefined;
}

/** How to know the one reply, and what it says of channels; an answer to an order may say nothing. */
export interface BoardReply {
  /** Length of the reply on the wire. */
  readonly bytes: number;
  decode(received: Uint8Array): Decoded<ChannelStates>;
}

/**
 * Frame table of a lock-board model. A board with frames of fixed length is a new value of this type,
 * not new code.
 */
export interface LockBoardModel {
  readonly name: string;
  readonly boards: {readonly first: number; readonly last: number};
  readonly locks: number;
  readonly frames: {
    readonly open: FixedFrame;
    readonly openReply: FixedFrame | undefined;
    readonly state: FixedFrame;
    readonly stateReply: FixedFrame;
  };
  /** Does one `state` frame ask for all channels, or for one? */
  readonly asks: 'board' | 'lock';
  /** Named bytes of every frame about this board or channel. */
  fieldsOf(seat: BoardSeat, about: 'lock' | 'board'): FrameFields;
  /** What the named bytes of `stateReply` say. */
  statesOf(fields: FrameFields, seat: BoardSeat): ChannelStates;
  /** The named bytes of both replies that say `states`: the other side of `statesOf`. */
  sayStates(states: ChannelStates, seat: BoardSeat): FrameFields;
  /** Silence that the board wants before each frame. */
  readonly gapMs: Millis | undefined;
  /** Longest time to the first byte of an answer to `state`. */
  readonly stateReplyMs: Millis;
}

/**
 * The frame that makes the board pulse channel `lock`.
 * @throws CodecMisuse `codec/lock-board` for a board or channel that the model does not have.
 */
export function openRequest(model: LockBoardModel, seat: BoardSeat): BoardRequest {
  const {open, openReply} = model.frames;
  const fields = checkedFields(model, seat, 'lock');
  const reply = openReply && replyOf(openReply, fields, () => new Map());
  return {bytes: encodeFixed(open, fields), reply};
}

/**
 * The frame that asks for the state of channel `lock`, and of all others where the model can.
 * @throws CodecMisuse `codec/lock-board` for a board or channel that the model does not have.
 */
export function stateRequest(model: LockBoardModel, seat: BoardSeat): BoardRequest {
  const {state, stateReply} = model.frames;
  const fields = checkedFields(model, seat, model.asks);
  const statesOf = (found: FrameFields) => model.statesOf(found, seat);
  return {bytes: encodeFixed(state, fields), reply: replyOf(stateReply, fields, statesOf)};
}

/** States of channels 1.. from bytes that carry eight each, the lowest bit and byte first. */
export function statesOfBits(bytes: readonly number[]): ChannelStates {
  const states = new Map<number, boolean>();
  for (const [index, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit += 1) states.set(index * 8 + bit + 1, ((byte >> bit) & 1) === 1);
  }
  return states;
}

/** The byte that carries channels `first`..`first + 7`, the lowest bit first. */
export function byteOfStates(states: ChannelStates, first: number): number {
  let byte = 0;
  for (let bit = 0; bit < 8; bit += 1) byte |= Number(states.get(first + bit) ?? false) << bit;
  return byte;
}

function replyOf(
  frame: FixedFrame,
  known: FrameFields,
  statesOf: (fields: FrameFields) => ChannelStates,
): BoardReply {
  return {
    bytes: frame.bytes,
    decode: received => {
      const decoded = decodeFixed(frame, known, received);
      return decoded.kind === 'frame' ? {...decoded, frame: statesOf(decoded.frame)} : decoded;
    },
  };
}

function checkedFields(
  model: LockBoardModel,
  seat: BoardSeat,
  about: 'lock' | 'board',
): FrameFields {
  const {board, lock} = seat;
  const {first, last} = model.boards;
  if (board < first || board > last || lock < 1 || lock > model.locks) {
    throw new CodecMisuse('codec/lock-board', `${model.name} has no lock ${board}/${lock}`);
  }
  return model.fieldsOf(seat, about);
}
