import type {Clock, Millis} from '../../protocols/base/clock.js';
import {Arm} from './arm.js';
import type {RelayBoard} from './relay-board.js';

export interface BarrierOptions {
  readonly clock: Clock;
  /** Whole way up or down; default 2.5 s. `assumed:` */
  readonly travelMs?: Millis;
}

/** `stuck`: the motor does not move. `openLimit`, `closedLimit`: a limit that never closes. */
export interface BarrierAilments {
  readonly stuck: boolean;
  readonly openLimitDead: boolean;
  readonly closedLimitDead: boolean;
}

/** What a gate says through its contacts; all close when active. */
export interface BarrierTerminals {
  readonly openLimit: boolean;
  readonly closedLimit: boolean;
  readonly safetyLoop: boolean;
  readonly photocell: boolean;
  readonly approachLoop: boolean;
}

const DEFAULT_TRAVEL_MS: Millis = 2500;
/** A car under the arm is met when it is this low. `assumed:` */
const ROOF_POSITION = 0.4;

/**
 * A barrier gate with a boom: a contact that closes on a terminal starts it, an open contact wins over
 * a close contact. It has no safety of its own, so that the harm a master does is seen.
 */
export class Barrier {
  readonly #clock: Clock;
  readonly #arm: Arm;
  #ailments: BarrierAilments = {stuck: false, openLimitDead: false, closedLimitDead: false};
  #openUntilMs: Millis = Number.NEGATIVE_INFINITY;
  #isCarBelow = false;
  #isCarBefore = false;
  #isBeamBroken = false;
  #closeOrders = 0;
  #openOrders = 0;
  #onHarm: (what: string) => void = () => {};

  constructor({clock, travelMs = DEFAULT_TRAVEL_MS}: BarrierOptions) {
    this.#clock = clock;
    this.#arm = new Arm({travelMs, position: 0});
  }

  get closeOrders(): number {
    return this.#closeOrders;
  }

  get openOrders(): number {
    return this.#openOrders;
  }

  /** 0 lies across the lane, 1 stands upright. */
  get position(): number {
    return this.#arm.positionAt(this.#clock.nowMs());
  }

  get terminals(): BarrierTerminals {
    this.#checkHarm();
    const {position} = this;
    return {
      openLimit: position === 1 && !this.#ailments.openLimitDead,
      closedLimit: position === 0 && !this.#ailments.closedLimitDead,
      safetyLoop: this.#isCarBelow,
      photocell: this.#isBeamBroken,
      approachLoop: this.#isCarBefore,
    };
  }

  ail(ailments: Partial<BarrierAilments>): void {
    this.#ailments = {...this.#ailments, ...ailments};
  }

  /** Connect the relays of a board to the terminals. */
  connect(board: RelayBoard, outputs: {open: number; close: number; stop: number}): void {
    board.wire(outputs.open, (isClosed, untilMs) => {
      if (isClosed) this.#open(untilMs);
    });
    board.wire(outputs.close, isClosed => {
      if (isClosed) this.#close();
    });
    board.wire(outputs.stop, isClosed => {
      if (isClosed) this.#arm.stop(this.#clock.nowMs());
    });
  }

  setCarBefore(isThere: boolean): void {
    this.#isCarBefore = isThere;
  }

  setCarBelow(isThere: boolean): void {
    this.#isCarBelow = isThere;
    this.#checkHarm();
  }

  /** Somebody walks through the beam of the photocell. */
  setBeam(isBroken: boolean): void {
    this.#isBeamBroken = isBroken;
  }

  onHarm(listener: (what: string) => void): void {
    this.#onHarm = listener;
  }

  #open(untilMs: Millis | undefined): void {
    this.#checkHarm();
    this.#openOrders += 1;
    this.#openUntilMs = untilMs ?? Number.POSITIVE_INFINITY;
    if (!this.#ailments.stuck) this.#arm.move('raise', this.#clock.nowMs(), undefined);
  }

  #close(): void {
    this.#closeOrders += 1;
    if (this.#isCarBelow) this.#onHarm('boom ordered down onto a car');
    const nowMs = this.#clock.nowMs();
    if (this.#ailments.stuck || nowMs < this.#openUntilMs) return;
    this.#arm.move('lower', nowMs, undefined);
  }

  #checkHarm(): void {
    const nowMs = this.#clock.nowMs();
    const isLowering = this.#arm.directionAt(nowMs) === 'lower';
    if (this.#isCarBelow && isLowering && this.#arm.positionAt(nowMs) <= ROOF_POSITION) {
      this.#onHarm('boom lowered onto a car');
    }
  }
}
