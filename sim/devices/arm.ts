import type {Millis} from '../../protocols/base/clock.js';

/** 0 lies flat and lets a car in, 1 stands and bars the bay. */
export type ArmPosition = number;
export type ArmDirection = 'raise' | 'lower';

/** What stands in the way of a movement, and where. */
export interface ArmObstruction {
  readonly position: ArmPosition;
}

/** Where a movement ends: at its limit switch, or against something. */
export type ArmRest = 'limit' | 'blocked' | 'stopped';

interface Movement {
  readonly direction: ArmDirection;
  readonly from: ArmPosition;
  readonly to: ArmPosition;
  readonly startMs: Millis;
  readonly endMs: Millis;
  readonly rest: ArmRest;
}

/** The motor pushes this long before its current monitor gives up. `assumed:` */
const STALL_MS: Millis = 400;

/**
 * The mechanics of an arm: position as a function of time. It has no timers: whoever looks gives the
 * time, and a movement that has ended by then is settled first.
 */
export class Arm {
  readonly #travelMs: Millis;
  #position: ArmPosition;
  #rest: ArmRest = 'limit';
  #movement: Movement | undefined;
  #completed = 0;

  constructor(options: {readonly travelMs: Millis; readonly position: ArmPosition}) {
    this.#travelMs = options.travelMs;
    this.#position = options.position;
  }

  /** Movements that ended at a limit switch. */
  completedAt(atMs: Millis): number {
    this.#settle(atMs);
    return this.#completed;
  }

  positionAt(atMs: Millis): ArmPosition {
    this.#settle(atMs);
    const movement = this.#movement;
    if (!movement) return this.#position;
    const spanMs = Math.abs(movement.to - movement.from) * this.#travelMs;
    const share = spanMs > 0 ? Math.min(1, (atMs - movement.startMs) / spanMs) : 1;
    return movement.from + (movement.to - movement.from) * share;
  }

  directionAt(atMs: Millis): ArmDirection | undefined {
    this.#settle(atMs);
    return this.#movement?.direction;
  }

  /** How the last movement ended. */
  restAt(atMs: Millis): ArmRest {
    this.#settle(atMs);
    return this.#rest;
  }

  /** Move until the limit, or until the first obstruction on the way. At the limit already: no motion. */
  move(direction: ArmDirection, atMs: Millis, obstruction: ArmObstruction | undefined): void {
    const from = this.positionAt(atMs);
    const limit = direction === 'raise' ? 1 : 0;
    this.#position = from;
    this.#movement = undefined;
    if (from === limit) {
      this.#rest = 'limit';
      return;
    }
    const isInTheWay =
      obstruction !== undefined &&
      (direction === 'raise' ? obstruction.position >= from : obstruction.position <= from);
    const to = isInTheWay ? obstruction.position : limit;
    const endMs = atMs + Math.abs(to - from) * this.#travelMs + (isInTheWay ? STALL_MS : 0);
    const rest = isInTheWay ? 'blocked' : 'limit';
    this.#movement = {direction, from, to, startMs: atMs, endMs, rest};
  }

  /** Let go where it is. */
  stop(atMs: Millis): void {
    if (this.directionAt(atMs) === undefined) return;
    this.#position = this.positionAt(atMs);
    this.#movement = undefined;
    this.#rest = 'stopped';
  }

  /** Somebody stronger than the motor puts it elsewhere. */
  push(position: ArmPosition, atMs: Millis): void {
    this.#settle(atMs);
    this.#movement = undefined;
    this.#position = position;
    this.#rest = 'stopped';
  }

  #settle(atMs: Millis): void {
    const movement = this.#movement;
    if (!movement || atMs < movement.endMs) return;
    this.#movement = undefined;
    this.#position = movement.to;
    this.#rest = movement.rest;
    if (movement.rest === 'limit') this.#completed += 1;
  }
}
