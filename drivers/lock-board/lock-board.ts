import type {Millis} from '../../protocols/base/clock.js';
import {
  type BoardReply,
  type BoardSeat,
  type LockBoardModel,
  openRequest,
  stateRequest,
} from '../../protocols/lock-board/lock-board-model.js';
import type {
  DeviceHealth,
  Frame,
  FrameBus,
  FrameOutcome,
  ReplyReader,
  UnitKey,
} from '../bus/contract.js';
import type {CommandOutcome} from '../parking-lock/contract.js';

export interface LockBoardOptions {
  readonly model: LockBoardModel;
  readonly bus: FrameBus;
  /** DIP address. */
  readonly board: number;
  /** Longest time to the answer to an order: 0.2-1 s on many boards; default 1000. */
  readonly openReplyMs?: Millis;
  /** The board is asked no more often than this, however many locks want it; default 200. */
  readonly leastPollMs?: Millis;
}

/** One lock of a board, as the board serves it. */
export interface BoardListener {
  readonly lock: number;
  /** Shortest distance of two routine polls of this lock now. */
  pollMs(): Millis;
  /** The channel's bit, whatever it means. */
  onState(isSet: boolean, atMs: Millis): void;
  onHealth(health: DeviceHealth): void;
}

const DEFAULT_OPEN_REPLY_MS: Millis = 1000;
const DEFAULT_LEAST_POLL_MS: Millis = 200;

/**
 * A board with many locks on a shared line. It is polled once for all its locks where its frames allow
 * that, else lock after lock; an order goes to one channel, once.
 */
export class LockBoard {
  readonly name: string;
  readonly #options: LockBoardOptions;
  readonly #unit: UnitKey;
  readonly #listeners: BoardListener[] = [];
  #leave: (() => void) | undefined;
  #turn = 0;
  #polled: BoardSeat | undefined;
  #confirming: Promise<FrameOutcome> | undefined;
  #health: DeviceHealth = 'unknown';

  constructor(options: LockBoardOptions) {
    const {model, board} = options;
    this.#options = options;
    this.#unit = `${model.name}:${board}`;
    this.name = `${model.name} ${board}`;
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  /** Serve one more lock; the returned function takes it out again. */
  join(listener: BoardListener): () => void {
    this.#listeners.push(listener);
    this.#leave ??= this.#options.bus.poll({
      unit: this.#unit,
      periodMs: () => this.#periodMs(),
      compose: () => this.#nextPoll(),
      onOutcome: outcome => this.#polled && this.#take(outcome, this.#polled),
      onHealth: health => this.#tellHealth(health),
    });
    return () => {
      const index = this.#listeners.indexOf(listener);
      if (index >= 0) this.#listeners.splice(index, 1);
      if (this.#listeners.length > 0) return;
      this.#leave?.();
      this.#leave = undefined;
    };
  }

  /** Pulse one channel, once. `onSent` runs when the frame is about to go out. */
  open(lock: number, onSent: (atMs: Millis) => void): Promise<CommandOutcome> {
    const {model, board, openReplyMs = DEFAULT_OPEN_REPLY_MS} = this.#options;
    const {bytes, reply} = openRequest(model, {board, lock});
    return new Promise(resolve =>
      this.#options.bus.submit({
        unit: this.#unit,
        lane: 'command',
        compose: nowMs => {
          onSent(nowMs);
          return this.#frame(bytes, reply, openReplyMs);
        },
        settle: outcome => resolve(commandOutcome(outcome)),
      }),
    );
  }

  /** Read this lock ahead of the sweep; locks that one frame reads together share it. */
  confirm(lock: number): Promise<FrameOutcome> {
    const {model, bus, board} = this.#options;
    if (this.#confirming !== undefined) return this.#confirming;
    const seat = {board, lock};
    const confirming = new Promise<FrameOutcome>(resolve =>
      bus.submit({
        unit: this.#unit,
        lane: 'confirm',
        compose: () => this.#stateFrame(seat),
        settle: outcome => {
          this.#confirming = undefined;
          this.#take(outcome, seat);
          resolve(outcome);
        },
      }),
    );
    if (model.asks === 'board') this.#confirming = confirming;
    return confirming;
  }

  #nextPoll(): Frame | undefined {
    const next = this.#listeners[this.#turn % this.#listeners.length];
    if (!next) return undefined;
    this.#turn = (this.#turn + 1) % this.#listeners.length;
    this.#polled = {board: this.#options.board, lock: next.lock};
    return this.#stateFrame(this.#polled);
  }

  /** Where each lock needs a frame of its own, each gets its turn within its period. */
  #periodMs(): Millis {
    const {model, leastPollMs = DEFAULT_LEAST_POLL_MS} = this.#options;
    const wanted = Math.min(...this.#listeners.map(listener => listener.pollMs()));
    const frames = model.asks === 'board' ? 1 : Math.max(1, this.#listeners.length);
    return Math.max(leastPollMs, wanted / frames);
  }

  #stateFrame(seat: BoardSeat): Frame {
    const {model} = this.#options;
    const {bytes, reply} = stateRequest(model, seat);
    return this.#frame(bytes, reply, model.stateReplyMs);
  }

  #frame(bytes: Uint8Array, reply: BoardReply | undefined, turnaroundMs: Millis): Frame {
    const {gapMs} = this.#options.model;
    return {
      bytes,
      reply: reply && readerOf(reply),
      turnaroundMs: reply ? turnaroundMs : (gapMs ?? turnaroundMs),
      ...(gapMs === undefined ? {} : {gapMs}),
    };
  }

  #take(outcome: FrameOutcome, seat: BoardSeat): void {
    if (outcome.kind !== 'reply') return;
    const decoded = stateRequest(this.#options.model, seat).reply?.decode(outcome.bytes);
    if (decoded?.kind !== 'frame') return;
    for (const listener of [...this.#listeners]) {
      const isSet = decoded.frame.get(listener.lock);
      if (isSet !== undefined) listener.onState(isSet, outcome.atMs);
    }
  }

  #tellHealth(health: DeviceHealth): void {
    this.#health = health;
    for (const listener of [...this.#listeners]) listener.onHealth(health);
  }
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

/** A frame that nobody answers is as unknown as one without its answer: the reading decides. */
function commandOutcome(outcome: FrameOutcome): CommandOutcome {
  switch (outcome.kind) {
    case 'reply':
      return outcome.verdict === 'answer' ? 'acknowledged' : 'refused';
    case 'sent':
    case 'timeout':
      return 'unanswered';
    case 'down':
      return 'not_sent';
  }
}
