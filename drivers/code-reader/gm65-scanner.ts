import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {
  type Gm65Mode,
  type Gm65Zones,
  gm65Settings,
} from '../../protocols/code-reader/gm65-zones.js';
import {SCANNER_FAMILIES} from '../../protocols/code-reader/scanner-family.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';
import type {ByteLink} from '../port/byte-link.js';
import {CodeStream} from './code-stream.js';
import type {CodeReader, CodeReaderListener} from './contract.js';
import {Gm65Desk} from './gm65-desk.js';
import {setUpGm65} from './gm65-setup.js';

export interface Gm65ScannerOptions {
  readonly id: DeviceId;
  /** Handed over: the reader opens it, and closes it with itself. */
  readonly link: ByteLink;
  readonly clock: Clock;
  readonly zones: Gm65Zones;
  /** `sense` looks when something moves before it, `continuous` always. */
  readonly mode: Gm65Mode;
  readonly listener: CodeReaderListener;
  /**
   * `device/profile-misfit`: its settings do not read back; `reader/noise`: bytes came that are no
   * code; `port/..`: why the port is gone. Never a code.
   */
  readonly onTrouble?: TroubleListener | undefined;
}

/** A module that anybody can set with a printed code is looked at so often. */
const CHECK_MS: Millis = 30_000;
/** A check asks three times, so one that fails is more than a lost byte. */
const FAILED_CHECKS_OFFLINE = 3;

/**
 * A GM65 that the gateway sets itself: CR behind each code, continuous or sense mode. Its settings are
 * checked every 30 s, which proves that it lives and mends what a printed setup code did to it.
 * Source: device notes 4.6.
 */
export class Gm65Scanner implements CodeReader {
  readonly id: DeviceId;
  readonly #options: Gm65ScannerOptions;
  readonly #stream: CodeStream;
  readonly #desk: Gm65Desk;
  #health: DeviceHealth = 'unknown';
  #failedChecks = 0;
  #misfitTold: string | undefined;
  #next: Timer | undefined;
  /** Counts the openings of the port: a check of an earlier one says nothing. */
  #opening = 0;
  #closed = false;

  constructor(options: Gm65ScannerOptions) {
    const {id, link, clock, listener, onTrouble} = options;
    this.id = id;
    this.#options = options;
    this.#stream = new CodeStream({
      name: id,
      clock,
      suffix: SCANNER_FAMILIES.gm65.suffix,
      listener,
      onNoise: bytes => onTrouble?.('reader/noise', `${id}: ${bytes} bytes dropped since start`),
    });
    this.#desk = new Gm65Desk({
      name: id,
      clock,
      write: bytes => link.write(bytes),
      onCodes: bytes => this.#stream.push(bytes),
    });
    link.open({
      onBytes: bytes => {
        if (!this.#closed) this.#desk.hear(bytes);
      },
      onUp: () => this.#begin(),
      onDown: reason => {
        if (this.#closed) return;
        onTrouble?.(reason.code, reason.message);
        this.#end();
        this.#tell('offline');
      },
    });
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  look(): boolean {
    return false;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#end();
    this.#stream.close();
    await this.#options.link.close();
  }

  #begin(): void {
    if (this.#closed) return;
    this.#end();
    this.#failedChecks = 0;
    void this.#check(this.#opening);
  }

  #end(): void {
    this.#opening += 1;
    this.#next?.cancel();
    this.#desk.reset();
    this.#stream.reset();
  }

  async #check(opening: number): Promise<void> {
    const {zones, mode, clock, onTrouble} = this.#options;
    const outcome = await setUpGm65(command => this.#desk.ask(command), gm65Settings(zones, mode));
    if (this.#closed || opening !== this.#opening) return;
    this.#next = clock.timer(`gm65 check ${this.id}`, CHECK_MS, () => {
      void this.#check(opening);
    });
    if (outcome.kind === 'silent') {
      this.#failedChecks += 1;
      this.#tell(this.#failedChecks < FAILED_CHECKS_OFFLINE ? 'suspect' : 'offline');
      return;
    }
    this.#failedChecks = 0;
    const misfit = outcome.kind === 'misfit' ? outcome.setting : undefined;
    if (misfit !== undefined && misfit !== this.#misfitTold) {
      onTrouble?.(
        'device/profile-misfit',
        `${this.id} does not keep its ${misfit} (${zones.name})`,
      );
    }
    this.#misfitTold = misfit;
    // It lives, but whether its codes have an end that we know nobody can say.
    this.#tell(misfit === undefined ? 'ok' : 'suspect');
  }

  #tell(health: DeviceHealth): void {
    if (health === this.#health) return;
    this.#health = health;
    this.#options.listener.onHealth(health);
  }
}
