import type {Clock, Millis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {
  decodeFixed,
  encodeFixed,
  type FixedFrame,
  type FrameFields,
} from '../../protocols/lock-board/fixed-frame.js';
import type {ChannelStates, LockBoardModel} from '../../protocols/lock-board/lock-board-model.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {Arm, type ArmDirection, type ArmPosition} from './arm.js';

/** One lock as it is wired to the board. */
export interface BoardWiring {
  /** Channel that lowers the arm and carries its contact. */
  readonly lock: number;
  /** Channel that raises the arm; without one somebody lifts it by hand. */
  readonly raiseLock?: number;
  /** Is the bit set while the arm lies flat? Which contact the installer took decides. */
  readonly flatSetsBit: boolean;
  readonly travelMs?: Millis;
  readonly arm?: 'up' | 'down';
}

export interface LockBoardOptions {
  readonly clock: Clock;
  readonly model: LockBoardModel;
  readonly board: number;
  readonly locks: readonly BoardWiring[];
  /** Before the answer to an order; default 200. */
  readonly openReplyMs?: Millis;
}

const DEFAULT_OPEN_REPLY_MS: Millis = 200;
const STATE_REPLY_MS: Millis = 20;
const DEFAULT_TRAVEL_MS: Millis = 3000;

/** A lock on a channel: an arm, a contact at its flat end, and what may ail it. */
export class BoardLockTwin {
  readonly wiring: BoardWiring;
  readonly commands: {readonly direction: ArmDirection; readonly atMs: Millis}[] = [];
  readonly #clock: Clock;
  readonly #arm: Arm;
  /** Its wire is cut: pulses do nothing, the contact still reads. */
  isDeaf = false;
  /** Something is broken at this position: nothing passes it. */
  jamAt: ArmPosition | undefined;

  constructor(clock: Clock, wiring: BoardWiring) {
    this.wiring = wiring;
    this.#clock = clock;
    const position = wiring.arm === 'down' ? 0 : 1;
    this.#arm = new Arm({travelMs: wiring.travelMs ?? DEFAULT_TRAVEL_MS, position});
  }

  /** 0 lies flat, 1 stands. */
  get position(): ArmPosition {
    return this.#arm.positionAt(this.#clock.nowMs());
  }

  get bit(): boolean {
    return (this.position === 0) === this.wiring.flatSetsBit;
  }

  /** Somebody puts the arm elsewhere by hand. */
  push(position: ArmPosition): void {
    this.#arm.push(position, this.#clock.nowMs());
  }

  pulse(direction: ArmDirection): void {
    const atMs = this.#clock.nowMs();
    this.commands.push({direction, atMs});
    if (this.isDeaf) return;
    const obstruction = this.jamAt === undefined ? undefined : {position: this.jamAt};
    this.#arm.move(direction, atMs, obstruction);
  }
}

/** A lock board on a line: it drives channels and reads contacts, and knows nothing of arms. */
export class LockBoard implements LineDevice {
  readonly unit: string;
  readonly #options: LockBoardOptions;
  readonly #locks: readonly BoardLockTwin[];
  isUnplugged = false;
  /** Orders are carried out and not answered. */
  isMute = false;

  constructor(options: LockBoardOptions) {
    this.#options = options;
    this.unit = `${options.model.name}:${options.board}`;
    this.#locks = options.locks.map(wiring => new BoardLockTwin(options.clock, wiring));
  }

  lock(channel: number): BoardLockTwin {
    const found = this.#locks.find(lock => lock.wiring.lock === channel);
    if (!found) throw new UsageError('sim/absent', `${this.unit} has no lock ${channel}`);
    return found;
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    const {model, openReplyMs = DEFAULT_OPEN_REPLY_MS} = this.#options;
    const {open, openReply, state, stateReply} = model.frames;
    for (let channel = 1; channel <= model.locks; channel += 1) {
      if (this.#isFor(frame, open, channel, 'lock')) {
        this.#pulse(channel);
        if (!openReply || this.isMute) return [];
        return [{afterMs: openReplyMs, bytes: this.#reply(openReply, channel, 'lock')}];
      }
      if (this.#isFor(frame, state, channel, model.asks)) {
        return [{afterMs: STATE_REPLY_MS, bytes: this.#reply(stateReply, channel, model.asks)}];
      }
    }
    return [];
  }

  #isFor(
    frame: Uint8Array,
    expected: FixedFrame,
    channel: number,
    about: 'lock' | 'board',
  ): boolean {
    const decoded = decodeFixed(expected, this.#fieldsOf(channel, about), frame);
    return decoded.kind === 'frame' && decoded.used === frame.length;
  }

  #fieldsOf(channel: number, about: 'lock' | 'board'): FrameFields {
    const {model, board} = this.#options;
    return model.fieldsOf({board, lock: channel}, about);
  }

  #reply(frame: FixedFrame, channel: number, about: 'lock' | 'board'): Uint8Array {
    const {model, board} = this.#options;
    const said = model.sayStates(this.#states(), {board, lock: channel});
    return encodeFixed(frame, {...this.#fieldsOf(channel, about), ...said});
  }

  #states(): ChannelStates {
    return new Map(this.#locks.map(lock => [lock.wiring.lock, lock.bit]));
  }

  #pulse(channel: number): void {
    for (const lock of this.#locks) {
      if (lock.wiring.lock === channel) lock.pulse('lower');
      if (lock.wiring.raiseLock === channel) lock.pulse('raise');
    }
  }
}
