import type {Screen} from '../../drivers/display/contract.js';
import type {Clock, Millis, UnixMillis} from '../../protocols/base/clock.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import type {CollectorId} from '../../protocols/site/ids.js';
import {isShownAt, type Notice} from '../../protocols/site/notice.js';
import type {DisplayMessage} from '../domain/lot/display-message.js';
import type {Language} from '../words/dictionary.js';
import {noticeScreens, screenFor} from '../words/screens.js';

export interface NoticeBoardOptions {
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly wallMs: () => UnixMillis;
  readonly language: Language;
  /** All that the cloud has told. */
  readonly all: () => readonly Notice[];
  readonly show: (collector: CollectorId, screen: Screen) => void;
}

/** Each screen stands so long. */
const TURN_MS: Millis = 5 * SECOND_MS;

/** Shows notices on displays that have nothing to say, in turn with their usual words. */
export class NoticeBoard {
  readonly #options: NoticeBoardOptions;
  /** Displays that have nothing to say, with their usual words. */
  readonly #idle = new Map<CollectorId, DisplayMessage>();
  #shown: readonly Notice[] = [];
  /** `usual`: each display its own words. */
  #screens: readonly (Screen | 'usual')[] = [];
  #turn = 0;
  #turnedMs: Millis = 0;

  constructor(options: NoticeBoardOptions) {
    this.#options = options;
  }

  /** Those that are shown now. */
  get notices(): readonly Notice[] {
    return this.#shown;
  }

  /** What the lot itself wants on a display. */
  note(collector: CollectorId, message: DisplayMessage): void {
    if (message.code === 'IDLE') this.#idle.set(collector, message);
    else this.#idle.delete(collector);
  }

  /** Each second; true when other notices are shown than before. */
  look(): boolean {
    const {clock, all, wallMs} = this.#options;
    const live = all().filter(notice => isShownAt(notice, wallMs()));
    const nowMs = clock.nowMs();
    const isOther = !isSame(live, this.#shown);
    if (isOther) {
      this.#shown = live;
      const pages = live.flatMap(({text}) => noticeScreens(text));
      this.#screens = pages.length === 0 ? [] : [...pages, 'usual'];
      if (pages.length === 0) this.#showAll('usual');
    }
    if (this.#screens.length === 0) return isOther;
    if (isOther || nowMs - this.#turnedMs >= TURN_MS) {
      this.#turn = isOther ? 0 : (this.#turn + 1) % this.#screens.length;
      this.#turnedMs = nowMs;
      const screen = this.#screens[this.#turn];
      if (screen) this.#showAll(screen);
    }
    return isOther;
  }

  #showAll(screen: Screen | 'usual'): void {
    const {language, show} = this.#options;
    for (const [collector, message] of this.#idle) {
      show(collector, screen === 'usual' ? screenFor(message, language) : screen);
    }
  }
}

function isSame(left: readonly Notice[], right: readonly Notice[]): boolean {
  return left.length === right.length && left.every((notice, at) => notice === right[at]);
}
