import type {FrameOutcome, ReplyReader} from '../../drivers/bus/contract.js';
import {ModbusBus} from '../../drivers/bus/modbus-bus.js';
import {SharedLine} from '../../drivers/bus/shared-line.js';
import {osdpReplyReader} from '../../drivers/osdp/reply-reader.js';
import {createSerialLink} from '../../drivers/port/serial-port.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {InternalError} from '../../protocols/base/errors.js';
import {type BoardReply, stateRequest} from '../../protocols/lock-board/lock-board-model.js';
import {BOARD_8A80} from '../../protocols/lock-board/models.js';
import {encodeCommand} from '../../protocols/osdp/commands.js';
import {encodeOsdpFrame, withMark} from '../../protocols/osdp/frame.js';
import {answer} from './child.js';
import {BOARDS, READERS} from './foreign-slaves.js';

const WARM_UP_MS = 1000;
const MODBUS_UNITS = [11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22];

/** What a line of three protocols answered in one window. */
export interface MixedWindow {
  readonly modbus: number;
  readonly osdp: number;
  readonly board: number;
  readonly failed: number;
  readonly ms: number;
}

/** `PATH BAUD WINDOWS MS`: Modbus units, OSDP readers and lock boards on one line, each as often as it can. */
export async function run([path = '', baud, windows, ms]: readonly string[]): Promise<undefined> {
  const clock = new SystemClock();
  const fraction = () => Math.random();
  const baudRate = Number(baud);
  const line = new SharedLine({
    link: createSerialLink({path, baudRate, clock, fraction}),
    clock,
    fraction,
    baudRate,
  });
  const tally = {modbus: 0, osdp: 0, board: 0, failed: 0};
  const count = (what: 'osdp' | 'board') => (outcome: FrameOutcome) => {
    if (outcome.kind === 'reply') tally[what] += 1;
    else tally.failed += 1;
  };
  const bus = new ModbusBus(line);
  for (const unit of MODBUS_UNITS) {
    bus.poll({
      read: {unit, table: 'holding', address: 0, quantity: 1},
      periodMs: () => 0,
      onHealth: () => {},
      onOutcome: outcome => {
        if (outcome.kind === 'values') tally.modbus += 1;
        else tally.failed += 1;
      },
    });
  }
  for (const address of READERS) pollReader(line, address, count('osdp'));
  for (const board of BOARDS) pollBoard(line, board, count('board'));
  line.open();
  await clock.sleep(WARM_UP_MS);
  answer({ready: true});
  for (let window = 0; window < Number(windows); window += 1) {
    const before = {...tally};
    const startMs = performance.now();
    await clock.sleep(Number(ms));
    answer({
      modbus: tally.modbus - before.modbus,
      osdp: tally.osdp - before.osdp,
      board: tally.board - before.board,
      failed: tally.failed - before.failed,
      ms: performance.now() - startMs,
    } satisfies MixedWindow);
  }
  await line.close();
  return undefined;
}

type Count = (outcome: FrameOutcome) => void;

function pollReader(line: SharedLine, address: number, onOutcome: Count): void {
  let sequence = 0;
  line.poll({
    unit: `osdp:${address}`,
    periodMs: () => 0,
    compose: () => {
      const command = encodeCommand({kind: 'poll'});
      const parts = {address, direction: 'command', sequence, check: 'crc', ...command} as const;
      const reply = osdpReplyReader(address, sequence);
      sequence = (sequence % 3) + 1;
      return {bytes: withMark(encodeOsdpFrame(parts)), reply};
    },
    onOutcome,
    onHealth: () => {},
  });
}

function pollBoard(line: SharedLine, board: number, onOutcome: Count): void {
  const {bytes, reply} = stateRequest(BOARD_8A80, {board, lock: 1});
  if (!reply) throw new InternalError('bench/board', 'a lock board answers to nothing');
  const reader = readerOf(reply);
  line.poll({
    unit: `board-8a80:${board}`,
    periodMs: () => 0,
    compose: () => ({bytes, reply: reader}),
    onOutcome,
    onHealth: () => {},
  });
}

function readerOf(reply: BoardReply): ReplyReader {
  return {
    longestBytes: reply.bytes,
    read: received => {
      const decoded = reply.decode(received);
      return decoded.kind === 'frame' ? {...decoded, frame: 'answer'} : decoded;
    },
  };
}
