import {yieldTurn} from '../../edge/platform/event-loop.js';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {showerRight} from '../scenarios/shower-right.js';
import {StoreChannel} from '../scenarios/store-channel.js';
import {type ShowerNews, SoakHouse} from './soak-house.js';
import type {SoakStall} from './soak-stall.js';
import {SoakTill} from './soak-till.js';

export interface BathSoakOptions {
  readonly days: number;
  readonly showersPerDay: number;
  readonly seed: number;
}

export interface BathSoakResult {
  readonly showers: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly meteredMl: number;
  readonly billedMl: number;
  readonly rinseMl: number;
  readonly freeMl: number;
  /** Ran through a pipe while nobody showered, each time for a fault that was put in. */
  readonly idleMl: number;
  readonly usedFen: number;
  readonly findings: readonly string[];
}

const STALLS = 20;
const PRICES = [20, 25, 18] as const;
const BUDGET_FEN = 1000;
const OPENS_MS = 6 * HOUR_MS;
const OPEN_FOR_MS = 17 * HOUR_MS;
const SETTLE_LIMIT_S = 900;
/** One shower in so many has it. */
const ODDS = {deadMeter: 60, leak: 80, noFlow: 80, lineCut: 100, overspent: 40, pause: 8} as const;
/** One day in so many has it. */
const DAY_ODDS = {powerCut: 2, offline: 12, price: 30} as const;
const OFFLINE_DAYS = 3;

interface Session {
  readonly startMl: number;
  readonly grant: string;
  isSettled: boolean;
}

/** A year of a bathhouse in which things break: what ran is billed or explained, and money adds up. */
export async function soakBath(
  {days, showersPerDay, seed}: BathSoakOptions,
  tell: (line: string) => void,
): Promise<BathSoakResult> {
  const soak = await BathSoak.open(seed);
  try {
    for (let day = 0; day < days; day += 1) {
      await soak.live(day, showersPerDay);
      if (day % 10 === 9) tell(`${day + 1} days, ${soak.showers} showers`);
    }
    return await soak.end();
  } finally {
    await soak.close();
  }
}

class BathSoak {
  showers = 0;
  readonly #clock: VirtualClock;
  readonly #chance: SeededEntropy;
  readonly #house: SoakHouse;
  readonly #till: SoakTill;
  readonly #channel: StoreChannel;
  readonly #findings: string[] = [];
  readonly #faults: Record<string, number> = {};
  readonly #sessions = new Map<string, Session>();
  readonly #opened = new Set<string>();
  readonly #busy = new Set<string>();
  readonly #sums = {meteredMl: 0, billedMl: 0, rinseMl: 0, freeMl: 0, usedFen: 0};
  #bathers = new Set<Promise<void>>();
  #offlineUntilMs = 0;
  #price = 0;
  #codes = 0;

