import type {Clock, Millis} from '../../protocols/base/clock.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import type {UpMessages} from '../../protocols/cloud/up-messages.js';

export interface GatewaySession {
  readonly sid: string;
  /** The newest reading of the gateway's monotonic clock. */
  readonly monoMs: Millis;
  /** This side's monotonic clock when it came. */
  readonly heardMs: Millis;
}

/** Three heartbeats and a little. */
const SILENT_AFTER_MS: Millis = 35 * SECOND_MS;

/** Who is connected now. In memory only: after a restart every gateway says hello again. */
export class GatewaySessions {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, GatewaySession>();
  readonly #heardMs = new Map<string, Millis>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The session, if the gateway can be expected to hear us at this moment. */
  online(gateway: string): GatewaySession | undefined {
    const session = this.#sessions.get(gateway);
    const silentMs = this.#clock.nowMs() - (session?.heardMs ?? 0);
    return session && silentMs <= SILENT_AFTER_MS ? session : undefined;
  }

  /** How many can be expected to hear us. */
  get count(): number {
    return [...this.#sessions.keys()].filter(gateway => this.online(gateway)).length;
  }

  isOnline(gateway: string): boolean {
    return this.online(gateway) !== undefined;
  }

  /** When anything came of it last, by this side's monotonic clock; undefined: nothing since the start. */
  heardMs(gateway: string): Millis | undefined {
    return this.#heardMs.get(gateway);
  }

  onHello(gateway: string, hello: UpMessages['hello']): void {
    this.#set(gateway, hello.sid, hello.mono);
  }

  /** False for a heartbeat of an older session. One of a gateway that nothing was heard of tells its
   *  session: its hello may have come while this process was not here. */
  onHeartbeat(gateway: string, heartbeat: UpMessages['hb']): boolean {
    const session = this.online(gateway);
    const isSame = session?.sid === heartbeat.sid;
    if (session && !isSame) return false;
    const monoMs = isSame ? Math.max(session.monoMs, heartbeat.mono) : heartbeat.mono;
    this.#set(gateway, heartbeat.sid, monoMs);
    return true;
  }

  /** What was missed meanwhile is not known: every session has to be heard of again. */
  forget(): void {
    this.#sessions.clear();
  }

  /** A status, perhaps the will of a connection that is long replaced. */
  onStatus(gateway: string, status: UpMessages['st']): void {
    if (!status.on && this.#sessions.get(gateway)?.sid === status.sid) {
      this.#sessions.delete(gateway);
    }
  }

  /**
   * Time reference for a command: the newest gateway reading plus what has passed here since. It lags
   * the truth by the way up, so it errs only towards refusing. @see sync.md 8
   */
  referenceOf(session: GatewaySession): Millis {
    return session.monoMs + (this.#clock.nowMs() - session.heardMs);
  }

  #set(gateway: string, sid: string, monoMs: Millis): void {
    const heardMs = this.#clock.nowMs();
    this.#sessions.set(gateway, {sid, monoMs, heardMs});
    this.#heardMs.set(gateway, heardMs);
  }
}
