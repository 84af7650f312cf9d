import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import type {ModbusReply, ModbusRequest} from '../../protocols/modbus/pdu.js';
import {
  dispenserCommandOf,
  encodeDispenserRegisters,
  REFERENCE_DISPENSER_PROFILE,
} from '../../protocols/profiles/card-dispenser-profile.js';
import type {CardUid} from '../../protocols/site/ids.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {DEFAULT_TURNAROUND_MS, exceptionReply, readRegisters, serveFrame} from './modbus-slave.js';

export interface CardDispenserOptions {
  readonly clock: Clock;
  readonly unit: number;
  /** The stack, the next card first. */
  readonly stack: readonly CardUid[];
  /** From the stack to the mouth; default 1 s. `assumed:` */
  readonly feedMs?: Millis;
  readonly turnaroundMs?: Millis;
}

/** `cardsPerFeed`: how many stick together. `jam`: nothing leaves any more. */
export interface DispenserAilments {
  readonly cardsPerFeed: number;
  readonly jam: boolean;
  readonly unplugged: boolean;
}

/** What the antenna at the mouth sees: the topmost card there, or none. */
export type MouthListener = (uid: CardUid | undefined) => void;

const DEFAULT_FEED_MS: Millis = 1000;
const LOW_STOCK = 20;

/** A card dispenser with a stack. Cards that stick together come to the mouth one on the other. */
export class CardDispenser implements LineDevice {
  readonly unit: number;
  readonly #options: CardDispenserOptions;
  readonly #stack: CardUid[];
  readonly #mouth: CardUid[] = [];
  readonly #bin: CardUid[] = [];
  #ailments: DispenserAilments = {cardsPerFeed: 1, jam: false, unplugged: false};
  #isDoubleFeed = false;
  #sequence = 0;
  #fed = 0;
  #taken = 0;
  #swallowed = 0;
  #feeding: Timer | undefined;
  #onMouth: MouthListener = () => {};

  constructor(options: CardDispenserOptions) {
    this.unit = options.unit;
    this.#options = options;
    this.#stack = [...options.stack];
  }

  /** What lies at the mouth, the topmost first. */
  get mouth(): readonly CardUid[] {
    return this.#mouth;
  }

  /** What was drawn back. */
  get bin(): readonly CardUid[] {
    return this.#bin;
  }

  get stock(): number {
    return this.#stack.length;
  }

  ail(ailments: Partial<DispenserAilments>): void {
    this.#ailments = {...this.#ailments, ...ailments};
  }

  onMouth(listener: MouthListener): void {
    this.#onMouth = listener;
  }

  refill(cards: readonly CardUid[]): void {
    this.#stack.push(...cards);
  }

  /** The driver takes the topmost card; another one below it is seen then. */
  take(): CardUid | undefined {
    const uid = this.#mouth.shift();
    if (uid === undefined) return undefined;
    this.#taken += 1;
    this.#onMouth(this.#mouth[0]);
    return uid;
  }

  close(): void {
    this.#feeding?.cancel();
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.#ailments.unplugged) return [];
    const turnaroundMs = this.#options.turnaroundMs ?? DEFAULT_TURNAROUND_MS;
    return serveFrame({unit: this.unit, turnaroundMs}, frame, request => this.#serve(request));
  }

  #serve(request: ModbusRequest): ModbusReply {
    if (request.kind === 'read' && request.functionCode === 4) {
      return readRegisters(request, this.#words());
    }
    if (request.kind !== 'writeRegisters') return exceptionReply(request.functionCode, 1);
    const {address, values} = request;
    const [word = 0, sequence = 0] = values;
    const command = dispenserCommandOf(word);
    if (address !== REFERENCE_DISPENSER_PROFILE.command.register || values.length !== 2) {
      return exceptionReply(16, 2);
    }
    if (!command) return exceptionReply(16, 3);
    if (sequence !== this.#sequence) {
      this.#sequence = sequence;
      if (command === 'feed') this.#feed();
      else this.#swallow();
    }
    return {kind: 'written', functionCode: 16, address, value: values.length};
  }

  #feed(): void {
    const {jam, cardsPerFeed} = this.#ailments;
    if (jam || this.#feeding || this.#mouth.length > 0) return;
    const cards = this.#stack.splice(0, cardsPerFeed);
    this.#fed += cards.length;
    this.#isDoubleFeed = cards.length > 1;
    if (cards.length === 0) return;
    const {clock, feedMs = DEFAULT_FEED_MS} = this.#options;
    this.#feeding = clock.timer('feed', feedMs, () => {
      this.#feeding = undefined;
      this.#mouth.push(...cards);
      this.#onMouth(this.#mouth[0]);
    });
  }

  #swallow(): void {
    if (this.#mouth.length === 0) return;
    this.#swallowed += this.#mouth.length;
    this.#bin.push(...this.#mouth.splice(0));
    this.#onMouth(undefined);
  }

  #words(): readonly number[] {
    const stock = this.#stack.length;
    return encodeDispenserRegisters({
      isReady: stock > 0 && !this.#ailments.jam && !this.#feeding && this.#mouth.length === 0,
      isEmpty: stock === 0,
      isLow: stock <= LOW_STOCK,
      isJammed: this.#ailments.jam,
      isDoubleFeed: this.#isDoubleFeed,
      isCardAtMouth: this.#mouth.length > 0,
      stock,
      sequence: this.#sequence,
      fedCount: this.#fed,
      takenCount: this.#taken,
      swallowedCount: this.#swallowed,
    });
  }
}
