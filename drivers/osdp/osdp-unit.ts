import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import {
  type BuzzerControl,
  type Communication,
  encodeCommand,
  type LedControl,
  type OsdpCommand,
  type OutputControl,
  type TextPlace,
} from '../../protocols/osdp/commands.js';
import {decodeOsdpFrame} from '../../protocols/osdp/frame.js';
import {type Capability, FEATURES, type Identity} from '../../protocols/osdp/replies.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, Frame, FrameBus, FrameOutcome} from '../bus/contract.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';
import {CommandQueue, type Waiting} from './command-queue.js';
import type {OfflineReason, OsdpListener, OsdpReader, OsdpResult} from './contract.js';
import {checkKeys, type KeySet, storeKey} from './key-handling.js';
import {ReaderNews} from './reader-news.js';
import {osdpReplyReader} from './reply-reader.js';
import {type SessionInput, stepSession} from './session-machine.js';
import {
  healthOf,
  isSecretTurn,
  LOST_AFTER_MS,
  newSession,
  type SessionEffect,
  type SessionPolicy,
  type SessionState,
} from './session-state.js';

export interface OsdpUnitOptions {
  readonly id: DeviceId;
  readonly bus: FrameBus;
  readonly clock: Clock;
  /** Bytes fit for keys: challenges, and a new key in install mode. */
  readonly random: (length: number) => Uint8Array;
  readonly address: number;
  /** Keys of 16 bytes that the reader may have, the likeliest first; mostly one. */
  readonly keys: readonly Uint8Array[];
  /** Default true: a reader without a Secure Channel stays off-line. */
  readonly requireSecure?: boolean;
  /** A reader with the default key is given the first of `keys`, or a fresh one, before anything else. */
  readonly install?: boolean;
  /** Start to start; default 100, at most 4000, since a reader forgets its session after 8 s. */
  readonly pollMs?: Millis;
  /** What we say that we can receive; `null`: we do not say. Default 256. */
  readonly receiveBytes?: number | null;
  /**
   * A key goes to the reader: it must be stored, beside the old one, before this returns. With
   * `isProven` the reader has used it, and the old one may be forgotten. `keyId` may stand in logs, the
   * key may not.
   */
  readonly onKeySet?: (set: KeySet) => void;
  /**
   * `osdp/insecure`: off-line for want of a Secure Channel; `osdp/forged`: replies that are not genuine;
   * `osdp/stale`: cards or keys from before the connection, dropped.
   */
  readonly onTrouble?: TroubleListener | undefined;
}

const DEFAULT_POLL_MS: Millis = 100;
const LONGEST_POLL_MS: Millis = LOST_AFTER_MS / 2;
const DEFAULT_RECEIVE_BYTES = 256;
/** A reader begins its reply within 200 ms; 20 ms for the host. Source: device notes 2.2. */
const TURNAROUND_MS: Millis = 220;
/** Repetitions that do not wait for the sweep: a card must not wait a second for one lost reply. */
const QUICK_REPEATS = 2;
const WATCH_MS: Millis = 1000;
const FORGERIES: ReadonlySet<OfflineReason> = new Set(['mac', 'decrypt', 'plainReply']);

/**
 * One OSDP reader on a line: session, polls, commands, news. Every frame is made when it goes out.
 * Source: SIA OSDP 2.2; device notes 2.
 */
export class OsdpUnit implements OsdpReader {
  readonly id: DeviceId;
  readonly #options: OsdpUnitOptions;
  readonly #listeners = new Set<Partial<OsdpListener>>();
  readonly #queue = new CommandQueue();
  readonly #news = new ReaderNews(this.#listeners);
  #policy: SessionPolicy;
  #state: SessionState;
  #health: DeviceHealth = 'unknown';
  #asked: Waiting | undefined;
  #leave: () => void;
  #hasTurn = false;
  /** What the last turn came to before it went out. */
  #turn: 'unasked' | 'frame' | 'nothing' = 'unasked';
  #isKeyUnstored = false;
  #sentMs: Millis = Number.NEGATIVE_INFINITY;
  #probe: Timer | undefined;
  #watch: Timer | undefined;
  #closed = false;

  /** @throws CodecMisuse `codec/osdp-key` for a key that has not 16 bytes. */
  constructor(options: OsdpUnitOptions) {
    checkKeys(options.keys);
    const {id, clock, address, receiveBytes = DEFAULT_RECEIVE_BYTES} = options;
    this.id = id;
    this.#options = options;
    this.#policy = {
      address,
      requireSecure: options.requireSecure ?? true,
      install: options.install ?? false,
      receiveBytes: receiveBytes ?? undefined,
      random: options.random,
    };
    this.#state = newSession(options.keys, clock.nowMs());
    this.#leave = this.#join();
    this.#armWatch();
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  get isSecure(): boolean {
    return this.#state.phase === 'online' && this.#state.channel !== undefined;
  }

