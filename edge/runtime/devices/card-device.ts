import type {DeviceHealth} from '../../../drivers/bus/contract.js';
import type {
  CardProof,
  CardReader,
  CardReaderListener,
} from '../../../drivers/card-reader/contract.js';
import {Pn532Reader} from '../../../drivers/pn532/pn532-reader.js';
import type {CardUid} from '../../../protocols/site/ids.js';
import {CARD_SITE_KEY_BYTES} from '../../config/device-secrets.js';
import type {OwnDeviceConfig} from '../../config/schema.js';
import type {DeviceParts, OwnLine, SiteDevice} from './site-device.js';

export type Pn532Config = Extract<OwnDeviceConfig, {kind: 'pn532'}>;

/** A PN532 on its own line, for whoever listens. */
function createPn532(
  {sector, id: name}: Pn532Config,
  {id, clock, reports, secret}: Pick<DeviceParts, 'id' | 'clock' | 'reports' | 'secret'>,
  line: OwnLine,
  listener: CardReaderListener,
): Pn532Reader {
  return new Pn532Reader({
    id,
    bus: line.frames,
    clock,
    listener,
    sector: sector && {
      ...sector,
      siteKey: secret(sector.siteKey, `siteKey of ${name}`, CARD_SITE_KEY_BYTES),
    },
    onTrouble: reports.onTrouble,
  });
}

/**
 * The same for a collector, closed with its line. Where a sector is asked for, a card that does not open
 * it is a copy or a stranger's: its number is worth nothing.
 */
export function createOwnedPn532(
  config: Pn532Config,
  parts: DeviceParts,
  listener: CardReaderListener,
): CardReader {
  const line = parts.openLine(config.link);
  let isRefused = false;
  const reader = createPn532(config, parts, line, {
    onReadError: (error, atMs) => listener.onReadError(error, atMs),
    onCardGone: (uid, atMs) => listener.onCardGone(uid, atMs),
    onLink: up => listener.onLink(up),
    onCard: card => {
      isRefused = config.sector !== undefined && card.proof?.kind !== 'opened';
      if (!isRefused) return listener.onCard(card);
      parts.reports.onEvent('cardRefused', {uid: card.uid, sector: sectorWord(card.proof)});
      return listener.onReadError('garbled', card.atMs);
    },
  });
  return {
    id: parts.id,
    get present() {
      return isRefused ? undefined : reader.present;
    },
    discardedBytes: reader.discardedBytes,
    close: async () => {
      await reader.close();
      await line.close();
    },
  };
}

/** A card reader by itself: each card is journalled. */
export class CardDevice implements SiteDevice {
  readonly #reader: Pn532Reader;
  readonly #line: OwnLine;
  #last = '';

  constructor(config: Pn532Config, parts: DeviceParts) {
    const {reports} = parts;
    this.#line = parts.openLine(config.link);
    this.#reader = createPn532(config, parts, this.#line, {
      onCard: ({uid, proof}) => {
        this.#last = cardText(uid);
        reports.onEvent('card', {uid, sector: sectorWord(proof)});
      },
      onReadError: error => reports.onEvent('cardUnread', {error}),
      onCardGone: () => {},
      onLink: up => reports.onHealth(up ? 'ok' : 'offline'),
    });
  }

  get health(): DeviceHealth {
    return this.#reader.health;
  }

  describe(): string {
    return this.#last;
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#line.close();
  }
}

/** Enough of a card number to know it again at the counter. */
export function cardText(uid: CardUid): string {
  return `card ..${uid.slice(-4)}`;
}

/** What its sector said; null where none is asked. */
function sectorWord(proof: CardProof | undefined): string | null {
  return proof?.kind ?? null;
}
