import type {LineCounters} from '../../drivers/bus/link-counters.js';
import {type ClashChange, NO_CLASHES, stepClash} from '../../drivers/wiring/clash-machine.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {asId} from '../../protocols/site/ids.js';
import type {LotInput} from '../domain/lot/contract.js';

/** A device of the watched line. */
export interface WatchedDevice {
  readonly id: string;
  readonly kind: string;
  /** As the line counts it; locks of one board, or behind one collector, share theirs. */
  readonly unit: string;
}

export interface ClashWatchOptions {
  readonly clock: Clock;
  readonly line: string;
  readonly devices: readonly WatchedDevice[];
  readonly counters: () => LineCounters;
  readonly dispatch: (input: LotInput) => void;
}

const LOOK_EVERY_MS: Millis = 1000;

/**
 * Looks for two devices with one address on a line, and names all: those whose address it is, and
 * those of the same kind that do not answer at their own.
 */
export class ClashWatch {
  readonly #options: ClashWatchOptions;
  readonly #suspects = new Map<string, readonly WatchedDevice[]>();
  #state = NO_CLASHES;
  #timer: Timer | undefined;

  constructor(options: ClashWatchOptions) {
    this.#options = options;
    this.#wait();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #wait(): void {
    this.#timer = this.#options.clock.timer(
      `clashes of ${this.#options.line}`,
      LOOK_EVERY_MS,
      () => {
        this.#wait();
        this.#look();
      },
    );
  }

  #look(): void {
    const {units} = this.#options.counters();
    const {state, changes} = stepClash(
      this.#state,
      units.map(({unit, ok, exceptions, crcErrors, late, timeouts}) => ({
        unit,
        sound: ok + exceptions,
        broken: crcErrors,
        late,
        timeouts,
      })),
    );
    this.#state = state;
    for (const change of changes) this.#tell(change);
  }

  #tell({unit, isClash, missing}: ClashChange): void {
    const {devices, line} = this.#options;
    const owners = devices.filter(device => device.unit === unit);
    const [owner] = owners;
    if (!owner) return;
    if (isClash) {
      const partners = devices.filter(one => one.kind === owner.kind && missing.includes(one.unit));
      this.#suspects.set(unit, partners);
      const own = owners.map(({id}) => id).join(' and ');
      const names = [...owners, ...partners].map(({id}) => id).join(' and ');
      const detail =
        partners.length > 0
          ? `${names} on ${line} seem to answer to the one address ${unit}`
          : `two devices on ${line} answer to the address ${unit} of ${own}`;
      for (const suspect of [...owners, ...partners]) this.#report(suspect, true, detail);
      return;
    }
    const partners = this.#suspects.get(unit) ?? [];
    this.#suspects.delete(unit);
    for (const suspect of [...owners, ...partners]) this.#report(suspect, false, '');
  }

  #report({id}: WatchedDevice, isStanding: boolean, detail: string): void {
    const fault = 'ADDRESS_CLASH';
    this.#options.dispatch({kind: 'deviceFault', device: asId(id), fault, isStanding, detail});
  }
}
