import type {Millis} from '../../protocols/base/clock.js';
import {
  type DwinFrame,
  decodeDwinFrame,
  dwinPage,
  dwinText,
  encodeDwinFrame,
} from '../../protocols/dwin/frame.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, Frame, ReplyReader, UnitKey} from '../bus/contract.js';
import type {Display, DisplayTone, PanelListener, Screen} from './contract.js';
import {type DisplayModel, FrameDisplay, type FrameDisplayOptions} from './frame-display.js';

/** Where a panel's own pages keep what is shown and pressed: made with its pages, so it is data. */
export interface DwinLayout {
  /** Text variables of both lines. */
  readonly lines: readonly [DwinTextVariable, DwinTextVariable];
  /** Page to show for a tone; absent: one page for all. */
  readonly pages?: Readonly<Record<DisplayTone, number>>;
  /** Variable into which the pages put the number of a pressed key. */
  readonly keyAddress: number;
  /** The CRC is switched on in the panel's configuration. */
  readonly hasCrc?: boolean;
}

export interface DwinTextVariable {
  readonly address: number;
  readonly longestBytes: number;
}

export interface DwinPanelOptions extends Omit<FrameDisplayOptions, 'model' | 'listener'> {
  /** Panels have no address: the name of the one on this line. */
  readonly unit: UnitKey;
  readonly layout: DwinLayout;
  readonly listener: PanelListener;
}

const KEY_PERIOD_MS: Millis = 250;
/** Start, length, command, address, count, one word, and a CRC. */
const LONGEST_REPLY_BYTES = 11;

/**
 * A DWIN DGUS II touch panel. Its key variable is read four times a second, which also proves it
 * alive, and set back to 0 when a key was found: a key is told once, even where the setting back is
 * lost. A panel that sends touches by itself does no harm: the same touch is read as well.
 * @see device notes 5.2; DWIN T5L DGUS II application development guide
 */
export class DwinPanel implements Display {
  readonly id: DeviceId;
  readonly #options: DwinPanelOptions;
  readonly #display: FrameDisplay;
  #key = 0;
  #isClearing = false;
  /** What the panel holds was pressed while nobody listened: it never acts. */
  #isStale = true;

  constructor(options: DwinPanelOptions) {
    this.id = options.id;
    this.#options = options;
    const onHealth = (health: DeviceHealth) => {
      if (health === 'offline') this.#isStale = true;
      options.listener.onHealth(health);
    };
    this.#display = new FrameDisplay({...options, listener: {onHealth}, model: this.#model()});
  }

  show(screen: Screen): void {
    this.#display.show(screen);
  }

  close(): void {
    this.#display.close();
  }

  #model(): DisplayModel {
    const {layout, unit} = this.#options;
    const {lines, pages, keyAddress} = layout;
    return {
      unit,
      speech: undefined,
      screen: screen => {
        const texts = lines.map(({address, longestBytes}, index) =>
          dwinText(address, screen.lines[index] ?? '', longestBytes),
        );
        // The page last: it never shows with the words of the page before.
        const frames = pages ? [...texts, dwinPage(pages[screen.tone])] : texts;
        return frames.map(frame => () => this.#frame(frame));
      },
      probe: {
        periodMs: KEY_PERIOD_MS,
        make: () => this.#frame({kind: 'read', address: keyAddress, quantity: 1}),
        onReply: (bytes, atMs) => this.#hear(bytes, atMs),
      },
    };
  }

  #frame(frame: DwinFrame): Frame {
    const {hasCrc} = this.#options.layout;
    return {bytes: encodeDwinFrame(frame, hasCrc), reply: replyReader(frame, hasCrc)};
  }

  #hear(bytes: Uint8Array, atMs: Millis): void {
    const {layout, listener} = this.#options;
    const decoded = decodeDwinFrame(bytes, layout.hasCrc);
    if (decoded.kind !== 'frame' || decoded.frame.kind !== 'values') return;
    const [key = 0] = decoded.frame.words;
    const isNew = key !== this.#key && !this.#isStale;
    this.#isStale = false;
    this.#key = key;
    if (key === 0) return;
    // Again while it stands: the setting back may have been lost.
    this.#clearKey();
    if (isNew) listener.onKey(key, atMs);
  }

  #clearKey(): void {
    if (this.#isClearing) return;
    this.#isClearing = true;
    const {bus, unit, layout} = this.#options;
    bus.submit({
      unit,
      lane: 'confirm',
      compose: () => this.#frame({kind: 'write', address: layout.keyAddress, words: [0]}),
      settle: outcome => {
        this.#isClearing = false;
        if (outcome.kind === 'reply') this.#key = 0;
      },
    });
  }
}

/** A write is acknowledged, a read answered with the same variable; a touch of another one is foreign. */
function replyReader(request: DwinFrame, hasCrc: boolean | undefined): ReplyReader {
  return {
    longestBytes: LONGEST_REPLY_BYTES,
    read: received => {
      const decoded = decodeDwinFrame(received, hasCrc);
      if (decoded.kind !== 'frame') return decoded;
      const {frame, used} = decoded;
      const isReply =
        request.kind === 'read'
          ? frame.kind === 'values' && frame.address === request.address
          : frame.kind === 'ack';
      return isReply
        ? {kind: 'frame', frame: 'answer', used}
        : {kind: 'discard', used, why: 'foreign'};
    },
  };
}
