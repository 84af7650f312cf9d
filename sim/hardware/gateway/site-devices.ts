import {SystemEntropy} from '../../../edge/platform/entropy.js';
import {SystemClock} from '../../../edge/platform/system-clock.js';
import {asId, type CardUid} from '../../../protocols/site/ids.js';
import {CardReader} from '../../devices/card-reader.js';
import {Display} from '../../devices/display.js';
import {EmergencyButton} from '../../devices/emergency-button.js';
import {ParkingLock} from '../../devices/parking-lock.js';
import {rest, until} from '../../real/peer-process.js';
import {Rs485Line} from '../../wire/rs485-line.js';
import {SerialSocket} from '../serial-socket.js';
import {BAUD_RATE, BUTTON_UNIT, DISPLAY_UNIT, LOCK_UNIT} from './gateway-site.js';

/** So long a card lies on the reader. */
const HOLD_MS = 1000;
const DECISION_LIMIT_MS = 180_000;
const FIRST_CARD = 0x0a00_1234;

/** What hangs on the two adapters of the gateway; it has its own power and lives on without it. */
export class SiteDevices {
  readonly button: EmergencyButton;
  readonly #display: Display;
  readonly #reader: CardReader;
  readonly #line: Rs485Line;
  readonly #sockets: readonly [line: SerialSocket, reader: SerialSocket];
  #cards = 0;

  constructor(linePath: string, readerPath: string) {
    const clock = new SystemClock();
    const line = new SerialSocket(linePath);
    const reader = new SerialSocket(readerPath);
    this.#sockets = [line, reader];
    const entropy = new SystemEntropy(clock);
    this.#line = new Rs485Line({clock, entropy, farEnd: line, baudRate: BAUD_RATE});
    this.#display = new Display({clock, unit: DISPLAY_UNIT});
    this.button = new EmergencyButton({clock, unit: BUTTON_UNIT});
    this.#line.attach(new ParkingLock({clock, unit: LOCK_UNIT}), this.#display, this.button);
    this.#reader = new CardReader({clock, farEnd: reader});
  }

  get words(): string {
    return this.#display.screen?.lines.join(' / ') ?? '';
  }

  /** A card that nobody has issued is swiped until the display says so. @returns how long that took */
  async isDecided(): Promise<number> {
    this.#cards += 1;
    const uid = asId<CardUid>((FIRST_CARD + this.#cards).toString(16).padStart(10, '0'));
    const since = this.#display.history.length;
    const beganMs = performance.now();
    this.#reader.present({uid});
    await rest(HOLD_MS);
    this.#reader.remove();
    const isRefused = () =>
      this.#display.history.slice(since).some(({screen}) => screen.lines[0] === 'Not accepted');
    await until('the display says that a strange card is refused', isRefused, DECISION_LIMIT_MS);
    return performance.now() - beganMs;
  }

  /** The line is cut between gateway and devices, and mended. */
  cutLine(): void {
    this.#sockets[0].unplug();
  }

  mendLine(): void {
    this.#sockets[0].replug();
  }

  async close(): Promise<void> {
    this.#reader.close();
    this.#line.close();
    for (const socket of this.#sockets) await socket.close();
  }
}
