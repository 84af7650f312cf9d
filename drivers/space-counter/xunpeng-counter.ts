import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import {
  decodeSpaceFrame,
  encodeSpaceFrame,
  SPACE_FRAME_BYTES,
  type SpaceColour,
} from '../../protocols/space-counter/frame.js';
import type {DeviceHealth, Frame, FrameBus, FrameOutcome, UnitKey} from '../bus/contract.js';
import {LastValueWriter} from '../lifecycle/last-value-writer.js';
import type {FreeSpaces, SpaceCounter, SpaceCounterListener, SpaceTone} from './contract.js';

export interface XunpengCounterOptions {
  readonly id: DeviceId;
  readonly bus: FrameBus;
  readonly clock: Clock;
  /** The board's "information code", 0..255; 1 in the maker's example. */
  readonly info?: number;
  readonly listener: SpaceCounterListener;
}

const COLOURS: Readonly<Record<SpaceTone, SpaceColour>> = {
  plenty: 'green',
  few: 'yellow',
  none: 'red',
};

const LARGEST_COUNT = 0xffff;
const SETTLE_MS: Millis = 30;
const RETRY_MS: Millis = 1000;
const REFRESH_MS: Millis = 30_000;
/** What is shown is written again at this distance, since the board knows no question. */
const PROBE_PERIOD_MS: Millis = 5000;
/** `assumed:` no paper names one. */
const TURNAROUND_MS: Millis = 100;

/**
 * The Xunpeng board for free spaces, 9600 8N1. It repeats what it was told, and that is the proof that
 * it shows it; a reply with another count is none.
 * @see Xunpeng Technology, protocol of the parking board, section 2
 */
export class XunpengCounter implements SpaceCounter {
  readonly id: DeviceId;
  readonly #options: XunpengCounterOptions;
  readonly #unit: UnitKey;
  readonly #info: number;
  readonly #writer: LastValueWriter<FreeSpaces>;
  readonly #leave: () => void;
  #shown: FreeSpaces | undefined;
  #closed = false;

  constructor(options: XunpengCounterOptions) {
    const {id, clock, bus, info = 1} = options;
    this.id = id;
    this.#options = options;
    this.#info = info;
    this.#unit = `space-counter:${info}`;
    this.#writer = new LastValueWriter({
      name: `space counter ${id}`,
      clock,
      settleMs: SETTLE_MS,
      retryMs: RETRY_MS,
      refreshMs: REFRESH_MS,
      send: spaces => this.#send(spaces),
    });
    this.#leave = bus.poll({
      unit: this.#unit,
      periodMs: () => PROBE_PERIOD_MS,
      // Before the first value there is nothing that may be written.
      compose: () => this.#shown && this.#frame(this.#shown),
      onOutcome: () => {},
      onHealth: health => this.#turn(health),
    });
  }

  show(spaces: FreeSpaces): void {
    const count = Math.min(Math.max(0, Math.round(spaces.count)), LARGEST_COUNT);
    const fitting = {...spaces, count};
    this.#shown = fitting;
    this.#writer.set(fitting);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#writer.close();
    this.#leave();
  }

  async #send(spaces: FreeSpaces): Promise<boolean> {
    const outcome = await new Promise<FrameOutcome>(resolve => {
      this.#options.bus.submit({
        unit: this.#unit,
        lane: 'confirm',
        compose: () => (this.#closed ? undefined : this.#frame(spaces)),
        settle: resolve,
      });
    });
    return outcome.kind === 'reply';
  }

  #frame({count, tone}: FreeSpaces): Frame {
    const wanted = {colour: COLOURS[tone], count, info: this.#info};
    return {
      bytes: encodeSpaceFrame({direction: 'request', ...wanted}),
      turnaroundMs: TURNAROUND_MS,
      reply: {
        longestBytes: SPACE_FRAME_BYTES,
        read: received => {
          const decoded = decodeSpaceFrame(received);
          if (decoded.kind !== 'frame') return decoded;
          const {frame, used} = decoded;
          const isReply = frame.direction === 'reply' && frame.info === wanted.info;
          const isSame = frame.count === wanted.count && frame.colour === wanted.colour;
          if (!isReply || !isSame) return {kind: 'discard', used, why: 'foreign'};
          return {kind: 'frame', frame: 'answer', used};
        },
      },
    };
  }

  #turn(health: DeviceHealth): void {
    if (this.#closed) return;
    this.#writer.follow(health);
    this.#options.listener.onHealth(health);
  }
}
