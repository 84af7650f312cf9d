import {yieldTurn} from '../../edge/platform/event-loop.js';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {SoakBather} from './soak-bather.js';
import {SoakBooks, type WaterSums} from './soak-books.js';
import {SOAK_SITE, SoakHouse} from './soak-house.js';
import {SoakPlatform} from './soak-platform.js';
import {SoakRights} from './soak-rights.js';

export interface BathSoakOptions {
  readonly days: number;
  readonly showersPerDay: number;
  readonly seed: number;
  /** Asked every midnight: yes ends it there, with the verdict of the days that were. */
  readonly isEnough?: () => boolean;
}

export interface BathSoakResult extends WaterSums {
  /** That were lived. */
  readonly days: number;
  /** Codes that were used up. */
  readonly showers: number;
  /** Of these, with a rinse that was owed, and with a meter that was silent for a while. */
  readonly rinses: number;
  readonly estimated: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly usedFen: number;
  readonly owedFen: number;
  readonly findings: readonly string[];
}

const STALLS = 20;
const PRICES = [20, 25, 18] as const;
const OPENS_MS = 6 * HOUR_MS;
const OPEN_FOR_MS = 16.5 * HOUR_MS;
/** One day in so many has it. */
const DAY_ODDS = {powerCut: 2, price: 30, seep: 2, longOutage: 60} as const;
/** A day without the internet for a while is every day. */
const OUTAGES = 3;
const LONG_OUTAGE_DAYS = 3;
const SYNC_EVERY_MS = 10 * MINUTE_MS;
const PAGE = 500;
/** An answer of the cloud is lost: what it has comes again. */
const LOST_ANSWER = 0.1;
const MEMBERS = 400;
/** Of them, with no more in their purse than a code or two. */
const POOR = 20;
const PURSE_FEN = 100_000_000;

/** A year of a bathhouse in which things break: what ran is billed or explained, and money adds up. */
export async function soakBath(
  {days, showersPerDay, seed, isEnough = () => false}: BathSoakOptions,
  tell: (line: string) => void,
): Promise<BathSoakResult> {
  const soak = await BathSoak.open(seed);
  try {
    let day = 0;
    for (; day < days && !isEnough(); day += 1) {
      // Whoever could not get a code on one day comes on another.
      const missing = showersPerDay * (day + 1) - soak.showers;
      await soak.live(day, Math.min(missing, Math.ceil(showersPerDay * 1.2)));
      if (day % 10 !== 9) continue;
      tell(`${day + 1} days, ${soak.showers} showers, ${soak.found} findings`);
    }
    return {days: day, ...(await soak.end())};
  } finally {
    await soak.close();
  }
}

/** What changes from day to day. */
interface Days {
  offlineUntilMs: number;
  price: number;
}

interface Parts {
  readonly clock: VirtualClock;
  readonly chance: SeededEntropy;
  readonly days: Days;
  readonly house: SoakHouse;
  readonly books: SoakBooks;
  readonly platform: SoakPlatform;
}

class BathSoak {
  readonly #parts: Parts;
  readonly #faults: Record<string, number> = {};
  readonly #busy = new Set<string>();
  /** Members who are in the house. */
  readonly #here = new Set<number>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #epochs: string[] = [];
  #isOver = false;

  private constructor(parts: Parts) {
    this.#parts = parts;
    parts.house.start(priceOf(parts.days));
    this.#begin(this.#keepTold());
  }

  static async open(seed: number): Promise<BathSoak> {
    const clock = new VirtualClock({yieldTurn});
    const days: Days = {offlineUntilMs: 0, price: 0};
    const books = new SoakBooks(() => priceOf(days));
    const house = new SoakHouse({
      ...{clock, entropy: new SeededEntropy(seed + 1), stalls: STALLS},
      onShower: (news, stall) => books.hear(news, stall),
      onAlarm: (kind, stall) => books.hearAlarm(kind, stall),
    });
    const isOnline = () => house.isOn && clock.nowMs() >= days.offlineUntilMs;
    const inlet = () => (isOnline() ? house.run.store.grants : undefined);
    const rights = new SoakRights(SOAK_SITE, inlet);
    const stalls = [...house.stalls.keys()];
    const entropy = new SeededEntropy(seed + 2);
    const place = {site: SOAK_SITE, stalls, rights, isOnline};
    const platform = await SoakPlatform.open({clock, entropy, ...place});
    for (let no = POOR; no < MEMBERS; no += 1) await platform.charge(nameOf(no), PURSE_FEN);
    const chance = new SeededEntropy(seed);
    return new BathSoak({clock, chance, days, house, books, platform});
  }

  get showers(): number {
    return this.#parts.books.showers;
  }

  get found(): number {
    return this.#parts.books.findings.length;
  }

