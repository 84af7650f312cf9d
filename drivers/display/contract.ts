import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

export type DisplayTone = 'neutral' | 'good' | 'bad' | 'call';

/** Two lines of text as the person at the post reads them, in the site's language. */
export interface Screen {
  readonly lines: readonly [string, string];
  readonly tone: DisplayTone;
}

export interface DisplayListener {
  onHealth(health: DeviceHealth): void;
}

export interface Display {
  readonly id: DeviceId;
  /** Last value wins: a screen not yet sent is replaced, and the shown one is refreshed every 30 s. */
  show(screen: Screen): void;
  close(): void;
}

/** A display, or what hangs on it, that can talk. */
export interface Voice {
  /**
   * Say it once: what was said is never repeated by itself. Words that have not gone out are replaced
   * by newer ones, and are void after 5 s, for a late "welcome" is told to the wrong person.
   */
  speak(text: string): void;
}

export interface PanelListener extends DisplayListener {
  /** A key on a touch panel was pressed; `key` as the panel's own pages number it, never 0. */
  onKey(key: number, atMs: number): void;
}
