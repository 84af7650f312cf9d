import type {Clock, Millis, Timer} from '../../../protocols/base/clock.js';
import {SECOND_MS} from '../../../protocols/base/units.js';

/** As much of a connection as the gate must know. */
export interface WaitingSocket {
  readonly destroyed: boolean;
  destroy(): void;
}

export interface HandshakeGateOptions<Socket extends WaitingSocket> {
  readonly clock: Clock;
  /** Begin the handshake; `leave` is to be called when it is over, whatever became of it. */
  readonly begin: (socket: Socket) => void;
  /** This one waited for too long, or too many wait. */
  readonly onTurnedAway: () => void;
}

interface Waiting<Socket> {
  readonly socket: Socket;
  readonly sinceMs: Millis;
}

/** More at once makes none of them faster: it is one thread that does the arithmetic. */
const AT_ONCE = 32;
/** Who says nothing in his handshake holds a turn no longer than this. */
const TURN_MS: Millis = SECOND_MS;
/** A gateway gives up after 15 s: whoever waited for longer than this would not wait for the end. */
const WAIT_MS: Millis = 8 * SECOND_MS;
const MAX_WAITING = 20_000;

/**
 * Lets a few handshakes begin at a time. When a street regains power, thousands of gateways come at once:
 * all begun together, each would take longer than its gateway waits, and none would ever end. In turn,
 * each is over in milliseconds; who waits in vain comes again later, at a time of his own.
 */
export class HandshakeGate<Socket extends WaitingSocket> {
  readonly #options: HandshakeGateOptions<Socket>;
  #waiting: Waiting<Socket>[] = [];
  #first = 0;
  #turns: Timer[] = [];

  constructor(options: HandshakeGateOptions<Socket>) {
    this.#options = options;
  }

  enter(socket: Socket): void {
    if (this.#waiting.length - this.#first >= MAX_WAITING) {
      this.#turnAway(socket);
      return;
    }
    this.#waiting.push({socket, sinceMs: this.#options.clock.nowMs()});
    this.#next();
  }

  /** A handshake is over; which one does not matter. */
  leave(): void {
    this.#turns.shift()?.cancel();
    this.#next();
  }

  /** Nobody begins any more. */
  close(): void {
    for (const {socket} of this.#waiting.slice(this.#first)) socket.destroy();
    for (const turn of this.#turns) turn.cancel();
    this.#waiting = [];
    this.#turns = [];
    this.#first = 0;
  }

  #next(): void {
    const {clock, begin} = this.#options;
    while (this.#turns.length < AT_ONCE) {
      const next = this.#waiting[this.#first];
      if (!next) break;
      this.#first += 1;
      if (next.socket.destroyed) continue;
      if (clock.nowMs() - next.sinceMs > WAIT_MS) {
        this.#turnAway(next.socket);
        continue;
      }
      const turn: Timer = clock.timer('handshake turn', TURN_MS, () => {
        this.#turns = this.#turns.filter(other => other !== turn);
        this.#next();
      });
      this.#turns.push(turn);
      begin(next.socket);
    }
    if (this.#first > MAX_WAITING || this.#first === this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
  }

  #turnAway(socket: Socket): void {
    this.#options.onTurnedAway();
    socket.destroy();
  }
}
