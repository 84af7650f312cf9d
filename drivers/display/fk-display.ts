import type {Millis} from '../../protocols/base/clock.js';
import {
  encodeFkLine,
  encodeFkSpeech,
  FK_COMMAND,
  FK_PASSWORD,
  type FkColour,
} from '../../protocols/fk-display/commands.js';
import {
  decodeFkFrame,
  encodeFkFrame,
  FK_FRAME_OVERHEAD_BYTES,
} from '../../protocols/fk-display/frame.js';
import type {Frame, ReplyReader} from '../bus/contract.js';
import type {DisplayTone} from './contract.js';
import type {DisplayModel} from './frame-display.js';

export interface FkDisplayOptions {
  /** 0..255; 0 as delivered. */
  readonly address: number;
  /** False: the display was set to 485 mode 1 (its command 1A) and never answers. Default true. */
  readonly replies?: boolean;
  /** Six digits or more; default the maker's. */
  readonly password?: string;
}

/** Dual-colour panels have red, green and both together. */
const TONE_COLOURS: Readonly<Record<DisplayTone, FkColour>> = {
  neutral: {red: 255, green: 255, blue: 0},
  good: {red: 0, green: 255, blue: 0},
  bad: {red: 255, green: 0, blue: 0},
  call: {red: 255, green: 0, blue: 0},
};

/** The reply to a connection carries ten bytes, every other one. */
const LONGEST_REPLY_DATA_BYTES = 10;
/** `assumed:` the paper is silent; a text is stored before it is acknowledged. */
const TURNAROUND_MS: Millis = 200;
const PROBE_PERIOD_MS: Millis = 5000;

/**
 * An FK display with voice: a line of text is one frame, and each is acknowledged. The connection that
 * unlocks a display with a password proves every display alive.
 * @see FK display protocol V2.0 (2020-12-10)
 */
export function fkDisplayModel(options: FkDisplayOptions): DisplayModel {
  const {address, replies = true, password = FK_PASSWORD} = options;
  const frame = (command: number, data: Uint8Array, isAnswer = isAcknowledged): Frame => ({
    bytes: encodeFkFrame({address, command, data}),
    reply: replies ? replyReader(address, command, isAnswer) : undefined,
    turnaroundMs: TURNAROUND_MS,
  });
  const passwordBytes = Uint8Array.from(password, digit => digit.charCodeAt(0));
  return {
    unit: `fk-display:${address}`,
    screen: ({lines, tone}) =>
      lines.map(
        (text, line) => () =>
          frame(FK_COMMAND.lineText, encodeFkLine({line, text, colour: TONE_COLOURS[tone]})),
      ),
    speech: text => frame(FK_COMMAND.speak, encodeFkSpeech(text)),
    // A wrong password does not matter to a display without one, and tells of its life all the same.
    probe: replies
      ? {
          periodMs: PROBE_PERIOD_MS,
          make: () => ({
            ...frame(FK_COMMAND.connect, passwordBytes, () => true),
            isSecret: true,
          }),
        }
      : undefined,
  };
}

function isAcknowledged(data: Uint8Array): boolean {
  return data[0] === 0;
}

function replyReader(
  address: number,
  command: number,
  isAnswer: (data: Uint8Array) => boolean,
): ReplyReader {
  return {
    longestBytes: FK_FRAME_OVERHEAD_BYTES + LONGEST_REPLY_DATA_BYTES,
    read: received => {
      const decoded = decodeFkFrame(received, LONGEST_REPLY_DATA_BYTES);
      if (decoded.kind !== 'frame') return decoded;
      const {frame, used} = decoded;
      if (frame.address !== address || frame.command !== command) {
        return {kind: 'discard', used, why: 'foreign'};
      }
      return {kind: 'frame', frame: isAnswer(frame.data) ? 'answer' : 'refusal', used};
    },
  };
}
