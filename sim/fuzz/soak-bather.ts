import type {Clock} from '../../protocols/base/clock.js';
import {MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import type {SoakBooks} from './soak-books.js';
import type {SoakHouse} from './soak-house.js';
import type {SoakCode} from './soak-rights.js';
import type {SoakStall} from './soak-stall.js';

export interface SoakBatherOptions {
  readonly clock: Clock;
  readonly house: SoakHouse;
  readonly books: SoakBooks;
  /** Stalls that somebody stands in. */
  readonly busy: Set<string>;
  readonly luck: () => number;
  readonly count: (what: string) => void;
}

/** One shower in so many has it. */
const ODDS = {
  ...{deadMeter: 60, meterGone: 150, leak: 80, noFlow: 80, lineCut: 100, twoStalls: 100},
  ...{overspent: 40, pause: 8, walksOff: 200},
} as const;

type Fault = keyof typeof ODDS | 'none';

/** At so many stalls somebody tries before he goes home. */
const TRIES = 3;
const SETTLE_LIMIT_S = 900;
/** From the desk to the stall. */
const WALK_MS = 8 * MINUTE_MS;
const POWER_LIMIT_MS = 15 * MINUTE_MS;
const KEYED_AGAIN = 0.05;

/** Somebody with a code, from the desk to the last drop, and what goes wrong meanwhile. */
export class SoakBather {
  readonly #options: SoakBatherOptions;
  readonly #code: SoakCode;
  /** Has no more than the code: stays until it is used up, and rinses. */
  readonly #isPoor: boolean;

  constructor(options: SoakBatherOptions, code: SoakCode, isPoor: boolean) {
    this.#options = options;
    this.#code = code;
    this.#isPoor = isPoor;
  }

  async bathe(): Promise<void> {
    const {books, clock, count, house, luck} = this.#options;
    await clock.sleep(WALK_MS * luck() * luck());
    for (let tries = 0; tries < TRIES; tries += 1) {
      await this.#power();
      const stall = this.#free();
      if (!stall || !house.isOn) {
        await clock.sleep(MINUTE_MS);
        continue;
      }
      await this.#within(stall, () => this.#try(stall));
      if (books.hasOpened(this.#code.grant)) return;
    }
    count('wentHome');
  }

  async #try(stall: SoakStall): Promise<void> {
    const {books, clock, house, luck} = this.#options;
    const {digits, grant} = this.#code;
    const fault = this.#isPoor ? 'overspent' : this.#faultOf();
    if (fault === 'noFlow') stall.ail({dry: true});
    await (fault === 'twoStalls' ? this.#keyTwice(stall) : house.keyIn(stall.id, digits));
    if (house.grantAt(stall.id) !== grant) {
      stall.ail({dry: false});
      return;
    }
    await this.#shower(stall, fault);
    const isSettled = await this.#settled(stall.id);
    if (!isSettled) books.find(`${stall.id}: ${fault}: not settled in time`);
    this.#mend(stall);
    // A code that was used opens nothing, anywhere.
    if (house.isOn && luck() < KEYED_AGAIN && books.hasOpened(grant)) {
      await house.keyIn(stall.id, digits);
      if (house.showerAt(stall.id) !== undefined) books.find(`${digits} opened twice`);
    }
    await clock.sleep((1 + luck()) * MINUTE_MS);
    if (house.isOn) house.closeAlarms(stall.id);
  }

  async #shower(stall: SoakStall, fault: Fault): Promise<void> {
    const {clock, house, luck} = this.#options;
    await clock.sleep((30 + 120 * luck()) * SECOND_MS);
    if (fault === 'meterGone') stall.causes.add(fault);
    if (fault === 'deadMeter' || fault === 'meterGone') stall.isMeterDead = true;
    if (fault === 'lineCut') stall.isCutOff = true;
    if (fault === 'deadMeter' || fault === 'lineCut') {
      await clock.sleep((20 + 100 * luck()) * SECOND_MS);
      Object.assign(stall, {isMeterDead: false, isCutOff: false});
    }
    if (fault === 'pause') {
      house.press(stall.id, '#');
      await clock.sleep(MINUTE_MS);
      house.press(stall.id, '#');
    }
    if (fault === 'overspent') await this.#rinse(stall.id);
    else if (fault !== 'walksOff') await clock.sleep(180 * luck() * SECOND_MS);
    // Whoever stood there when the power went keys his code in again.
    if (house.waitsForCode(stall.id)) await house.keyIn(stall.id, this.#code.digits);
    if (fault === 'leak') {
      stall.causes.add(fault);
      stall.ail({stuck: true});
    }
    if (fault === 'walksOff') return;
    house.press(stall.id, '*');
    if (fault === 'leak') await clock.sleep(MINUTE_MS);
  }

  /** With soap in the hair: the budget is used up, and the rinse is asked for. */
  async #rinse(id: string): Promise<void> {
    const {clock, house} = this.#options;
    for (let second = 0; second < SETTLE_LIMIT_S; second += 3) {
      await clock.sleep(3 * SECOND_MS);
      const phase = house.phaseAt(id);
      if (phase === 'rinse_offered') house.press(id, '#');
      if (phase === 'resumable') await house.keyIn(id, this.#code.digits);
      if (house.isOn && phase !== 'running' && phase !== 'rinse_offered') {
        if (phase === undefined || phase === 'settled' || phase === 'leak_check') return;
      }
    }
  }

  /** The same digits in the same millisecond at a second stall: at most one of the two opens. */
  async #keyTwice(stall: SoakStall): Promise<void> {
    const {books, house} = this.#options;
    const {digits, grant} = this.#code;
    const other = this.#free();
    if (!other) return house.keyIn(stall.id, digits);
    await this.#within(other, async () => {
      await Promise.all([house.keyIn(stall.id, digits), house.keyIn(other.id, digits)]);
      if (house.grantAt(other.id) !== grant) return;
      if (house.grantAt(stall.id) === grant) books.find(`${digits} opened at two stalls`);
      house.press(other.id, '*');
      if (!(await this.#settled(other.id))) books.find(`${other.id}: not settled in time`);
    });
  }

  async #settled(id: string): Promise<boolean> {
    const {clock, house} = this.#options;
    const isOver = () => house.isOn && house.showerAt(id) === undefined;
    for (let second = 0; second < SETTLE_LIMIT_S && !isOver(); second += 2) {
      if (house.isOn && second % 60 === 30) house.press(id, '*');
      await clock.sleep(2 * SECOND_MS);
    }
    return isOver();
  }

  #mend(stall: SoakStall): void {
    stall.ail({stuck: false, dry: false});
    Object.assign(stall, {isMeterDead: false, isCutOff: false});
    this.#options.house.wake();
  }

  async #within(stall: SoakStall, work: () => Promise<void>): Promise<void> {
    const {busy} = this.#options;
    busy.add(stall.id);
    try {
      await work();
    } finally {
      busy.delete(stall.id);
    }
  }

  async #power(): Promise<void> {
    const {clock, house} = this.#options;
    for (let ms = 0; ms < POWER_LIMIT_MS && !house.isOn; ms += 10 * SECOND_MS) {
      await clock.sleep(10 * SECOND_MS);
    }
  }

  #free(): SoakStall | undefined {
    const {house, busy, luck} = this.#options;
    const free = [...house.stalls.values()].filter(({id}) => !busy.has(id));
    return free[Math.floor(free.length * luck())];
  }

  #faultOf(): Fault {
    const {count, luck} = this.#options;
    for (const fault of Object.keys(ODDS) as (keyof typeof ODDS)[]) {
      if (luck() * ODDS[fault] >= 1) continue;
      count(fault);
      return fault;
    }
    return 'none';
  }
}
