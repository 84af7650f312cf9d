import type {DeviceHealth} from '../../../drivers/bus/contract.js';
import {ModbusDispenser} from '../../../drivers/card-dispenser/modbus-dispenser.js';
import {Rdm6300Reader} from '../../../drivers/card-reader/rdm6300-reader.js';
import type {Timer} from '../../../protocols/base/clock.js';
import {unreachable} from '../../../protocols/base/errors.js';
import type {CardUid} from '../../../protocols/site/ids.js';
import type {PlantOf} from '../../config/device-kinds/plant-kinds.js';
import {
  type CardIssueEffect,
  type CardIssueInput,
  NO_ISSUE,
  stepCardIssue,
} from '../../domain/issue/card-issue-machine.js';
import type {PlantParts} from './plant-parts.js';
import type {SiteDevice} from './site-device.js';

/**
 * A card dispenser with the machine that judges what comes to its mouth. Nobody asks it for a card yet,
 * so every card that comes there is void; its alarms are those of the machine.
 */
export class DispenserDevice implements SiteDevice {
  readonly #parts: PlantParts;
  readonly #dispenser: ModbusDispenser;
  readonly #reader: Rdm6300Reader | undefined;
  #state = NO_ISSUE;
  #timer: Timer | undefined;
  #isReaderUp = true;
  #isClosed = false;

  constructor(config: PlantOf<'card-dispenser'>, parts: PlantParts) {
    this.#parts = parts;
    const {id, clock, reports} = parts;
    this.#dispenser = new ModbusDispenser({
      ...{id, clock, unit: config.address, onTrouble: reports.onTrouble},
      bus: parts.line().registers,
      listener: {
        // Bindings belong to grants, which are not asked here: no card is known to be somebody's.
        onCardAtMouth: uid => this.#take({kind: 'cardAtMouth', uid, isForeign: false}),
        onFed: cards => reports.onEvent('dispenser', {what: 'fed', cards, stock: this.#stock}),
        onTaken: () => this.#moved('taken'),
        onSwallowed: () => this.#moved('swallowed'),
        onStock: stock => this.#take({kind: 'stock', stock}),
        onFault: (fault, isStanding) => this.#take({kind: 'fault', fault, isStanding}),
        onHealth: health => reports.onHealth(health),
      },
    });
    this.#reader = config.reader && this.#openReader(config.reader);
  }

  /** Without its reader no card can be told from another. */
  get health(): DeviceHealth {
    return this.#isReaderUp ? this.#dispenser.health : 'offline';
  }

  describe(): string {
    const {stock} = this.#dispenser;
    const faults = [...this.#state.faults].join(' ');
    return [stock === undefined ? '' : `${stock} cards`, faults].filter(part => part).join(', ');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#dispenser.close();
    await this.#reader?.close();
  }

  get #stock(): number | null {
    return this.#dispenser.stock ?? null;
  }

  #openReader({link}: NonNullable<PlantOf<'card-dispenser'>['reader']>): Rdm6300Reader {
    const {id, clock, reports} = this.#parts;
    return new Rdm6300Reader({
      id,
      clock,
      link: this.#parts.openLink(link),
      onTrouble: reports.onTrouble,
      listener: {
        onCard: ({uid, atMs}) => this.#dispenser.cardSeen(uid, atMs),
        onReadError: error => reports.onEvent('dispenser', {what: error, stock: this.#stock}),
        onCardGone: () => this.#dispenser.cardGone(),
        onLink: isUp => this.#onReader(isUp),
      },
    });
  }

  #onReader(isUp: boolean): void {
    if (isUp === this.#isReaderUp) return;
    this.#isReaderUp = isUp;
    if (this.#isClosed) return;
    this.#parts.reports.onHealth(this.health);
  }

  #moved(what: 'taken' | 'swallowed'): void {
    this.#parts.reports.onEvent('dispenser', {what, stock: this.#stock});
    this.#take({kind: what});
  }

  #take(input: CardIssueInput): void {
    if (this.#isClosed) return;
    const {state, effects} = stepCardIssue(this.#state, input);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: CardIssueEffect): void {
    const {reports, clock, id} = this.#parts;
    switch (effect.kind) {
      case 'alarm':
        reports.onFault(effect.alarm, effect.isStanding, effect.detail);
        return;
      case 'void':
      case 'bind':
      case 'unbind':
        this.#tellCard(effect.kind, effect.uid);
        return;
      case 'offerQr':
        reports.onEvent('dispenser', {what: 'offerQr', why: effect.why, grant: effect.grant});
        return;
      case 'feed':
        void this.#dispenser.issue().then(outcome => this.#take({kind: 'ordered', outcome}));
        return;
      case 'swallow':
        void this.#dispenser.swallow();
        return;
      case 'wait':
        this.#timer?.cancel();
        this.#timer = clock.timer(`issue ${id}`, effect.afterMs, () => this.#take({kind: 'due'}));
        return;
      case 'rest':
        this.#timer?.cancel();
        return;
      default:
        unreachable(effect, 'card issue effect');
    }
  }

  #tellCard(what: 'void' | 'bind' | 'unbind', uid: CardUid): void {
    this.#parts.reports.onEvent('dispenser', {what, uid, stock: this.#stock});
  }
}