  /** From midnight to midnight. */
  async live(day: number, showers: number): Promise<void> {
    const {clock, house} = this.#parts;
    const midnightMs = clock.nowMs();
    this.#decideDay(day);
    const starts = Array.from({length: showers}, () => OPENS_MS + OPEN_FOR_MS * this.#luck());
    for (const atMs of starts.toSorted((one, other) => one - other)) {
      await clock.advance(Math.max(0, midnightMs + atMs - clock.nowMs()));
      this.#begin(this.#come());
    }
    await clock.advance(Math.max(0, midnightMs + DAY_MS - clock.nowMs()));
    if (house.isOn) house.tidy();
  }

  async end(): Promise<Omit<BathSoakResult, 'days'>> {
    const {clock, books, days, house, platform} = this.#parts;
    days.offlineUntilMs = 0;
    // Codes that nobody keyed in run out, and what was not told is told.
    await clock.advance(3 * HOUR_MS);
    this.#isOver = true;
    await clock.settle(Promise.all([...this.#tasks]), HOUR_MS);
    books.end(house.stalls.values());
    const {showers, rinses, estimated, usedFen, owedFen} = books;
    return {
      ...{showers, rinses, estimated, faults: this.#faults, ...books.water, usedFen, owedFen},
      findings: [...books.findings, ...(await platform.findings({usedFen, owedFen}))],
    };
  }

  async close(): Promise<void> {
    this.#parts.house.remove();
    await this.#parts.platform.close();
  }

  /** A member buys a code and uses it. */
  async #come(): Promise<void> {
    const {books, clock, house, platform} = this.#parts;
    const no = Math.floor(MEMBERS * this.#luck());
    if (this.#here.has(no)) return this.#count('hereAlready');
    if (!this.#isOnline) return this.#count('noCode');
    this.#here.add(no);
    try {
      const isPoor = no < POOR;
      if (isPoor) await platform.charge(nameOf(no), 120 + Math.floor(280 * this.#luck()));
      const code = await platform.sell(nameOf(no));
      if (typeof code === 'string') return this.#count(code);
      books.sold(code);
      const [luck, count] = [() => this.#luck(), (what: string) => this.#count(what)];
      const place = {clock, house, books, busy: this.#busy, luck, count};
      await new SoakBather(place, code, isPoor).bathe();
    } finally {
      this.#here.delete(no);
    }
  }

  /** Bring to the platform what the journal has, again and again. */
  async #keepTold(): Promise<void> {
    const {clock, platform} = this.#parts;
    while (!this.#isOver) {
      await clock.sleep(SYNC_EVERY_MS);
      if (this.#isOnline) await this.#tellAll();
      await platform.tick();
    }
  }

  async #tellAll(): Promise<void> {
    const {clock, house, platform} = this.#parts;
    const {run} = house;
    const {outbox} = run.store;
    const epochNo = this.#epochNo(outbox.epoch());
    for (let firstSeq = outbox.acked() + 1; ; ) {
      const [head, wallMs] = [outbox.head(), clock.wallMs()];
      const events = outbox.page(firstSeq, PAGE);
      const isAll = firstSeq + events.length > head;
      await platform.hear({epochNo, firstSeq, events}, isAll ? wallMs : undefined);
      // The power went meanwhile.
      if (!house.isOn || house.run !== run) return;
      if (this.#luck() >= LOST_ANSWER) outbox.markAcked(firstSeq + events.length - 1);
      if (isAll) return;
      firstSeq += events.length;
    }
  }

  #decideDay(day: number): void {
    const {clock, days, house} = this.#parts;
    const outages = Array.from({length: OUTAGES}, () => (5 + 20 * this.#luck()) * MINUTE_MS);
    if (day > 0 && this.#has('longOutage')) outages.push(LONG_OUTAGE_DAYS * DAY_MS);
    for (const forMs of outages) {
      clock.timer('soak outage', this.#openMs(), () => {
        days.offlineUntilMs = Math.max(days.offlineUntilMs, clock.nowMs() + forMs);
      });
    }
    if (this.#has('seep'))
      clock.timer('soak seep', this.#openMs(), () => this.#begin(this.#seep()));
    const isDearer = day > 0 && this.#has('price');
    if (!isDearer && !this.#has('powerCut')) return;
    const offMs = (10 + 300 * this.#luck()) * SECOND_MS;
    clock.timer('soak power cut', this.#openMs(), () => {
      house.cut();
      if (isDearer) days.price += 1;
      clock.timer('soak power', offMs, () => {
        house.start(priceOf(days));
        house.run.store.grants.touch();
      });
    });
  }

  /** A valve lets water through while nobody stands there, until somebody looks after it. */
  async #seep(): Promise<void> {
    const {clock, house} = this.#parts;
    const stall = [...house.stalls.values()].find(({id}) => !this.#busy.has(id));
    if (!stall) return;
    this.#busy.add(stall.id);
    stall.causes.add('seep');
    stall.ail({leakMlPerMin: 900});
    house.wake();
    await clock.sleep(2 * MINUTE_MS);
    stall.ail({leakMlPerMin: 0});
    house.wake();
    await clock.sleep(MINUTE_MS);
    if (house.isOn) house.closeAlarms(stall.id);
    this.#busy.delete(stall.id);
  }

  #begin(task: Promise<void>): void {
    this.#tasks.add(task);
    void task.finally(() => this.#tasks.delete(task));
  }

  get #isOnline(): boolean {
    const {clock, days, house} = this.#parts;
    return house.isOn && clock.nowMs() >= days.offlineUntilMs;
  }

  #epochNo(epoch: string): number {
    if (!this.#epochs.includes(epoch)) this.#epochs.push(epoch);
    return this.#epochs.indexOf(epoch) + 1;
  }

  #has(what: keyof typeof DAY_ODDS): boolean {
    const isSo = this.#luck() * DAY_ODDS[what] < 1;
    if (isSo) this.#count(what);
    return isSo;
  }

  #openMs(): number {
    return OPENS_MS + OPEN_FOR_MS * this.#luck();
  }

  #luck(): number {
    return this.#parts.chance.fraction();
  }

  #count(what: string): void {
    this.#faults[what] = (this.#faults[what] ?? 0) + 1;
  }
}

function priceOf({price}: Days): number {
  return PRICES[price % PRICES.length] ?? PRICES[0];
}

function nameOf(no: number): string {
  return `bather-${no}`;
}
