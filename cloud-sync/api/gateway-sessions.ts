import type {Clock, Millis} from '../../protocols/base/clock.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import type {UpMessages} from '../../protocols/cloud/up-messages.js';
import type {JournalPlace} from './command-machine.js';

export interface GatewaySession {
  readonly sid: string;
  /** The newest reading of the gateway's monotonic clock. */
  readonly monoMs: Millis;
  /** This side's monotonic clock when it came. */
  readonly heardMs: Millis;
  /** Its hello: when it came, and where the journal stood; undefined: it was not heard here. */
  readonly began: {readonly wallMs: number; readonly journal: JournalPlace} | undefined;
}

/** How far a gateway had come with its journal. */
export interface JournalHead {
  /** Undefined: its hello was not heard here, and so is of an epoch that is known. */
  readonly epoch: string | undefined;
  readonly head: number;
  /** When it said so, by this side's clock. */
  readonly wallMs: number;
}

/** Three heartbeats and a little. */
const SILENT_AFTER_MS: Millis = 35 * SECOND_MS;
/** Wall clocks of two workers may differ by so much. */
const SKEW_MS: Millis = 5 * SECOND_MS;

/** Who is connected now. In memory only: after a restart every gateway says hello again. */
export class GatewaySessions {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, GatewaySession>();
  readonly #heardMs = new Map<string, Millis>();
  /** How far each had come with its journal, and when it said so. */
  readonly #heads = new Map<string, JournalHead>();
  /** The session before the present one, or the last one that ended. */
  readonly #former = new Map<string, string>();

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
    const {sid, mono, epoch, head} = hello;
    const former = this.#sessions.get(gateway)?.sid;
    if (former !== undefined && former !== sid) this.#former.set(gateway, former);
    const began = {wallMs: this.#clock.wallMs(), journal: {epoch, head}};
    this.#set(gateway, {sid, monoMs: mono, began});
    this.#heads.set(gateway, {epoch, head, wallMs: began.wallMs});
  }

  headOf(gateway: string): JournalHead | undefined {
    return this.#heads.get(gateway);
  }

  /** False for a heartbeat of an older session. One of a gateway that nothing was heard of tells its
   *  session: its hello may have come while this process was not here. */
  onHeartbeat(gateway: string, heartbeat: UpMessages['hb']): boolean {
    const session = this.online(gateway);
    const isSame = session?.sid === heartbeat.sid;
    if (session && !isSame) return false;
    const monoMs = isSame ? Math.max(session.monoMs, heartbeat.mono) : heartbeat.mono;
    this.#set(gateway, {sid: heartbeat.sid, monoMs, began: session?.began});
    const epoch = session?.began?.journal.epoch;
    this.#heads.set(gateway, {epoch, head: heartbeat.head, wallMs: this.#clock.wallMs()});
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
      this.#former.set(gateway, status.sid);
    }
  }

  /**
   * Time reference for a command: the newest gateway reading plus what has passed here since. It lags
   * the truth by the way up, so it errs only towards refusing. @see sync.md 8
   */
  referenceOf(session: GatewaySession): Millis {
    return session.monoMs + (this.#clock.nowMs() - session.heardMs);
  }

  /**
   * True: nothing that was sent in the session `sid` at `sentWall` can arrive any more. Another worker may
   * have heard of a session that has not been heard of here yet: what this one does not know is not over.
   */
  isOver(gateway: string, sid: string, sentWall: number): boolean {
    const present = this.#sessions.get(gateway);
    if (present?.sid === sid) return false;
    if (this.#former.get(gateway) === sid) return true;
    return present?.began !== undefined && sentWall < present.began.wallMs - SKEW_MS;
  }

  /** Where its journal stood when the present session began. */
  journalOf(gateway: string): JournalPlace | undefined {
    return this.#sessions.get(gateway)?.began?.journal;
  }

  #set(gateway: string, session: Omit<GatewaySession, 'heardMs'>): void {
    const heardMs = this.#clock.nowMs();
    this.#sessions.set(gateway, {...session, heardMs});
    this.#heardMs.set(gateway, heardMs);
  }
}