  private constructor(seed: number, clock: VirtualClock, till: SoakTill) {
    this.#clock = clock;
    this.#till = till;
    this.#chance = new SeededEntropy(seed);
    this.#house = new SoakHouse({
      ...{clock, entropy: new SeededEntropy(seed + 1), stalls: STALLS},
      onShower: (news, stall) => this.#hear(news, stall),
    });
    this.#channel = new StoreChannel(() => this.#house.run.store.grants as never);
    this.#house.start(this.#fenPerLitre);
  }

  static async open(seed: number): Promise<BathSoak> {
    const clock = new VirtualClock({yieldTurn});
    return new BathSoak(seed, clock, await SoakTill.open(clock, new SeededEntropy(seed + 2)));
  }

  /** From midnight to midnight. */
  async live(day: number, showers: number): Promise<void> {
    const clock = this.#clock;
    const midnightMs = clock.nowMs();
    this.#decideDay(day, midnightMs);
    const starts = Array.from({length: showers}, () => OPENS_MS + OPEN_FOR_MS * this.#luck());
    for (const atMs of starts.toSorted((one, other) => one - other)) {
      await clock.advance(Math.max(0, midnightMs + atMs - clock.nowMs()));
      const free = [...this.#house.stalls.keys()].filter(id => !this.#busy.has(id));
      const stall = free[Math.floor(free.length * this.#luck())];
      if (stall === undefined) continue;
      this.#busy.add(stall);
      const bather = this.#bathe(stall).finally(() => this.#busy.delete(stall));
      this.#bathers.add(bather);
      void bather.finally(() => this.#bathers.delete(bather));
    }
    await clock.advance(Math.max(0, midnightMs + DAY_MS - clock.nowMs()));
    if (clock.nowMs() >= this.#offlineUntilMs) await this.#till.take();
    if (this.#house.isOn) this.#house.run.store.grants.touch();
  }

  async end(): Promise<BathSoakResult> {
    await this.#clock.advance(HOUR_MS);
    await clockThrough(this.#clock, [...this.#bathers]);
    await this.#till.take();
    for (const [session, {isSettled}] of this.#sessions) {
      if (!isSettled) this.#find(`${session} was never settled`);
    }
    const {usedFen, ...water} = this.#sums;
    const ranMl = [...this.#house.stalls.values()].reduce((sum, {pipe}) => sum + pipe.totalMl, 0);
    const explainedMl = water.billedMl + water.rinseMl + water.freeMl;
    if (water.meteredMl !== explainedMl) this.#find(`${water.meteredMl} ml, ${explainedMl} ml`);
    return {
      ...{showers: this.showers, faults: this.#faults, ...water, usedFen},
      idleMl: ranMl - water.meteredMl,
      findings: [...this.#findings, ...(await this.#till.findings())],
    };
  }

  async close(): Promise<void> {
    this.#house.remove();
    await this.#till.close();
  }

  get #fenPerLitre(): number {
    return PRICES[this.#price % PRICES.length] ?? PRICES[0];
  }

  /** Somebody with a code, from the desk to the last drop. */
  async #bathe(id: string): Promise<void> {
    const house = this.#house;
    const clock = this.#clock;
    const stall = house.stalls.get(id);
    if (!stall || !house.isOn) return;
    this.#codes += 1;
    const no = this.#codes;
    const digits = `${10_000_000 + ((no * 7919) % 89_999_999)}`;
    const place = {site: 'lot-1', no, digits, stalls: [...house.stalls.keys()], isQuick: true};
    const {credential, grant} = showerRight({...place, nowMs: clock.wallMs()});
    await this.#till.hold(grant.id, BUDGET_FEN);
    if (!house.isOn) return this.#till.release(grant.id);
    await this.#channel.putCredential(credential);
    await this.#channel.putGrant(grant);
    const fault = this.#faultOf();
    if (fault === 'noFlow') stall.pipe.ail({dry: true});
    await house.keyIn(id, digits);
    if (house.showerAt(id) === undefined) {
      stall.pipe.ail({dry: false});
      return this.#till.release(grant.id);
    }
    this.showers += 1;
    await this.#shower(stall, digits, fault);
    stall.pipe.ail({stuck: false, dry: false});
    Object.assign(stall, {isMeterDead: false, isCutOff: false});
    if (!(await this.#settled(id))) this.#find(`${id}: ${fault}: not settled in time`);
    if (!this.#opened.has(grant.id)) await this.#till.release(grant.id);
    // A code that was used opens nothing, anywhere.
    if (house.isOn && this.#luck() < 0.05 && this.#opened.has(grant.id)) {
      await house.keyIn(id, digits);
      if (house.showerAt(id) !== undefined) this.#find(`${digits} opened twice`);
    }
    await clock.sleep(MINUTE_MS);
    if (house.isOn) house.closeAlarms();
  }

  async #shower(stall: SoakStall, digits: string, fault: Fault): Promise<void> {
    const clock = this.#clock;
    await clock.sleep((30 + 120 * this.#luck()) * SECOND_MS);
    if (fault === 'deadMeter') stall.isMeterDead = true;
    if (fault === 'lineCut') stall.isCutOff = true;
    if (fault === 'deadMeter' || fault === 'lineCut') {
      await clock.sleep((20 + 100 * this.#luck()) * SECOND_MS);
      Object.assign(stall, {isMeterDead: false, isCutOff: false});
    }
    if (fault === 'pause') {
      this.#house.press(stall.id, '#');
      await clock.sleep(MINUTE_MS);
      this.#house.press(stall.id, '#');
    }
    await clock.sleep((fault === 'overspent' ? 420 : 180 * this.#luck()) * SECOND_MS);
    if (fault === 'overspent') this.#house.press(stall.id, '#');
    if (fault === 'overspent') await clock.sleep(2 * MINUTE_MS);
    // Whoever stood there when the power went keys his code in again.
    if (this.#house.waitsForCode(stall.id)) await this.#house.keyIn(stall.id, digits);
    if (fault === 'leak') stall.pipe.ail({stuck: true});
    this.#house.press(stall.id, '*');
    if (fault === 'leak') await clock.sleep(MINUTE_MS);
  }

  async #settled(id: string): Promise<boolean> {
    for (let second = 0; second < SETTLE_LIMIT_S; second += 1) {
      if (this.#house.isOn && this.#house.showerAt(id) === undefined) return true;
      if (this.#house.isOn && second % 60 === 30) this.#house.press(id, '*');
      await this.#clock.sleep(SECOND_MS);
    }
    return false;
  }

  #decideDay(day: number, midnightMs: number): void {
    const clock = this.#clock;
    if (this.#luck() * DAY_ODDS.offline < 1) {
      this.#count('offline');
      this.#offlineUntilMs = midnightMs + OFFLINE_DAYS * DAY_MS;
    }
    const isDearer = day > 0 && this.#luck() * DAY_ODDS.price < 1;
    if (this.#luck() * DAY_ODDS.powerCut >= 1 && !isDearer) return;
    const atMs = OPENS_MS + OPEN_FOR_MS * this.#luck();
    const offMs = (10 + 300 * this.#luck()) * SECOND_MS;
    this.#count(isDearer ? 'price' : 'powerCut');
    clock.timer('soak power cut', atMs, () => {
      this.#house.cut();
      if (isDearer) this.#price += 1;
    });
    clock.timer('soak power', atMs + offMs, () => {
      this.#house.start(this.#fenPerLitre);
      this.#house.run.store.grants.touch();
    });
  }

  #hear(news: ShowerNews, stall: SoakStall): void {
    const {session, grant, phase} = news;
    const known = this.#sessions.get(session);
    if (!known) {
      if (this.#opened.has(grant)) this.#find(`${grant} opened twice`);
      this.#opened.add(grant);
      this.#sessions.set(session, {startMl: stall.heardMl, grant, isSettled: false});
      return;
    }
    if (news.isGivenBack) this.#opened.delete(grant);
    if (phase !== 'settled') return;
    if (known.isSettled) this.#find(`${session} was settled twice`);
    known.isSettled = true;
    const {meteredMl, billedMl, rinseMl, freeMl, usedFen, owedFen} = news;
    const ranMl = stall.heardMl - known.startMl;
    if (meteredMl !== ranMl) this.#find(`${session}: ${meteredMl} ml metered, ${ranMl} ml ran`);
    if (billedMl + rinseMl + freeMl !== meteredMl) this.#find(`${session}: shares of ${meteredMl}`);
    if (usedFen > BUDGET_FEN) this.#find(`${session}: ${usedFen} fen of ${BUDGET_FEN}`);
    const sums = this.#sums;
    sums.meteredMl += meteredMl;
    sums.billedMl += billedMl;
    sums.rinseMl += rinseMl;
    sums.freeMl += freeMl;
    sums.usedFen += usedFen;
    // Nothing was used and the code is good again: its hold stays for it.
    if (!this.#opened.has(grant)) return;
    this.#till.usedFen += usedFen;
    this.#till.owedFen += owedFen;
    this.#till.hear(news);
  }

  #faultOf(): Fault {
    for (const fault of Object.keys(ODDS) as (keyof typeof ODDS)[]) {
      if (this.#luck() * ODDS[fault] >= 1) continue;
      this.#count(fault);
      return fault;
    }
    return 'none';
  }

  #luck(): number {
    return this.#chance.fraction();
  }

  #count(fault: string): void {
    this.#faults[fault] = (this.#faults[fault] ?? 0) + 1;
  }

  #find(text: string): void {
    this.#findings.push(`${this.#clock.nowMs()} ${text}`);
  }
}

type Fault = keyof typeof ODDS | 'none';

async function clockThrough(clock: VirtualClock, tasks: readonly Promise<void>[]): Promise<void> {
  await clock.settle(Promise.all(tasks), HOUR_MS);
}