  get address(): number {
    return this.#policy.address;
  }

  get identity(): Identity | undefined {
    return this.#state.identity;
  }

  get capabilities(): readonly Capability[] {
    return this.#state.capabilities;
  }

  listen(listener: Partial<OsdpListener>): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  setLed(led: LedControl): Promise<OsdpResult> {
    return this.#ask({kind: 'led', leds: [led]});
  }

  buzz(buzzer: BuzzerControl): Promise<OsdpResult> {
    return this.#ask({kind: 'buz', buzzer});
  }

  setOutput(output: OutputControl): Promise<OsdpResult> {
    return this.#ask({kind: 'out', outputs: [output]});
  }

  showText(place: TextPlace, text: string): Promise<OsdpResult> {
    return this.#ask({kind: 'text', place, text});
  }

  configure(communication: Communication): Promise<OsdpResult> {
    return this.#ask({kind: 'comset', communication});
  }

  setKey(key: Uint8Array): Promise<OsdpResult> {
    if (!this.isSecure) return Promise.resolve('refused');
    return this.#ask({kind: 'keyset', key});
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#leave();
    this.#probe?.cancel();
    this.#watch?.cancel();
    this.#listeners.clear();
    this.#queue.flush();
    this.#asked?.settle('unknown');
  }

  #ask(command: OsdpCommand): Promise<OsdpResult> {
    return new Promise(settle => {
      // What no frame can carry is the caller's mistake, here and not when the line asks for the frame.
      encodeCommand(command);
      if (this.#closed || this.#state.phase !== 'online') {
        settle('notSent');
        return;
      }
      this.#queue.push({command, settle});
      this.#pump();
    });
  }

  #join(): () => void {
    return this.#options.bus.poll({
      unit: `osdp:${this.address}`,
      periodMs: () => this.#periodMs(),
      compose: nowMs => this.#compose(nowMs),
      onOutcome: outcome => this.#settle(outcome),
      // The line judges by any reply; what counts here is the session.
      onHealth: () => {},
    });
  }

  #periodMs(): Millis {
    const {phase, misses, tryFromMs} = this.#state;
    const pollMs = Math.min(this.#options.pollMs ?? DEFAULT_POLL_MS, LONGEST_POLL_MS);
    if (phase === 'offline') return Math.max(pollMs, tryFromMs - this.#sentMs);
    return phase === 'online' || misses > 0 ? pollMs : 0;
  }

  #compose(nowMs: Millis): Frame | undefined {
    this.#turn = 'nothing';
    if (this.#closed) return undefined;
    const sent = this.#take({kind: 'turn', atMs: nowMs, pending: this.#queue.next});
    if (this.#isKeyUnstored) {
      // A key that a restart of ours would forget must never reach the reader.
      this.#isKeyUnstored = false;
      this.#take({kind: 'down', atMs: nowMs});
      return undefined;
    }
    if (!sent) return undefined;
    this.#turn = 'frame';
    this.#sentMs = nowMs;
    const reply = osdpReplyReader(this.address, sent.sequence);
    const isSecret = isSecretTurn(this.#state);
    return {bytes: sent.bytes, reply, turnaroundMs: TURNAROUND_MS, isSecret};
  }

  #settle(outcome: FrameOutcome): void {
    if (this.#closed) return;
    const {atMs} = outcome;
    switch (outcome.kind) {
      case 'reply': {
        const decoded = decodeOsdpFrame(outcome.bytes);
        if (decoded.kind === 'frame') this.#take({kind: 'reply', atMs, frame: decoded.frame});
        break;
      }
      case 'timeout':
        this.#take({kind: 'timeout', atMs});
        break;
      case 'down':
        if (this.#turn === 'nothing') return;
        this.#queue.flush();
        if (this.#turn === 'frame') this.#take({kind: 'down', atMs});
        return;
      case 'sent':
        break;
      default:
        unreachable(outcome, 'frame outcome');
    }
    this.#pump();
  }

  /** Ask for a turn when something waits that the sweep would keep waiting. */
  #pump(): void {
    const {outstanding, phase, misses, offlineWhy} = this.#state;
    if (this.#closed || this.#hasTurn) return;
    const isRepeated = outstanding !== undefined && misses > 0 && misses <= QUICK_REPEATS;
    if (isRepeated && offlineWhy === undefined) this.#submit('confirm');
    else if (phase === 'online' && !outstanding && !this.#queue.isEmpty) this.#submit('command');
  }

  #submit(lane: 'command' | 'confirm' | 'poll'): void {
    this.#hasTurn = true;
    this.#turn = 'unasked';
    this.#options.bus.submit({
      unit: `osdp:${this.address}`,
      lane,
      compose: nowMs => this.#compose(nowMs),
      settle: outcome => {
        this.#hasTurn = false;
        this.#settle(outcome);
      },
    });
  }

  #take(input: SessionInput): Extract<SessionEffect, {kind: 'send'}> | undefined {
    const {state, effects} = stepSession(this.#state, this.#policy, input);
    const before = this.#state;
    this.#state = state;
    let sent: Extract<SessionEffect, {kind: 'send'}> | undefined;
    for (const effect of effects) {
      if (effect.kind === 'send') sent = effect;
      else this.#carryOut(effect, before, input.atMs);
    }
    this.#tellHealth();
    this.#armProbe(input.atMs);
    return sent;
  }

  #carryOut(
    effect: Exclude<SessionEffect, {kind: 'send'}>,
    before: SessionState,
    atMs: Millis,
  ): void {
    switch (effect.kind) {
      case 'taken':
        this.#asked = this.#queue.take();
        return;
      case 'settled': {
        const asked = this.#asked;
        this.#asked = undefined;
        asked?.settle(effect.result);
        if (effect.reply?.kind === 'com') this.#move(effect.reply.communication.address);
        return;
      }
      case 'event':
        this.#news.take(effect.reply, atMs);
        return;
      case 'stale':
        this.#options.onTrouble?.(
          'osdp/stale',
          `${this.id}: ${effect.reports} reports of cards or keys from before the connection dropped`,
        );
        return;
      case 'online':
        this.#askForStates();
        this.#tell(listener => listener.onOnline?.(effect.isSecure));
        return;
      case 'offline':
        this.#wentOffline(effect.why);
        return;
      case 'fault':
        if (before.failures === 0) this.#tellForgery(effect.why);
        return;
      case 'keyOffered':
        this.#isKeyUnstored = !storeKey(this.#options, effect.key, false);
        return;
      case 'keyTaken':
        storeKey(this.#options, effect.key, true);
        return;
      default:
        unreachable(effect, 'session effect');
    }
  }

  #askForStates(): void {
    const items = (feature: number) =>
      this.capabilities.find(entry => entry.feature === feature)?.items ?? 0;
    const settle = () => {};
    this.#queue.push({command: {kind: 'lstat'}, settle});
    if (items(FEATURES.inputs) > 0) this.#queue.push({command: {kind: 'istat'}, settle});
    if (items(FEATURES.outputs) > 0) this.#queue.push({command: {kind: 'ostat'}, settle});
  }

  #wentOffline(why: OfflineReason): void {
    this.#queue.flush();
    this.#news.forget();
    if (why !== 'silent') {
      this.#options.onTrouble?.('osdp/insecure', `${this.id} is off-line: ${why}`);
    }
    this.#tell(listener => listener.onOffline?.(why));
  }

  #tellForgery(why: OfflineReason): void {
    if (!FORGERIES.has(why)) return;
    this.#options.onTrouble?.('osdp/forged', `${this.id}: a reply that is not genuine (${why})`);
  }

  /** Follow a reader to its new address; at the old one nobody answers any more. */
  #move(address: number): void {
    if (address === this.address) return;
    this.#leave();
    this.#policy = {...this.#policy, address};
    this.#state = {
      ...newSession(this.#state.keys, this.#options.clock.nowMs()),
      hasBeenOnline: true,
    };
    this.#leave = this.#join();
  }

  #tellHealth(): void {
    const health = healthOf(this.#state);
    if (health === this.#health) return;
    this.#health = health;
    this.#tell(listener => listener.onHealth?.(health));
  }

  #tell(call: (listener: Partial<OsdpListener>) => void): void {
    for (const listener of [...this.#listeners]) call(listener);
  }

  /** The line probes a silent unit more and more seldom; a reader is owed one try every 30 s. */
  #armProbe(nowMs: Millis): void {
    this.#probe?.cancel();
    this.#probe = undefined;
    const {phase, offlineWhy, tryFromMs} = this.#state;
    if (this.#closed || phase !== 'offline' || offlineWhy === undefined) return;
    const name = `osdp probe ${this.id}`;
    this.#probe = this.#options.clock.timer(name, Math.max(tryFromMs - nowMs, 1), () => {
      if (!this.#hasTurn) this.#submit('poll');
    });
  }

  #armWatch(): void {
    const {clock} = this.#options;
    this.#watch = clock.timer(`osdp watch ${this.id}`, WATCH_MS, () => {
      this.#take({kind: 'tick', atMs: clock.nowMs()});
      this.#armWatch();
    });
  }
}
