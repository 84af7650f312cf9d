import type {Clock} from '../../protocols/base/clock.js';
import type {
  DeviceHealth,
  Frame,
  FrameBus,
  FrameOutcome,
  FramePoll,
  FrameTurn,
} from '../bus/contract.js';

/** Bytes that come back, or nothing. */
export type FrameScript = (request: Uint8Array) => Uint8Array | undefined;

/**
 * A line for unit tests of drivers that make frames of their own: every frame takes `delayMs`, and what
 * the script answers goes through the frame's own reader, as on a real line. The sweep does not run by
 * itself; the test moves it with `sweep`.
 */
export class ScriptedFrameBus implements FrameBus {
  /** Everything sent, oldest first. */
  readonly sent: Uint8Array[] = [];
  readonly turns: FrameTurn[] = [];
  readonly entries = new Set<FramePoll>();
  readonly #clock: Clock;
  readonly #delayMs: number;
  script: FrameScript;

  constructor(clock: Clock, script: FrameScript, delayMs = 10) {
    this.#clock = clock;
    this.script = script;
    this.#delayMs = delayMs;
  }

  submit(turn: FrameTurn): void {
    this.turns.push(turn);
    const frame = turn.compose(this.#clock.nowMs());
    if (!frame) {
      turn.settle({kind: 'down', atMs: this.#clock.nowMs()});
      return;
    }
    this.sent.push(frame.bytes);
    this.#clock.timer('scripted frame', this.#delayMs, () => turn.settle(this.#answer(frame)));
  }

  poll(entry: FramePoll): () => void {
    this.entries.add(entry);
    return () => void this.entries.delete(entry);
  }

  /** Poll every entry once, now. */
  sweep(): void {
    for (const entry of this.entries) {
      const frame = entry.compose(this.#clock.nowMs());
      if (!frame) continue;
      this.sent.push(frame.bytes);
      entry.onOutcome(this.#answer(frame));
    }
  }

  health(health: DeviceHealth): void {
    for (const entry of this.entries) entry.onHealth(health);
  }

  #answer({bytes, reply}: Frame): FrameOutcome {
    const atMs = this.#clock.nowMs();
    const answer = this.script(bytes);
    if (!reply) return {kind: 'sent', atMs};
    let received = answer ?? new Uint8Array(0);
    while (received.length > 0) {
      const decoded = reply.read(received);
      if (decoded.kind === 'wait') break;
      if (decoded.kind === 'frame') {
        const taken = received.slice(0, decoded.used);
        return {kind: 'reply', verdict: decoded.frame, bytes: taken, atMs};
      }
      received = received.slice(decoded.used);
    }
    return {kind: 'timeout', garbled: answer !== undefined, atMs};
  }
}
