import type {FrameBus, RegisterBus} from '../../drivers/bus/contract.js';
import {BoardLock} from '../../drivers/lock-board/board-lock.js';
import {LockBoard} from '../../drivers/lock-board/lock-board.js';
import type {ParkingLock, ParkingLockListener} from '../../drivers/parking-lock/contract.js';
import {LockDriver} from '../../drivers/parking-lock/lock-driver.js';
import type {Clock} from '../../protocols/base/clock.js';
import {LOCK_BOARD_MODELS} from '../../protocols/lock-board/models.js';
import {REFERENCE_LOCK_PROFILE} from '../../protocols/profiles/parking-lock-profile.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import type {BusConfig} from '../config/bus-schema.js';
import {unitKeyOf} from '../config/device-kinds/line-protocols.js';
import type {BoardLockConfig, ParkingLockConfig} from '../config/device-kinds/locks.js';

type LockConfig = ParkingLockConfig | BoardLockConfig;

/** The line of a lock, with all that the site file says of it. */
interface LockLine {
  readonly config: BusConfig;
  readonly frames: FrameBus;
  readonly registers: RegisterBus;
}

interface LockMakerOptions {
  readonly clock: Clock;
  readonly onTrouble: (lock: string, code: string, text: string) => void;
}

const PROFILES = {reference: REFERENCE_LOCK_PROFILE};

/** Makes the locks of a site. Locks on one board share the board, which is polled once for all. */
export class LockMaker {
  readonly #options: LockMakerOptions;
  readonly #boards = new Map<string, LockBoard>();

  constructor(options: LockMakerOptions) {
    this.#options = options;
  }

  make(lock: LockConfig, line: LockLine, listener: ParkingLockListener): ParkingLock {
    const {clock, onTrouble} = this.#options;
    const {pollMs} = lock;
    const common = {id: asId<DeviceId>(lock.id), clock, pollMs, listener};
    if (lock.kind === 'parking-lock') {
      return new LockDriver({
        ...common,
        bus: line.registers,
        unit: lock.address,
        base: lock.base,
        profile: PROFILES[lock.profile],
        onTrouble: (code, text) => onTrouble(lock.id, code, text),
      });
    }
    const {raiseLock, statusMeansOpen, travelMs} = lock;
    return new BoardLock({
      ...common,
      board: this.#boardOf(lock, line),
      lock: lock.lock,
      ...(raiseLock === undefined ? {} : {raiseLock}),
      statusMeansOpen,
      travelMs,
    });
  }

  /** A board is as slow as the slowest of its locks says. */
  #boardOf(lock: BoardLockConfig, line: LockLine): LockBoard {
    const unit = unitKeyOf(lock);
    const key = `${line.config.id} ${unit}`;
    const known = this.#boards.get(key);
    if (known) return known;
    const locks = line.config.devices.filter(device => device.kind === 'board-lock');
    const ours = locks.filter(device => unitKeyOf(device) === unit);
    const board = new LockBoard({
      model: LOCK_BOARD_MODELS[lock.model],
      bus: line.frames,
      board: lock.board,
      openReplyMs: Math.max(...ours.map(({openReplyMs}) => openReplyMs)),
      leastPollMs: Math.max(...ours.map(({leastPollMs}) => leastPollMs)),
    });
    this.#boards.set(key, board);
    return board;
  }
}
