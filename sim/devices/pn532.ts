import {concatBytes, equalBytes, fromHex} from '../../protocols/base/bytes.js';
import type {Millis} from '../../protocols/base/clock.js';
import {MIFARE, PN532_COMMAND, PN532_STATUS} from '../../protocols/pn532/commands.js';
import {decodePn532, encodePn532, PN532_ACK, PN532_ERROR} from '../../protocols/pn532/frame.js';
import type {CardUid} from '../../protocols/site/ids.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import type {CardField, SimCard} from './sim-card.js';

const SECTOR_BLOCKS = 4;
const BLOCK_BYTES = 16;
/** @see UM0701-02, 6.2: the acknowledge within 15 ms; a search takes its tries. `assumed:` both. */
const ACK_AFTER_MS: Millis = 2;
const REPLY_AFTER_MS: Millis = 12;
const WAKE = 0x55;
const MOST_TARGETS = 2;
const CLASSIC = 0x08;
const ULTRALIGHT = 0x00;

/** A sector as its issuer wrote it. */
export interface SimSector {
  /** 6 bytes each; a card that has no key B of its own opens with key A alone. */
  readonly keyA: Uint8Array;
  readonly keyB?: Uint8Array;
  /** Three blocks of data, 16 bytes each. */
  readonly blocks: readonly Uint8Array[];
}

/** A type A card of 4 or 7 bytes of uid. With sectors it is a MIFARE Classic. */
export interface TypeACard extends SimCard {
  readonly sectors?: ReadonlyMap<number, SimSector>;
}

/**
 * A PN532 on its serial interface. After power-up it sleeps and hears nothing until the edges of the
 * wake-up reach it; a card that refused a key is silent until it is searched again.
 */
export class Pn532 implements LineDevice, CardField {
  readonly unit = 'pn532:0';
  /** No power, or no wire. */
  isUnplugged = false;
  /** Answers every command with an error frame. */
  isConfused = false;
  /** Chip code of the firmware reply. */
  chip = 0x32;
  /** A card that is moved fails its next exchanges with a time-out. */
  shakes = 0;
  #cards: readonly TypeACard[] = [];
  #targets: readonly TypeACard[] = [];
  #opened: {readonly target: number; readonly sector: number} | undefined;
  #isAwake = false;
  #retries = Number.POSITIVE_INFINITY;
  #searches = 0;

  get isAwake(): boolean {
    return this.#isAwake;
  }

  /** Searches since start. */
  get searches(): number {
    return this.#searches;
  }

  present(card: TypeACard): void {
    this.#cards = [...this.#cards.filter(other => other.uid !== card.uid), card];
  }

  remove(uid?: CardUid): void {
    this.#cards = uid === undefined ? [] : this.#cards.filter(card => card.uid !== uid);
  }

  /** The supply dips: all that was configured is forgotten, and the chip sleeps. */
  brownOut(): void {
    this.#isAwake = false;
    this.#retries = Number.POSITIVE_INFINITY;
    this.#targets = [];
    this.#opened = undefined;
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    if (frame[0] === WAKE && frame[1] === WAKE) this.#isAwake = true;
    if (!this.#isAwake) return [];
    const data = commandIn(frame);
    if (!data) return [];
    const ack: Transmission = {afterMs: ACK_AFTER_MS, bytes: PN532_ACK};
    if (this.isConfused) return [ack, {afterMs: REPLY_AFTER_MS, bytes: PN532_ERROR}];
    const reply = this.#reply(data);
    if (reply === 'silent') return [ack];
    const bytes = reply ? encodePn532('reader', reply) : PN532_ERROR;
    return [ack, {afterMs: REPLY_AFTER_MS, bytes}];
  }

  #reply(data: Uint8Array): Uint8Array | 'silent' | undefined {
    const [command = 0, first = 0] = data;
    const code = Uint8Array.of(command + 1);
    switch (command) {
      case PN532_COMMAND.getFirmwareVersion:
        return concatBytes(code, Uint8Array.of(this.chip, 1, 6, 7));
      case PN532_COMMAND.samConfiguration:
        return code;
      case PN532_COMMAND.rfConfiguration:
        if (first === 5) this.#retries = data[4] ?? 0;
        return code;
      case PN532_COMMAND.inListPassiveTarget:
        return this.#search(code, first);
      case PN532_COMMAND.inDataExchange:
        return concatBytes(code, this.#exchange(first, data.subarray(2)));
      default:
        return undefined;
    }
  }

  #search(code: Uint8Array, most: number): Uint8Array | 'silent' {
    this.#searches += 1;
    this.#opened = undefined;
    this.#targets = this.#cards.slice(0, Math.min(most, MOST_TARGETS));
    // Without a limit of retries the chip searches on until a card comes.
    if (this.#targets.length === 0 && this.#retries === Number.POSITIVE_INFINITY) return 'silent';
    const found = this.#targets.map((card, index) => {
      const uid = fromHex(card.uid);
      const select = card.sectors ? CLASSIC : ULTRALIGHT;
      return concatBytes(Uint8Array.of(index + 1, 0x00, 0x04, select, uid.length), uid);
    });
    return concatBytes(code, Uint8Array.of(found.length), ...found);
  }

  #exchange(target: number, data: Uint8Array): Uint8Array {
    const card = this.#targets[target - 1];
    if (!card) return Uint8Array.of(PN532_STATUS.wrongContext);
    if (!this.#cards.includes(card) || this.shakes > 0) {
      this.shakes = Math.max(0, this.shakes - 1);
      return Uint8Array.of(PN532_STATUS.timeout);
    }
    const [command, block = 0] = data;
    const sector = Math.floor(block / SECTOR_BLOCKS);
    if (command === MIFARE.authA || command === MIFARE.authB) {
      const held = card.sectors?.get(sector);
      const key = command === MIFARE.authA ? held?.keyA : held?.keyB;
      const isUid = equalBytes(data.slice(8), fromHex(card.uid).slice(-4));
      if (!key || !isUid || !equalBytes(key, data.slice(2, 8))) return this.#refuse(target);
      this.#opened = {target, sector};
      return Uint8Array.of(PN532_STATUS.ok);
    }
    const isOpen = this.#opened?.target === target && this.#opened.sector === sector;
    if (command !== MIFARE.read || !isOpen) return Uint8Array.of(PN532_STATUS.timeout);
    const stored = card.sectors?.get(sector)?.blocks[block % SECTOR_BLOCKS];
    return concatBytes(Uint8Array.of(PN532_STATUS.ok), stored ?? new Uint8Array(BLOCK_BYTES));
  }

  /** A card that was given a wrong key halts. */
  #refuse(target: number): Uint8Array {
    this.#targets = this.#targets.filter((_, index) => index !== target - 1);
    this.#opened = undefined;
    return Uint8Array.of(PN532_STATUS.authError);
  }
}

function commandIn(received: Uint8Array): Uint8Array | undefined {
  let rest = received;
  for (;;) {
    const decoded = decodePn532(rest);
    if (decoded.kind === 'wait') return undefined;
    rest = rest.subarray(decoded.used);
    if (decoded.kind === 'discard' || decoded.frame.kind !== 'info') continue;
    if (decoded.frame.from === 'host') return decoded.frame.data;
  }
}
