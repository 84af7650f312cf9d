import type {Screen} from '../../drivers/display/contract.js';
import type {CardUid} from '../../protocols/site/ids.js';
import type {CardReader} from '../devices/card-reader.js';
import type {Collector} from '../devices/collector.js';
import type {Display, ScreenShown} from '../devices/display.js';
import type {EmergencyButton} from '../devices/emergency-button.js';
import type {CardField, SimCard} from '../devices/sim-card.js';

/** A collector as a person stands before it, whatever is inside. */
export interface SimPost extends CardField {
  readonly id: string;
  readonly kind: 'plain' | 'smart';
  /** What the display reads now. */
  readonly screen: Screen | undefined;
  /** Everything it has shown, oldest first, repetitions included. */
  readonly screens: readonly ScreenShown[];
  readonly buzzer: boolean;
  readonly lamp: boolean;
  press(): void;
  close(): void;
}

/** Reader, display and button that hang on the gateway one by one. */
export class PlainPost implements SimPost {
  readonly kind = 'plain';
  readonly id: string;
  readonly reader: CardReader;
  readonly display: Display;
  readonly button: EmergencyButton;

  constructor(id: string, parts: Pick<PlainPost, 'reader' | 'display' | 'button'>) {
    this.id = id;
    this.reader = parts.reader;
    this.display = parts.display;
    this.button = parts.button;
  }

  get screen(): Screen | undefined {
    return this.display.screen;
  }

  get screens(): readonly ScreenShown[] {
    return this.display.history;
  }

  get buzzer(): boolean {
    return this.button.buzzer;
  }

  get lamp(): boolean {
    return this.button.lamp;
  }

  present(card: SimCard): void {
    this.reader.present(card);
  }

  remove(uid?: CardUid): void {
    this.reader.remove(uid);
  }

  press(): void {
    this.button.press();
  }

  close(): void {
    this.reader.close();
  }
}

/** A collector that seals what it says. */
export class SmartPost implements SimPost {
  readonly kind = 'smart';
  readonly id: string;
  readonly collector: Collector;

  constructor(id: string, collector: Collector) {
    this.id = id;
    this.collector = collector;
  }

  get screen(): Screen | undefined {
    return this.collector.screen;
  }

  get screens(): readonly ScreenShown[] {
    return this.collector.screens;
  }

  get buzzer(): boolean {
    return this.collector.buzzer;
  }

  get lamp(): boolean {
    return this.collector.lamp;
  }

  present(card: SimCard): void {
    this.collector.present(card);
  }

  remove(uid?: CardUid): void {
    this.collector.remove(uid);
  }

  press(): void {
    this.collector.press();
  }

  close(): void {
    this.collector.close();
  }
}
