import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import {
  type DispenserCommand,
  decodeDispenserRegisters,
  dispenserCommandWrite,
  REFERENCE_DISPENSER_PROFILE,
} from '../../protocols/profiles/card-dispenser-profile.js';
import type {CardUid, DeviceId} from '../../protocols/site/ids.js';
import type {BusOutcome, DeviceHealth, RegisterBus} from '../bus/contract.js';
import {PolledUnit, type TroubleListener} from '../lifecycle/polled-unit.js';
import type {CardDispenser, CardDispenserListener, IssueOutcome} from './contract.js';
import {
  type DispenserEffect,
  type DispenserInput,
  NEW_DISPENSER,
  stepDispenser,
} from './dispenser-machine.js';

export interface ModbusDispenserOptions {
  readonly id: DeviceId;
  readonly bus: RegisterBus;
  readonly clock: Clock;
  readonly unit: number;
  readonly listener: CardDispenserListener;
  /** Start to start; default 500. */
  readonly pollMs?: Millis;
  readonly onTrouble?: TroubleListener;
}

const DEFAULT_POLL_MS: Millis = 500;

/**
 * A card dispenser on a line, with a card reader of its own at the mouth: hand its cards to `cardSeen`
 * and `cardGone`. A card that nobody takes in 60 s is drawn back. `assumed:` the map of its profile.
 */
export class ModbusDispenser implements CardDispenser {
  readonly id: DeviceId;
  readonly #options: ModbusDispenserOptions;
  readonly #poll: PolledUnit;
  #state = NEW_DISPENSER;
  #sequence: number | undefined;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: ModbusDispenserOptions) {
    const {id, bus, unit, listener, pollMs = DEFAULT_POLL_MS, onTrouble} = options;
    this.id = id;
    this.#options = options;
    const {register, quantity} = REFERENCE_DISPENSER_PROFILE.status;
    this.#poll = new PolledUnit({
      name: id,
      bus,
      read: {unit, table: 'input', address: register, quantity},
      periodMs: () => pollMs,
      onValues: (values, atMs) => {
        const registers = decodeDispenserRegisters(values);
        if (registers) this.#take({kind: 'status', registers, atMs});
      },
      onHealth: health => {
        if (health === 'offline') this.#take({kind: 'lost'});
        listener.onHealth(health);
      },
      onTrouble,
    });
  }

  get health(): DeviceHealth {
    return this.#poll.health;
  }

  get stock(): number | undefined {
    return this.#state.registers?.stock;
  }

  issue(): Promise<IssueOutcome> {
    const {registers} = this.#state;
    const isBarred = registers?.isEmpty || registers?.isJammed || registers?.isCardAtMouth;
    if (isBarred) return Promise.resolve('refused');
    return this.#order('feed');
  }

  swallow(): Promise<IssueOutcome> {
    return this.#order('swallow');
  }

  cardSeen(uid: CardUid, atMs: Millis): void {
    this.#take({kind: 'card', uid, atMs});
  }

  cardGone(): void {
    this.#take({kind: 'cardGone'});
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#poll.close();
  }

  /** Nothing is ordered before a poll has told where the sequence of the machine stands. */
  async #order(command: DispenserCommand): Promise<IssueOutcome> {
    const last = this.#sequence ?? this.#state.registers?.sequence;
    if (this.#closed || last === undefined) return 'not_sent';
    const sequence = (last + 1) & 0xffff;
    this.#sequence = sequence;
    const {bus, unit} = this.#options;
    const write = dispenserCommandWrite(command, sequence);
    const outcome = await bus.write({unit, ...write, kind: 'registers', lane: 'command'});
    const wire = issueOutcome(outcome);
    if (wire !== 'unanswered' || this.#closed) return wire;
    const readBack = await this.#poll.confirm();
    const registers =
      readBack.kind === 'values' ? decodeDispenserRegisters(readBack.values) : undefined;
    if (!registers) return 'unanswered';
    // The sequence of the machine says whether the frame got there.
    return registers.sequence === sequence ? 'begun' : 'not_sent';
  }

  #take(input: DispenserInput): void {
    if (this.#closed) return;
    const {state, effects} = stepDispenser(this.#state, input);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: DispenserEffect): void {
    const {listener, clock} = this.#options;
    switch (effect.kind) {
      case 'cardAtMouth':
        listener.onCardAtMouth(effect.uid, effect.atMs);
        break;
      case 'fed':
        listener.onFed(effect.cards, effect.atMs);
        break;
      case 'taken':
        listener.onTaken(effect.atMs);
        break;
      case 'swallowed':
        listener.onSwallowed(effect.atMs);
        break;
      case 'stock':
        listener.onStock(effect.stock);
        break;
      case 'fault':
        listener.onFault(effect.fault, effect.isStanding, `${this.stock ?? '?'} cards left`);
        break;
      case 'wait':
        this.#timer?.cancel();
        this.#timer = clock.timer(`mouth ${this.id}`, effect.afterMs, () =>
          this.#take({kind: 'due'}),
        );
        break;
      case 'rest':
        this.#timer?.cancel();
        break;
      case 'swallow':
        void this.swallow();
        break;
      default:
        unreachable(effect, 'dispenser effect');
    }
  }
}

function issueOutcome(outcome: BusOutcome): IssueOutcome {
  switch (outcome.kind) {
    case 'written':
    case 'values':
      return 'begun';
    case 'exception':
      return outcome.exceptionCode === 5 ? 'begun' : 'refused';
    case 'timeout':
      return 'unanswered';
    case 'down':
      return 'not_sent';
    default:
      return unreachable(outcome, 'bus outcome');
  }
}
