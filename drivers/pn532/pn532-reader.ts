import {concatBytes, fromHex} from '../../protocols/base/bytes.js';
import type {Clock, Millis} from '../../protocols/base/clock.js';
import {UsageError, unreachable} from '../../protocols/base/errors.js';
import {mifareSectorKey} from '../../protocols/card/an10922.js';
import {MIFARE_SECTOR_BLOCKS, pn532Command} from '../../protocols/pn532/commands.js';
import {
  encodePn532,
  PN532_ACK_BYTES,
  PN532_LONGEST_BYTES,
  PN532_WAKE_UP,
} from '../../protocols/pn532/frame.js';
import {decodePn532Reply} from '../../protocols/pn532/reply.js';
import type {CardUid, DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, Frame, FrameBus, FrameOutcome} from '../bus/contract.js';
import type {CardReader, CardReaderListener} from '../card-reader/contract.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';
import {
  NEW_PN532,
  type Pn532Effect,
  type Pn532Input,
  pn532PeriodMs,
  stepPn532,
} from './pn532-machine.js';

/** A sector of MIFARE Classic cards that only the key of each card opens. */
export interface CardSector {
  /** 1 to 31. Sector 0 holds the maker's block. */
  readonly sector: number;
  readonly keyKind: 'A' | 'B';
  /** 16 bytes from which the key of each card is made; never told or logged. */
  readonly siteKey: Uint8Array;
}

export interface Pn532Options {
  readonly id: DeviceId;
  /** A line of its own, 115200 8N1. */
  readonly bus: FrameBus;
  readonly clock: Clock;
  readonly listener: CardReaderListener;
  /** Undefined: numbers alone are read, and anybody can copy them. */
  readonly sector?: CardSector | undefined;
  readonly onTrouble?: TroubleListener | undefined;
}

const UNIT = 'pn532:0';
/** Acknowledge within 15 ms, then the search or the exchange itself. Source: device notes 4.1 */
const TURNAROUND_MS: Millis = 200;
const MOST_SECTOR = 31;
const SITE_KEY_BYTES = 16;

/**
 * A PN532 on its serial interface, 13.56 MHz type A. It is asked about every 150 ms; each answer says all
 * that lies in the field, so a wallet with two cards is one error and no card.
 * Source: device notes 4.1; NXP UM0701-02.
 */
export class Pn532Reader implements CardReader {
  readonly id: DeviceId;
  readonly discardedBytes = 0;
  readonly #options: Pn532Options;
  readonly #leave: () => void;
  #state = NEW_PN532;
  #health: DeviceHealth = 'unknown';
  /** Code of the command on its way. */
  #asked = 0;
  #closed = false;

  /** @throws UsageError `usage/reader` for a sector or site key that cannot be. */
  constructor(options: Pn532Options) {
    checkSector(options);
    this.id = options.id;
    this.#options = options;
    this.#leave = options.bus.poll({
      unit: UNIT,
      periodMs: () => pn532PeriodMs(this.#state),
      compose: () => this.#compose(),
      onOutcome: outcome => this.#hear(outcome),
      onHealth: health => this.#turn(health),
    });
  }

  get present(): CardUid | undefined {
    return this.#state.field.kind === 'card' ? this.#state.field.uid : undefined;
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#leave();
    return Promise.resolve();
  }

  #compose(): Frame | undefined {
    if (this.#closed) return undefined;
    const data = this.#command();
    const command = data[0] ?? 0;
    this.#asked = command;
    const frame = encodePn532('host', data);
    const {kind} = this.#state.phase;
    const isAsleep = kind === 'asleep';
    return {
      bytes: isAsleep ? concatBytes(PN532_WAKE_UP, frame) : frame,
      turnaroundMs: TURNAROUND_MS,
      // The key of the card, and what only that key opens.
      isSecret: kind === 'open' || kind === 'read',
      reply: {
        longestBytes: PN532_ACK_BYTES + PN532_LONGEST_BYTES,
        read: received => {
          const decoded = decodePn532Reply(received, command);
          if (decoded.kind !== 'frame') return decoded;
          return {...decoded, frame: decoded.frame.kind === 'reply' ? 'answer' : 'refusal'};
        },
      },
    };
  }

  #command(): Uint8Array {
    const {phase} = this.#state;
    const {sector} = this.#options;
    const firstBlock = (sector?.sector ?? 0) * MIFARE_SECTOR_BLOCKS;
    switch (phase.kind) {
      case 'asleep':
        return pn532Command.samConfiguration();
      case 'version':
        return pn532Command.getFirmwareVersion();
      case 'retries':
        return pn532Command.limitRetries();
      case 'search':
        return pn532Command.listTargets();
      case 'open': {
        const uid = fromHex(phase.card.uid);
        const {target} = phase.card;
        // The machine opens nothing unless there is a sector to open.
        if (!sector) return pn532Command.listTargets();
        const key = mifareSectorKey(sector.siteKey, uid, sector.sector);
        const {keyKind} = sector;
        return pn532Command.authenticate({target, keyKind, block: firstBlock, key, uid});
      }
      case 'read':
        return pn532Command.readBlock(phase.card.target, firstBlock + phase.blocks.length);
      default:
        return unreachable(phase, 'pn532 phase');
    }
  }

  #hear(outcome: FrameOutcome): void {
    this.#take(this.#inputOf(outcome));
  }

  #inputOf(outcome: FrameOutcome): Pn532Input {
    if (outcome.kind !== 'reply') return {kind: 'lost'};
    const {atMs, bytes} = outcome;
    const decoded = decodePn532Reply(bytes, this.#asked);
    return decoded.kind === 'frame' ? {...decoded.frame, atMs} : {kind: 'lost'};
  }

  #turn(health: DeviceHealth): void {
    if (this.#closed) return;
    this.#health = health;
    if (health === 'offline') this.#take({kind: 'offline', atMs: this.#options.clock.nowMs()});
  }

  #take(input: Pn532Input): void {
    if (this.#closed) return;
    const {sector} = this.#options;
    const {state, effects} = stepPn532(this.#state, input, sector !== undefined);
    this.#state = state;
    for (const effect of effects) this.#tell(effect);
  }

  #tell(effect: Pn532Effect): void {
    const {id, listener, onTrouble} = this.#options;
    switch (effect.kind) {
      case 'card':
        listener.onCard(effect.card);
        break;
      case 'gone':
        listener.onCardGone(effect.uid, effect.atMs);
        break;
      case 'error':
        listener.onReadError(effect.error, effect.atMs);
        break;
      case 'link':
        listener.onLink(effect.up);
        break;
      case 'trouble':
        onTrouble?.(effect.code, `${id}: ${effect.text}`);
        break;
      default:
        unreachable(effect, 'pn532 effect');
    }
  }
}

function checkSector({id, sector}: Pn532Options): void {
  if (!sector) return;
  const isSector =
    Number.isInteger(sector.sector) && sector.sector >= 1 && sector.sector <= MOST_SECTOR;
  if (!isSector || sector.siteKey.length !== SITE_KEY_BYTES) {
    throw new UsageError('usage/reader', `${id}: a sector from 1 to 31, a site key of 16 bytes`, {
      sector: sector.sector,
      keyBytes: sector.siteKey.length,
    });
  }
}
