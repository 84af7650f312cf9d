import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import {ContactSet} from '../discrete-inputs/contact-set.js';
import type {InputListener} from '../discrete-inputs/contract.js';
import type {HeldOutput} from '../relay-board/contract.js';
import type {ButtonLine, EmergencyButton, EmergencyButtonListener} from './contract.js';
import {type LoopInput, type LoopWiring, loopSight, NEW_LOOP, stepLoop} from './loop-machine.js';

export interface LoopButtonOptions {
  readonly id: DeviceId;
  readonly wiring: LoopWiring;
  /** Inputs of one board, from 0: what they are is said at the wiring. */
  readonly first: number;
  readonly second: number;
  /** Outputs at the post; closed with the button. */
  readonly sounder?: HeldOutput | undefined;
  readonly lamp?: HeldOutput | undefined;
  readonly listener: EmergencyButtonListener;
  /** Its counter, for whoever keeps it over a restart; told behind the presses that it counted. */
  readonly onCount?: (count: number) => void;
}

/** Longest start to start of the polls of its board: a press of 200 ms is then seen twice. */
export const LOOP_POLL_MS: Millis = 100;

/**
 * A supervised call button on two inputs of a board. A press is known at the second look, a broken loop
 * after 300 ms. With a counting input at the contact that closes with a press (`counted`), a press
 * shorter than a poll is told too. Source: device notes 3.7.
 * @throws UsageError `usage/inputs` when both contacts share an input.
 */
export class LoopButton implements EmergencyButton {
  readonly id: DeviceId;
  /** To be listed with the board, beside the inputs of others. */
  readonly inputs: ReadonlyMap<number, InputListener>;
  readonly #options: LoopButtonOptions;
  readonly #contacts: ContactSet<'first' | 'second'>;
  #state = NEW_LOOP;
  /** Of the counting input, as it was read and as it was told last. */
  #count: number | undefined;
  #toldCount: number | undefined;

  constructor(options: LoopButtonOptions) {
    const {id, wiring, first, second} = options;
    this.id = id;
    this.#options = options;
    this.#contacts = new ContactSet({
      wires: {
        first: {input: first, activeWhen: 'closed'},
        second: {input: second, activeWhen: 'closed'},
      },
      onContacts: (closed, atMs) =>
        this.#take({kind: 'sight', sight: loopSight(wiring, closed.first, closed.second)}, atMs),
      onHealth: health => this.#turn(health),
    });
    this.inputs = this.#contacts.inputs;
  }

  get line(): ButtonLine | undefined {
    return this.#state.line;
  }

  get health(): DeviceHealth {
    return this.#contacts.health;
  }

  /** A counting input stands at `count`, `presses` more than before. */
  counted(count: number, presses: number, atMs: Millis): void {
    this.#count = count;
    if (presses > 0) this.#take({kind: 'count', presses}, atMs);
    else this.#tellCount();
  }

  signal({buzzer, lamp}: {readonly buzzer: boolean; readonly lamp: boolean}): void {
    this.#options.sounder?.set(buzzer);
    this.#options.lamp?.set(lamp);
  }

  close(): void {
    this.#options.sounder?.close();
    this.#options.lamp?.close();
  }

  #take(input: LoopInput, atMs: Millis): void {
    const {state, effects} = stepLoop(this.#state, input, atMs);
    this.#state = state;
    const {listener} = this.#options;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'press':
          listener.onPress(effect.presses, effect.atMs);
          break;
        case 'line':
          listener.onLine(effect.line);
          break;
        default:
          unreachable(effect, 'loop effect');
      }
    }
    this.#tellCount();
  }

  /** Not before what it counted: a power cut between the two would swallow the press. */
  #tellCount(): void {
    if (this.#count === undefined || this.#count === this.#toldCount) return;
    if (this.#state.counted > 0) return;
    this.#toldCount = this.#count;
    this.#options.onCount?.(this.#count);
  }

  #turn(health: DeviceHealth): void {
    if (health === 'offline') this.#take({kind: 'lost'}, this.#state.seen?.sinceMs ?? 0);
    this.#options.listener.onHealth(health);
  }
}
